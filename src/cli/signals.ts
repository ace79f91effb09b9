const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ends the work at a signal instead of ending the tool in its midst; a second signal changes nothing. */
export async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const name of SIGNALS) process.on(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, abort);
  }
}

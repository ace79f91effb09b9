const ENDS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const STOPS = ["SIGTSTP", "SIGTTIN", "SIGTTOU"] as const;

/** Ends the work at a signal instead of ending the tool in its midst; a second signal changes nothing. */
export async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  return handling(ENDS, abort, () => work(controller.signal));
}

/** Ctrl-Z, and output in the background, change nothing: stopped, the tool would hold the threads that it has stopped. */
export async function notStopped<T>(work: () => Promise<T>): Promise<T> {
  return handling(STOPS, () => {}, work);
}

async function handling<T>(
  signals: readonly NodeJS.Signals[],
  handler: () => void,
  work: () => Promise<T>,
): Promise<T> {
  for (const name of signals) process.on(name, handler);
  try {
    return await work();
  } finally {
    for (const name of signals) process.off(name, handler);
  }
}

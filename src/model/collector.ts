import type { MetaReader } from "./dump.js";

/** What Python's cyclic collector was set to, and had come to, as the module gc says it. */
export interface Collector {
  enabled: boolean;
  /** Of the three generations; the first 0: no collection begins by itself. */
  thresholds: number[];
  counts: number[];
  /** The flags of gc.set_debug. */
  debug: number;
  /** Objects of gc.freeze. */
  frozen: number;
  /** Objects in gc.garbage, functions in gc.callbacks. */
  garbage: number;
  callbacks: number;
}

/** Undefined if the dump does not tell. */
export function collectorOf(meta: MetaReader): Collector | undefined {
  const enabled = meta("collector_enabled");
  if (enabled === undefined) return undefined;
  const numbers = (key: string) => (meta(`collector_${key}`) ?? "").split(" ").map(Number);
  const number = (key: string) => numbers(key)[0] ?? 0;
  return {
    enabled: enabled === "true",
    thresholds: numbers("thresholds"),
    counts: numbers("counts"),
    debug: number("debug"),
    frozen: number("frozen"),
    garbage: number("garbage"),
    callbacks: number("callbacks"),
  };
}

/** Whether no collection begins by itself. */
export function isOff({ enabled, thresholds }: Collector): boolean {
  return !enabled || thresholds[0] === 0;
}

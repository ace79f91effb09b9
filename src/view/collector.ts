// What Python's cyclic collector was set to.
import { type Collector, isOff } from "../model/collector.js";
import { countText } from "./units.js";

/** Of gc.set_debug. */
const DEBUG_FLAGS: [flag: number, name: string][] = [
  [1, "DEBUG_STATS"],
  [2, "DEBUG_COLLECTABLE"],
  [4, "DEBUG_UNCOLLECTABLE"],
  [32, "DEBUG_SAVEALL"],
];

export function collectorText(collector: Collector): string {
  const { enabled, thresholds, counts, debug, frozen, garbage, callbacks } = collector;
  const off = enabled ? "off (its threshold is 0)" : "off (gc.disable())";
  const flags = DEBUG_FLAGS.filter(([flag]) => debug & flag).map(([, name]) => name);
  return [
    isOff(collector) ? off : "on",
    `thresholds ${thresholds.join(", ")}`,
    `counts ${counts.join(", ")}`,
    ...(frozen > 0 ? [`${countText(frozen)} frozen`] : []),
    ...(garbage > 0 ? [`${countText(garbage)} in gc.garbage`] : []),
    ...(callbacks > 0 ? [`${countText(callbacks)} in gc.callbacks`] : []),
    ...flags,
  ].join("; ");
}

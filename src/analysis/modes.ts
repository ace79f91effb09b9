// Dumps of one process that were taken in different ways.
import { contentOf } from "../model/dump.js";
import type { Taken } from "../model/taken.js";

function byScript(taken: Taken): boolean {
  return taken.meta().get("mode") === "python";
}

/** Whether one is of python mode and the other a snapshot (fork or stop), which knows more. */
export function differentModes(taken: Taken, other: Taken): boolean {
  return byScript(taken) !== byScript(other);
}

/** A dump of python mode and a snapshot among them; undefined if there are not both. */
export function bothModes<T extends Taken>(series: T[]): { script: T; snapshot: T } | undefined {
  const script = series.find(byScript);
  const snapshot = series.find((taken) => !byScript(taken));
  return script && snapshot && { script, snapshot };
}

/** One that has other contents than the first: keys and values that only one of them shows look like others. */
export function differentContents<T extends Taken>([first, ...others]: T[]): [T, T] | undefined {
  const shown = (taken: Taken) =>
    [contentOf((key) => taken.meta().get(key)), taken.meta().get("redacted") ?? ""].join();
  const unlike = first && others.find((other) => shown(other) !== shown(first));
  return first && unlike && [first, unlike];
}

/** Two that count differently what objects own: their types files were not the same. */
export function differentTypes<T extends Taken>(series: T[]): [T, T] | undefined {
  const typesOf = (taken: Taken) => taken.meta().get("types");
  const first = series.find(typesOf);
  const other = first && series.find((taken) => typesOf(taken) && typesOf(taken) !== typesOf(first));
  return first && other && [first, other];
}

/** Of several the first without contents. */
export function withoutContents<T extends Taken>(series: T[]): T | undefined {
  return series.length > 1
    ? series.find((taken) => contentOf((key) => taken.meta().get(key)) !== "full")
    : undefined;
}

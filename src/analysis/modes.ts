// Dumps of one process that were taken in different ways.
import { contentOf } from "../model/dump.js";
import type { Heap } from "../store/heap.js";

function byScript(heap: Heap): boolean {
  return heap.meta().get("mode") === "python";
}

/** Whether one is of python mode and the other a snapshot (fork or stop), which knows more. */
export function differentModes(heap: Heap, other: Heap): boolean {
  return byScript(heap) !== byScript(other);
}

/** A dump of python mode and a snapshot among the heaps; undefined if there are not both. */
export function bothModes(heaps: Heap[]): { script: Heap; snapshot: Heap } | undefined {
  const script = heaps.find(byScript);
  const snapshot = heaps.find((heap) => !byScript(heap));
  return script && snapshot && { script, snapshot };
}

/** Two of the heaps that count differently what objects own: their types files were not the same. */
export function differentTypes(heaps: Heap[]): [Heap, Heap] | undefined {
  const typesOf = (heap: Heap) => heap.meta().get("types");
  const first = heaps.find(typesOf);
  const other = first && heaps.find((heap) => typesOf(heap) && typesOf(heap) !== typesOf(first));
  return first && other && [first, other];
}

/** Of several heaps the first without contents. */
export function withoutContents(heaps: Heap[]): Heap | undefined {
  return heaps.length > 1
    ? heaps.find((heap) => contentOf((key) => heap.meta().get(key)) !== "full")
    : undefined;
}

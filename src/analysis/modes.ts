// Dumps of one process that were taken in different ways.
import type { Heap } from "../store/heap.js";

function byScript(heap: Heap): boolean {
  return heap.meta().get("mode") === "python";
}

/** Whether one is of python mode and the other a snapshot (fork or stop), which knows more. */
export function differentModes(heap: Heap, other: Heap): boolean {
  return byScript(heap) !== byScript(other);
}

/** What a comparison of the heaps leaves out, in sentences. */
export function notCompared(heaps: Heap[]): string[] {
  const [first, ...others] = heaps;
  if (!first) return [];
  const sentences: string[] = [];
  const other = others.find((heap) => differentModes(first, heap));
  if (other) {
    const [script, snapshot] = byScript(first) ? [first, other] : [other, first];
    sentences.push(
      `${script.path} was taken in python mode, ${snapshot.path} in ${snapshot.meta().get("mode")} mode: what only the latter knows is not compared (memory that C code holds, fields of code objects, names of types, the state of extension modules), nor are sizes of instances that both have`,
    );
  }
  const bare = heaps.find((heap) => heap.meta().get("content_limit") === "0");
  if (bare && heaps.length > 1) {
    sentences.push(
      `${bare.path} has no contents: a str, bytes or number at the address of another of its type counts as the same`,
    );
  }
  return sentences;
}

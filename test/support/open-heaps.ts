// Opens heaps that a test makes.
import type { Heap } from "../../src/store/heap.js";
import { openHeaps } from "../../src/store/open.js";
import type { TempWorkspace } from "./cli.js";
import type { PythonHeap } from "./python-heap.js";

/** The heaps by the names of their schemas. */
export async function openSideBySide(
  workspace: TempWorkspace,
  heaps: Record<string, PythonHeap>,
): Promise<Heap[]> {
  for (const [schema, heap] of Object.entries(heaps)) workspace.dump(`${schema}.bin`, heap);
  const sources = Object.keys(heaps).map((schema) => ({ schema, path: workspace.path(`${schema}.bin`) }));
  return openHeaps(sources, { onProgress: () => {} });
}

import type { Heap } from "../store/heap.js";

/** A format that a heap can be written in. A new one is a file of this folder and a line in formats.ts. */
export interface ExportFormat {
  /** What `--to` takes. */
  name: string;
  /** Of the files, with its dot. */
  extension: string;
  /** What it is, in words that end "Writes a dump as …". */
  description: string;
  /**
   * Writes all of the heap, or the objects of the set `of` and the references between them, into the file of that
   * path, which is there and empty. `onProgress` gets a fraction, 0 … 1; an aborted signal rejects with its reason.
   */
  write(
    heap: Heap,
    path: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
    of?: string,
  ): Promise<void>;
}

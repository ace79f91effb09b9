import type { Heap } from "../store/heap.js";

export interface ExportRequest {
  /** A set; undefined for all objects. */
  of: string | undefined;
  /** A partition, for a format of groups. */
  by: string | undefined;
}

/** A format that a heap can be written in. A new one is a file of this folder and a line in formats.ts. */
export interface ExportFormat {
  /** What `--to` takes. */
  name: string;
  /** Of the files, with its dot. */
  extension: string;
  /** What it is, in words that end "Writes a dump as …". */
  description: string;
  /** Whether what it writes is added to what the file has; otherwise an existing file is replaced. */
  appends?: boolean;
  /**
   * Writes all of the heap, or the objects of the set `of` and the references between them, into the file of that
   * path, which is there, and empty unless the format appends. `onProgress` gets a fraction, 0 … 1; an aborted signal
   * rejects with its reason. Returns how many of what it has written.
   */
  write(
    heap: Heap,
    path: string,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
    request: ExportRequest,
  ): Promise<Record<string, bigint>>;
}

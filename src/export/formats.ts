import { statSync } from "node:fs";
import { cannotCreate, cannotWrite, ExitCode, HeapdumpError } from "../errors.js";
import { PrivateFile } from "../files.js";
import type { Heap } from "../store/heap.js";
import { setSql } from "../store/set.js";
import type { ExportFormat } from "./format.js";
import { sqlite } from "./sqlite.js";

export const FORMATS: readonly ExportFormat[] = [sqlite];

export interface Exported {
  objects: bigint;
  references: bigint;
  /** Of the file. */
  bytes: bigint;
}

/** Throws with exit code 2 if nothing can be written there, 4 if it could not be written to its end. */
export async function exportHeap(
  format: ExportFormat,
  heap: Heap,
  path: string,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
  of?: string,
): Promise<Exported> {
  const file = await PrivateFile.create(path, heap.path);
  try {
    if (file.partialPath === undefined) throw cannotCreate(path, "is not a regular file");
    await format.write(heap, file.partialPath, onProgress, signal, of);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw failure(path, error);
  }
  onProgress(1);
  const { size } = statSync(path, { bigint: true });
  return { ...countsOf(heap, of), bytes: size };
}

function countsOf(heap: Heap, of: string | undefined): Omit<Exported, "bytes"> {
  if (of === undefined) return { objects: heap.totals().count, references: heap.referenceCount() };
  const counts = heap.get<Omit<Exported, "bytes">>(
    `SELECT (SELECT count FROM {heap}.set_totals(?)) AS objects,
            (SELECT count(*) FROM {heap}.reference AS r
              WHERE r.kind <> 'type' AND ${setSql(heap, of, "r.source")} AND ${setSql(heap, of, "r.target")}) AS "references"`,
    of,
  );
  return counts ?? { objects: 0n, references: 0n };
}

function failure(path: string, error: unknown): HeapdumpError {
  if (error instanceof HeapdumpError) return error;
  if ((error as Error).name === "AbortError") {
    return new HeapdumpError(ExitCode.CaptureFailed, `${path}: interrupted; nothing was written`);
  }
  return cannotWrite(path, error);
}

import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { cannotCreate, cannotWrite, ExitCode, HeapdumpError } from "../errors.js";
import { PrivateFile } from "../files.js";
import type { Heap } from "../store/heap.js";
import type { ExportFormat, ExportRequest } from "./format.js";
import { sqlite } from "./sqlite.js";
import { stat } from "./stat.js";

export const FORMATS: readonly ExportFormat[] = [sqlite, stat];

export interface Exported {
  /** How many of what was written. */
  counts: Record<string, bigint>;
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
  request: ExportRequest,
): Promise<Exported> {
  // To open a pipe that nobody reads would wait for ever.
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile() && !there.isDirectory()) throw cannotCreate(path, "is not a regular file");
  const file = await PrivateFile.create(path, heap.path);
  let counts: Exported["counts"];
  try {
    if (file.partialPath === undefined) throw cannotCreate(path, "is not a regular file");
    if (format.appends) await file.handle.writeFile(await existing(path));
    counts = await format.write(heap, file.partialPath, onProgress, signal, request);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw failure(path, error);
  }
  onProgress(1);
  const { size } = statSync(path, { bigint: true });
  return { counts, bytes: size };
}

async function existing(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return new Uint8Array();
    throw error;
  });
}

function failure(path: string, error: unknown): HeapdumpError {
  if (error instanceof HeapdumpError) return error;
  if ((error as Error).name === "AbortError") {
    return new HeapdumpError(ExitCode.CaptureFailed, `${path}: interrupted; nothing was written`);
  }
  return cannotWrite(path, error);
}

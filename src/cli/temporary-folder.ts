// Dumps that are only for one answer.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cannotCreate } from "../errors.js";

/** Runs `body` with a folder of its own, which is removed afterwards. */
export async function inTemporaryFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "heapdump-"));
  } catch (error) {
    throw cannotCreate(tmpdir(), (error as Error).message);
  }
}

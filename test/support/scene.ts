// What every test of a capture has: a folder of its own and a target, both gone after it. Importing it is enough.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { Target } from "./target.js";

/** Of the present test. */
export let folder: string;
/** The one that the present test started. */
export let target: Target;

let started: Target | undefined;

export async function startTarget(...program: Parameters<typeof Target.start>): Promise<Target> {
  started = await Target.start(...program);
  target = started;
  return target;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
});
afterEach(async () => {
  await started?.kill();
  started = undefined;
  rmSync(folder, { recursive: true });
});

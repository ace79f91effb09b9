// Tokens that threads move between dicts: a dump that is one moment of the program has each of them once.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";
import { expectedWork, type Target } from "../support/target.js";

const HOLDERS = fileURLToPath(new URL("../support/token_holders.py", import.meta.url));
const TOKENS = 20_000;
const THREADS = 3;

/** Dumps the program while it moves its tokens. */
async function dump(workspace: CaptureWorkspace, target: Target, mode: string, file: string): Promise<void> {
  const before = (await target.ask("moves")) as number;
  const args = [target.pid, "--mode", mode, "--json", "-o", file];
  const { status, stdout, stderr } = await workspace.attach(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ mode, consistent: true });
  expect((await target.ask("moves")) as number).toBeGreaterThan(before);
}

/** How many dicts hold each token, for each dump. */
function holders(files: string[]): number[][] {
  const options = { encoding: "utf8", maxBuffer: 1 << 28 } as const;
  const lines = execFileSync(newest.path, [HOLDERS, ...files], options)
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

test.for(interpreters)("CPython $version ($library): each token once", async ({ path }, { workspace }) => {
  const target = await workspace.startTarget(path, "tokens.py", { args: [String(THREADS)] });
  const files: string[] = [];
  for (const mode of ["fork", "stop", "fork", "stop"]) {
    files.push(workspace.path(`${files.length}.bin`));
    await dump(workspace, target, mode, files.at(-1) as string);
  }
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  // Its threads would use the processors while the dumps are read.
  await target.kill();
  const counted = holders(files);
  expect(counted.length).toBe(files.length);
  for (const counts of counted) {
    expect(counts.length).toBe(TOKENS);
    expect(Math.max(...counts)).toBe(1);
    expect(counts.filter((count) => count === 0).length).toBeLessThanOrEqual(THREADS);
  }
});

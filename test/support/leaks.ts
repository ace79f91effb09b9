// Programs of test/targets/leaks/, dumped while they leak, and what `heapdump leaks` says of them.
import { expect } from "vitest";
import { recordsOf, type TempWorkspace } from "./cli.js";
import type { CaptureWorkspace } from "./fixtures.js";

export interface Suspect {
  kind: string;
  type: string;
  count: number;
  new: number;
  retained: number;
  growth: number;
  survived: number | null;
  path: string | null;
  gathers: string | null;
  places: number;
  spread: { part: string; growth: number }[];
  owner: string | null;
  code: string | null;
  used_by: string[];
  pattern: string;
  wait: { chain: string; at: string; for: string | null; set_by: string | null } | null;
  inside: { part: string; type: string; count: number; retained: number } | null;
  other: { address: string } | null;
  weak: number;
  also: string[];
  words: string;
}

/** Three dumps, and how many objects were leaked until the last. */
export async function leakingDumps(
  workspace: CaptureWorkspace,
  python: string,
  leak: string,
): Promise<{ files: string[]; leaked: number }> {
  const target = await workspace.startTarget(python, "leaks/program.py", { args: leak.split(" ") });
  const files: string[] = [];
  let leaked = 0;
  for (const name of ["1.bin", "2.bin", "3.bin"]) {
    if (files.length > 0) leaked = Number(await target.ask("grow"));
    expect(await workspace.attach([target.pid, "-o", name])).toMatchObject({ status: 0 });
    files.push(name);
  }
  return { files, leaked };
}

export function suspectsOf(
  workspace: TempWorkspace,
  args: string[],
): { status: number | null; suspects: Suspect[]; stderr: string } {
  const { status, stdout, stderr } = workspace.run(["leaks", "--json", ...args]);
  return { status, suspects: recordsOf<Suspect>(JSON.parse(stdout)), stderr };
}

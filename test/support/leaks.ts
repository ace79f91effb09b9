// Programs of test/targets/leaks/, dumped while they leak, and what `heapdump leaks` says of them.
import { join } from "node:path";
import { expect } from "vitest";
import { attach } from "./attach.js";
import { TempWorkspace } from "./cli.js";
import { folder, startTarget, target } from "./scene.js";

export interface Suspect {
  kind: string;
  type: string;
  count: number;
  new: number;
  retained: number;
  growth: number;
  survived: number | null;
  path: string | null;
  owner: string | null;
  words: string;
}

async function dump(name: string): Promise<string> {
  const file = join(folder, name);
  expect(await attach([target.pid, "-o", file], { cwd: folder })).toMatchObject({ status: 0 });
  return file;
}

/** Three dumps, and how many objects were leaked until the last. */
export async function leakingDumps(
  python: string,
  leak: string,
): Promise<{ files: string[]; leaked: number }> {
  await startTarget(python, "leaks/program.py", { args: leak.split(" ") });
  const files = [await dump("1.bin")];
  let leaked = 0;
  for (const name of ["2.bin", "3.bin"]) {
    leaked = Number(await target.ask("grow"));
    files.push(await dump(name));
  }
  return { files, leaked };
}

export function suspectsOf(args: string[]): { status: number | null; suspects: Suspect[]; stderr: string } {
  const workspace = new TempWorkspace();
  try {
    const { status, stdout, stderr } = workspace.run(["leaks", "--json", ...args]);
    const { columns, rows } = JSON.parse(stdout) as { columns: string[]; rows: unknown[][] };
    const suspects = rows.map(
      (row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])) as unknown as Suspect,
    );
    return { status, suspects, stderr };
  } finally {
    workspace.remove();
  }
}

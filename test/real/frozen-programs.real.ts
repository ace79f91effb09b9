// Programs that PyInstaller made, of one file (which unpacks itself, and runs as a child) and of one folder: their
// interpreter is a library next to them, and every mode dumps all of their objects.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import { readObjects } from "../support/compare.js";
import { expectedWork, outsideView, settledView } from "../support/target.js";
import { environment, realInterpreters } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/frozen_program.py", import.meta.url));
const OBJECTS = 1234;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function build(python: string, kind: string): Promise<string> {
  const places = ["--distpath", folder, "--workpath", join(folder, "work"), "--specpath", folder];
  const options = ["--noconfirm", "--log-level", "ERROR", `--${kind}`, "--name", "frozen", ...places];
  await promisify(execFile)(join(dirname(python), "pyinstaller"), [...options, PROGRAM]);
  return kind === "onefile" ? join(folder, "frozen") : join(folder, "frozen", "frozen");
}

// PyInstaller takes an interpreter with a shared library.
const cases = realInterpreters
  .filter(({ library }) => library === "shared")
  .map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, interpreter) => {
  test.each(["onefile", "onedir"])("%s", async (kind) => {
    const { python, packages } = environment(interpreter, ["pyinstaller"]);
    expect(packages).toContain("pyinstaller");
    const program = spawn(await build(python, kind), [String(OBJECTS)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const exited = once(program, "exit");
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    try {
      const pid = Number(/^ready (\d+)$/.exec((await lines.next()).value)?.[1]);
      // The one file's first process unpacks, and waits.
      expect(pid !== program.pid).toBe(kind === "onefile");
      const before = await settledView(pid);
      for (const mode of ["fork", "stop", "python"]) {
        const file = join(folder, `${mode}.bin`);
        const args = [pid, "--mode", mode, "--json", "-o", file];
        const { status, stdout, stderr } = await attach(args, { cwd: folder });
        expect({ mode, status, stderr }).toEqual({ mode, status: 0, stderr: "" });
        const found = [...readObjects(file).values()].filter(({ type }) => type === "__main__.Planted");
        expect([mode, JSON.parse(stdout).mode, found.length]).toEqual([mode, mode, OBJECTS]);
        await expect.poll(() => outsideView(pid), { timeout: 20_000 }).toEqual(before);
        program.stdin.write("1000\n");
        expect((await lines.next()).value).toBe(`result ${expectedWork(1000)}`);
      }
      program.stdin.end();
      expect(await exited).toEqual([0, null]);
    } finally {
      program.kill("SIGKILL");
      await exited;
    }
  });
});

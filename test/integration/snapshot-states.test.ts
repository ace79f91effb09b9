// Every state of a main thread, on every interpreter, in both modes that take a snapshot: the dump is whole, and the
// target as before.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attach, startAttach } from "../support/attach.js";
import { interpreters, newest } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";
import { STATES } from "../support/states.js";
import { expectedWork, outsideView, settledView } from "../support/target.js";

const WORK = 5000;
const MODES = ["fork", "stop"] as const;
const cases = interpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

async function dump(mode: string, ...args: string[]): Promise<Record<string, unknown>> {
  const all = [target.pid, "--mode", mode, "--json", ...args, "-o", join(folder, `${mode}.bin`)];
  const { status, stdout, stderr } = await attach(all, { cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

function stateOf(pid: number): string {
  return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}

async function expectAtWork(): Promise<void> {
  expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
}

describe.each(cases)("CPython %s", (_, { path, version }) => {
  test.each(STATES)("%s", async (state) => {
    await startTarget(path, "states.py", { args: [state] });
    const before = await target.ask("facts");
    for (const mode of MODES) {
      const outside = await settledView(target.pid);
      expect(await dump(mode)).toMatchObject({ mode, python_version: version, consistent: true });
      await expect.poll(() => outsideView(target.pid), { timeout: 5000 }).toEqual(outside);
      await expectAtWork();
    }
    expect(await target.ask("facts")).toEqual(before);
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });

  test("in a system call with the GIL", async () => {
    await startTarget(path, "states.py", { args: ["holding"] });
    const outside = await settledView(target.pid);
    for (const mode of MODES) {
      expect(await dump(mode)).toMatchObject({ mode, route: "immediate", consistent: false });
      expect(await settledView(target.pid)).toEqual(outside);
    }
    await expectAtWork();
  });

  test("stopped by SIGSTOP", async () => {
    await startTarget(path, "states.py", { args: ["busy"] });
    const outside = await settledView(target.pid);
    process.kill(target.pid, "SIGSTOP");
    for (const mode of MODES) {
      await dump(mode);
      expect(stateOf(target.pid)).toBe("T");
    }
    process.kill(target.pid, "SIGCONT");
    await expectAtWork();
    await expect.poll(() => outsideView(target.pid), { timeout: 5000 }).toEqual(outside);
  });
});

test.each([0, 200])(
  "a program that looks out for children, with %d more threads, sees none",
  async (threads) => {
    await startTarget(newest.path, "witness.py", { args: [String(threads)] });
    const outside = await settledView(target.pid);
    for (const mode of [...MODES, ...MODES]) {
      const args = [target.pid, "--mode", mode, "-o", `${mode}.bin`];
      const tool = startAttach(args, { cwd: folder });
      let status: number | null | undefined;
      tool.done.then((outcome) => {
        status = outcome.status;
      });
      // The snapshot's process has no copy of a pipe that the program closes.
      while (status === undefined) expect(await target.ask("close")).toEqual({ eof: true });
      expect(status).toBe(0);
    }
    expect(await target.ask("seen")).toEqual({ signals: [], waited: [], forks: [] });
    await expect
      .poll(() => ({ ...outsideView(target.pid), descriptors: {} }), { timeout: 5000 })
      .toEqual({ ...outside, descriptors: {} });
  },
);

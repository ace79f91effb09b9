// Every state of a main thread, on every interpreter, in both modes that take a snapshot: the dump is whole, and the
// target as before.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";
import { STATES } from "../support/states.js";
import { expectedWork, outsideView, settledView, type Target } from "../support/target.js";

const WORK = 5000;
const MODES = ["fork", "stop"] as const;
async function dump(
  workspace: CaptureWorkspace,
  target: Target,
  mode: string,
): Promise<Record<string, unknown>> {
  const all = [target.pid, "--mode", mode, "--json", "-o", workspace.path(`${mode}.bin`)];
  const { status, stdout, stderr } = await workspace.attach(all);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

function stateOf(pid: number): string {
  return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}

async function expectAtWork(target: Target): Promise<void> {
  expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
}

describe.each(interpreters)("CPython $version ($library)", ({ path, version }) => {
  test.for(STATES)("%s", async (state, { workspace }) => {
    const target = await workspace.startTarget(path, "states.py", { args: [state] });
    const before = await target.ask("facts");
    for (const mode of MODES) {
      const outside = await settledView(target.pid);
      expect(await dump(workspace, target, mode)).toMatchObject({
        mode,
        python_version: version,
        consistent: true,
      });
      await expect.poll(() => outsideView(target.pid), { timeout: 20_000 }).toEqual(outside);
      await expectAtWork(target);
    }
    expect(await target.ask("facts")).toEqual(before);
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });

  test("in a system call with the GIL", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "states.py", { args: ["holding"] });
    const outside = await settledView(target.pid);
    for (const mode of MODES) {
      expect(await dump(workspace, target, mode)).toMatchObject({
        mode,
        route: "immediate",
        consistent: false,
      });
      expect(await settledView(target.pid)).toEqual(outside);
    }
    await expectAtWork(target);
  });

  test("stopped by SIGSTOP", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "states.py", { args: ["busy"] });
    const outside = await settledView(target.pid);
    process.kill(target.pid, "SIGSTOP");
    for (const mode of MODES) {
      await dump(workspace, target, mode);
      expect(stateOf(target.pid)).toBe("T");
    }
    process.kill(target.pid, "SIGCONT");
    await expectAtWork(target);
    await expect.poll(() => outsideView(target.pid), { timeout: 20_000 }).toEqual(outside);
  });
});

test.for([0, 200])(
  "a program that looks out for children, with %d more threads, sees none",
  async (threads, { workspace }) => {
    const target = await workspace.startTarget(newest.path, "witness.py", { args: [String(threads)] });
    const outside = await settledView(target.pid);
    for (const mode of [...MODES, ...MODES]) {
      const args = [target.pid, "--mode", mode, "-o", `${mode}.bin`];
      const tool = workspace.startAttach(args);
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
      .poll(() => ({ ...outsideView(target.pid), descriptors: {} }), { timeout: 20_000 })
      .toEqual({ ...outside, descriptors: {} });
  },
);

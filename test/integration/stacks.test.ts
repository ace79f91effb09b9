// What lies below a thread's stack pointer is written to only where it is the thread's own stack, and has room.
import { describe, expect } from "vitest";
import { buildLibrary } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { oldest, oldestAndNewest } from "../support/interpreters.js";
import { expectedWork, type Target } from "../support/target.js";

async function start(workspace: CaptureWorkspace, python: string, state: string): Promise<Target> {
  const library = buildLibrary("stacks", workspace.folder);
  return workspace.startTarget(python, "stacks.py", { args: [library, state] });
}

describe.each(oldestAndNewest)("CPython $version ($library)", ({ path }) => {
  test("a main thread on a coroutine's stack", async ({ workspace }) => {
    const target = await start(workspace, path, "coroutine");
    for (const mode of ["fork", "stop", "python", "fork"]) {
      const args = [target.pid, "--mode", mode, "--json", "-o", "h.bin"];
      const { status, stderr } = await workspace.attach(args);
      expect({ mode, status, stderr }).toEqual({ mode, status: 0, stderr: "" });
      expect(await target.ask("overwritten")).toBe(0);
    }
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  });
});

test.for(oldestAndNewest)(
  "a child that another thread has forked, of CPython $version ($library)",
  async ({ path }, { workspace }) => {
    const target = await workspace.startTarget(path, "forked_by_thread.py");
    const { first: pid } = target;
    const before = await target.ask("facts");
    for (const mode of ["fork", "stop", "fork"]) {
      const args = [Number(pid), "--mode", mode, "--json", "-o", "h.bin"];
      const { status, stderr } = await workspace.attach(args);
      expect({ mode, status, stderr }).toEqual({ mode, status: 0, stderr: "" });
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
    }
    expect(await target.ask("facts")).toEqual(before);
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
  },
);

// From 3.14 on CPython itself keeps so much free.
test("a main thread whose stack is almost full", async ({ workspace }) => {
  const target = await start(workspace, oldest.path, "deep");
  for (const mode of ["fork", "stop", "python"]) {
    const { status, stderr } = await workspace.attach([target.pid, "--mode", mode, "--timeout", 2]);
    expect(stderr).toMatch(/no room on its stack|their stacks are almost full/);
    expect({ mode, status }).toEqual({ mode, status: 4 });
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  }
});

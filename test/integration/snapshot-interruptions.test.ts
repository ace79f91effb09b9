// What happens when something ends in the middle of a snapshot: its process, its user's patience, or the target; and
// where the kernel makes none.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import type { Attaching } from "../support/attach.js";
import { buildLibrary } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { newest } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, type Target } from "../support/target.js";

// Whose records do not fit in a pipe.
const OBJECTS = "100000";
const MODES = ["fork", "stop"] as const;

/** The process or task of a snapshot that has just got its name, and whose tool stands still until it is continued. */
async function beginAndHold(
  workspace: CaptureWorkspace,
  mode: string,
  program = "heap.py",
): Promise<{ target: Target; tool: Attaching; walker: number }> {
  const target = await workspace.startTarget(newest.path, program, { args: [OBJECTS] });
  // Without its guard, which would continue it.
  const env = { HEAPDUMP_FAULT: "none,alone" };
  const tool = workspace.startAttach([target.pid, "--mode", mode, "-o", "heap.bin"], { env });
  const children = () => readFileSync(`/proc/${target.pid}/task/${target.pid}/children`, "utf8").trim();
  let walker = 0;
  await expect
    .poll(
      () => {
        walker = Number(children());
        return walker !== 0 && readFileSync(`/proc/${walker}/comm`, "utf8") === "heapdump\n";
      },
      { interval: 1, timeout: 20_000 },
    )
    .toBe(true);
  process.kill(tool.pid, "SIGSTOP");
  return { target, tool, walker };
}

/** native/capture/guard.cc, as the kernel cuts it. */
const GUARD = "heapdump-guard";

function stateOf(pid: number): string | undefined {
  try {
    return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

function childrenOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
      readFileSync(`/proc/${pid}/task/${tid}/children`, "utf8").trim().split(" "),
    );
  } catch {
    return [];
  }
}

async function expectUnharmed(target: Target, outside: Record<string, unknown>): Promise<void> {
  await expect.poll(() => outsideView(target.pid), { timeout: 20_000 }).toEqual(outside);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  expect(readFileSync(`/proc/${target.pid}/task/${target.pid}/children`, "utf8")).toBe("");
  expect(target.output).toBe("");
}

test.for(MODES)(
  "in mode %s, a signal comes before the main thread's first step to the safe point",
  async (mode, { workspace }) => {
    const library = buildLibrary("handlers", workspace.folder);
    const target = await workspace.startTarget(newest.path, "handlers.py", { args: [library] });
    const outside = await settledView(target.pid);
    const env = { HEAPDUMP_FAULT: "infected,late" };
    const isHeldUp = async () => {
      if (stateOf(target.pid) !== "t") return false;
      await sleep(100);
      return stateOf(target.pid) === "t";
    };
    let tool: Attaching;
    // One that finds the GIL free leads the main thread nowhere.
    do {
      tool = workspace.startAttach([target.pid, "--mode", mode, "--json", "-o", "heap.bin"], { env });
      const ended = tool.done.then(() => true);
      while (!(await isHeldUp()) && !(await Promise.race([ended, sleep(1, false)])));
    } while (stateOf(target.pid) !== "t");
    process.kill(target.pid, "SIGUSR2");
    const { status, stderr } = await tool.done;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    await expectUnharmed(target, outside);
  },
);

test("the target executes another program", async ({ workspace }) => {
  const { target, tool } = await beginAndHold(workspace, "fork", "executes.py");
  expect(await target.ask("execute")).toBe("ready");
  process.kill(tool.pid, "SIGCONT");
  const { status, stdout } = await tool.done;
  expect(stdout).toMatch(/left in the process: a child that has ended/);
  // Those of the other program are few, and none of them is led anywhere.
  expect(Number(/(\d+) stops?/.exec(stdout)?.[1])).toBeLessThan(20);
  expect(status).toBe(0);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  // Without a guard, the next dump takes it away.
  expect(await workspace.attach([target.pid, "-o", "next.bin"])).toMatchObject({ status: 0 });
  await expectUnharmed(target, await settledView(target.pid));
});

describe.each(MODES)("%s", (mode) => {
  test("the snapshot's process is killed", async ({ workspace }) => {
    const { target, tool, walker } = await beginAndHold(workspace, mode);
    process.kill(walker, "SIGKILL");
    process.kill(tool.pid, "SIGCONT");
    const { status, stdout, stderr } = await tool.done;
    expect(stderr).toMatch(/the snapshot process was killed.*; the target keeps running/);
    expect({ status, stdout, files: readdirSync(workspace.folder) }).toEqual({
      status: 4,
      stdout: "",
      files: [],
    });
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
    const outside = await settledView(target.pid);
    expect(await workspace.attach([target.pid, "--mode", mode, "-o", "h.bin"])).toMatchObject({
      status: 0,
    });
    await expectUnharmed(target, outside);
  });

  test("Ctrl-C", async ({ workspace }) => {
    const { target, tool } = await beginAndHold(workspace, mode);
    process.kill(tool.pid, "SIGINT");
    process.kill(tool.pid, "SIGCONT");
    const { status, stderr } = await tool.done;
    expect(stderr).toContain(`interrupted; process ${target.pid} keeps running`);
    expect({ status, files: readdirSync(workspace.folder) }).toEqual({ status: 130, files: [] });
    await expectUnharmed(target, await settledView(target.pid));
  });

  test("the target is stopped by SIGSTOP, and is so afterwards", async ({ workspace }) => {
    const { target, tool } = await beginAndHold(workspace, mode);
    const state = () => /^State:\t(.)/m.exec(readFileSync(`/proc/${target.pid}/status`, "utf8"))?.[1];
    process.kill(target.pid, "SIGSTOP");
    process.kill(tool.pid, "SIGCONT");
    expect(await tool.done).toMatchObject({ status: 0 });
    await expect.poll(state, { timeout: 20_000 }).toBe("T");
    process.kill(target.pid, "SIGCONT");
    await expectUnharmed(target, await settledView(target.pid));
  });

  test("Ctrl-Z in the terminal of the tool", async ({ workspace }) => {
    const { target, tool } = await beginAndHold(workspace, mode);
    process.kill(tool.pid, "SIGTSTP");
    process.kill(tool.pid, "SIGCONT");
    expect(await tool.done).toMatchObject({ status: 0 });
    await expectUnharmed(target, await settledView(target.pid));
  });

  test("the tool is stopped: its guard has it go on", async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "heap.py", { args: [OBJECTS] });
    const outside = await settledView(target.pid);
    const tool = workspace.startAttach([target.pid, "--mode", mode, "-o", "heap.bin"]);
    const isGuarded = () => childrenOf(tool.pid).some((child) => nameOf(child) === GUARD);
    await expect.poll(isGuarded, { interval: 1, timeout: 20_000 }).toBe(true);
    for (let stops = 0; stops < 10 && isGuarded(); stops++) {
      process.kill(tool.pid, "SIGSTOP");
      // When nothing is held any more, it may stay stopped.
      const goesOn = () => stateOf(tool.pid) !== "T" || !isGuarded();
      await expect.poll(goesOn, { interval: 1, timeout: 20_000 }).toBe(true);
    }
    process.kill(tool.pid, "SIGCONT");
    expect(await tool.done).toMatchObject({ status: 0 });
    expect(isGuarded()).toBe(false);
    await expectUnharmed(target, outside);
  });

  test("the target is killed", async ({ workspace }) => {
    const { target, tool, walker } = await beginAndHold(workspace, mode);
    process.kill(target.pid, "SIGKILL");
    process.kill(tool.pid, "SIGCONT");
    const { status, stderr } = await tool.done;
    // A copy outlives it; the task of `stop` stands in its memory, but may have been done.
    if (mode === "fork") expect({ status, stderr }).toMatchObject({ status: 0 });
    else expect([0, 4]).toContain(status);
    await expect.poll(() => existsSync(`/proc/${walker}`), { timeout: 20_000 }).toBe(false);
  });

  test.runIf(process.getuid?.() === 0)("no further process is allowed", async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "states.py", { args: ["no_processes"] });
    const outside = await settledView(target.pid);
    const { status, stderr } = await workspace.attach([target.pid, "--mode", mode]);
    expect(stderr).toMatch(/refuses the snapshot .*no further process is allowed.*--mode python/);
    expect({ status, files: readdirSync(workspace.folder) }).toEqual({ status: 4, files: [] });
    await expectUnharmed(target, outside);
  });
});

// Everything that cannot be dumped: the exit code, a sentence that helps, no file, and a target as before.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import type { Outcome } from "../support/cli.js";
import { newest } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";
import { expectedWork, outsideView, settledView, Target } from "../support/target.js";

async function start(program: string, ...args: string[]): Promise<void> {
  await startTarget(newest.path, program, { args });
}

async function unharmed(action: () => Promise<unknown>): Promise<void> {
  const outside = await settledView(target.pid);
  await action();
  await expect.poll(() => outsideView(target.pid), { timeout: 5000 }).toEqual(outside);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  expect(target.output).toBe("");
}

/** One line on standard error, and nothing in the folder. */
function expectRefusal(
  { status, stdout, stderr }: Outcome,
  exitCode: number,
  message: string | RegExp,
): void {
  const lines = stderr.trim().split("\n");
  expect(lines.at(-1)).toMatch(message);
  expect({ status, stdout, files: readdirSync(folder) }).toEqual({ status: exitCode, stdout: "", files: [] });
  // Before it only what says that the dump began.
  expect(lines.length).toBeLessThanOrEqual(3);
}

describe("a process that is none, or none of CPython", () => {
  test.each([
    ["that is not there", "4194303", 3, "there is no process 4194303"],
    ["that cannot be there", "99999999999", 3, "there is no process 99999999999"],
    ["that is a word", "python", 2, "must be an integer of at least 1"],
    ["that is 0", "0", 2, "must be an integer of at least 1"],
    ["that is negative", "--", 2, "missing required argument 'pid'"],
    ["that runs something else", String(process.pid), 3, /not a Python process.*node/],
  ])("%s", async (_, pid, exitCode, message) => {
    expectRefusal(await attach([pid], { cwd: folder }), exitCode, message);
  });

  test("a zombie", async () => {
    const script =
      "import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\nprint(pid, flush=True)\ntime.sleep(60)";
    const parent = spawn(newest.path, ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = await new Promise<string>((resolve) =>
      parent.stdout.once("data", (data) => resolve(`${data}`)),
    );
    try {
      const state = () => readFileSync(`/proc/${Number(pid)}/stat`, "utf8").split(") ")[1]?.[0];
      await expect.poll(state).toBe("Z");
      expectRefusal(await attach([pid.trim()], { cwd: folder }), 3, "is a zombie");
    } finally {
      parent.kill("SIGKILL");
    }
  });
});

describe("a process that does not allow it", () => {
  test("one that is traced already", async () => {
    await start("states.py", "read");
    const tracer = await Target.start(newest.path, "tracer.py", { args: [String(target.pid)] });
    try {
      const outcome = await attach([target.pid], { cwd: folder });
      expectRefusal(outcome, 3, `is traced already, by process ${tracer.pid} (python`);
    } finally {
      await tracer.kill();
    }
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });

  test("one that is stopped stays so, and takes no script", async () => {
    await start("states.py", "read");
    process.kill(target.pid, "SIGSTOP");
    expectRefusal(
      await attach([target.pid, "--mode", "python"], { cwd: folder }),
      3,
      /is stopped \(SIGSTOP\); .*kill -CONT/,
    );
    expect(readFileSync(`/proc/${target.pid}/status`, "utf8")).toMatch(/^State:\tT/m);
    process.kill(target.pid, "SIGCONT");
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });

  test("one that this user may not trace", async () => {
    await start("states.py", "read");
    // Without capabilities root may not trace who has some, and nobody else may trace root's.
    const root = process.getuid?.() === 0;
    const through = root ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
    const pid = root ? target.pid : 1;
    expectRefusal(await attach([pid], { cwd: folder, through }), 3, /may not be attached.*CAP_SYS_PTRACE/);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });
});

test("a main thread that holds the GIL in a system call comes to no safe point", async () => {
  await start("states.py", "holding");
  await unharmed(async () => {
    const outcome = await attach([target.pid, "--mode", "python", "--timeout", "0.5"], { cwd: folder });
    expectRefusal(outcome, 4, /no safe point within 0.5 s: the main thread .*poll/);
  });
});

describe("a place that takes no dump", () => {
  test.each([
    ["no folder", "none/heap.bin", 2, "there is no folder none"],
    ["a folder", "folder", 2, "is a folder; name a file in it"],
    [
      "a full device",
      "/dev/full",
      4,
      /\/dev\/full: no space is left on the device; process \d+ keeps running/,
    ],
  ])("%s", async (_, file, exitCode, message) => {
    await start("heap.py", "100000");
    mkdirSync(join(folder, "folder"));
    await unharmed(async () => {
      const { status, stderr } = await attach([target.pid, "-o", file], { cwd: folder });
      expect(stderr).toMatch(message);
      expect({ status, files: readdirSync(folder) }).toEqual({ status: exitCode, files: ["folder"] });
    });
  });

  test("a target that has no descriptor left", async () => {
    await start("states.py", "no_descriptors");
    await unharmed(async () => {
      expectRefusal(
        await attach([target.pid, "--mode", "python"], { cwd: folder }),
        4,
        /Too many open files/,
      );
    });
  });
});

test.each([
  [["--mode", "gdb"], "Allowed choices are fork, stop, python."],
  [["--content", "-1"], "must be an integer of at least 0"],
  [["--content", "1048577"], "It must be at most 1048576."],
  [["--timeout", "0"], "It must be a number of seconds, above 0, at most 86400."],
  [["--timeout", "soon"], "It must be a number of seconds, above 0, at most 86400."],
])("%j is a usage error", async (args, message) => {
  const { status, stderr } = await attach([process.pid, ...args], { cwd: folder });
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

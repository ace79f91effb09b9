// Everything that cannot be dumped: the exit code, a sentence that helps, no file, and a target as before.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Outcome } from "../support/cli.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, Target } from "../support/target.js";

async function start(workspace: CaptureWorkspace, program: string, ...args: string[]): Promise<Target> {
  return workspace.startTarget(newest.path, program, { args });
}

async function unharmed(target: Target, action: () => Promise<unknown>): Promise<void> {
  const outside = await settledView(target.pid);
  await action();
  await expect.poll(() => outsideView(target.pid), { timeout: 20_000 }).toEqual(outside);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  expect(target.output).toBe("");
}

/** One line on standard error, and nothing in the folder. */
function expectRefusal(
  workspace: CaptureWorkspace,
  { status, stdout, stderr }: Outcome,
  exitCode: number,
  message: string | RegExp,
): void {
  const lines = stderr.trim().split("\n");
  expect(lines.at(-1)).toMatch(message);
  expect({ status, stdout, files: readdirSync(workspace.folder) }).toEqual({
    status: exitCode,
    stdout: "",
    files: [],
  });
  // Before it only what says that the dump began.
  expect(lines.length).toBeLessThanOrEqual(3);
}

describe("a process that is none, or none of CPython", () => {
  test.for<[string, string, number, string | RegExp]>([
    ["that is not there", "4194303", 3, "there is no process 4194303"],
    ["that cannot be there", "99999999999", 3, "there is no process 99999999999"],
    ["that is a word", "python", 2, "must be an integer of at least 1"],
    ["that is 0", "0", 2, "must be an integer of at least 1"],
    ["that is negative", "--", 2, "missing required argument 'pid'"],
    ["that runs something else", String(process.pid), 3, /not a Python process.*node/],
  ])("%s", async ([_, pid, exitCode, message], { workspace }) => {
    expectRefusal(workspace, await workspace.attach([pid]), exitCode, message);
  });

  test("a zombie", async ({ workspace }) => {
    const script =
      "import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\nprint(pid, flush=True)\ntime.sleep(60)";
    const parent = spawn(newest.path, ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = await new Promise<string>((resolve) =>
      parent.stdout.once("data", (data) => resolve(`${data}`)),
    );
    try {
      const state = () => readFileSync(`/proc/${Number(pid)}/stat`, "utf8").split(") ")[1]?.[0];
      await expect.poll(state, { timeout: 20_000 }).toBe("Z");
      expectRefusal(workspace, await workspace.attach([pid.trim()]), 3, "is a zombie");
    } finally {
      parent.kill("SIGKILL");
    }
  });
});

describe("a process that does not allow it", () => {
  test("one that is traced already", async ({ workspace }) => {
    const target = await start(workspace, "states.py", "read");
    const tracer = await Target.start(newest.path, "tracer.py", { args: [String(target.pid)] });
    try {
      const outcome = await workspace.attach([target.pid]);
      expectRefusal(workspace, outcome, 3, `is traced already, by process ${tracer.pid} (python`);
    } finally {
      await tracer.kill();
    }
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });

  test("one that is stopped stays so, and takes no script", async ({ workspace }) => {
    const target = await start(workspace, "states.py", "read");
    process.kill(target.pid, "SIGSTOP");
    expectRefusal(
      workspace,
      await workspace.attach([target.pid, "--mode", "python"]),
      3,
      /is stopped \(SIGSTOP\); .*kill -CONT/,
    );
    expect(readFileSync(`/proc/${target.pid}/status`, "utf8")).toMatch(/^State:\tT/m);
    process.kill(target.pid, "SIGCONT");
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });

  // 3.14 and newer know the variable.
  const disabling = interpreters.filter(({ minor }) => Number(minor.split(".")[1]) >= 14);
  test.for(disabling)(
    "one that does not allow code from outside: $version",
    async ({ path }, { workspace }) => {
      const target = await workspace.startTarget(path, "states.py", {
        args: ["busy"],
        env: { PYTHON_DISABLE_REMOTE_DEBUG: "1" },
      });
      await unharmed(target, async () => {
        const outcome = await workspace.attach([target.pid, "--mode", "python"]);
        expectRefusal(workspace, outcome, 3, /PYTHON_DISABLE_REMOTE_DEBUG.*use --mode fork/);
      });
      expect(await workspace.attach([target.pid, "--mode", "fork"])).toMatchObject({ status: 0 });
    },
  );

  test("a tool that may open few files", async ({ workspace }) => {
    const target = await start(workspace, "states.py", "read");
    // Of all of these, some suffice to look at a process.
    for (let limit = 20; limit <= 48; limit += 4) {
      const outcome = await workspace.attach([target.pid, "-o", "few.bin"], {
        through: ["prlimit", `--nofile=${limit}`],
      });
      if (outcome.status === 0) rmSync(workspace.path("few.bin"));
      else expectRefusal(workspace, outcome, 3, /may not open enough files \(ulimit -n\)/);
    }
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });

  test("one without memory for a script", async ({ workspace }) => {
    const target = await start(workspace, "states.py", "read");
    const kilobytes = /^VmSize:\s*(\d+)/m.exec(readFileSync(`/proc/${target.pid}/status`, "utf8"))?.[1];
    execFileSync("prlimit", [`--pid=${target.pid}`, `--as=${(Number(kilobytes) + 2000) * 1024}`]);
    await unharmed(target, async () => {
      const outcome = await workspace.attach([target.pid, "--mode", "python"]);
      expectRefusal(workspace, outcome, 4, /no memory left for (it|the script)/);
    });
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });

  test.for(["fork", "stop", "python"])("one in strict seccomp, in %s mode", async (mode, { workspace }) => {
    const target = await start(workspace, "strict.py");
    expectRefusal(
      workspace,
      await workspace.attach([target.pid, "--mode", mode]),
      3,
      /seccomp's strict mode: the kernel kills it/,
    );
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });

  test("one that this user may not trace", async ({ workspace }) => {
    const target = await start(workspace, "states.py", "read");
    // Without capabilities root may not trace who has some, and nobody else may trace root's.
    const root = process.getuid?.() === 0;
    const through = root ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
    const pid = root ? target.pid : 1;
    expectRefusal(
      workspace,
      await workspace.attach([pid], { through }),
      3,
      /may not be attached.*CAP_SYS_PTRACE/,
    );
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });
});

test("a main thread that holds the GIL in a system call comes to no safe point", async ({ workspace }) => {
  const target = await start(workspace, "states.py", "holding");
  await unharmed(target, async () => {
    const outcome = await workspace.attach([target.pid, "--mode", "python", "--timeout", "0.5"]);
    expectRefusal(workspace, outcome, 4, /no safe point within 0.5 s: the main thread .*poll/);
  });
});

describe("a place that takes no dump", () => {
  test.for<[string, string, number, string | RegExp]>([
    ["no folder", "none/heap.bin", 2, "there is no folder none"],
    ["a folder", "folder", 2, "is a folder; give a file in it"],
    [
      "a full device",
      "/dev/full",
      4,
      /\/dev\/full: no space is left on the device; process \d+ keeps running/,
    ],
  ])("%s", async ([_, file, exitCode, message], { workspace }) => {
    const target = await start(workspace, "heap.py", "100000");
    mkdirSync(workspace.path("folder"));
    await unharmed(target, async () => {
      const { status, stderr } = await workspace.attach([target.pid, "-o", file]);
      expect(stderr).toMatch(message);
      expect({ status, files: readdirSync(workspace.folder) }).toEqual({
        status: exitCode,
        files: ["folder"],
      });
    });
  });

  test("a target that has no descriptor left", async ({ workspace }) => {
    const target = await start(workspace, "states.py", "no_descriptors");
    await unharmed(target, async () => {
      expectRefusal(
        workspace,
        await workspace.attach([target.pid, "--mode", "python"]),
        4,
        /Too many open files/,
      );
    });
  });
});

test.for<[string[], string]>([
  [["--mode", "gdb"], "Allowed choices are fork, stop, python."],
  [["--content", "-1"], "must be an integer of at least 0"],
  [["--content", "1048577"], "must be at most 1048576"],
  [["--timeout", "0"], "must be a number of seconds, above 0 and at most 86400"],
  [["--timeout", "soon"], "must be a number of seconds, above 0 and at most 86400"],
])("%j is a usage error", async ([args, message], { workspace }) => {
  const { status, stderr } = await workspace.attach([process.pid, ...args]);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

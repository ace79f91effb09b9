// tracemalloc in a running process: what heapdump says of it without touching it, and what it starts and stops.
import { describe, expect } from "vitest";
import { canCrashAtStop } from "../../src/model/tracing.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";
import { expectedWork, outsideView, type Target } from "../support/target.js";

const PROGRAM = "allocation_sites.py";

function trace(workspace: CaptureWorkspace, target: Target, ...args: string[]) {
  return workspace.run(["trace", String(target.pid), ...args]);
}

/** What is said in JSON, of a command that succeeds and says nothing else. */
function told(workspace: CaptureWorkspace, target: Target, ...args: string[]) {
  const { status, stdout, stderr } = trace(workspace, target, "--json", ...args);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: "" });
  const { pid, tracing, frames, changed, unknown } = JSON.parse(stdout);
  expect({ pid, unknown }).toEqual({ pid: target.pid, unknown: null });
  return { tracing, frames, changed };
}

async function ask(target: Target, ...commands: string[]): Promise<void> {
  for (const command of commands) expect(await target.ask(command)).toBe("done");
}

async function expectWorking(target: Target): Promise<void> {
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
}

const OFF = { tracing: false, frames: 0 };
const on = (frames: number) => ({ tracing: true, frames });

describe.each(interpreters)("CPython $version ($library)", ({ path, version }) => {
  test("tracing begins, ends, and leaves the program as it was", async ({ workspace }) => {
    const target = await workspace.startTarget(path, PROGRAM);
    const [facts, view] = [await target.ask("facts"), outsideView(target.pid)];
    await ask(target, "make 3");
    expect(told(workspace, target)).toEqual({ ...OFF, changed: false });
    expect(told(workspace, target, "--off")).toEqual({ ...OFF, changed: false });
    expect(told(workspace, target, "--on", "--frames", "3")).toEqual({ ...on(3), changed: true });
    expect(told(workspace, target, "--on", "--frames", "7")).toEqual({ ...on(3), changed: false });
    expect(told(workspace, target, "--status")).toEqual({ ...on(3), changed: false });
    await ask(target, "make 4");
    await expectWorking(target);
    const dumped = await workspace.attach([target.pid, "--json", "-o", "heap.bin"]);
    expect(JSON.parse(dumped.stdout).sites).toBe(true);
    const { columns, rows } = workspace.json(
      "sql",
      "heap.bin",
      `SELECT count(*) AS all_, count(site_id) AS traced FROM object
        WHERE type = (SELECT id FROM type WHERE name = '__main__.Slotted')`,
    );
    expect({ columns, rows }).toEqual({ columns: ["all_", "traced"], rows: [[7, 4]] });
    expect(told(workspace, target, "--off")).toEqual({ ...OFF, changed: true });
    expect(told(workspace, target)).toEqual({ ...OFF, changed: false });
    await expectWorking(target);
    expect(await target.ask("facts")).toEqual(facts);
    expect(outsideView(target.pid)).toEqual(view);
  });

  test("what the program itself traces is not ended unasked", async ({ workspace }) => {
    const target = await workspace.startTarget(path, PROGRAM);
    await ask(target, "start 2");
    expect(told(workspace, target, "--on")).toEqual({ ...on(2), changed: false });
    const { status, stderr } = trace(workspace, target, "--off");
    expect(status).toBe(2);
    expect(stderr).toMatch(/began to trace by itself .* --yes/);
    expect(told(workspace, target)).toEqual({ ...on(2), changed: false });
    expect(told(workspace, target, "--off", "--yes")).toEqual({ ...OFF, changed: true });
    await expectWorking(target);
  });

  test("tracing does not end beside other threads where that can crash", async ({ workspace }) => {
    const target = await workspace.startTarget(path, PROGRAM);
    await ask(target, "churn", "churn");
    expect(told(workspace, target, "--on")).toEqual({ ...on(5), changed: true });
    const { status, stderr } = trace(workspace, target, "--off");
    const refused = { status: 2, why: true };
    expect({ status, why: /3 threads.*issue 128679/.test(stderr) }).toEqual(
      canCrashAtStop(version) ? refused : { status: 0, why: false },
    );
    expect(told(workspace, target)).toMatchObject(canCrashAtStop(version) ? on(5) : OFF);
    await expectWorking(target);
  });
});

test("a trace that the program has begun again is its own", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, PROGRAM);
  expect(told(workspace, target, "--on", "--frames", "4")).toEqual({ ...on(4), changed: true });
  await ask(target, "stop", "start 2");
  expect(trace(workspace, target, "--off").status).toBe(2);
});

test("a process that is stopped can be asked, and not told", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, PROGRAM);
  process.kill(target.pid, "SIGSTOP");
  expect(told(workspace, target)).toEqual({ ...OFF, changed: false });
  const { status, stderr } = trace(workspace, target, "--on");
  expect(status).toBe(3);
  expect(stderr).toMatch(/is stopped \(SIGSTOP\)/);
  process.kill(target.pid, "SIGCONT");
  await expectWorking(target);
});

test("before it begins it says what it costs", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, PROGRAM);
  const { stdout, stderr } = trace(workspace, target, "--on", "--frames", "1");
  expect(stderr).toMatch(/^heapdump: tracing 1 frame costs process \d+ 0\.3 to 1\.3 µs for each allocation/);
  expect(stdout).toContain(`heapdump trace ${target.pid} --off`);
});

// A container that is nearly full: the target lives, whatever becomes of the snapshot.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { HeadroomGauge } from "../../src/capture/memory/headroom.js";
import { MemoryWatchdog } from "../../src/capture/memory/watchdog.js";
import type { MemoryShortage } from "../../src/model/memory.js";
import { shortageText } from "../../src/view/memory-plan.js";
import { attach } from "../support/attach.js";
import { LimitedCgroup } from "../support/cgroup.mjs";
import { newest } from "../support/interpreters.js";
import { expectedWork, settledView, Target } from "../support/target.js";

const MIB = 2 ** 20;
const HEAP_MIB = 150;
const possible = LimitedCgroup.create(HEAP_MIB * MIB);
if (typeof possible === "string") {
  console.log(`The tests of a full container are left out: this machine lets us make no cgroup: ${possible}`);
} else possible.remove();
const inCgroup = test.skipIf(typeof possible === "string");

let cgroup: LimitedCgroup | undefined;
let target: Target | undefined;
afterEach(async () => {
  for (const pid of cgroup?.processes ?? []) if (pid !== target?.pid) process.kill(pid, "SIGKILL");
  await target?.kill();
  await expect.poll(() => cgroup?.processes ?? [], { timeout: 20_000 }).toEqual([]);
  cgroup?.remove();
  cgroup = target = undefined;
});

/** A target of about 200 MiB that has this much left. */
async function start(room: number, ...more: string[]): Promise<Target> {
  const made = LimitedCgroup.create(2000 * MIB);
  if (typeof made === "string") throw new Error(made);
  cgroup = made;
  target = await Target.start(newest.path, "rewrites.py", {
    args: [String(HEAP_MIB), ...more],
    through: ["sh", "-c", `echo $$ > ${made.processFile}; exec "$@"`, "sh"],
  });
  made.limit(made.usage + room);
  return target;
}

inCgroup("the headroom is that of the cgroup, and falls with what its processes take", async () => {
  const { pid } = await start(100 * MIB);
  const { bytes = 0, limit } = new HeadroomGauge(pid).headroom() ?? {};
  expect(limit?.cgroup).toContain(cgroup?.path);
  expect(Math.abs(bytes - 100 * MIB)).toBeLessThan(20 * MIB);
});

inCgroup("a snapshot that has no room is refused before anything is touched, with the way out", async () => {
  const { pid } = await start(30 * MIB);
  const folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
  try {
    const outside = await settledView(pid);
    const { status, stdout, stderr } = await attach([pid, "--mode", "fork"], { cwd: folder });
    expect({ status, stdout, files: readdirSync(folder) }).toEqual({ status: 4, stdout: "", files: [] });
    expect(stderr).toMatch(
      /^heapdump: process \d+ was not touched: a snapshot in fork mode needs \d+\.\d MiB and 32\.0 MiB in reserve, but only .* of .* \(memory\.\w+ of the cgroup .*\) are left; --mode stop needs .*\n$/,
    );
    expect(await settledView(pid)).toEqual(outside);
    expect(await target?.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

inCgroup.each([20, 60])("a script that has no room in %i MiB is refused, too", async (room) => {
  const { pid } = await start(room * MIB);
  const outside = await settledView(pid);
  const { status, stderr } = await attach([pid, "--mode", "python", "-o", "/dev/null"], { cwd: "/" });
  expect(status).toBe(4);
  expect(stderr).toMatch(/was not touched: a script in python mode needs .* are left; --mode stop needs /);
  expect(await settledView(pid)).toEqual(outside);
  expect(await target?.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
});

inCgroup("a script for whose largest list there is no room is given up", async () => {
  const { pid } = await start(120 * MIB, "ints");
  const { status, stderr } = await attach([pid, "--mode", "python", "-o", "/dev/null"], { cwd: "/" });
  expect({ status, stderr }).toEqual({
    status: 4,
    stderr: expect.stringMatching(
      /was not dumped: memory is short for one object with 3750000 references; it keeps running\n$/,
    ),
  });
  expect(await target?.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
});

inCgroup(
  "a target that writes to all of its pages near its limit lives, and the snapshot is given up",
  async () => {
    const started = await start(60 * MIB);
    expect(await started.ask("rewrite")).toBe("rewriting");
    const { status, stdout, stderr } = await attach([started.pid, "--mode", "fork", "-o", "/dev/null"], {
      cwd: "/",
    });
    expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
    expect(stderr).toMatch(/^heapdump: memory is short: the snapshot needs /m);
    // Either the tool ended the copy or, on a machine that did not let it look in time, the kernel did.
    expect(stderr).toMatch(
      /: only .* of .* were left in the container, so the dump was given up; it keeps running|was killed/,
    );
    expect(await started.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
    expect(cgroup?.processes).toEqual([started.pid]);
  },
);

inCgroup("stop mode takes what was planned, where memory is filled as soon as it is mapped", async () => {
  const { pid } = await start(24 * MIB, "locked");
  const outside = await settledView(pid);
  const { status, stderr } = await attach([pid, "--mode", "stop", "-o", "/dev/null"], { cwd: "/" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining("given up") });
  expect(await settledView(pid)).toEqual(outside);
  expect(await target?.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
});

inCgroup("the watchdog tells when memory is short, and the target goes on", async () => {
  const started = await start(100 * MIB);
  expect(await started.ask("rewrite")).toBe("rewriting");
  let reason: MemoryShortage | undefined;
  // On a machine that does not let it look in time the kernel ends the copy first, and memory is back.
  for (let round = 0; round < 5 && reason === undefined; round++) {
    let copy: number | undefined;
    const end = () => copy !== undefined && process.kill(copy, "SIGKILL");
    const watchdog = new MemoryWatchdog(started.pid, (told) => {
      reason = told;
      end();
    });
    copy = Number(await started.ask("fork"));
    if (reason !== undefined) end();
    expect(await started.ask("reap")).toBe(9);
    watchdog.stop();
  }
  expect(reason && shortageText(started.pid, reason)).toMatch(
    /: only \d+\.\d MiB of .* were left in the container, so the dump was given up; it keeps running$/,
  );
  expect(await started.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
});

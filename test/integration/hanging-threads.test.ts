// A thread in an uninterruptible sleep: the others are not held for it, and the dump is taken all the same. A fork that
// waits for a thread of the program: all are let go, and the dump is refused.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { oldestAndNewest } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

const children = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/children`, "utf8").split(" ").filter(Boolean),
  );

describe.each(oldestAndNewest)("CPython $version ($library)", ({ path }) => {
  test.for(["other", "main"])("%s thread", async (which, { workspace }) => {
    const target = await workspace.startTarget(path, "hanging.py", { args: [which] });
    const before = [await settledView(target.pid), children(target.pid)];
    for (const mode of ["fork", "stop"]) {
      await target.ask("gap");
      const args = [target.pid, "--mode", mode, "--timeout", 20, "--json", "-o", `${mode}.bin`];
      const { status, stdout, stderr } = await workspace.attach(args);
      expect({ mode, status, stderr }).toEqual({ mode, status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ mode, consistent: true });
      // A stop lasts milliseconds; the time-out is twenty seconds.
      expect(await target.ask("gap")).toBeLessThan(5);
      expect([await settledView(target.pid), children(target.pid)]).toEqual(before);
    }
    expect(await target.ask("release")).toBe("released");
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  });

  test.for(["fork", "stop"])(
    "one that comes out while the main thread waits for the GIL, %s",
    async (mode, { workspace }) => {
      const target = await workspace.startTarget(path, "vforks.py");
      // Longer than the tool waits for a safe point.
      const seconds = 3.4;
      expect(await target.ask(`hang ${seconds}`)).toBe("hangs");
      const [hung, { status, stderr }] = await Promise.all([
        target.next(),
        workspace.attach([target.pid, "--mode", mode, "--timeout", 20, "--json", "-o", "h.bin"]),
      ]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(hung).toBeLessThan(seconds + 3);
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
    },
  );

  test.runIf(process.getuid?.() === 0)("a program that has to hear of its forks", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "userfault.py");
    const before = [await settledView(target.pid), children(target.pid)];
    const { status, stderr } = await workspace.attach([target.pid, "-o", "h.bin"]);
    expect(stderr).toMatch(/the clone of the target waits for a thread of it/);
    expect(status).toBe(4);
    expect(await target.ask("heard")).toBeGreaterThan(0);
    await expect.poll(() => children(target.pid), { timeout: 20_000 }).toEqual([]);
    expect([await settledView(target.pid), children(target.pid)]).toEqual(before);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
    const stopped = await workspace.attach([target.pid, "--mode", "stop", "--json", "-o", "h.bin"]);
    expect(stopped).toMatchObject({ status: 0 });
    // Who reads what the program fills itself waits for it, and the program for him.
    expect(JSON.parse(stopped.stdout).pause_ms).toBeLessThan(1500);
    expect([await settledView(target.pid), children(target.pid)]).toEqual(before);
  });

  test("a program whose forks do not get the code of libc", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "dontfork.py");
    const before = [await settledView(target.pid), children(target.pid)];
    const { status, stderr } = await workspace.attach([target.pid, "-o", "h.bin"]);
    expect(stderr).toMatch(/code that is not inherited, MADV_DONTFORK/);
    expect(status).toBe(4);
    await expect.poll(() => children(target.pid), { timeout: 20_000 }).toEqual([]);
    expect([await settledView(target.pid), children(target.pid)]).toEqual(before);
    expect(await workspace.attach([target.pid, "--mode", "stop", "-o", "h.bin"])).toMatchObject({
      status: 0,
    });
    expect([await settledView(target.pid), children(target.pid)]).toEqual(before);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  });
});

// What a program could notice of a dump, and what it could lose by it.
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attach, startAttach } from "../support/attach.js";
import { interpreters } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";
import { expectedWork } from "../support/target.js";

const cases = interpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, { path, version }) => {
  const minor = Number(version.split(".")[1]);

  test("no hook, no stream and no method of the program sees it", async () => {
    await startTarget(path, "watcher.py");
    expect(await target.ask("seen")).toEqual([]);
    const { status, stderr } = await attach([target.pid, "--mode", "python", "--json", "-o", "seen.bin"], {
      cwd: folder,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await target.ask("seen")).toEqual([]);
    expect(target.output).toBe("");
  });

  test.each(["busy", "select"])("an exception of a signal handler is not lost (%s)", async (state) => {
    await startTarget(path, "signals.py", { args: [state] });
    const file = join(folder, `${version}-${state}.bin`);
    const attaching = startAttach([target.pid, "--mode", "python", "--json", "-o", file], { cwd: folder });
    // In the midst of the dump: some of it has been written.
    const size = () => statSync(`${file}.partial`, { throwIfNoEntry: false })?.size ?? 0;
    await expect.poll(size, { timeout: 20_000, interval: 5 }).toBeGreaterThan(100_000);
    process.kill(target.pid, "SIGUSR1");
    const { status, stderr } = await attaching.done;
    expect(status).toBe(4);
    expect(stderr).toMatch(/signal handler of the target|exception of the program/);
    await expect.poll(() => target.ask("caught"), { timeout: 5000 }).toEqual({ caught: 1 });
    expect(await target.ask("work 5000")).toMatchObject({ result: expectedWork(5000), errors: 0 });
  });

  test("an asyncio program goes on awaiting", async () => {
    await startTarget(path, "awaits.py");
    for (let i = 0; i < 2; i++) {
      const { status, stderr } = await attach(
        [target.pid, "--mode", "python", "--json", "-o", "awaits.bin"],
        { cwd: folder },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const rounds = async () => ((await target.ask("work 5000")) as { rounds: number }).rounds;
      const before = await rounds();
      await expect.poll(rounds, { timeout: 10_000 }).toBeGreaterThan(before + 20);
    }
    expect(await target.ask("work 5000")).toMatchObject({ result: expectedWork(5000), errors: 0 });
    // Its end goes through all that it kept.
    expect(await target.ask("leave")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });

  test("several interpreters", async () => {
    await startTarget(path, "interpreters.py");
    const { status, stderr } = await attach([target.pid, "--mode", "python", "--json", "-o", "several.bin"], {
      cwd: folder,
    });
    if (minor < 12) {
      expect(status).toBe(3);
      expect(stderr).toMatch(/several interpreters/);
    } else {
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    expect(await target.ask("work 5000")).toMatchObject({ result: expectedWork(5000) });
  });
});

// What a program could notice of a dump, and what it could lose by it.
import { statSync } from "node:fs";
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork, type Target } from "../support/target.js";

const pythonMode = ({ pid }: Target, file: string) => [pid, "--mode", "python", "--json", "-o", file];

describe.each(interpreters)("CPython $version ($library)", ({ path, version }) => {
  const minor = Number(version.split(".")[1]);

  test("no hook, no stream and no method of the program sees it", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "watcher.py");
    expect(await target.ask("seen")).toEqual([]);
    const { status, stderr } = await workspace.attach(pythonMode(target, "seen.bin"));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await target.ask("seen")).toEqual([]);
    expect(target.output).toBe("");
  });

  test("no object and no type stays in it", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "inventory.py");
    // What the question makes itself is there before.
    await target.ask("inventory");
    const before = await target.ask("inventory");
    const { status, stderr } = await workspace.attach(pythonMode(target, "kept.bin"));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await target.ask("inventory")).toEqual(before);
  });

  test.for(["busy", "select"])(
    "an exception of a signal handler is not lost (%s)",
    async (state, { workspace }) => {
      const target = await workspace.startTarget(path, "signals.py", { args: [state] });
      const file = workspace.path(`${version}-${state}.bin`);
      const attaching = workspace.startAttach(pythonMode(target, file));
      // In the midst of the dump: some of it has been written.
      const size = () => statSync(`${file}.partial`, { throwIfNoEntry: false })?.size ?? 0;
      await expect.poll(size, { timeout: 20_000, interval: 5 }).toBeGreaterThan(100_000);
      process.kill(target.pid, "SIGUSR1");
      const { status, stderr } = await attaching.done;
      expect(status).toBe(4);
      expect(stderr).toMatch(/signal handler of the target|exception of the program/);
      await expect.poll(() => target.ask("caught"), { timeout: 20_000 }).toEqual({ caught: 1 });
      expect(await target.ask("work 5000")).toMatchObject({ result: expectedWork(5000), errors: 0 });
    },
  );

  test("an asyncio program goes on awaiting", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "awaits.py");
    for (let i = 0; i < 2; i++) {
      const { status, stderr } = await workspace.attach(pythonMode(target, "awaits.bin"));
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const rounds = async () => ((await target.ask("work 5000")) as { rounds: number }).rounds;
      const before = await rounds();
      await expect.poll(rounds, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    }
    expect(await target.ask("work 5000")).toMatchObject({ result: expectedWork(5000), errors: 0 });
    // Its end goes through all that it kept.
    expect(await target.ask("leave")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });

  test("several interpreters", async ({ workspace }) => {
    const target = await workspace.startTarget(path, "interpreters.py");
    const { status, stderr } = await workspace.attach(pythonMode(target, "several.bin"));
    if (minor < 12) {
      expect(status).toBe(3);
      expect(stderr).toMatch(/several interpreters/);
    } else {
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    expect(await target.ask("work 5000")).toMatchObject({ result: expectedWork(5000) });
  });
});

// Targets in the places where services run: containers, other users, no files, no streams, under load.
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import { interpreters, newest } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";
import { expectedWork, outsideView, settledView, type TargetOptions } from "../support/target.js";

const ends = [...new Set([interpreters[0], newest])].flatMap((found) => found ?? []);

async function dumpsUnharmed(python: string, state: string, options: TargetOptions = {}): Promise<void> {
  await startTarget(python, "states.py", { args: [state, folder], ...options });
  const facts = await target.ask("facts");
  const outside = await settledView(target.pid);
  for (const mode of ["fork", "python"]) {
    const args = [target.pid, "--mode", mode, "--json", "-o", "h.bin"];
    const { status, stderr, stdout } = await attach(args, { cwd: folder });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ mode });
    expect(JSON.parse(stdout).objects).toBeGreaterThan(10_000);
    await expect.poll(() => outsideView(target.pid), { timeout: 5000 }).toEqual(outside);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  }
  expect(await target.ask("facts")).toEqual(facts);
  expect(target.output).toBe("");
}

describe.each(ends.map(({ version, path }) => [version, path] as const))("CPython %s", (_, python) => {
  test("without standard streams, whose numbers are free", async () => {
    await dumpsUnharmed(python, "read", { streams: "none" });
    await dumpsUnharmed(python, "busy", { streams: "none" });
  });

  test("an asyncio server answers every request before, during and after", async () => {
    await startTarget(python, "server.py");
    const { port } = target.first as { port: number };
    let over = false;
    const client = async (number: number): Promise<number> => {
      const socket = connect(port, "127.0.0.1");
      const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
      let answered = 0;
      for (; !over || answered < 3; answered++) {
        const rounds = 100 + number;
        socket.write(`${rounds}\n`);
        expect((await lines.next()).value).toBe(String(expectedWork(rounds)));
      }
      socket.end();
      return answered;
    };
    const clients = [1, 2, 3, 4, 5].map(client);
    for (let i = 0; i < 3; i++) {
      expect(await attach([target.pid, "-o", "h.bin"], { cwd: folder })).toMatchObject({ status: 0 });
    }
    over = true;
    for (const answered of await Promise.all(clients)) expect(answered).toBeGreaterThanOrEqual(3);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
    expect(target.output).toBe("");
  });
});

const READ_ONLY = [
  "mount --make-rprivate / && mount -o remount,bind,ro /",
  // A checkout in a temporary folder must stay in sight; it is read-only like everything.
  "for folder in /tmp /var/tmp /dev/shm; do",
  "  case $PWD in $folder/*) ;; *) mount -t tmpfs -o ro none $folder ;; esac",
  "done",
  'cd / && exec "$@"',
].join("\n");

describe.runIf(process.getuid?.() === 0)("a target", () => {
  test.each([
    [
      "in namespaces of its own, as pid 1",
      ["unshare", "--pid", "--fork", "--mount-proc", "--net", "--ipc", "--uts"],
    ],
    ["in a user namespace", ["unshare", "--user", "--map-root-user", "--pid", "--fork"]],
  ])("%s", async (_, through) => {
    await dumpsUnharmed(newest.path, "read", { through });
  });

  test("whose file system is read-only, temporary folders and all", async () => {
    const through = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh"];
    await dumpsUnharmed(newest.path, "read_only", { through });
  });

  test.each(["other_user", "chrooted"])("%s", async (state) => {
    await dumpsUnharmed(newest.path, state);
  });
});

test("many dumps in a row leave the target as it was", async () => {
  await startTarget(newest.path, "states.py", { args: ["churn"] });
  const resident = () =>
    Number(
      /^Rss:\s+(\d+)/m.exec(spawnSync("cat", [`/proc/${target.pid}/smaps_rollup`]).stdout.toString())?.[1],
    );
  const dump = async () =>
    expect(await attach([target.pid, "-o", "h.bin"], { cwd: folder })).toMatchObject({ status: 0 });
  await dump();
  await dump();
  const facts = await target.ask("facts");
  const outside = await settledView(target.pid);
  // What dumps leave comes with every eight of them; what the program itself takes now and then does not. Eight that
  // each left a quarter of a MiB would be above.
  let grown = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4 && grown >= 2048; round++) {
    const before = resident();
    for (let i = 0; i < 8; i++) await dump();
    expect(await target.ask("facts")).toEqual(facts);
    await expect.poll(() => outsideView(target.pid), { timeout: 5000 }).toEqual(outside);
    grown = resident() - before;
  }
  expect(grown).toBeLessThan(2048);
});

// Targets in the places where services run: containers, other users, no files, no streams, under load.
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { newest, oldestAndNewest } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, type TargetOptions } from "../support/target.js";

async function dumpsUnharmed(
  workspace: CaptureWorkspace,
  python: string,
  state: string,
  options: TargetOptions = {},
): Promise<void> {
  const target = await workspace.startTarget(python, "states.py", {
    args: [state, workspace.folder],
    ...options,
  });
  const facts = await target.ask("facts");
  const outside = await settledView(target.pid);
  for (const mode of ["fork", "python"]) {
    const args = [target.pid, "--mode", mode, "--json", "-o", "h.bin"];
    const { status, stderr, stdout } = await workspace.attach(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ mode });
    expect(JSON.parse(stdout).objects).toBeGreaterThan(10_000);
    await expect.poll(() => outsideView(target.pid), { timeout: 20_000 }).toEqual(outside);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  }
  expect(await target.ask("facts")).toEqual(facts);
  expect(target.output).toBe("");
}

describe.each(oldestAndNewest)("CPython $version", ({ path: python }) => {
  test("without standard streams, whose numbers are free", async ({ workspace }) => {
    await dumpsUnharmed(workspace, python, "read", { streams: "none" });
    await dumpsUnharmed(workspace, python, "busy", { streams: "none" });
  });

  test("an asyncio server answers every request before, during and after", async ({ workspace }) => {
    const target = await workspace.startTarget(python, "server.py");
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
      expect(await workspace.attach([target.pid, "-o", "h.bin"])).toMatchObject({ status: 0 });
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
  test.for<[string, string[]]>([
    [
      "in namespaces of its own, as pid 1",
      ["unshare", "--pid", "--fork", "--mount-proc", "--net", "--ipc", "--uts"],
    ],
    ["in a user namespace", ["unshare", "--user", "--map-root-user", "--pid", "--fork"]],
  ])("%s", async ([_, through], { workspace }) => {
    await dumpsUnharmed(workspace, newest.path, "read", { through });
  });

  test("whose file system is read-only, temporary folders and all", async ({ workspace }) => {
    const through = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh"];
    await dumpsUnharmed(workspace, newest.path, "read_only", { through });
  });

  test.for(["other_user", "chrooted"])("%s", async (state, { workspace }) => {
    await dumpsUnharmed(workspace, newest.path, state);
  });
});

test("many dumps in a row leave the target as it was", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, "states.py", { args: ["churn"] });
  const resident = () =>
    Number(
      /^Rss:\s+(\d+)/m.exec(spawnSync("cat", [`/proc/${target.pid}/smaps_rollup`]).stdout.toString())?.[1],
    );
  const dump = async () =>
    expect(await workspace.attach([target.pid, "-o", "h.bin"])).toMatchObject({ status: 0 });
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
    await expect.poll(() => outsideView(target.pid), { timeout: 20_000 }).toEqual(outside);
    grown = resident() - before;
  }
  expect(grown).toBeLessThan(2048);
});

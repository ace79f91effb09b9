// `heapdump watch` and `leaks --pid`: dumps of a process that grows, and what leaks in them.
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { newest, oldestAndNewest } from "../support/interpreters.js";
import { expectedWork } from "../support/target.js";

const SUSPECT = { type: "__main__.Session", owner: "sys.modules['__main__'].KEPT" };

const dumpsIn = (workspace: CaptureWorkspace, folder: string) =>
  existsSync(workspace.path(folder))
    ? readdirSync(workspace.path(folder)).filter((name) => name.endsWith(".bin"))
    : [];

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 50));
}

describe.each(oldestAndNewest)("CPython $version ($library)", ({ path: python }) => {
  test.for(["fork", "stop"])("three dumps and an answer, %s", async (mode, { workspace }) => {
    const target = await workspace.startTarget(python, "growing.py", { args: [mode] });
    const watching = workspace.startTool(["watch", target.pid, "--every", "1s", "--mode", mode, "--json"], {
      env: { PATH: process.env.PATH ?? "" },
    });
    const { status, stdout, stderr } = await watching.done;
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(
        /^heapdump: dump 1 of 3: .*\nheapdump: dump 2 of 3: .*\nheapdump: dump 3 of 3: .*\n$/,
      ),
    });
    expect(recordsOf(JSON.parse(stdout))[0]).toMatchObject(SUSPECT);
    const folder = `heap.${target.pid}`;
    expect(statSync(workspace.path(folder)).mode & 0o777).toBe(0o700);
    const dumps = dumpsIn(workspace, folder);
    expect(dumps).toHaveLength(3);
    for (const dump of dumps) expect(statSync(workspace.path(`${folder}/${dump}`)).mode & 0o777).toBe(0o600);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });
});

test("until a suspect is large enough: of the dumps the first and the last ones are kept", async ({
  workspace,
}) => {
  const target = await workspace.startTarget(newest.path, "growing.py", { args: ["until"] });
  const args = ["watch", target.pid, "--every", "1s", "--until", "growth>60MB", "-o", "kept"];
  const { status, stdout, stderr } = await workspace.startTool(args).done;
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("__main__.Session"),
  });
  expect(stderr).toMatch(/heapdump: growth>60MB: it is [\d.]+ MiB\. [\d,]+ __main__.Session objects/);
  const taken = stderr.match(/^heapdump: dump \d+: /gm)?.length ?? 0;
  expect(taken).toBeGreaterThan(3);
  const kept = dumpsIn(workspace, "kept");
  expect(kept).toHaveLength(3);
  expect(stderr).toContain(`dump 1: `);
  expect(stderr.split("\n").find((line) => line.includes("dump 1: "))).toContain(kept.sort()[0]);
  expect(readdirSync(workspace.path("kept")).filter((name) => name.endsWith(".index")).length).toBeLessThan(
    4,
  );
});

test("Ctrl-C leaves what was taken, and an answer", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, "growing.py", { args: ["interrupted"] });
  const watching = workspace.startTool(["watch", target.pid, "--every", "1h", "-o", "kept", "--json"]);
  await until(() => dumpsIn(workspace, "kept").length === 1);
  process.kill(watching.pid, "SIGINT");
  const { status, signal, stdout, stderr } = await watching.done;
  expect({ status, signal, stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/: interrupted\n$/),
  });
  expect(recordsOf(JSON.parse(stdout))[0]).toMatchObject(SUSPECT);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
});

test("a process that takes the place of one that ended is watched", async ({ workspace }) => {
  const first = await workspace.startTarget(newest.path, "growing.py", { args: ["service"] });
  const watching = workspace.startTool(["watch", first.pid, "--every", "3s", "-o", "kept", "--json"]);
  await until(() => dumpsIn(workspace, "kept").length > 0);
  // One of the same command that was there beside it does not follow it either.
  const beside = await workspace.startTarget(newest.path, "growing.py", { args: ["service"] });
  await new Promise((done) => setTimeout(done, 500));
  await first.kill();
  // Another program of another command is not taken for it.
  await workspace.startTarget(newest.path, "growing.py", { args: ["another service"] });
  const second = await workspace.startTarget(newest.path, "growing.py", { args: ["service"] });
  const { status, stdout, stderr } = await watching.done;
  expect({ status, stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`process ${second.pid} has the same command`),
  });
  expect(stderr).not.toContain(`process ${beside.pid} `);
  expect(dumpsIn(workspace, "kept").filter((name) => name.includes(`.${second.pid}.`))).toHaveLength(3);
  expect(recordsOf(JSON.parse(stdout))[0]).toMatchObject(SUSPECT);
});

test("leaks --pid answers, and leaves no dump", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, "growing.py", { args: ["passing"] });
  mkdirSync(workspace.path("temporary"));
  const env = { TMPDIR: workspace.path("temporary") };
  const { status, stdout } = await workspace.startTool(["leaks", "--pid", target.pid, "--every", "1s"], {
    env,
  }).done;
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^(?!.*Next:).*__main__\.Session objects.*KEPT/s),
  });
  expect(readdirSync(workspace.path("temporary"))).toEqual([]);
});

test.for([
  [["watch", "4194303"], 3, "heapdump: there is no process 4194303\n"],
  [["watch", "1", "--every", "0.1s"], 2, /must be a time such as 30s, 5m or 1h, of at least a second/],
  [["watch", "1", "--until", "growth"], 2, /write MEASURE>NUMBER/],
  [["leaks"], 2, "heapdump: give dumps, or --pid PID for a running process, not both\n"],
  [
    ["leaks", "x.bin", "--pid", "1"],
    2,
    "heapdump: give dumps, or --pid PID for a running process, not both\n",
  ],
] as const)("%j", ([args, status, message], { workspace }) => {
  const outcome = workspace.run([...args]);
  expect(outcome).toMatchObject({ status, stdout: "" });
  if (typeof message === "string") expect(outcome.stderr).toBe(message);
  else expect(outcome.stderr).toMatch(message);
});

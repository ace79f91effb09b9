// Dumps that go through pipes: to standard output and named pipes, and from standard input.
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { newest } from "../support/interpreters.js";
import { expectedWork, type Target } from "../support/target.js";

const start = (workspace: CaptureWorkspace): Promise<Target> =>
  workspace.startTarget(newest.path, "heap.py", { args: ["100000"] });

async function expectUnharmed(target: Target): Promise<void> {
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  expect(readFileSync(`/proc/${target.pid}/task/${target.pid}/children`, "utf8")).toBe("");
}

describe("standard output", () => {
  test.for([
    "-o - > out.bin",
    "-o - | cat > out.bin",
    "-o /dev/stdout | cat > out.bin",
    "--json -o - > out.bin",
  ])("attach %s", async (redirection, { workspace }) => {
    const target = await start(workspace);
    const { status, stdout, stderr } = workspace.shell(`heapdump attach ${target.pid} ${redirection}`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toMatch(
      redirection.includes("--json") ? /"objects":\d+/ : /^standard output: .* objects, /m,
    );
    expect(workspace.json("info", "out.bin")).toMatchObject({ complete: true });
    await expectUnharmed(target);
  });

  test("takes one dump", ({ workspace }) => {
    const { status, stderr } = workspace.run(["attach", "1", "2", "-o", "-"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/takes the dump of one process/),
    });
  });
});

test("a dump is read from standard input, and kept", async ({ workspace }) => {
  const target = await start(workspace);
  expect(await workspace.attach([target.pid, "-o", "heap.bin"])).toMatchObject({ status: 0 });
  const env = { XDG_CACHE_HOME: workspace.path("cache") };
  const slow = "{ head -c 999 heap.bin; sleep 0.5; tail -c +1000 heap.bin; }";
  const { status, stdout, stderr } = workspace.shell(`${slow} | heapdump top --json -`, env);
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(
      /^heapdump: standard input is kept in .*\/cache\/heapdump\/standard-input\.\w+\.bin\n/,
    ),
  });
  expect(JSON.parse(stdout)).toEqual(workspace.json("top", "heap.bin"));
  const kept = /kept in (.*)/.exec(stderr)?.[1] ?? "";
  expect(workspace.json("top", kept)).toEqual(JSON.parse(stdout));
  expect(workspace.shell("heapdump top - < /dev/null", env)).toMatchObject({ status: 5 });
  const before = readdirSync(workspace.path("cache/heapdump"));
  expect(workspace.shell("echo hello | heapdump top -", env)).toEqual({
    status: 5,
    stdout: "",
    stderr: "heapdump: standard input is not a heap dump\n",
  });
  expect(readdirSync(workspace.path("cache/heapdump"))).toEqual(before);
});

describe("a named pipe", () => {
  test("with a reader", async ({ workspace }) => {
    const target = await start(workspace);
    const { status } = workspace.shell(
      `mkfifo pipe; (cat pipe > out.bin) & heapdump attach ${target.pid} -o pipe && wait`,
    );
    expect(status).toBe(0);
    expect(workspace.json("info", "out.bin")).toMatchObject({ complete: true });
  });

  test.for(["that nobody opens", "whose reader stands still"])("%s", async (which, { workspace }) => {
    const target = await start(workspace);
    execFileSync("mkfifo", [workspace.path("pipe")]);
    const stalls = which !== "that nobody opens";
    const reader = stalls && spawn("sh", ["-c", "exec sleep 600 < pipe"], { cwd: workspace.folder });
    const tool = workspace.startAttach([target.pid, "-o", "pipe"]);
    // A signal before the tool handles it ends it at once, as it does any program. Until it is executed, it has the
    // handlers of this process.
    const handlesSignals = () =>
      readFileSync(`/proc/${tool.pid}/cmdline`, "utf8").includes("\0attach\0") &&
      /^SigCgt:.*[2367abef]$/m.test(readFileSync(`/proc/${tool.pid}/status`, "utf8"));
    await expect.poll(handlesSignals, { timeout: 20_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.kill(tool.pid, "SIGINT");
    expect(await tool.done).toMatchObject({ status: 130, signal: null });
    if (reader) reader.kill("SIGKILL");
    await expectUnharmed(target);
  });
});

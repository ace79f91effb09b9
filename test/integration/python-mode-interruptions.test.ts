// What happens when something ends in the middle: the tool, its user's patience, the target, or the disk.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Attaching } from "../support/attach.js";
import { HEAPDUMP } from "../support/cli.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { newest, oldestAndNewest } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, Target } from "../support/target.js";

const OBJECTS = "400000";

/** Resolves when some of the heap is in the file. */
async function underWay(workspace: CaptureWorkspace, file = "heap.bin.partial"): Promise<void> {
  await expect
    .poll(() => statSync(workspace.path(file), { throwIfNoEntry: false })?.size ?? 0, {
      interval: 2,
      timeout: 20_000,
    })
    .toBeGreaterThan(1 << 20);
}

async function begin(
  workspace: CaptureWorkspace,
  python = newest.path,
  args = [OBJECTS],
): Promise<{ target: Target; tool: Attaching }> {
  const target = await workspace.startTarget(python, "heap.py", { args });
  return { target, tool: workspace.startAttach([target.pid, "--mode", "python", "-o", "heap.bin"]) };
}

async function expectUnharmed(target: Target, outside: Record<string, unknown>): Promise<void> {
  await expect.poll(() => outsideView(target.pid), { timeout: 20_000 }).toEqual(outside);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  expect(target.output).toBe("");
}

describe("the user's patience ends", () => {
  test.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s in the middle of the dump",
    async (signal, { workspace }) => {
      const target = await workspace.startTarget(newest.path, "heap.py", { args: [OBJECTS] });
      const outside = await settledView(target.pid);
      writeFileSync(workspace.path("heap.bin"), "earlier");
      const tool = workspace.startAttach([target.pid, "--mode", "python", "-o", "heap.bin"]);
      await underWay(workspace);
      process.kill(tool.pid, signal);
      process.kill(tool.pid, "SIGINT");
      const { status, stdout, stderr } = await tool.done;
      expect({ status, stdout }).toEqual({ status: 130, stdout: "" });
      expect(stderr).toContain(`interrupted; process ${target.pid} keeps running`);
      expect(readdirSync(workspace.folder)).toEqual(["heap.bin"]);
      expect(readFileSync(workspace.path("heap.bin"), "utf8")).toBe("earlier");
      await expectUnharmed(target, outside);
    },
  );

  test("SIGINT while no safe point comes", async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "states.py", { args: ["holding"] });
    const outside = await settledView(target.pid);
    const tool = workspace.startAttach([target.pid, target.pid + 1, "--mode", "python", "-o", "heap.bin"]);
    await expect
      .poll(() => readdirSync(workspace.folder), { timeout: 20_000 })
      .toEqual([`heap.${target.pid}.bin.partial`]);
    process.kill(tool.pid, "SIGINT");
    expect(await tool.done).toMatchObject({ status: 130, stdout: "" });
    expect(readdirSync(workspace.folder)).toEqual([]);
    await expectUnharmed(target, outside);
  });
});

describe("the tool is killed in the middle of the dump", () => {
  test.for(oldestAndNewest)(
    "CPython $version goes on, and can be dumped afterwards",
    async ({ path }, { workspace }) => {
      const { target, tool } = await begin(workspace, path);
      await underWay(workspace);
      process.kill(tool.pid, "SIGKILL");
      expect(await tool.done).toMatchObject({ signal: "SIGKILL" });
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });

      const again = await workspace.attach([target.pid, "--mode", "python", "-o", "heap.bin"]);
      expect(again).toMatchObject({ status: 0 });
      expect(readdirSync(workspace.folder)).toEqual(["heap.bin"]);
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
      expect(target.output).toBe("");
    },
  );

  test("a target that a broken pipe would end goes on", async ({ workspace }) => {
    const { target, tool } = await begin(workspace, newest.path, [OBJECTS, "default_sigpipe"]);
    await underWay(workspace);
    process.kill(tool.pid, "SIGKILL");
    await tool.done;
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
    await settledView(target.pid);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });
});

test("a target that ends in the middle is reported, with exit code 4", async ({ workspace }) => {
  const { target, tool } = await begin(workspace);
  await underWay(workspace);
  process.kill(target.pid, "SIGKILL");
  const { status, stdout, stderr } = await tool.done;
  expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
  expect(stderr).toContain(`process ${target.pid} has ended`);
  expect(readdirSync(workspace.folder)).toEqual([]);
});

describe("two at once", () => {
  test("do not mix in one file", async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "heap.py", { args: [OBJECTS] });
    const outside = await settledView(target.pid);
    // Without its guard, which would continue it.
    const env = { HEAPDUMP_FAULT: "none,alone" };
    const first = workspace.startAttach([target.pid, "--mode", "python", "-o", "heap.bin"], { env });
    await underWay(workspace);
    process.kill(first.pid, "SIGSTOP");
    const second = await workspace.attach([target.pid, "--mode", "python", "-o", "heap.bin"]);
    process.kill(first.pid, "SIGCONT");
    expect(second.stderr).toContain("another heapdump is writing it; choose another file");
    expect(second.status).toBe(2);
    expect(await first.done).toMatchObject({ status: 0 });
    expect(readdirSync(workspace.folder)).toEqual(["heap.bin"]);
    await expectUnharmed(target, outside);
  });

  test.for(["waiting", "running"])("of a %s program make two dumps", async (state, { workspace }) => {
    const target = await workspace.startTarget(newest.path, "heap.py", { args: [OBJECTS, state] });
    const outside = await settledView(target.pid);
    const tools = ["a.bin", "b.bin"].map((file) =>
      workspace.startAttach([target.pid, "--mode", "python", "--json", "-o", file]),
    );
    const outcomes = await Promise.all(tools.map(({ done }) => done));
    for (const { status, stderr, stdout } of outcomes) {
      // Their stops may fall together.
      if (status === 3) expect(stderr).toContain("is traced already");
      else
        expect({ status, stderr, whole: JSON.parse(stdout).objects > 200_000 }).toEqual({
          status: 0,
          stderr: "",
          whole: true,
        });
    }
    expect(outcomes.map(({ status }) => status)).toContain(0);
    await expectUnharmed(target, outside);
  });
});

describe("a pipe to write to", () => {
  async function begin(workspace: CaptureWorkspace): Promise<Target> {
    execFileSync("mkfifo", [workspace.path("pipe.gz")]);
    return workspace.startTarget(newest.path, "heap.py", { args: [OBJECTS] });
  }

  test("gets the whole dump", async ({ workspace }) => {
    const target = await begin(workspace);
    const tool = workspace.startAttach([target.pid, "--mode", "python", "--json", "-o", "pipe.gz"]);
    workspace.shell("cat pipe.gz >heap.bin.gz");
    const { status, stdout } = await tool.done;
    expect(status).toBe(0);
    const info = workspace.run(["info", "--json", "heap.bin.gz"]);
    const { complete, objects } = JSON.parse(info.stdout);
    expect({ complete, objects }).toEqual({ complete: true, objects: JSON.parse(stdout).objects });
    expect(readdirSync(workspace.folder).sort()).toEqual(["heap.bin.gz", "heap.bin.gz.index", "pipe.gz"]);
  });

  test("that its reader closes in the middle is reported, with exit code 4", async ({ workspace }) => {
    const target = await begin(workspace);
    const outside = await settledView(target.pid);
    const tool = workspace.startAttach([target.pid, "--mode", "python", "-o", "pipe.gz"]);
    workspace.shell("head -c 1000 pipe.gz >/dev/null");
    const { status, stderr } = await tool.done;
    expect(stderr).toMatch(/pipe.gz: cannot be written: .*EPIPE.*; process \d+ keeps running/);
    expect({ status, files: readdirSync(workspace.folder) }).toEqual({ status: 4, files: ["pipe.gz"] });
    await expectUnharmed(target, outside);
  });
});

test("on a terminal a bar shows how far it is, and leaves what is said afterwards alone", async ({
  workspace,
}) => {
  const target = await workspace.startTarget(newest.path, "heap.py", { args: ["2000000"] });
  const command = `'${process.execPath}' '${HEAPDUMP}' attach ${target.pid} --mode python -o heap.bin`;
  const shown = execFileSync("script", ["-qec", command, "/dev/null"], {
    cwd: workspace.folder,
    encoding: "utf8",
  });
  expect(shown).toMatch(/Dumping process \d+ [█░]+ \d+ %/);
  const afterBar = shown.slice(shown.lastIndexOf(" %"));
  // The line of the bar is erased; after that only the next step is painted, and nothing is drawn over.
  const erased = afterBar.slice(afterBar.lastIndexOf("\u001b[2K") + 4);
  const printed = erased.replace("\u001b[2mNext", "Next").replace("\u001b[22m", "");
  expect(printed).not.toContain("\u001b");
  expect(printed).toMatch(/^heap\.bin: .*\r\nNext: heapdump leaks heap\.bin\r\n$/s);
});

describe("several processes", () => {
  test("one that fails does not spoil the others, and the worst exit code counts", async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "states.py", { args: ["read"] });
    const other = await Target.start(newest.path, "states.py", { args: ["busy"] });
    try {
      const pids = [target.pid, process.pid, other.pid, target.pid];
      const { status, stdout, stderr } = await workspace.attach([...pids, "--json", "-o", "h.bin.gz"]);
      const files = [`h.${target.pid}.bin.gz`, `h.${other.pid}.bin.gz`];
      expect(status).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({
        dumps: [
          { pid: target.pid, file: files[0], mode: "fork" },
          { pid: other.pid, file: files[1], mode: "fork" },
          { pid: process.pid, exit_code: 3, error: expect.stringContaining("not a Python process") },
        ],
      });
      expect(stderr).toContain("not dumped: 1 of 3 processes");
      expect(readdirSync(workspace.folder).sort()).toEqual(files.sort());
    } finally {
      await other.kill();
    }
  });

  test("without a name each is heap.PID.bin in the current folder", async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "states.py", { args: ["read"] });
    const { status, stdout } = await workspace.attach([target.pid]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^heap\.\d+\.bin: [\d,]+ objects, [\d,]+ references, [\d.]+ [KM]iB$/m);
    expect(stdout).toContain(`Next: heapdump leaks heap.${target.pid}.bin`);
    expect(readdirSync(workspace.folder)).toEqual([`heap.${target.pid}.bin`]);
  });

  test("what it names as the next step can be taken, and leads to a suspect", async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "states.py", { args: ["read"] });
    const other = await Target.start(newest.path, "states.py", { args: ["busy"] });
    try {
      for (const pids of [[target.pid], [target.pid, other.pid]]) {
        const { stdout } = await workspace.attach([...pids, "-o", "it's.bin"]);
        const steps = [...stdout.matchAll(/^Next: heapdump (.*)$/gm)].map(([, step]) => step);
        expect(steps).toHaveLength(pids.length);
        for (const step of steps) {
          const command = `'${process.execPath}' '${HEAPDUMP}' ${step}`;
          expect(execFileSync("bash", ["-c", command], { cwd: workspace.folder, encoding: "utf8" })).toMatch(
            /suspect/,
          );
        }
      }
      const { stdout } = await workspace.attach([target.pid, "-o", "/dev/null"]);
      expect(stdout).not.toContain("Next:");
    } finally {
      await other.kill();
    }
  });
});

const canMount = spawnSync("unshare", ["--mount", "true"]).status === 0;
test.runIf(canMount)(
  "a disk that fills in the middle is reported, and leaves what was there",
  async ({ workspace }) => {
    const target = await workspace.startTarget(newest.path, "heap.py", { args: [OBJECTS] });
    const outside = await settledView(target.pid);
    mkdirSync(workspace.path("disk"));
    // A file system of 2 MiB, in a mount namespace of the tool's own.
    const script =
      'mount -t tmpfs -o size=2m none disk && echo earlier >disk/heap.bin && "$@"; r=$?; ls disk; exit $r';
    const through = ["unshare", "--mount", "sh", "-c", script, "sh"];
    const { status, stdout, stderr } = await workspace.attach(
      [target.pid, "--mode", "python", "-o", "disk/heap.bin"],
      { through },
    );
    expect(stderr).toContain(
      `disk/heap.bin: no space is left on the device; process ${target.pid} keeps running`,
    );
    expect({ status, stdout }).toEqual({ status: 4, stdout: "heap.bin\n" });
    await expectUnharmed(target, outside);
  },
);

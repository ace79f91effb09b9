// What happens when something ends in the midst: the tool, its user's patience, the target, or the disk.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type Attaching, attach, startAttach } from "../support/attach.js";
import { HEAPDUMP } from "../support/cli.js";
import { interpreters, newest } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";
import { expectedWork, outsideView, settledView, Target } from "../support/target.js";

const OBJECTS = "400000";

/** Resolves when some of the heap is in the file. */
async function underWay(file = "heap.bin.partial"): Promise<void> {
  await expect
    .poll(() => (existsSync(join(folder, file)) ? readFileSync(join(folder, file)).length : 0), {
      interval: 2,
      timeout: 20_000,
    })
    .toBeGreaterThan(1 << 20);
}

async function begin(python = newest.path, args = [OBJECTS], program = "heap.py"): Promise<Attaching> {
  await startTarget(python, program, { args });
  return startAttach([target.pid, "--mode", "python", "-o", "heap.bin"], { cwd: folder });
}

async function expectUnharmed(outside: Record<string, unknown>): Promise<void> {
  await expect.poll(() => outsideView(target.pid), { timeout: 10_000 }).toEqual(outside);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
  expect(target.output).toBe("");
}

describe("the user's patience ends", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s in the midst of the dump", async (signal) => {
    await startTarget(newest.path, "heap.py", { args: [OBJECTS] });
    const outside = await settledView(target.pid);
    writeFileSync(join(folder, "heap.bin"), "earlier");
    const tool = startAttach([target.pid, "--mode", "python", "-o", "heap.bin"], { cwd: folder });
    await underWay();
    process.kill(tool.pid, signal);
    process.kill(tool.pid, "SIGINT");
    const { status, stdout, stderr } = await tool.done;
    expect({ status, stdout }).toEqual({ status: 130, stdout: "" });
    expect(stderr).toContain(`interrupted; process ${target.pid} keeps running`);
    expect(readdirSync(folder)).toEqual(["heap.bin"]);
    expect(readFileSync(join(folder, "heap.bin"), "utf8")).toBe("earlier");
    await expectUnharmed(outside);
  });

  test("SIGINT while no safe point comes", async () => {
    await startTarget(newest.path, "states.py", { args: ["holding"] });
    const outside = await settledView(target.pid);
    const tool = startAttach([target.pid, target.pid + 1, "--mode", "python", "-o", "heap.bin"], {
      cwd: folder,
    });
    await expect.poll(() => readdirSync(folder)).toEqual([`heap.${target.pid}.bin.partial`]);
    process.kill(tool.pid, "SIGINT");
    expect(await tool.done).toMatchObject({ status: 130, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
    await expectUnharmed(outside);
  });
});

describe("the tool is killed in the midst of the dump", () => {
  test.each([...new Set([interpreters[0], newest])].map((found) => [found?.version, found?.path]))(
    "CPython %s goes on, and can be dumped afterwards",
    async (_, python) => {
      const tool = await begin(python);
      await underWay();
      process.kill(tool.pid, "SIGKILL");
      expect(await tool.done).toMatchObject({ signal: "SIGKILL" });
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });

      const again = await attach([target.pid, "--mode", "python", "-o", "heap.bin"], { cwd: folder });
      expect(again).toMatchObject({ status: 0 });
      expect(readdirSync(folder)).toEqual(["heap.bin"]);
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
      expect(target.output).toBe("");
    },
  );

  test("a target that a broken pipe would end goes on", async () => {
    const tool = await begin(newest.path, [OBJECTS, "default_sigpipe"]);
    await underWay();
    process.kill(tool.pid, "SIGKILL");
    await tool.done;
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
    await settledView(target.pid);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });
});

test("a target that ends in the midst is told, with exit code 4", async () => {
  const tool = await begin();
  await underWay();
  process.kill(target.pid, "SIGKILL");
  const { status, stdout, stderr } = await tool.done;
  expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
  expect(stderr).toMatch(/ended meanwhile|has ended|is gone/);
  expect(readdirSync(folder)).toEqual([]);
});

describe("two at once", () => {
  test("do not mix in one file", async () => {
    await startTarget(newest.path, "heap.py", { args: [OBJECTS] });
    const outside = await settledView(target.pid);
    const first = startAttach([target.pid, "--mode", "python", "-o", "heap.bin"], { cwd: folder });
    await underWay();
    process.kill(first.pid, "SIGSTOP");
    const second = await attach([target.pid, "--mode", "python", "-o", "heap.bin"], { cwd: folder });
    process.kill(first.pid, "SIGCONT");
    expect(second.stderr).toContain("another heapdump is writing it; name another file");
    expect(second.status).toBe(2);
    expect(await first.done).toMatchObject({ status: 0 });
    expect(readdirSync(folder)).toEqual(["heap.bin"]);
    await expectUnharmed(outside);
  });

  test.each(["waiting", "running"])("of a %s program make two dumps", async (state) => {
    await startTarget(newest.path, "heap.py", { args: [OBJECTS, state] });
    const outside = await settledView(target.pid);
    const tools = ["a.bin", "b.bin"].map((file) =>
      startAttach([target.pid, "--mode", "python", "--json", "-o", file], { cwd: folder }),
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
    await expectUnharmed(outside);
  });
});

describe("a pipe to write to", () => {
  beforeEach(async () => {
    execFileSync("mkfifo", [join(folder, "pipe.gz")]);
    await startTarget(newest.path, "heap.py", { args: [OBJECTS] });
  });

  test("gets the whole dump", async () => {
    const tool = startAttach([target.pid, "--mode", "python", "--json", "-o", "pipe.gz"], { cwd: folder });
    execFileSync("sh", ["-c", "cat pipe.gz >heap.bin.gz"], { cwd: folder });
    const { status, stdout } = await tool.done;
    expect(status).toBe(0);
    const info = execFileSync(process.execPath, [HEAPDUMP, "info", "--json", "heap.bin.gz"], { cwd: folder });
    const { complete, objects } = JSON.parse(info.toString());
    expect({ complete, objects }).toEqual({ complete: true, objects: JSON.parse(stdout).objects });
    expect(readdirSync(folder).sort()).toEqual(["heap.bin.gz", "heap.bin.gz.index", "pipe.gz"]);
  });

  test("that its reader closes in the midst is told, with exit code 4", async () => {
    const outside = await settledView(target.pid);
    const tool = startAttach([target.pid, "--mode", "python", "-o", "pipe.gz"], { cwd: folder });
    execFileSync("sh", ["-c", "head -c 1000 pipe.gz >/dev/null"], { cwd: folder });
    const { status, stderr } = await tool.done;
    expect(stderr).toMatch(/pipe.gz: cannot be written: .*EPIPE.*; process \d+ keeps running/);
    expect({ status, files: readdirSync(folder) }).toEqual({ status: 4, files: ["pipe.gz"] });
    await expectUnharmed(outside);
  });
});

test("on a terminal a bar shows how far it is, and leaves what is said afterwards alone", async () => {
  await startTarget(newest.path, "heap.py", { args: ["2000000"] });
  const command = `'${process.execPath}' '${HEAPDUMP}' attach ${target.pid} --mode python -o heap.bin`;
  const shown = execFileSync("script", ["-qec", command, "/dev/null"], { cwd: folder, encoding: "utf8" });
  expect(shown).toMatch(/Dumping process \d+ [█░]+ \d+ %/);
  const afterBar = shown.slice(shown.lastIndexOf(" %"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the bar is taken away by such
  expect(afterBar).toMatch(/\x1b\[2K.*heap\.bin: [^\x1b]*\r\nNext: heapdump leaks heap\.bin\r\n$/s);
});

describe("several processes", () => {
  test("one that fails does not spoil the others, and the worst exit code counts", async () => {
    await startTarget(newest.path, "states.py", { args: ["read"] });
    const other = await Target.start(newest.path, "states.py", { args: ["busy"] });
    try {
      const pids = [target.pid, process.pid, other.pid, target.pid];
      const { status, stdout, stderr } = await attach([...pids, "--json", "-o", "h.bin.gz"], { cwd: folder });
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
      expect(readdirSync(folder).sort()).toEqual(files.sort());
    } finally {
      await other.kill();
    }
  });

  test("without a name each is heap.PID.bin in the current folder", async () => {
    await startTarget(newest.path, "states.py", { args: ["read"] });
    const { status, stdout } = await attach([target.pid], { cwd: folder });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^heap\.\d+\.bin: [\d,]+ objects, [\d,]+ references, [\d.]+ [KM]iB$/m);
    expect(stdout).toContain(`Next: heapdump leaks heap.${target.pid}.bin`);
    expect(readdirSync(folder)).toEqual([`heap.${target.pid}.bin`]);
  });

  test("what it names as the next step can be taken, and leads to a suspect", async () => {
    await startTarget(newest.path, "states.py", { args: ["read"] });
    const other = await Target.start(newest.path, "states.py", { args: ["busy"] });
    try {
      for (const pids of [[target.pid], [target.pid, other.pid]]) {
        const { stdout } = await attach([...pids, "-o", "it's.bin"], { cwd: folder });
        const steps = [...stdout.matchAll(/^Next: heapdump (.*)$/gm)].map(([, step]) => step);
        expect(steps).toHaveLength(pids.length);
        for (const step of steps) {
          const command = `'${process.execPath}' '${HEAPDUMP}' ${step}`;
          expect(execFileSync("bash", ["-c", command], { cwd: folder, encoding: "utf8" })).toMatch(/suspect/);
        }
      }
      const { stdout } = await attach([target.pid, "-o", "/dev/null"], { cwd: folder });
      expect(stdout).not.toContain("Next:");
    } finally {
      await other.kill();
    }
  });
});

const canMount = spawnSync("unshare", ["--mount", "true"]).status === 0;
test.runIf(canMount)("a disk that fills in the midst is told, and leaves what was there", async () => {
  await startTarget(newest.path, "heap.py", { args: [OBJECTS] });
  const outside = await settledView(target.pid);
  mkdirSync(join(folder, "disk"));
  // A file system of 2 MiB, in a mount namespace of the tool's own.
  const script =
    'mount -t tmpfs -o size=2m none disk && echo earlier >disk/heap.bin && "$@"; r=$?; ls disk; exit $r';
  const through = ["unshare", "--mount", "sh", "-c", script, "sh"];
  const { status, stdout, stderr } = await attach([target.pid, "--mode", "python", "-o", "disk/heap.bin"], {
    cwd: folder,
    through,
  });
  expect(stderr).toContain(
    `disk/heap.bin: no space is left on the device; process ${target.pid} keeps running`,
  );
  expect({ status, stdout }).toEqual({ status: 4, stdout: "heap.bin\n" });
  await expectUnharmed(outside);
});

// Targets whose seccomp filter kills them at a system call that a capture may need: whatever becomes of the capture,
// they live.
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { oldestAndNewest } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, type Target } from "../support/target.js";

const [PROT_EXEC, MAP_ANONYMOUS] = [0x4, 0x20];
const DEADLY: [string, string[]][] = [
  ["mmap", ["kill", "mmap"]],
  ["mmap of code", ["kill", "mmap", "2", `${PROT_EXEC}`, "3", `${MAP_ANONYMOUS}`]],
  ["munmap", ["kill", "munmap"]],
  ["munmap, by a signal", ["trap", "munmap"]],
  ["getpid", ["kill", "getpid"]],
  ["sched_yield", ["kill", "sched_yield"]],
  ["clock_gettime", ["kill", "clock_gettime"]],
  ["pipe2", ["kill", "pipe2"]],
  ["prctl", ["kill", "prctl"]],
  ["close_range", ["kill", "close_range"]],
];
const REFUSED = ["clone", "wait4", "mmap", "munmap", "getpid", "pipe2", "prctl", "close"];
const WITHOUT_SYS_ADMIN = ["setpriv", "--bounding-set=-sys_admin"];

const start = (workspace: CaptureWorkspace, args: string[]) =>
  Promise.all(oldestAndNewest.map(({ path }) => workspace.startTarget(path, "filtered.py", { args })));

/** What the tool's exit code is for each of them. */
async function attach(
  workspace: CaptureWorkspace,
  targets: Target[],
  mode: string,
  through: string[],
): Promise<{ codes: number[]; stderr: string }> {
  const before = await Promise.all(targets.map(({ pid }) => settledView(pid)));
  const pids = targets.map(({ pid }) => pid);
  const args = [...pids, "--mode", mode, "--timeout", "5", "--json", "-o", workspace.path(`${mode}.bin`)];
  const { stdout, stderr } = await workspace.attach(args, { through });
  for (const target of targets) {
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
    expect(target.output).toBe("");
  }
  await expect.poll(() => pids.map(outsideView), { timeout: 20_000 }).toEqual(before);
  const dumps: { objects?: number; exit_code?: number }[] = JSON.parse(stdout || "{}").dumps ?? [];
  const codes = dumps.map(({ objects = 0, exit_code }) => exit_code ?? (objects > 10_000 ? 0 : -1));
  return { codes, stderr };
}

const asRoot = describe.runIf(process.getuid?.() === 0);
const TIMEOUT = { timeout: 120_000 };

asRoot.each(DEADLY)("a filter that kills at %s", (_, args) => {
  const expectInForce = async (targets: Target[]) => {
    for (const target of targets) {
      await expect(target.ask("call")).rejects.toThrow("the target ended: SIGSYS");
    }
  };

  test("by a tool that cannot read it", TIMEOUT, async ({ workspace }) => {
    const targets = await start(workspace, args);
    for (const mode of ["fork", "stop"]) {
      const { codes, stderr } = await attach(workspace, targets, mode, WITHOUT_SYS_ADMIN);
      expect(codes, stderr).toEqual(targets.map(() => expect.toBeOneOf([0, 3, 4])));
    }
    const { codes, stderr } = await attach(workspace, targets, "python", WITHOUT_SYS_ADMIN);
    expect(stderr).toMatch(/seccomp filter.*--mode fork/);
    expect(codes).toEqual(targets.map(() => 3));
    await expectInForce(targets);
  });

  test("by a tool that suspends it", TIMEOUT, async ({ workspace }) => {
    const targets = await start(workspace, args);
    for (const mode of ["fork", "stop"]) {
      const { codes, stderr } = await attach(workspace, targets, mode, []);
      expect(codes, stderr).toEqual(targets.map(() => 0));
    }
    // A script runs while nothing is suspended.
    const { codes, stderr } = await attach(workspace, targets, "python", []);
    expect(codes, stderr).toEqual(targets.map(() => expect.toBeOneOf([0, 3])));
    await expectInForce(targets);
  });
});

asRoot.each(REFUSED)("a filter that refuses %s", (call) => {
  test.for([
    ["by a tool that cannot read it", WITHOUT_SYS_ADMIN],
    ["by a tool that suspends it", []],
  ] as [string, string[]][])("%s", TIMEOUT, async ([_, through], { workspace }) => {
    const targets = await start(workspace, ["EPERM", call]);
    for (const mode of ["fork", "stop", "python"]) {
      const { codes, stderr } = await attach(workspace, targets, mode, through);
      expect(codes, stderr).toEqual(targets.map(() => expect.toBeOneOf([0, 3, 4])));
    }
    for (const target of targets) expect(await target.ask("call")).toBe("EPERM");
  });
});

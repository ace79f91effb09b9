// Targets under the filters that container engines and systemd install, dumped by a tool that may not suspend them.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { filters, type Home, homes, innerPid, statusField } from "../support/containers.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { type Interpreter, interpreters, newest } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, type Target } from "../support/target.js";

const WORK = 2000;
const TIMEOUT = { timeout: 120_000 };

const oldest = interpreters[0] as Interpreter;
/** A program that waits and one that works; the first one is pid 1 if the home has pids of its own. */
const SOME: [Interpreter, string][] = [
  [newest, "read"],
  [oldest, "busy"],
];
const ALL: typeof SOME = [...SOME, [newest, "busy"], [oldest, "read"]];

async function populate(
  workspace: CaptureWorkspace,
  home: Home,
  filter: string,
  programs: typeof SOME,
): Promise<Target[]> {
  const targets: Target[] = [];
  for (const [{ path }, state] of programs) {
    const [first] = targets;
    const through = first ? home.further(filter, first.pid) : home.first(filter);
    targets.push(await workspace.startTarget(path, "states.py", { args: [state], through }));
  }
  return targets;
}

const childrenOf = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");

async function expectUnharmed(targets: Target[], action: () => Promise<void>): Promise<void> {
  const outside = await Promise.all(targets.map(({ pid }) => settledView(pid)));
  await action();
  const views = () => targets.map(({ pid }) => ({ ...outsideView(pid), children: childrenOf(pid) }));
  const before = outside.map((view) => ({ ...view, children: "" }));
  await expect.poll(views, { timeout: 20_000 }).toEqual(before);
  for (const target of targets) {
    expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
    expect(target.output).toBe("");
  }
}

interface Attempt {
  pids: number[];
  mode: string;
  through?: string[];
}

/** The tool's exit code, and what it says of each of the processes. */
async function attach(workspace: CaptureWorkspace, { pids, mode, through = [] }: Attempt) {
  const args = [...pids, "--mode", mode, "--json", "-o", workspace.path(`${mode}.bin`)];
  const { status, stdout, stderr } = await workspace.attach(args, { through });
  return { status, stderr, dumps: JSON.parse(stdout || "{}").dumps ?? [] };
}

async function expectDumps(workspace: CaptureWorkspace, attempt: Attempt): Promise<void> {
  const { status, stderr, dumps } = await attach(workspace, attempt);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(dumps).toMatchObject(attempt.pids.map((pid) => ({ pid, mode: attempt.mode })));
  for (const { objects } of dumps) expect(objects).toBeGreaterThan(10_000);
}

async function expectRefusal(workspace: CaptureWorkspace, attempt: Attempt, error: RegExp): Promise<void> {
  const files = readdirSync(workspace.folder);
  const { status, dumps } = await attach(workspace, attempt);
  expect(dumps).toMatchObject(
    attempt.pids.map((pid) => ({ pid, exit_code: 3, error: expect.stringMatching(error) })),
  );
  expect({ status, files: readdirSync(workspace.folder) }).toEqual({ status: 3, files });
}

const asRoot = describe.runIf(process.getuid?.() === 0);

asRoot.each(homes)("in $name", (home) => {
  test.for(filters)("under the filter of %s", TIMEOUT, async (filter, { workspace }) => {
    const targets = await populate(workspace, home, filter, filter === home.usual ? ALL : SOME);
    for (const { pid } of targets) expect(statusField(pid, "Seccomp")).toBe("2");
    const pids = targets.map(({ pid }) => (home.ownsPids ? innerPid(pid) : pid));
    const through = home.tool(filter, targets[0]?.pid ?? 0);
    for (const mode of ["fork", "stop"]) {
      await expectUnharmed(targets, () => expectDumps(workspace, { pids, mode, through }));
    }
    await expectUnharmed(targets, () =>
      expectRefusal(workspace, { pids, mode: "python", through }, /seccomp filter.*--mode fork/),
    );
  });

  test("by the host's root, whose tool suspends the filter", TIMEOUT, async ({ workspace }) => {
    const targets = await populate(workspace, home, home.usual, SOME);
    const pids = targets.map(({ pid }) => pid);
    for (const mode of ["fork", "stop", "python"]) {
      await expectUnharmed(targets, () => expectDumps(workspace, { pids, mode }));
    }
  });
});

// Numbers of system calls, and what the documentation of the filters says of them.
const [SOCKET, PTRACE, PERSONALITY, MOUNT, KEYCTL, UNSHARE, CLONE3] = [41, 101, 135, 165, 250, 272, 435];
const VSOCK = 40;
const NO_RANDOMISATION = 0x40000;
const containers: [number[], string][] = [
  [[UNSHARE, 0], "EPERM"],
  [[CLONE3, 0, 0], "ENOSYS"],
  [[KEYCTL, 99], "EPERM"],
  [[MOUNT, 0, 0, 0, 0, 0], "EPERM"],
  [[PERSONALITY, NO_RANDOMISATION], "EPERM"],
  [[PERSONALITY, 0xffffffff], "0"],
  [[SOCKET, VSOCK, 1, 0], "EPERM"],
  [[PTRACE, 16, 999999, 0, 0], "ESRCH"],
  [[5000], "EPERM"],
];

asRoot.each<[string, [number[], string][]]>([
  ["docker", containers],
  ["containerd", containers],
  [
    "podman",
    [
      [[UNSHARE, 0], "0"],
      [[PERSONALITY, NO_RANDOMISATION], "ENOSYS"],
      [[PERSONALITY, 0xffffffff], "0"],
      [[PTRACE, 16, 999999, 0, 0], "ESRCH"],
      [[5000], "ENOSYS"],
    ],
  ],
  [
    "system-service",
    [
      [[PERSONALITY, 0xffffffff], "0"],
      [[MOUNT, 0, 0, 0, 0, 0], "SIGSYS"],
      [[PTRACE, 16, 999999, 0, 0], "SIGSYS"],
      [[5000], "ENOSYS"],
    ],
  ],
  [
    "system-service-eperm",
    [
      [[MOUNT, 0, 0, 0, 0, 0], "EPERM"],
      [[PTRACE, 16, 999999, 0, 0], "EPERM"],
      [[5000], "ENOSYS"],
    ],
  ],
])("the filter of %s is in force", (filter, calls) => {
  const program = [
    "import ctypes, errno, os, sys",
    "libc = ctypes.CDLL(None, use_errno=True)",
    "for call in sys.argv[1:]:",
    "    if os.fork() == 0:",
    "        failed = libc.syscall(*[ctypes.c_long(int(word)) for word in call.split(',')]) == -1",
    "        os._exit(ctypes.get_errno() if failed else 0)",
    "    status = os.wait()[1]",
    "    code = status >> 8",
    "    print('SIGSYS' if status & 127 == 31 else errno.errorcode.get(code, str(code)))",
  ].join("\n");

  test.each(homes)("in $name", (home) => {
    const args = ["python3", "-c", program, ...calls.map(([call]) => call.join(","))];
    const [command = "", ...rest] = [...home.first(filter), ...args];
    const { stdout, stderr } = spawnSync(command, rest, { encoding: "utf8" });
    expect({ stderr, found: stdout.trim().split("\n") }).toEqual({
      stderr: "",
      found: calls.map(([_, expected]) => expected),
    });
  });
});

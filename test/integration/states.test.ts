// Every state of a main thread, on every interpreter, in every mode: the dump is whole, and the target as before.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { type Interpreter, interpreters, newest } from "../support/interpreters.js";
import { expectedWork, outsideView, settledView, type Target } from "../support/target.js";

/** The states of test/targets/states.py in which a program works all the time; they are dumped one by one. */
const AT_WORK = ["busy", "churn", "threads", "blocked_signals", "default_sigpipe"];
const AT_REST = [
  "sleep",
  "read",
  "select",
  "poll",
  "epoll",
  "accept",
  "wait4",
  "lock",
  "join",
  "workers",
  "filling",
  "sigwait",
  "pause",
  "not_started",
];
const WORK = 5000;
const SNAPSHOTS = ["fork", "stop"] as const;
type Mode = (typeof SNAPSHOTS)[number] | "python";

interface Program {
  target: Target;
  interpreter: Interpreter;
}

/** A program in this state on each of the interpreters. */
function begin(workspace: CaptureWorkspace, state: string, chosen: Interpreter[]): Promise<Program[]> {
  const begun = chosen.map(async (interpreter) => ({
    target: await workspace.startTarget(interpreter.path, "states.py", { args: [state] }),
    interpreter,
  }));
  return Promise.all(begun);
}

/** One tool dumps them all; returns what it says of each. */
async function dump(
  workspace: CaptureWorkspace,
  programs: Program[],
  mode: Mode,
): Promise<Record<string, unknown>[]> {
  const pids = programs.map(({ target }) => target.pid);
  const file = workspace.path(`${mode}.bin`);
  const { status, stdout, stderr } = await workspace.attach([...pids, "--mode", mode, "--json", "-o", file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const said = JSON.parse(stdout);
  const dumps: Record<string, unknown>[] = pids.length > 1 ? said.dumps : [said];
  expect(dumps).toMatchObject(
    programs.map(({ target: { pid }, interpreter: { version } }) => ({
      pid,
      file: pids.length > 1 ? workspace.path(`${mode}.${pid}.bin`) : file,
      mode,
      python_version: version,
    })),
  );
  for (const { file } of dumps) expect(existsSync(`${file}.partial`)).toBe(false);
  return dumps;
}

const views = (programs: Program[]) => Promise.all(programs.map(({ target }) => settledView(target.pid)));

async function expectViews(programs: Program[], outside: Record<string, unknown>[]): Promise<void> {
  await expect
    .poll(() => programs.map(({ target }) => outsideView(target.pid)), { timeout: 20_000 })
    .toEqual(outside);
}

async function expectAtWork(programs: Program[]): Promise<void> {
  for (const { target } of programs) {
    expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
  }
}

const facts = (programs: Program[]) => Promise.all(programs.map(({ target }) => target.ask("facts")));

async function expectDumpsToChangeNothing(programs: Program[], workspace: CaptureWorkspace): Promise<void> {
  const before = await facts(programs);
  for (const mode of [...SNAPSHOTS, "python"] as const) {
    const outside = await views(programs);
    const dumps = await dump(workspace, programs, mode);
    if (mode !== "python") expect(dumps).toMatchObject(programs.map(() => ({ consistent: true })));
    await expectViews(programs, outside);
    await expectAtWork(programs);
    expect(await facts(programs)).toEqual(before);
  }
  for (const { target } of programs) {
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  }
}

const stateOf = ({ target }: Program) =>
  /^State:\s*(\S)/m.exec(readFileSync(`/proc/${target.pid}/status`, "utf8"))?.[1];

describe.each(interpreters)("CPython $version ($library)", (interpreter) => {
  test.for(AT_WORK)("%s", async (state, { workspace }) => {
    await expectDumpsToChangeNothing(await begin(workspace, state, [interpreter]), workspace);
  });
});

describe("on every CPython", () => {
  test.for(AT_REST)("%s", async (state, { workspace }) => {
    await expectDumpsToChangeNothing(await begin(workspace, state, interpreters), workspace);
  });

  test("in a system call with the GIL", async ({ workspace }) => {
    const programs = await begin(workspace, "holding", interpreters);
    const outside = await views(programs);
    for (const mode of SNAPSHOTS) {
      expect(await dump(workspace, programs, mode)).toMatchObject(
        programs.map(() => ({ route: "immediate", consistent: false })),
      );
      expect(await views(programs)).toEqual(outside);
    }
    await expectAtWork(programs);
  });

  test("stopped by SIGSTOP", async ({ workspace }) => {
    const programs: Program[] = [];
    const outside: Record<string, unknown>[] = [];
    for (const interpreter of interpreters) {
      const begun = await begin(workspace, "busy", [interpreter]);
      outside.push(...(await views(begun)));
      for (const { target } of begun) process.kill(target.pid, "SIGSTOP");
      programs.push(...begun);
    }
    for (const mode of SNAPSHOTS) {
      await dump(workspace, programs, mode);
      expect(programs.map(stateOf)).toEqual(programs.map(() => "T"));
    }
    for (const { target } of programs) process.kill(target.pid, "SIGCONT");
    await expectAtWork(programs);
    await expectViews(programs, outside);
  });
});

test.for([0, 200])(
  "a program that looks out for children, with %d more threads, sees none",
  async (threads, { workspace }) => {
    const target = await workspace.startTarget(newest.path, "witness.py", { args: [String(threads)] });
    const outside = await settledView(target.pid);
    for (const mode of [...SNAPSHOTS, ...SNAPSHOTS]) {
      const args = [target.pid, "--mode", mode, "-o", `${mode}.bin`];
      const tool = workspace.startAttach(args);
      let status: number | null | undefined;
      tool.done.then((outcome) => {
        status = outcome.status;
      });
      // The snapshot's process has no copy of a pipe that the program closes.
      while (status === undefined) expect(await target.ask("close")).toEqual({ eof: true });
      expect(status).toBe(0);
    }
    expect(await target.ask("seen")).toEqual({ signals: [], waited: [], forks: [] });
    await expect
      .poll(() => ({ ...outsideView(target.pid), descriptors: {} }), { timeout: 20_000 })
      .toEqual({ ...outside, descriptors: {} });
  },
);

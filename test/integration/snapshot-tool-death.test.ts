// The tool dies (SIGKILL) at each step of a snapshot: the target goes on as if nothing had been, and its guard leaves
// nothing behind. If the guard dies with it, at most one zombie stays, and the next attach takes that away.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Attaching } from "../support/attach.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { newest, oldestNewestStatic } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

const WORK = 5000;
// In the order of the tool's way; the names are those of fault_point() in native/.
const WALK = ["child-named", "child-bound", "child-piped", "child-mapped", "walking", "reading", "reaping"];
const CALL = ["call-set", "call-masked", "call-entered", "call-left"];
const STEPS = {
  fork: ["seized", "all-stopped", "cloning", ...CALL, "cloned", "child-traced", "target-let-go", ...WALK],
  stop: [
    "seized",
    "all-stopped",
    "fallback-set",
    ...CALL,
    "walker-mapped",
    "cloned",
    "child-traced",
    ...WALK,
    "walker-unmapped",
  ],
};
// Where the main thread is brought to a safe point: while it is led there, and while it is held.
const ENTRY = ["stopped", "infected", "let-go"];
/** The states of a process's children; all of those that it has here are the tool's. */
function children(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((tid) => readFileSync(`/proc/${pid}/task/${tid}/children`, "utf8").trim().split(" "))
    .filter((child) => child !== "")
    .map((child) => /^State:\s*(\S)/m.exec(readFileSync(`/proc/${child}/status`, "utf8"))?.[1] ?? "");
}

/** A tool that finds the GIL free enters nothing, and ends well: then there is another one. */
async function attachUntilItDies(
  workspace: CaptureWorkspace,
  pid: number,
  mode: string,
  step: string,
): Promise<Awaited<Attaching["done"]>> {
  const args = [pid, "--mode", mode, "-o", "dying.bin"];
  for (let attempts = 1; ; attempts++) {
    const ended = await workspace.startAttach(args, { env: { HEAPDUMP_FAULT: step } }).done;
    if (
      ended.signal !== null ||
      ended.status !== 0 ||
      !ENTRY.some((entry) => step.startsWith(entry)) ||
      attempts === 20
    )
      return ended;
  }
}

describe.each(oldestNewestStatic)("CPython $version ($library)", ({ path }) => {
  describe.each(["fork", "stop"] as const)("%s", (mode) => {
    // Held between two bytecodes, and with the GIL free.
    test.for<[state: string, alone: string]>([
      // The guard is the same code for each version.
      ...(path === newest.path ? ([["churn", ""]] satisfies [string, string][]) : []),
      ["churn", ",alone"],
      ["select", ",alone"],
    ])("in the state %s, the guard too: %s", async ([state, alone], { workspace }) => {
      const target = await workspace.startTarget(path, "states.py", { args: [state] });
      const { pid } = target;
      const before = await target.ask("facts");
      const { tasks, signals, tracer, files, descriptors, executable, trampolines } = await settledView(pid);
      const bare = { tasks, signals, tracer, files, descriptors, executable };
      const whole = { ...bare, trampolines };
      const view = alone ? bare : whole;
      for (const step of state === "churn" ? [...ENTRY, ...STEPS[mode]] : STEPS[mode]) {
        const dying = await attachUntilItDies(workspace, pid, mode, `${step}${alone}`);
        expect({ step, signal: dying.signal }).toEqual({ step, signal: "SIGKILL" });
        expect({ step, answer: await target.ask(`work ${WORK}`) }).toMatchObject({
          step,
          answer: { result: expectedWork(WORK), errors: 0 },
        });
        expect({ step, facts: await target.ask("facts") }).toEqual({ step, facts: before });
        await expect
          .poll(async () => ({ step, view: await settledView(pid) }), { timeout: 20_000 })
          .toMatchObject({ step, view });
        const left = alone ? ["", "Z"] : [""];
        await expect
          .poll(() => left.includes(children(pid).join()), { message: step, timeout: 20_000 })
          .toBe(true);
      }
      const { status, stderr } = await workspace.attach([pid, "--mode", mode, "--json", "-o", "after.bin"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(children(pid)).toEqual([]);
      expect(await settledView(pid)).toMatchObject(whole);
      expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
      expect(await target.ask("quit")).toBe("bye");
      expect(await target.end()).toBe(0);
      expect(target.output).toBe("");
    });
  });
});

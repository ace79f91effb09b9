// The tool dies (SIGKILL) at each of its steps, in each way into the target: the target goes on as if nothing had
// been, and its guard leaves nothing behind. If the guard dies with it, the next attach removes what is left.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { newest, oldestNewestStatic } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

const WORK = 5000;
// In the order of the tool's way; the names are those of fault_point() in native/.
const STEPS = [
  "seized",
  "stopped",
  "call-set",
  "call-masked",
  "call-entered",
  "call-left",
  "mapped",
  "piped",
  "infected",
  "mask-restored",
  "registers-restored",
  "let-go",
  "reading",
  "curing",
];
// A pending call, a woken wait, and a take-over.
const STATES = ["churn", "lock", "select"];
describe.each(oldestNewestStatic)("CPython $version ($library)", ({ path }) => {
  test.for(
    STATES.flatMap<[state: string, alone: string]>((state) => [
      // The guard is the same code for each version.
      ...(path === newest.path ? ([[state, ""]] satisfies [string, string][]) : []),
      [state, ",alone"],
    ]),
  )("in the state %s, the guard too: %s", async ([state, alone], { workspace }) => {
    const target = await workspace.startTarget(path, "states.py", { args: [state] });
    const { pid } = target;
    const before = await target.ask("facts");
    const whole = await settledView(pid);
    const { tasks, signals, tracer, files, executable } = whole;
    const view = alone ? { tasks, signals, tracer, files, executable } : whole;
    for (const step of STEPS) {
      const dying = await workspace.startAttach([pid, "--mode", "python", "-o", "dying.bin"], {
        env: { HEAPDUMP_FAULT: `${step}${alone}` },
      }).done;
      expect({ step, signal: dying.signal }).toEqual({ step, signal: "SIGKILL" });
      expect({ step, answer: await target.ask(`work ${WORK}`) }).toMatchObject({
        step,
        answer: { result: expectedWork(WORK), errors: 0 },
      });
      expect({ step, facts: await target.ask("facts") }).toEqual({ step, facts: before });
      await expect
        .poll(async () => ({ step, view: await settledView(pid) }), { timeout: 20_000 })
        .toMatchObject({ step, view });
    }
    const { status, stderr } = await workspace.attach([pid, "--mode", "python", "--json", "-o", "after.bin"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await settledView(pid)).toMatchObject(whole);
    expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });
});

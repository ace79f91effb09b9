// The tool dies (SIGKILL) at each of its steps, in each way into the target: the target goes on as if nothing had
// been, and the next attach works.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { oldestNewestStatic } from "../support/interpreters.js";
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
  test.for(STATES)("in the state %s", async (state, { workspace }) => {
    const target = await workspace.startTarget(path, "states.py", { args: [state] });
    const { pid } = target;
    const before = await target.ask("facts");
    const { tasks, signals, tracer, files } = await settledView(pid);
    for (const step of STEPS) {
      const dying = await workspace.startAttach([pid, "--mode", "python", "-o", "dying.bin"], {
        env: { HEAPDUMP_FAULT: step },
      }).done;
      expect({ step, signal: dying.signal }).toEqual({ step, signal: "SIGKILL" });
      expect({ step, answer: await target.ask(`work ${WORK}`) }).toMatchObject({
        step,
        answer: { result: expectedWork(WORK), errors: 0 },
      });
      expect({ step, facts: await target.ask("facts") }).toEqual({ step, facts: before });
      expect({ step, view: await settledView(pid) }).toMatchObject({
        step,
        view: { tasks, signals, tracer, files },
      });
    }
    const { status, stderr } = await workspace.attach([pid, "--mode", "python", "--json", "-o", "after.bin"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });
});

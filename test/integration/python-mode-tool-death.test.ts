// The tool dies (SIGKILL) at each of its steps, in each way into the target: the target goes on as if nothing had
// been, and the next attach works.
import { describe, expect, test } from "vitest";
import { attach, startAttach } from "../support/attach.js";
import { interpreters } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";
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
// What happens to the registers is the same for all: the oldest, the newest and a static one will do.
const chosen = [
  interpreters[0],
  interpreters.at(-1),
  interpreters.find(({ library }) => library === "static"),
];
const cases = [...new Set(chosen)].flatMap((found) =>
  found ? [[`${found.version} (${found.library})`, found.path] as const] : [],
);

describe.each(cases)("CPython %s", (_, path) => {
  test.each(STATES)("in the state %s", async (state) => {
    await startTarget(path, "states.py", { args: [state] });
    const { pid } = target;
    const before = await target.ask("facts");
    const { tasks, signals, tracer, files } = await settledView(pid);
    for (const step of STEPS) {
      const dying = await startAttach([pid, "--mode", "python", "-o", "dying.bin"], {
        cwd: folder,
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
    const { status, stderr } = await attach([pid, "--mode", "python", "--json", "-o", "after.bin"], {
      cwd: folder,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await target.ask(`work ${WORK}`)).toMatchObject({ result: expectedWork(WORK), errors: 0 });
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
    expect(target.output).toBe("");
  });
});

// A process with several interpreters: what each of them holds is in the dump, whether they share a GIL or have their own.
import { expect } from "vitest";
import { dumpFacts } from "../support/dump-facts.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

const OBJECTS = 100;

// Before 3.12 they share the GIL, and one that is busy does not hear that the other wants it.
const statesOf = (minor: string) => [
  "at rest",
  "main busy",
  ...(Number(minor.split(".")[1]) < 12 ? [] : ["busy"]),
];
const MODES = ["fork", "stop"];
const cases = interpreters.flatMap(({ path, version, minor, library }) =>
  statesOf(minor).map((state) => [`${version} (${library})`, state, path] as const),
);

test.for(cases)("CPython %s, %s", async ([_, state, python], { workspace }) => {
  const target = await workspace.startTarget(python, "interpreters.py", { args: [state] });
  const files = MODES.map((mode) => workspace.path(`${mode}.bin`));
  for (const [i, mode] of MODES.entries()) {
    const outside = await settledView(target.pid);
    const args = [target.pid, "--mode", mode, "--json", "-o", files[i] as string];
    const { status, stdout, stderr } = await workspace.attach(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ mode });
    // Only the first one's main thread can be led to a safe point.
    if (state !== "busy") expect(JSON.parse(stdout)).toMatchObject({ consistent: true });
    expect(await settledView(target.pid)).toEqual(outside);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  }
  // One that is busy would use a processor while the dumps are read.
  await target.kill();
  const whole = {
    types: { "__main__.OfTheFirst": OBJECTS, "__main__.OfTheOther": OBJECTS },
    modules: { __main__: 2 },
  };
  expect(dumpFacts(files)).toMatchObject(MODES.map(() => whole));
});

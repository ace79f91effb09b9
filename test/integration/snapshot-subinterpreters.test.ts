// A process with several interpreters: what each of them holds is in the dump, whether they share a GIL or have their own.
import { expect } from "vitest";
import { readObjects } from "../support/compare.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

const OBJECTS = 100;

// Before 3.12 they share the GIL, and one that is busy does not hear that the other wants it.
const statesOf = (minor: string) => (Number(minor.split(".")[1]) < 12 ? ["at rest"] : ["at rest", "busy"]);
const cases = interpreters.flatMap(({ path, version, minor, library }) =>
  statesOf(minor).flatMap((state) =>
    ["fork", "stop"].map((mode) => [`${version} (${library})`, state, mode, path] as const),
  ),
);

test.for(cases)("CPython %s, the other one %s, %s", async ([_, state, mode, python], { workspace }) => {
  const target = await workspace.startTarget(python, "interpreters.py", { args: [state] });
  const outside = await settledView(target.pid);
  const file = workspace.path("heap.bin");
  const args = [target.pid, "--mode", mode, "--json", "-o", file];
  const { status, stdout, stderr } = await workspace.attach(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  // Only the first one's main thread can be led to a safe point.
  if (state === "at rest") expect(JSON.parse(stdout)).toMatchObject({ consistent: true });
  const objects = readObjects(file);
  for (const name of ["OfTheFirst", "OfTheOther"]) {
    const found = [...objects.values()].filter(({ type }) => type === `__main__.${name}`);
    expect([name, found.length]).toEqual([name, OBJECTS]);
  }
  const modules = [...objects.values()].filter(
    ({ type, content }) => type === "module" && content === "__main__",
  );
  expect(modules.length).toBe(2);
  expect(await settledView(target.pid)).toEqual(outside);
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
});

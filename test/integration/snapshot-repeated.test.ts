// Targets that allocate, free and collect all the time, captured often: none comes to harm. `npm run stress` does the
// same at length.
import { describe, expect, test } from "vitest";
import { attachOften } from "../stress/cell.mjs";
import { interpreters, newest } from "../support/interpreters.js";

const MODES = ["fork", "stop"];
const ATTACHES = 20;

const cases = interpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, interpreter) => {
  const counts = interpreter === newest ? [0, 2] : [2];
  test.each(
    ["malloc", "objects", "collect"].flatMap((state) => counts.map((threads) => [state, threads] as const)),
  )("%s with %i threads", async (state, threads) => {
    const home = { name: state, state, threads };
    const outcome = await attachOften({
      python: interpreter.path,
      modes: MODES,
      home,
      attaches: ATTACHES,
      bareMs: 100,
    });
    expect(outcome).toMatchObject({ dumps: ATTACHES, killed: 0, wrong: 0, hung: 0, left: 0 });
  });
});

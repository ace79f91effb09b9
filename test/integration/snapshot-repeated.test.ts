// Targets that allocate, free and collect all the time, captured often: none comes to harm. `npm run stress` does the
// same at length.
import { describe, expect, test } from "vitest";
import { interpreters, newest } from "../support/interpreters.js";
import { captureRepeatedly } from "../support/repeated-capture.mjs";

const CAPTURES = 10;
const MODES = ["fork", "stop"];

const cases = interpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, interpreter) => {
  const counts = interpreter === newest ? [0, 2] : [2];
  test.each(
    ["malloc", "objects", "collect"].flatMap((state) => counts.map((threads) => [state, threads] as const)),
  )("%s with %i threads", async (state, threads) => {
    const outcome = await captureRepeatedly(interpreter.path, state, threads, MODES.join(), CAPTURES);
    const done = CAPTURES * MODES.length;
    expect(outcome).toMatchObject({ harm: "", done, incomplete: 0, failures: [] });
  });
});

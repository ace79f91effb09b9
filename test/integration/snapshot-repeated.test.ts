// Targets that allocate, free and collect all the time, captured often: none comes to harm. `npm run stress` does the
// same at length.
import { describe, expect, test } from "vitest";
import { interpreters, newest } from "../support/interpreters.js";
import { captureRepeatedly } from "../support/repeated-capture.mjs";

const CAPTURES = 10;

const cases = interpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, interpreter) => {
  const counts = interpreter === newest ? [0, 2] : [2];
  test.each(
    ["malloc", "objects", "collect"].flatMap((state) =>
      counts.flatMap((threads) => ["fork", "stop"].map((mode) => [state, threads, mode] as const)),
    ),
  )("%s with %i threads, %s", async (state, threads, mode) => {
    const outcome = await captureRepeatedly(interpreter.path, state, threads, mode, CAPTURES);
    expect(outcome).toMatchObject({ harm: "", done: CAPTURES, incomplete: 0, failures: [] });
  });
});

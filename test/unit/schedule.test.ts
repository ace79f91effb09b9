import { expect, test } from "vitest";
import { isDue, superfluous } from "../../src/capture/schedule.js";

const MIB = 2 ** 20;
const EVERY = 300_000;

test.each([
  ["grown, in time", { elapsed: EVERY, resident: 103, before: 100 }, true],
  ["grown, before its time", { elapsed: EVERY - 1, resident: 103, before: 100 }, false],
  ["not grown enough", { elapsed: EVERY, resident: 100.9, before: 100 }, false],
  ["a small process that grew by little", { elapsed: EVERY, resident: 10.5, before: 10 }, false],
  ["shrunk", { elapsed: 3 * EVERY, resident: 50, before: 100 }, false],
  ["not grown for long", { elapsed: 4 * EVERY, resident: 50, before: 100 }, true],
  ["grown fast", { elapsed: EVERY / 5, resident: 126, before: 100 }, true],
  ["grown fast, just now", { elapsed: EVERY / 6, resident: 900, before: 100 }, false],
])("%s", (_, { elapsed, resident, before }, due) => {
  expect(isDue({ elapsed, resident: resident * MIB, before: before * MIB }, EVERY)).toBe(due);
});

test.each([
  [[1], 3, []],
  [[1, 2, 3], 3, []],
  [[1, 2, 3, 4], 3, [2]],
  [[1, 2, 3, 4, 5, 6], 3, [2, 3, 4]],
  [[1, 2, 3, 4, 5, 6], 5, [2]],
])("of %j, %i kept", (dumps, kept, dropped) => {
  expect(superfluous(dumps, kept)).toEqual(dropped);
});

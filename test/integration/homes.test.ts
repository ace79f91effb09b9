// Homes of `npm run stress`, each once in each mode: no target comes to harm, and each is dumped, or refused for the
// home's reason. Not here is what other files go through in more detail: hanging-threads, embedding, refusals,
// target-environments, snapshot-memory-limits, snapshot-repeated, snapshot-subinterpreters, states.
import { describe, expect, test } from "vitest";
import { attachOften } from "../stress/cell.mjs";
import { HOMES } from "../stress/homes.mjs";
import { impossible } from "../stress/target.mjs";
import { oldestAndNewest } from "../support/interpreters.js";

const MODES = ["fork", "stop", "python"];
const HERE = [
  "coming_threads",
  "work",
  "signals",
  "locked_memory",
  "childless",
  "subreaper",
  "forking",
  "ignored_children",
  "small_stacks",
  "descriptors",
  "no_more_processes",
  "no_more_memory",
  "starved",
  "ending",
];
const homes = HOMES.filter(({ state }) => HERE.includes(state));
const ENDS = 3;
const isHarm = (note: string) => !/^(refused|frozen|tool says left):/.test(note);

describe.each(oldestAndNewest)("CPython $version ($library)", ({ path: python, library }) => {
  test.for(homes.filter((home) => impossible(home, python, library) === ""))("$name", async (home) => {
    const attaches = MODES.length * (home.ends ? ENDS : 1);
    const { notes, dumps, refused, ...counts } = await attachOften({
      python,
      modes: MODES,
      home,
      attaches,
      bareMs: 100,
    });
    // No test measures time: `frozen` is for `npm run stress`.
    const { failed, killed, wrong, hung, left } = counts;
    expect({ failed, killed, wrong, hung, left, harm: notes.filter(isHarm) }).toEqual({
      failed: 0,
      killed: 0,
      wrong: 0,
      hung: 0,
      left: 0,
      harm: [],
    });
    expect(dumps + refused).toBe(attaches);
  });
});

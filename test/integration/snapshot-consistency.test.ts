// Tokens that threads move between dicts: a dump that is one moment of the program has each of them once.
import { describe, expect } from "vitest";
import { readObjects } from "../support/compare.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork } from "../support/target.js";

const TOKENS = 20_000;
const THREADS = 3;

/** How many dicts hold each token, by the token's address. */
function holders(file: string): Map<number, number> {
  const objects = [...readObjects(file).values()];
  const held = new Map(
    objects.filter(({ type }) => type === "__main__.Token").map(({ address }) => [address, 0]),
  );
  for (const { references } of objects.filter(({ type }) => type === "__main__.Place")) {
    for (const [kind, , to] of references) {
      if (kind === "value" && to !== null) held.set(to, (held.get(to) ?? 0) + 1);
    }
  }
  return held;
}

describe.each(interpreters)("CPython $version ($library)", ({ path }) => {
  test.for(["fork", "stop"])("%s: each token once", async (mode, { workspace }) => {
    const target = await workspace.startTarget(path, "tokens.py", { args: [String(THREADS)] });
    for (let i = 0; i < 2; i++) {
      const file = workspace.path(`${i}.bin`);
      const before = (await target.ask("moves")) as number;
      const { status, stdout, stderr } = await workspace.attach([
        target.pid,
        "--mode",
        mode,
        "--json",
        "-o",
        file,
      ]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ mode, consistent: true });
      const counts = [...holders(file).values()];
      expect(counts.length).toBe(TOKENS);
      expect(Math.max(...counts)).toBe(1);
      expect(counts.filter((count) => count === 0).length).toBeLessThanOrEqual(THREADS);
      expect((await target.ask("moves")) as number).toBeGreaterThan(before);
    }
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });
});

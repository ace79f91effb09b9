// C code of the program's own that the walker has to call, and that faults, never returns, waits for a lock, or tells
// of what is not an object: the dump is whole but for what that code would have told, and says so.
import { describe, expect } from "vitest";
import { type DumpFacts, dumpFacts } from "../support/dump-facts.js";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

const MODES = ["fork", "stop"];
const KEPT = 3000;
const EACH = 5;
const HANGING = ["Looping", "Locking"];
/** One that hangs is not called again. Garbage is left out reference by reference; it takes no object away. */
const SKIPPED = [
  `Faulting: ${EACH} faults`,
  `FreedMemory: ${EACH} faults`,
  `Looping: 1 hangs, ${EACH - 1} not asked`,
  `Locking: 1 hangs, ${EACH - 1} not asked`,
  `Recursing: ${EACH} faults`,
];

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test("a faulty tp_traverse", async ({ workspace, skip }) => {
    const lacking = whyNoExtension(python);
    if (lacking) return skip(lacking);
    buildExtension(python, "faulty", workspace.folder);
    const target = await workspace.startTarget(python, "faults.py", {
      args: [workspace.folder, String(EACH)],
    });
    const types = target.first as string[];
    const files = MODES.map((mode) => workspace.path(`${mode}.bin`));
    for (const [i, mode] of MODES.entries()) {
      const view = await settledView(target.pid);
      const args = [target.pid, "--mode", mode, "--json", "-o", files[i] as string];
      const { status, stdout, stderr } = await workspace.attach(args);

      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(JSON.parse(stdout)).toMatchObject({ mode, consistent: true });
      expect(await settledView(target.pid)).toEqual(view);
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
      expect(await target.ask("collect")).toEqual([KEPT, true]);
    }

    const dumps = dumpFacts(files);
    expect(dumps.length).toBe(MODES.length);
    for (const dump of dumps) expectWhole(dump, types);
  });
});

function expectWhole(dump: DumpFacts, types: string[]): void {
  expect(types.map((name) => [name, dump.types[`faulty.${name}`]])).toEqual(
    types.map((name) => [name, EACH]),
  );
  // Readers leave out what leads to no object: that is the garbage.
  const { "faulty.Garbage": _, ...toNothing } = dump.toNothing;
  expect(toNothing).toEqual({});
  expect(dump.types["__main__.Kept"]).toBe(KEPT + EACH * types.length);
  // What the C code tells before it fails is kept: the list that each holds.
  expect(types.map((name) => [name, dump.toList[`faulty.${name}`]])).toEqual(
    types.map((name) => [name, HANGING.includes(name) ? 1 : EACH]),
  );
  const { skipped = "" } = dump.meta;
  expect(skipped.split("; ").sort()).toEqual(SKIPPED.map((how) => `faulty.${how}`).sort());
}

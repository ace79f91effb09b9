// C code of the program's own that the walker has to call, and that faults, never returns, waits for a lock, or tells
// of what is not an object: the dump is whole but for what that code would have told, and says so.
import { describe, expect } from "vitest";
import { type DumpedObject, readMeta, readObjects } from "../support/compare.js";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork, settledView } from "../support/target.js";

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
  test.for(["fork", "stop"])("%s, a faulty tp_traverse", async (mode, { workspace, skip }) => {
    const lacking = whyNoExtension(python);
    if (lacking) return skip(lacking);
    buildExtension(python, "faulty", workspace.folder);
    const target = await workspace.startTarget(python, "faults.py", {
      args: [workspace.folder, String(EACH)],
    });
    const types = target.first as string[];
    const view = await settledView(target.pid);
    const file = workspace.path("heap.bin");

    const args = [target.pid, "--mode", mode, "--json", "-o", file];
    const { status, stdout, stderr } = await workspace.attach(args);

    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ mode, consistent: true });
    expect(await settledView(target.pid)).toEqual(view);
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
    expect(await target.ask("collect")).toEqual([KEPT, true]);

    const objects = readObjects(file);
    const ofType = (type: string) => [...objects.values()].filter((object) => object.type === type);
    expect(types.map((name) => [name, ofType(`faulty.${name}`).length])).toEqual(
      types.map((name) => [name, EACH]),
    );
    // Readers leave out what leads to no object: that is the garbage.
    const whole = ({ type, references }: DumpedObject) =>
      type === "faulty.Garbage" || references.every(([, , to]) => to === null || objects.has(to));
    expect([...objects.values()].filter((object) => !whole(object))).toEqual([]);
    expect(ofType("__main__.Kept").length).toBe(KEPT + EACH * types.length);
    // What the C code tells before it fails is kept: the list that each holds.
    const telling = (name: string) =>
      ofType(`faulty.${name}`).filter(({ references }) =>
        references.some(([, , to]) => objects.get(to ?? 0)?.type === "list"),
      ).length;
    expect(types.map((name) => [name, telling(name)])).toEqual(
      types.map((name) => [name, HANGING.includes(name) ? 1 : EACH]),
    );
    const { skipped = "" } = readMeta(file);
    expect(skipped.split("; ").sort()).toEqual(SKIPPED.map((how) => `faulty.${how}`).sort());
  });
});

// Instances of CPython 3.11 and 3.12 keep their attribute values in a block of its own, which sys.getsizeof leaves out:
// its size in a dump is what malloc gave for it.
import { describe, expect } from "vitest";
import { readObjects } from "../support/compare.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

type Instance = [group: string, address: number, getsizeof: number, block: number, room: number];

const apart = interpreters.filter(({ version }) => /^3\.1[12]\./.test(version));

/** Whether malloc can give `block` for `bytes`: glibc's chunks are multiples of 16, of which 8 are its own, and a free
 * one that is 16 larger is not divided. */
function isUsable(block: number, bytes: number): boolean {
  const least = Math.max(24, Math.ceil((bytes + 8) / 16) * 16 - 8);
  return block === least || block === least + 16;
}
const valuesBlock = (values: number) => Math.ceil((values + 2) / 8) * 8 + 8 * values;

describe.each(apart)("CPython $version, $library", ({ path: python }) => {
  test.for(["fork", "stop", "python"])("in %s mode", async (mode, { workspace }) => {
    const target = await workspace.startTarget(python, "attribute_values.py", {
      env: { PYTHONMALLOC: "malloc" },
    });
    const instances = (await target.ask("instances")) as Instance[];
    expect(await workspace.attach([target.pid, "--mode", mode, "-o", "heap.bin"])).toMatchObject({
      status: 0,
    });
    const objects = readObjects(
      workspace.path("heap.bin"),
      instances.map(([, address]) => address),
    );
    const found = instances.map(([group, address, getsizeof, block, room]) => {
      const dumped = (objects.get(address)?.size ?? Number.NaN) - getsizeof;
      return { group, block, room, dumped };
    });

    // Made when the class gave as much room as it does now: malloc gives what the dump says.
    const latest = new Map(found.map(({ group, room }) => [group, room]));
    const settled = found.filter(({ group, room }) => room === latest.get(group));
    expect(settled.filter(({ block, dumped }) => !(block ? isUsable(block, dumped) : dumped === 0))).toEqual(
      [],
    );
    const groups = new Set(settled.filter(({ block }) => block).map(({ group }) => group));
    expect([...groups].sort()).toEqual(["Bare", "Plain", "Shrunk", "Single", "Wide"]);

    // The first instances of a class have room for more, of which their prefix tells the least.
    const early = found.filter(({ group, room }) => room !== latest.get(group));
    expect(early.length).toBeGreaterThan(80);
    expect(early.filter(({ block, room }) => !isUsable(block, valuesBlock(room)))).toEqual([]);
    expect(
      early.filter(({ room, dumped }) => dumped > valuesBlock(room) || dumped < valuesBlock(room) - 56),
    ).toEqual([]);

    // A dict that has taken the values over counts them.
    const taken = found.filter(({ group }) => group === "with a dict");
    expect(taken.map(({ block, dumped }) => [block, dumped])).toEqual(taken.map(() => [0, 0]));
  });
});

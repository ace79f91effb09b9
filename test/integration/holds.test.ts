// What holds an object, and what an object holds: the same query has the same rows on every version, wherever that
// version keeps attributes (a dict, the object itself since 3.11, slots).
import { expect } from "vitest";
import type { Heap } from "../../src/store/heap.js";
import { openHeaps } from "../../src/store/open.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

async function dumped(workspace: CaptureWorkspace, python: string, name: string): Promise<Heap> {
  const target = await workspace.startTarget(python, "held.py");
  const file = workspace.path(`${name}.bin`);
  expect(await workspace.attach([target.pid, "-o", file])).toMatchObject({ status: 0 });
  const [heap] = await openHeaps([{ schema: "main", path: file }], { onProgress: () => {} });
  return heap as Heap;
}

const MARKERS = `SELECT m.id, n.content AS name FROM {heap}.object AS m
  JOIN {heap}.reference AS r ON r.source = m.id AND r.label = 'name' JOIN {heap}.object AS n ON n.id = r.target
 WHERE m.type = (SELECT id FROM {heap}.type WHERE name = '__main__.Marker')`;

/** Each way in which a marker is held, without addresses. */
const ASKED = {
  holders: `SELECT m.name, t.name AS type, h.kind, h.label, h.part, count(*) AS n FROM (${MARKERS}) AS m
     JOIN {heap}.holders(m.id) AS h JOIN {heap}.object AS o ON o.id = h.id JOIN {heap}.type AS t ON t.id = o.type
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
  holds: `SELECT m.name, t.name AS type, h.kind, h.label, h.part, count(*) AS n
     FROM (SELECT DISTINCT h.id FROM (${MARKERS}) AS m JOIN {heap}.holders(m.id) AS h) AS holder
     JOIN {heap}.holds(holder.id) AS h JOIN (${MARKERS}) AS m ON m.id = h.id
     JOIN {heap}.object AS o ON o.id = holder.id JOIN {heap}.type AS t ON t.id = o.type
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
  paths: `SELECT m.name, o.path, o.owner FROM (${MARKERS}) AS m JOIN {heap}.object AS o ON o.id = m.id ORDER BY 1, 2`,
};

interface Held {
  name: string;
  type: string;
  kind: string;
  label: string | null;
  part: string;
  n: bigint;
}

const EXPECTED: [name: string, type: string, kind: string, label: string | null][] = [
  ["attribute", "__main__.Plain", "attribute", "attribute"],
  ["attribute beside a slot", "__main__.SlotsAndDict", "attribute", "attribute"],
  ["attribute of a __dict__ that was asked for", "__main__.Plain", "attribute", "attribute"],
  ["attribute of a dict subclass", "__main__.OwnDict", "attribute", "attribute"],
  ["attribute of a list subclass", "__main__.OwnList", "attribute", "attribute"],
  ["class attribute", "__main__.Meta", "attribute", "attribute"],
  ["class attribute set later", "__main__.Meta", "attribute", "later"],
  ["function attribute", "function", "attribute", "attribute"],
  ["held twice", "__main__.Plain", "attribute", "first"],
  ["held twice", "__main__.Plain", "attribute", "second"],
  ["item of a list", "list", "item", "1"],
  ["item of a tuple", "tuple", "item", "1"],
  ["item of a list subclass", "__main__.OwnList", "item", "0"],
  ["key of a dict subclass", "__main__.OwnDict", "value", "'key'"],
  ["module global", "module", "attribute", "CONSTANT"],
  ["slot", "__main__.Slots", "slot", "slot"],
  ["slot beside a __dict__", "__main__.SlotsAndDict", "slot", "slot"],
  ["thread-local of another thread", "_thread._local", "attribute", "value"],
  ["thread-local of the main thread", "_thread._local", "attribute", "value"],
  ["value of a dict", "dict", "value", "'key'"],
];

test("holders, holds and paths have the same rows on every version", async ({ workspace }) => {
  const answers: Record<string, Record<string, unknown[]>> = {};
  for (const { version, library, path } of interpreters) {
    const heap = await dumped(workspace, path, `${version}-${library}`);
    const found = Object.fromEntries(Object.entries(ASKED).map(([name, sql]) => [name, heap.all(sql)]));
    heap.db.close();
    const holders = found.holders as Held[];
    for (const [name, type, kind, label] of EXPECTED) {
      expect(holders, version).toContainEqual(expect.objectContaining({ name, type, kind, label, n: 1n }));
    }
    // The two sides of one answer.
    expect(found.holds, version).toEqual(found.holders);
    answers[`${version}, ${library}`] = found;
  }
  const [[first, oldest] = ["", {}], ...others] = Object.entries(answers);
  for (const [version, found] of others) {
    for (const name of Object.keys(ASKED)) {
      expect(found[name], `${name} of ${version}, and of ${first}`).toEqual(oldest[name]);
    }
  }
});

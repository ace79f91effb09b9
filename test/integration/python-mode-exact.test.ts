// What the dump says is what the target says of itself, counted at a moment when it is quiet.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { HEAPDUMP } from "../support/cli.js";
import { type DumpedObject, readObjects } from "../support/compare.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";

/** What runs the dump is in it too: frames' dicts, argument tuples, cells and an iterator of the payload's launcher. */
const OWN_TRACES: Counts = { dict: 2, tuple: 4, cell: 5, function: 1, tuple_iterator: 1 };
const PERMANENT = 3;

type Counts = Record<string, number>;
type Planted = [address: number, type: string, size: number, referents: number[]];

function countBy(objects: Iterable<DumpedObject>): Counts {
  const counts: Counts = {};
  for (const { type } of objects) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

const isTracked = ({ flags }: DumpedObject) => (flags & 1) !== 0 && ((flags >> 1) & 3) !== PERMANENT;

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test("agrees with the target's own count", async ({ workspace }) => {
    const file = workspace.path("heap.bin.gz");
    const target = await workspace.startTarget(python, "census.py");
    await target.ask("planted");
    await target.ask("census");
    const planted = (await target.ask("planted")) as Planted[];
    const before = (await target.ask("census")) as Counts;
    const { status, stdout } = await workspace.attach([target.pid, "--mode", "python", "--json", "-o", file]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ consistent: true });
    expect(await target.ask("census")).toEqual(before);

    const objects = readObjects(file);
    const tracked = countBy([...objects.values()].filter(isTracked));
    const differs = [...new Set([...Object.keys(before), ...Object.keys(tracked)])]
      .map((type) => ({ type, more: (tracked[type] ?? 0) - (before[type] ?? 0) }))
      .filter(({ type, more }) => more < 0 || more > (OWN_TRACES[type] ?? 0));
    expect(differs).toEqual([]);

    for (const [address, type, size, referents] of planted) {
      const object = objects.get(address);
      const targets = object?.references.map(([, , to]) => to).filter((to) => to !== null);
      expect({ type: object?.type, size: object?.size, targets: targets?.sort() }).toEqual({
        type,
        size,
        targets: referents.sort(),
      });
    }
    const [items, mapping, leaf, value, number, text] = planted.map(([address]) => objects.get(address));
    expect(items?.references.map(([kind, label]) => [kind, label])).toEqual(
      ["0", "1", "2", "3"].map((index) => ["item", index]),
    );
    expect(mapping?.references.map(([kind]) => kind)).toEqual(["key", "value", "key", "value"]);
    expect(leaf?.references).toContainEqual(["slot", "value", value?.address]);
    expect([value?.content, number?.content, text?.content]).toEqual([
      "b'planted'",
      "12345678901234567890",
      "planted text",
    ]);
    expect(countBy(objects.values())["__main__.Leaf"]).toBe(501);

    // The index, through SQL, has the same as the reader.
    const query = "SELECT name, count FROM type WHERE count > 0";
    const answer = execFileSync(process.execPath, [HEAPDUMP, "sql", "--json", file, query], {
      encoding: "utf8",
    });
    expect(Object.fromEntries(JSON.parse(answer).rows)).toEqual(countBy(objects.values()));
  });
});

/** `NAME` or `NAME FILE:LINE`, of more than the limit of the test below. */
const NAMING = /^[\w<][\w.<> -]{7,}$|^\S+ .*:\d+$/s;

describe("content", () => {
  const SECRET = "planted text";

  async function dumpWith(
    workspace: CaptureWorkspace,
    ...options: string[]
  ): Promise<{ bytes: Buffer; contents: Set<string | null> }> {
    const file = workspace.path("heap.bin");
    const target = await workspace.startTarget(newest.path, "census.py");
    expect(await workspace.attach([target.pid, "--mode", "python", "-o", file, ...options])).toMatchObject({
      status: 0,
    });
    const objects = readObjects(file);
    return {
      bytes: readFileSync(file),
      contents: new Set([...objects.values()].map(({ content }) => content)),
    };
  }

  test("is there by default", async ({ workspace }) => {
    const { bytes, contents } = await dumpWith(workspace);
    expect(contents).toContain(SECRET);
    expect(bytes.includes(SECRET)).toBe(true);
  });

  test("is cut at --content", async ({ workspace }) => {
    const { bytes, contents } = await dumpWith(workspace, "--content", "7");
    expect(contents).toContain(SECRET.slice(0, 7));
    // Classes, modules and code are named in any case.
    const data = [...contents].filter((content) => content !== null && !NAMING.test(content)) as string[];
    expect(data.filter((content) => Buffer.byteLength(content) > 7)).toEqual([]);
    expect(bytes.includes(SECRET)).toBe(false);
  });

  test.for([["--no-content"], ["--content", "0"]])(
    "is nowhere with %s %s",
    async (options, { workspace }) => {
      const { bytes, contents } = await dumpWith(workspace, ...options.filter((option) => option));
      expect([...contents]).toEqual([null]);
      expect(bytes.includes("planted t")).toBe(false);
    },
  );
});

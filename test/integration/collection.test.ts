// A collection replayed on a dump: beside a plain replay by the reader, and beside what the collector of the process then
// does. Which references it goes by, finalizers and what was finalized, as the interpreter itself says it.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";
import type { Target } from "../support/target.js";

const COLLECT = fileURLToPath(new URL("../reader/collect.py", import.meta.url));

function reader(...args: string[]) {
  return JSON.parse(execFileSync(newest.path, [COLLECT, ...args], { encoding: "utf8", maxBuffer: 1 << 28 }));
}

const startTarget = (workspace: CaptureWorkspace, python: string): Promise<Target> => {
  buildExtension(python, "collecting", workspace.folder);
  return workspace.startTarget(python, "collected.py", { args: [workspace.folder] });
};

const ROWS = (generation: number) =>
  `SELECT o.address + 0 AS address, c.refcount, c.outside, c.unreachable, c.legacy, c.uncollectable, c.finalized, c.may_resurrect
     FROM collection(${generation}) AS c JOIN object AS o ON o.id = c.object ORDER BY o.address`;
const CALLBACKS = (generation: number) =>
  `SELECT o.address + 0 AS object, w.address + 0 AS weak, f.address + 0 AS callback
     FROM collection_callback(${generation}) AS c JOIN object AS o ON o.id = c.object
     JOIN object AS w ON w.id = c.weak_reference JOIN object AS f ON f.id = c.callback ORDER BY 1, 2`;

interface Collected {
  address: number;
  outside: number;
  unreachable: number;
  uncollectable: number;
  finalized: number;
  may_resurrect: number;
}

const sorted = (addresses: number[]) => [...addresses].sort((a, b) => a - b);

describe.each(interpreters)("CPython $version ($library)", ({ path: python, minor }) => {
  const isIncremental = minor === "3.14";

  test.for([0, 1, 2])("generation %d, beside the process's own", async (generation, { workspace, skip }) => {
    const lacking = whyNoExtension(python);
    skip(lacking !== undefined, lacking);
    const target = await startTarget(workspace, python);
    await workspace.attachQuietly(target.pid, "fork", "garbage.bin");
    if (isIncremental && generation === 1) {
      expect(workspace.run(["sql", "garbage.bin", ROWS(1)])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("a part at a time"),
      });
      return;
    }
    const table = workspace.json("sql", "garbage.bin", ROWS(generation));
    const plain = reader("replay", workspace.path("garbage.bin"), String(generation));
    expect(table.rows).toEqual(plain.rows);
    expect(workspace.json("sql", "garbage.bin", CALLBACKS(generation)).rows).toEqual(plain.callbacks);

    const rows = recordsOf<Collected>(table);
    const those = (key: keyof Collected) =>
      rows.filter((row) => row[key] === 1).map(({ address }) => address);
    expect(rows.filter(({ outside }) => outside < 0)).toEqual([]);
    const real = (await target.ask(`collect ${generation}`)) as Record<string, number[]>;
    expect(sorted(real.deleted ?? [])).toEqual(
      those("finalized").filter((address) => real.deleted?.includes(address)),
    );
    expect(sorted(real.called ?? [])).toEqual(sorted(plain.callbacks.map((row: number[]) => row[1])));
    // All that is unreachable is in gc.garbage but what a finalizer has kept.
    const garbage = new Set(real.garbage);
    const unreachable = those("unreachable");
    expect([...garbage].filter((address) => !unreachable.includes(address))).toEqual([]);
    const missing = unreachable.filter((address) => !garbage.has(address));
    expect(missing.filter((address) => !those("may_resurrect").includes(address))).toEqual([]);
    // Resurrected, the node that it refers to, that one's `extra`, and their lists and dicts.
    if (minor !== "3.8") expect(missing.length).toBeLessThan(12);
    expect(those("unreachable").length).toBeGreaterThan(generation === 2 ? 80 : 60);
    expect(those("uncollectable").length).toBeGreaterThanOrEqual(4);
  });

  test.for(["fork", "stop"])("what tp_traverse reports, %s", async (mode, { workspace, skip }) => {
    const lacking = whyNoExtension(python);
    skip(lacking !== undefined, lacking);
    const target = await startTarget(workspace, python);
    await workspace.attachQuietly(target.pid, mode, "garbage.bin");
    const [dump, file] = [workspace.path("garbage.bin"), workspace.path("told.json")];
    await target.ask(`referents ${file}`);
    const { compared, differences } = reader("referents", dump, file);
    expect(compared).toBeGreaterThan(3000);
    expect(differences).toEqual({});
    await target.ask(`types ${file}`);
    expect(reader("types", dump, file)).toEqual({
      wrong: [],
      finalized: [],
      count: expect.any(Number),
      legacy: ["collecting.Legacy"],
    });
    expect(
      workspace.json("sql", "garbage.bin", "SELECT finalizer, mro FROM type WHERE name LIKE '%Resurrected'")
        .rows,
    ).toEqual([["tp_finalize", "__main__.Resurrected, __main__.Node, object"]]);
    expect(
      workspace.json("sql", "garbage.bin", "SELECT count(*) FROM object WHERE finalized").rows[0][0],
    ).toBeGreaterThan(0);
  });

  test("python mode does not know", async ({ workspace, skip }) => {
    const lacking = whyNoExtension(python);
    skip(lacking !== undefined, lacking);
    const target = await startTarget(workspace, python);
    await workspace.attachQuietly(target.pid, "python", "garbage.bin");
    expect(workspace.run(["sql", "garbage.bin", ROWS(2)])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("python mode"),
    });
    expect(workspace.json("sql", "garbage.bin", "SELECT DISTINCT finalizer FROM type").rows).toEqual([
      [null],
    ]);
  });
});

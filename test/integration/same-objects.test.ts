// "The same object in two dumps" has one answer, whoever is asked: two dumps of one process whose objects come and go.
import { expect } from "vitest";
import { openHeaps } from "../../src/store/open.js";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

type Counted = Record<string, { count: number; size: number }>;

/** Rows of one name together. */
function byName(rows: { name: unknown; count: unknown; size: unknown }[]): Counted {
  const found: Counted = {};
  for (const { name, count, size } of rows) {
    const key = name === null ? "(none)" : String(name);
    const known = found[key] ?? { count: 0, size: 0 };
    found[key] = { count: known.count + Number(count), size: known.size + Number(size) };
  }
  return Object.fromEntries(Object.entries(found).filter(([, { count }]) => count > 0));
}

test.for(interpreters)(
  "CPython $version, $library: diff, same_as, partition and top agree, number by number",
  async ({ path: python }, { workspace }) => {
    const target = await workspace.startTarget(python, "churn.py");
    const dump = async (name: string) =>
      expect(await workspace.attach([target.pid, "-o", name])).toMatchObject({ status: 0 });
    await dump("before.bin");
    expect(await target.ask("churn")).toBe("churned");
    await dump("after.bin");

    const rows = (...args: string[]) => {
      const { status, stdout } = workspace.run([...args, "--json", "-n", "1000000"]);
      expect(status).toBe(0);
      return recordsOf(JSON.parse(stdout));
    };
    const names = ["before.bin", "after.bin"].map((name) => workspace.path(name));
    const [before, after] = await openHeaps(
      [
        { schema: "before", path: names[0] as string },
        { schema: "main", path: names[1] as string },
      ],
      { onProgress: () => {} },
    );
    if (!before || !after) throw new Error("not opened");
    const alone = (heap: typeof before, other: typeof before, condition: string) =>
      byName(
        heap.all(
          `SELECT t.name, count(*) AS count, sum(o.size) AS size
             FROM {heap}.same_as('${other.schema}') AS s
             JOIN {heap}.object AS o ON o.id = s.id JOIN {heap}.type AS t ON t.id = o.type
            WHERE ${condition} GROUP BY t.id`,
        ),
      );
    const set = (condition: string) =>
      `(SELECT object_set(id) FROM {heap}.same_as('before') WHERE ${condition})`;

    const differences = rows("diff", "before.bin", "after.bin");
    const fresh = byName(differences.map((row) => ({ name: row.name, count: row.new, size: row.new_size })));
    const gone = byName(differences.map((row) => ({ name: row.name, count: row.gone, size: row.gone_size })));
    expect(fresh["__main__.Session"]?.count, "of what has come").toBeGreaterThan(100);
    expect(gone["__main__.Session"]?.count, "of what has gone").toBeGreaterThan(100);
    expect(fresh["__main__.made_class.<locals>.Row"]?.count, "of four classes of one name").toBeGreaterThan(
      0,
    );
    expect(
      after.get<{ n: bigint }>("SELECT sum(reused) AS n FROM {heap}.same_as('before')")?.n,
      "at addresses that others had",
    ).toBeGreaterThan(100n);

    expect(alone(after, before, "s.same IS NULL")).toEqual(fresh);
    expect(alone(before, after, "s.same IS NULL")).toEqual(gone);
    const groups = after.all<{ name: string; count: bigint; size: bigint }>(
      `SELECT name, count, size FROM {heap}.partition('type', 'all', ${set("same IS NULL")})`,
    );
    expect(byName(groups)).toEqual(fresh);
    const asTypes = (found: ReturnType<typeof rows>) =>
      byName(found.map(({ name, count, size }) => ({ name, count, size })));
    expect(asTypes(rows("top", "--by", "type", "--exclude", "before.bin", "after.bin"))).toEqual(fresh);
    const asObjects = (found: ReturnType<typeof rows>) =>
      byName(found.map(({ type, size }) => ({ name: type, count: 1, size })));
    expect(asObjects(rows("top", "--exclude", "before.bin", "after.bin"))).toEqual(fresh);
    expect(asObjects(rows("top", "--exclude", "after.bin", "before.bin"))).toEqual(gone);

    const kept = alone(after, before, "s.same IS NOT NULL");
    expect(asTypes(rows("top", "--by", "type", "--previous", "before.bin", "after.bin"))).toEqual(kept);
    expect(asObjects(rows("top", "--previous", "before.bin", "after.bin"))).toEqual(kept);
    for (const { name, kept: both } of differences) {
      expect({ name, kept: kept[String(name)]?.count ?? 0 }).toEqual({ name, kept: both });
    }

    for (const by of ["owner", "path", "module"]) {
      const told = rows("diff", "--by", by, "before.bin", "after.bin");
      const top = rows("top", "--by", by, "--exclude", "before.bin", "after.bin");
      expect(byName(top.map((row) => ({ name: row.name, count: row.count, size: row.size })))).toEqual(
        byName(told.map((row) => ({ name: row.name, count: row.new, size: row.new_size }))),
      );
    }
    after.db.close();
  },
);

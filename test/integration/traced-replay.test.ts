// The collector of an interpreter that writes what it does, beside the replay of a dump that was taken just before: object
// by object. Between the two, the program reads the command to collect.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { edgesOf, type GcLog, nodesOf, type Run, runsOf, stepsOf } from "../../src/model/gc-log.js";
import { recordsOf } from "../support/cli.js";
import { buildExtension } from "../support/extension.js";
import { test } from "../support/fixtures.js";
import { buildTraced, patchable } from "../support/traced.js";

const ROWS = `SELECT o.address + 0 AS address, c.refcount, c.outside, c.unreachable, c.uncollectable, c.finalized,
    c.may_resurrect FROM collection AS c JOIN object AS o ON o.id = c.object`;
const REFERENCES = `SELECT s.address + 0 AS source, t.address + 0 AS target FROM collection_reference AS r
  JOIN object AS s ON s.id = r.source JOIN object AS t ON t.id = r.target`;

interface Replayed {
  address: number;
  refcount: number;
  outside: number;
  unreachable: number;
  uncollectable: number;
  may_resurrect: number;
}

const hex = (address: number) => `0x${address.toString(16)}`;

describe.each(patchable)("CPython $version", (interpreter) => {
  test("the replay of a dump is what the collector then does", async ({ workspace, skip }) => {
    const { python, why } = buildTraced(interpreter, workspace.path("traced"));
    if (python === undefined) skip(why);
    buildExtension(interpreter.path, "collecting", workspace.folder);
    const log = workspace.path("log.json");
    const options = { args: [workspace.folder], env: { GC_GRAPH: log } };
    const target = await workspace.startTarget(python as string, "collected.py", options);
    await workspace.attachQuietly(target.pid, "fork", "before.bin");
    await target.ask("collect 2");

    const run = runsOf(JSON.parse(readFileSync(log, "utf8")) as GcLog).at(-1) as Run;
    const states = (phase: string, list: string) =>
      stepsOf(run).find(([name, of]) => name === phase && of === list)?.[2] ?? {};
    const list = (phase: string, name: string) => Object.keys(states(phase, name)).sort();
    const rows = recordsOf<Replayed>(workspace.json("sql", "before.bin", ROWS));
    const those = (key: keyof Replayed) => rows.flatMap((row) => (row[key] ? hex(row.address) : [])).sort();

    const nodes = nodesOf(run);
    expect(rows.length).toBeGreaterThan(3000);
    expect(Object.keys(nodes).sort()).toEqual(rows.map(({ address }) => hex(address)).sort());

    // As often as they are there.
    const references = recordsOf<{ source: number; target: number }>(
      workspace.json("sql", "before.bin", REFERENCES),
    );
    expect(references.length).toBeGreaterThan(20_000);
    const replayed = references.map(({ source, target }) => `${hex(source)} ${hex(target)}`).sort();
    expect(
      edgesOf(run)
        .map((edge) => edge.join(" "))
        .sort(),
    ).toEqual(replayed);

    const [counts, left] = [states("update_refs", "base"), states("subtract_refs", "base")];
    const changed = rows.flatMap(({ address, refcount, outside }) => {
      const at = hex(address);
      const more = [Number(counts[at]?.gr) - refcount, Number(left[at]?.gr) - outside];
      return more.some((count) => count !== 0) ? [{ ...nodes[at], more }] : [];
    });
    expect(changed.map(({ t, n, more }) => [t, n, ...more]).sort()).toEqual([
      // os.read, in which it waited, and gc.collect; and the functions that call them.
      ["builtin_function_or_method", "collect", 1, 1],
      ["builtin_function_or_method", "read", -1, -1],
      ["function", "collect", 1, 1],
      ["function", "read_line", -1, -1],
    ]);

    expect(list("move_unreachable", "unreachable")).toEqual(those("unreachable"));
    const legacy = list("move_legacy_finalizers", "finalizers");
    expect(legacy).toHaveLength(1);
    expect(those("uncollectable")).toEqual(expect.arrayContaining(legacy));
    // All that is left after finalizers have run is what was unreachable, but for what legacy finalizers keep.
    const resurrected = list("handle_resurrected_objects", "resurrected");
    const still = list("handle_resurrected_objects", "still_unreachable");
    expect([...resurrected, ...still, ...those("uncollectable")].sort()).toEqual(those("unreachable"));
    expect(resurrected.length).toBeGreaterThan(1);
    expect(those("may_resurrect")).toEqual(expect.arrayContaining(resurrected));
  });
});

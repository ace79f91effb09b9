// The collector of an interpreter that writes what it does, beside the replay of a dump that was taken just before: object
// by object. Between the two, the program reads the command to collect.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { edgesOf, nodesOf, type Run, runsOf, stepsOf } from "../../src/model/gc-log.js";
import { buildExtension } from "../support/extension.js";
import { test } from "../support/fixtures.js";
import { buildTraced, patchable } from "../support/traced.js";

const statesOf = (run: Run, phase: string, list: string) =>
  stepsOf(run).find(([name, of]) => name === phase && of === list)?.[2] ?? {};

const listOf = (run: Run, phase: string, list: string) => Object.keys(statesOf(run, phase, list)).sort();

/** As often as they are there. */
const sortedEdges = (run: Run) =>
  edgesOf(run)
    .map((edge) => edge.join(" "))
    .sort();

/** What both know of a name: the dump names no functions of C. */
const described = (run: Run) =>
  Object.entries(nodesOf(run))
    .map(([address, { n, gc, t, ntv }]) => [address, gc, t, ntv, t === "builtin_function_or_method" ? "" : n])
    .sort();

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

    const logged = runsOf(JSON.parse(readFileSync(log, "utf8"))).at(-1) as Run;
    const [replayed] = runsOf(workspace.json("gc", "before.bin")) as [Run];
    const nodes = nodesOf(logged);
    expect(Object.keys(nodes).length).toBeGreaterThan(3000);
    expect(described(replayed)).toEqual(described(logged));
    expect(edgesOf(logged).length).toBeGreaterThan(20_000);
    expect(sortedEdges(replayed)).toEqual(sortedEdges(logged));

    const phases = ["update_refs", "subtract_refs"];
    const changed = Object.entries(nodes).flatMap(([address, { t, n }]) => {
      const more = phases.map((phase) => {
        const [now, before] = [logged, replayed].map((run) => statesOf(run, phase, "base")[address]?.gr);
        return Number(now) - Number(before);
      });
      return more.some((count) => count !== 0) ? [[t, n, ...more]] : [];
    });
    expect(changed.sort()).toEqual([
      // os.read, in which it waited, and gc.collect; and the functions that call them.
      ["builtin_function_or_method", "collect", 1, 1],
      ["builtin_function_or_method", "read", -1, -1],
      ["function", "collect", 1, 1],
      ["function", "read_line", -1, -1],
    ]);

    for (const [phase, list] of [
      ["move_unreachable", "base"],
      ["move_unreachable", "unreachable"],
      ["move_legacy_finalizers", "unreachable"],
      ["move_legacy_finalizers", "finalizers"],
    ] as const) {
      expect([phase, list, listOf(replayed, phase, list)]).toEqual([
        phase,
        list,
        listOf(logged, phase, list),
      ]);
    }
    expect(listOf(logged, "move_unreachable", "unreachable").length).toBeGreaterThan(80);
    expect(listOf(logged, "move_legacy_finalizers", "finalizers")).toHaveLength(1);
    const resurrected = listOf(logged, "handle_resurrected_objects", "resurrected");
    expect(resurrected.length).toBeGreaterThan(1);
    expect(listOf(replayed, "may_resurrect", "unreachable")).toEqual(expect.arrayContaining(resurrected));
  });
});

// A collection that was replayed on a dump, object by object beside the log that a traced interpreter wrote of the same
// collection, right after the dump.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import {
  type ByAddress,
  edgesOf,
  type GcLog,
  type GcNode,
  nodesOf,
  type Run,
  runsOf,
  stepsOf,
} from "../../src/model/gc-log.js";
import { buildExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { buildTraced, patchable, type Traced } from "../support/traced.js";

const builds = new Map<string, Traced>();

/** Whose counts differ: os.read, in which the program waited, and gc.collect, and the functions that call these. */
const CHANGED = {
  // All of these are frozen.
  "traced.py": [],
  "collected.py": [
    ["builtin_function_or_method", "", -1],
    ["builtin_function_or_method", "", 1],
    ["function", "collect", 1],
    ["function", "read_line", -1],
  ],
};

interface Both {
  replayed: Run;
  logged: Run;
}

const statesOf = (run: Run, phase: string, list: string) =>
  stepsOf(run).find(([name, of]) => name === phase && of === list)?.[2] ?? {};

const addressesOf = (run: Run, phase: string, list: string) => Object.keys(statesOf(run, phase, list)).sort();

/** As often as they are there. */
function edgeTexts(run: Run): string[] {
  return edgesOf(run)
    .map((edge) => edge.join(" "))
    .sort();
}

describe.each(patchable)("a traced $version", (interpreter) => {
  async function both(workspace: CaptureWorkspace, python: string, program: string): Promise<Both> {
    const log = workspace.path("log.json");
    buildExtension(interpreter.path, "collecting", workspace.folder);
    const target = await workspace.startTarget(python, program, {
      args: [workspace.folder],
      env: { GC_GRAPH: log },
    });
    if (program === "traced.py") await target.ask(`plant ${workspace.folder}`);
    await workspace.attachQuietly(target.pid, "fork", "garbage.bin");
    await target.ask("collect 2");
    const logged = runsOf(JSON.parse(readFileSync(log, "utf8")) as GcLog).at(-1) as Run;
    const [replayed] = runsOf(workspace.json("gc", "garbage.bin") as GcLog) as [Run];
    return { replayed, logged };
  }

  test.for(["traced.py", "collected.py"] as const)(
    "%s",
    async (program, { workspace, sampleDumps, skip }) => {
      const built = builds.get(interpreter.version) ?? buildTraced(interpreter, sampleDumps.path("traced"));
      builds.set(interpreter.version, built);
      if (built.python === undefined) skip(built.why);
      const { replayed, logged } = await both(workspace, built.python as string, program);

      const [mine, own] = [nodesOf(replayed), nodesOf(logged)];
      expect(Object.keys(mine).length).toBeGreaterThan(program === "traced.py" ? 14 : 10_000);
      const described = (nodes: ByAddress<GcNode>) =>
        Object.entries(nodes)
          .map(([address, { rc: _, ...told }]) => ({ address, ...told }))
          .sort((a, b) => (a.address < b.address ? -1 : 1));
      expect(described(mine)).toEqual(described(own));
      expect(edgeTexts(replayed)).toEqual(edgeTexts(logged));

      for (const phase of ["update_refs", "subtract_refs"]) {
        const [here, there] = [replayed, logged].map((run) => statesOf(run, phase, "base"));
        const changed = Object.entries(own).flatMap(([address, { t, n }]) => {
          const more = Number(there?.[address]?.gr) - Number(here?.[address]?.gr);
          return more === 0 ? [] : [[t, n, more]];
        });
        expect(changed.sort(), phase).toEqual(CHANGED[program]);
      }
      for (const [phase, list] of [
        ["move_unreachable", "base"],
        ["move_unreachable", "unreachable"],
        ["move_legacy_finalizers", "unreachable"],
        ["move_legacy_finalizers", "finalizers"],
      ] as const) {
        const found = addressesOf(replayed, phase, list);
        expect(found.length).toBeGreaterThan(0);
        expect(found).toEqual(addressesOf(logged, phase, list));
        for (const address of found)
          expect(statesOf(replayed, phase, list)[address]).toEqual(statesOf(logged, phase, list)[address]);
      }
      // What a finalizer brought back is among what it may.
      const resurrected = addressesOf(logged, "handle_resurrected_objects", "resurrected");
      expect(resurrected.length).toBeGreaterThan(0);
      expect(addressesOf(replayed, "may_resurrect", "unreachable")).toEqual(
        expect.arrayContaining(resurrected),
      );
    },
  );
});

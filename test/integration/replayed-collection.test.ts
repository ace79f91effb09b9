// A collection that was replayed on a dump, object by object beside the log that a traced interpreter wrote of the same
// collection, right after the dump.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { edgesOf, type GcLog, nodesOf, type Run, runsOf, stepsOf } from "../../src/model/gc-log.js";
import { buildExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { buildTraced, patchable, type Traced } from "../support/traced.js";

const builds = new Map<string, Traced>();

/** What the program did between the dump and the collection: calls of its own functions, and a list or two. */
const CHANGED_COUNTS = 8;
const NEW_OBJECTS = 4;

interface Both {
  replayed: Run;
  logged: Run;
}

const statesOf = (run: Run, phase: string, list: string) =>
  stepsOf(run).find(([name, of]) => name === phase && of === list)?.[2] ?? {};

const addressesOf = (run: Run, phase: string, list: string) => Object.keys(statesOf(run, phase, list)).sort();

function edgeTexts(run: Run, among: Set<string>): string[] {
  return edgesOf(run)
    .filter((edge) => edge.every((end) => among.has(end)))
    .map((edge) => edge.join(" "))
    .sort();
}

describe.each(patchable)("a traced $version", (interpreter) => {
  async function both(workspace: CaptureWorkspace, python: string, program: string): Promise<Both> {
    const log = workspace.path("log.json");
    for (const name of ["collecting", "legacy"]) buildExtension(interpreter.path, name, workspace.folder);
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

  test.for(["traced.py", "collected.py"])("%s", async (program, { workspace, sampleDumps, skip }) => {
    const built = builds.get(interpreter.version) ?? buildTraced(interpreter, sampleDumps.path("traced"));
    builds.set(interpreter.version, built);
    if (built.python === undefined) skip(built.why);
    const { replayed, logged } = await both(workspace, built.python as string, program);

    const [mine, own] = [nodesOf(replayed), nodesOf(logged)];
    const common = new Set(Object.keys(mine).filter((address) => mine[address]?.t === own[address]?.t));
    expect(common.size).toBeGreaterThan(program === "traced.py" ? 14 : 10_000);
    expect(Object.keys(mine).filter((address) => !common.has(address))).toEqual([]);
    expect(Object.keys(own).length - common.size).toBeLessThanOrEqual(NEW_OBJECTS);
    for (const address of common) {
      const { rc: _, ...told } = mine[address] ?? {};
      expect(own[address]).toMatchObject(told);
    }
    expect(edgeTexts(replayed, common)).toEqual(edgeTexts(logged, common));

    for (const phase of ["update_refs", "subtract_refs"]) {
      const [here, there] = [replayed, logged].map((run) => statesOf(run, phase, "base"));
      const changed = [...common].filter((address) => here?.[address]?.gr !== there?.[address]?.gr);
      expect(changed.length, phase).toBeLessThanOrEqual(CHANGED_COUNTS);
    }
    for (const [phase, list] of [
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
  });
});

// What --json gives of a dump is what a traced interpreter then logs, key by key; collection.test.ts and
// traced-replay.test.ts compare larger heaps.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { edgesOf, type GcLog, nodesOf, type Run, runsOf, stepsOf } from "../../src/model/gc-log.js";
import { buildExtension } from "../support/extension.js";
import { test } from "../support/fixtures.js";
import { buildTraced, patchable } from "../support/traced.js";

describe.each(patchable)("a traced $version", (interpreter) => {
  test("a dump as a log", async ({ workspace, skip }) => {
    const { python, why } = buildTraced(interpreter, workspace.path("traced"));
    if (python === undefined) skip(why);
    buildExtension(interpreter.path, "collecting", workspace.folder);
    const log = workspace.path("log.json");
    const target = await workspace.startTarget(python as string, "traced.py", { env: { GC_GRAPH: log } });
    await target.ask(`plant ${workspace.folder}`);
    await workspace.attachQuietly(target.pid, "fork", "garbage.bin");
    await target.ask("collect 2");
    const logged = runsOf(JSON.parse(readFileSync(log, "utf8")) as GcLog).at(-1) as Run;
    const document = workspace.json("gc", "garbage.bin") as GcLog;
    const [replayed] = runsOf(document) as [Run];
    expect(document.legend).toEqual((JSON.parse(readFileSync(log, "utf8")) as GcLog).legend);
    expect(replayed[1]).toBe(logged[1]);

    const known = new Set(Object.keys(nodesOf(replayed)));
    // The words of the command that asked for the collection are a list.
    const came = Object.entries(nodesOf(logged)).filter(([address]) => !known.has(address));
    expect(came.map(([, { t }]) => t)).toEqual(["list"]);
    const without = <Value>(values: Record<string, Value>) =>
      Object.fromEntries(Object.entries(values).filter(([address]) => known.has(address)));
    expect(nodesOf(replayed)).toEqual(without(nodesOf(logged)));
    expect(edgesOf(replayed).sort()).toEqual(edgesOf(logged).sort());
    const steps = stepsOf(replayed);
    expect(steps.at(-1)?.[0]).toBe("may_resurrect");
    expect(steps).toHaveLength(7);
    for (const [i, [phase, list, states]] of steps.slice(0, -1).entries()) {
      const [phaseThere, listThere, statesThere] = stepsOf(logged)[i] ?? [];
      expect([phase, list]).toEqual([phaseThere, listThere]);
      expect(states, `${phase}/${list}`).toEqual(without(statesThere ?? {}));
    }
  });
});

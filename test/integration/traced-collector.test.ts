// Interpreters with the patches of patches/: the logs that they write, against what was planted.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { edgesOf, type GcLog, nodesOf, type Run, runsOf, stepsOf } from "../../src/model/gc-log.js";
import { buildExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { buildTraced, patchable, type Traced } from "../support/traced.js";

type Planted = Record<string, string[]>;

const builds = new Map<string, Traced>();

/** As JSON.parse reads it, which knows nothing of our own reader. */
const logOf = (path: string): GcLog => JSON.parse(readFileSync(path, "utf8"));

function listOf(run: Run | undefined, phase: string, list: string, which = 0): string[] {
  const found = run && stepsOf(run).filter(([name, of]) => name === phase && of === list)[which];
  return found ? Object.keys(found[2]).sort() : ["no such list"];
}

describe.each(patchable)("a traced $version", (interpreter) => {
  function traced(folder: string, skip: (why: string) => void): string {
    const built = builds.get(interpreter.version) ?? buildTraced(interpreter, folder);
    builds.set(interpreter.version, built);
    if (built.python === undefined) skip(built.why);
    return built.python as string;
  }

  async function start(workspace: CaptureWorkspace, python: string) {
    const log = workspace.path("log.json");
    buildExtension(interpreter.path, "collecting", workspace.folder);
    const target = await workspace.startTarget(python, "traced.py", { env: { GC_GRAPH: log } });
    return { log, target, planted: (await target.ask(`plant ${workspace.folder}`)) as Planted };
  }

  test("writes what was planted, phase by phase", async ({ workspace, sampleDumps, skip }) => {
    const python = traced(sampleDumps.path("traced"), skip);
    const { log, target, planted } = await start(workspace, python);
    const said = await target.ask("collect 2");
    expect(said).toMatchObject({ called: 1, garbage: 1 });
    const run = runsOf(logOf(log)).at(-1) as Run;
    const { watched, quoted, plain, finalizing, resurrecting, legacy, of_legacy, watch } = planted as Record<
      string,
      string[]
    >;
    const of = (...kinds: (string[] | undefined)[]) => kinds.flatMap((kind) => kind ?? []);
    const nodes = nodesOf(run);
    for (const address of of(...Object.values(planted))) expect(Object.keys(nodes)).toContain(address);
    expect(nodes[quoted?.[0] as string]).toMatchObject({
      t: '__main__.a "</script>\\\u2028😀',
      ntv: true,
      rc: 1,
    });
    expect(nodes[legacy?.[0] as string]).toMatchObject({ t: "collecting.Legacy" });

    const garbage = of(quoted, plain, finalizing, resurrecting, watched, legacy, of_legacy);
    const found = listOf(run, "move_unreachable", "unreachable");
    // Before 3.12 an instance has a dict of its own more often.
    expect(found.filter((address) => garbage.includes(address))).toEqual([...garbage].sort());
    expect(found).not.toContain(watch?.[0]);
    expect(listOf(run, "move_unreachable", "base")).toContain(watch?.[0]);
    expect(listOf(run, "move_legacy_finalizers", "finalizers")).toEqual(legacy);
    expect(listOf(run, "move_legacy_finalizers", "unreachable")).toEqual(
      found.filter((address) => !legacy?.includes(address)),
    );
    const resurrected = listOf(run, "handle_resurrected_objects", "resurrected");
    expect(resurrected).toEqual(expect.arrayContaining(resurrecting as string[]));
    for (const address of of(finalizing, plain, watched, quoted)) expect(resurrected).not.toContain(address);
    const still = listOf(run, "handle_resurrected_objects", "still_unreachable");
    expect(still).toEqual(expect.arrayContaining(of(finalizing, plain, watched, quoted)));
  });

  test("subtracts the references that it wrote, object by object", async ({
    workspace,
    sampleDumps,
    skip,
  }) => {
    const python = traced(sampleDumps.path("traced"), skip);
    const { log, target } = await start(workspace, python);
    await target.ask("collect 2");
    for (const run of runsOf(logOf(log))) {
      const [updated, subtracted] = stepsOf(run).map(([, , states]) =>
        Object.fromEntries(Object.entries(states).map(([address, { gr }]) => [address, Number(gr)])),
      );
      const left = { ...updated };
      for (const [, to] of edgesOf(run)) left[to] = (left[to] ?? Number.NaN) - 1;
      expect(left).toEqual(subtracted);
    }
  });

  test("each process has a log, also one that is forked in a collection", async ({
    workspace,
    sampleDumps,
    skip,
  }) => {
    const python = traced(sampleDumps.path("traced"), skip);
    const { log, target } = await start(workspace, python);
    const before = runsOf(logOf(log)).length;
    await target.ask("fork");
    await target.ask("collect 0");
    const logs = readdirSync(workspace.folder).filter((name) => name.startsWith("log.json"));
    expect(logs).toHaveLength(2);
    expect(runsOf(logOf(log))).toHaveLength(before + 2);
    for (const name of logs.filter((name) => name !== "log.json")) {
      const runs = runsOf(logOf(workspace.path(name)));
      expect(runs, name).toHaveLength(1);
      const types = Object.values(nodesOf(runs[0] as Run)).map(({ t }) => t);
      expect(types.filter((type) => type === "__main__.Node").length).toBeGreaterThanOrEqual(2);
    }
  });

  test("writes while the environment names a file, and none that another process writes", async ({
    workspace,
    sampleDumps,
    skip,
  }) => {
    const python = traced(sampleDumps.path("traced"), skip);
    const log = workspace.path("later.json");
    const target = await workspace.startTarget(python, "traced.py", { env: { GC_GRAPH: "" } });
    await target.ask("collect 2");
    expect(existsSync(log)).toBe(false);
    await target.ask(`trace ${log}`);
    await target.ask("collect 2");
    await target.ask("stop");
    await target.ask("collect 2");
    expect(runsOf(logOf(log))).toHaveLength(1);
    const other = await workspace.startTarget(python, "traced.py", { env: { GC_GRAPH: log } });
    await other.ask("collect 2");
    expect(runsOf(logOf(log))).toHaveLength(1);
    expect(existsSync(`${log}.${other.pid}`)).toBe(true);
  });

  test("heapdump gc reads the log, also where the process was killed", async ({
    workspace,
    sampleDumps,
    skip,
  }) => {
    const python = traced(sampleDumps.path("traced"), skip);
    const { log, target } = await start(workspace, python);
    await target.ask("collect 2");
    const whole = logOf(log);
    expect(workspace.json("gc", log)).toEqual(whole);
    workspace.write("cut.json", readFileSync(log, "utf8").slice(0, -200));
    const { status, stdout, stderr } = workspace.run(["gc", "cut.json"]);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `heapdump: warning: cut.json: the log is cut off, in run ${runsOf(whole).length} (handle_resurrected_objects/still_unreachable): what follows is not known\n`,
    });
    expect(stdout).toMatch(/finalizers +1 +collecting\.Legacy 1/);
  });
});

test("a program that has no patch, or no source, is told so in a line", ({ workspace }) => {
  const build = (...args: string[]) =>
    workspace.shell(`'${join(import.meta.dirname, "../../patches/build")}' ${args.join(" ")}`);
  expect(build("/no/python", "-o", "x").stderr).toBe("build: /no/python: no such program\n");
  const [first] = patchable;
  if (first) {
    const { stderr, status } = build(first.path, "-o", "x", "--source", "/nowhere");
    expect({ stderr, status }).toMatchObject({ status: 1, stderr: expect.stringMatching(/^build: .*\n$/) });
  }
});

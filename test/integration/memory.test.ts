// Where the resident memory is: the parts add up to it, agree with malloc's own account, and a growth is found in what
// it lies in.
import { describe, expect } from "vitest";
import { buildLibrary } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, oldestAndNewest } from "../support/interpreters.js";
import type { Target } from "../support/target.js";

const MIB = 2 ** 20;
/** A share of what is compared. */
const TOLERANCE = 0.03;

interface Totals {
  used: number;
  free: number;
  mapped: number;
  rss: number;
  /** Page tables. */
  tables: number;
}

interface Memory {
  resident: number;
  verdict: { kind: string; words: string };
  columns: string[];
  rows: [name: string, parent: string | null, bytes: number, count: number, perDump: number[]][];
  unknown: string[];
}

async function start(workspace: CaptureWorkspace, python: string): Promise<Target> {
  const library = buildLibrary("memory_use", workspace.folder);
  return workspace.startTarget(python, "memory_use.py", { args: [library] });
}

async function dump(
  workspace: CaptureWorkspace,
  target: Target,
  mode: string,
  name: string,
): Promise<Totals> {
  const totals = (await target.ask("totals")) as Totals;
  const { status, stderr } = await workspace.attach([target.pid, "--mode", mode, "--json", "-o", name]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return totals;
}

function memory(workspace: CaptureWorkspace, ...files: string[]): Memory {
  const { status, stdout, stderr } = workspace.run(["memory", "--json", ...files]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

const bytesOf = ({ rows }: Memory, name: string) => rows.find(([own]) => own === name)?.[2] ?? 0;
/** Of parts, with a comma between. */
const growthOf = ({ rows }: Memory, names: string) => {
  const found = rows.filter(([own]) => names.split(", ").includes(own));
  return found.reduce((sum, [, , , , perDump]) => sum + (perDump.at(-1) ?? 0) - (perDump[0] ?? 0), 0);
};

function expectNear(found: number, wanted: number, what: string, slack = 0): void {
  const near = Math.abs(found - wanted) <= TOLERANCE * wanted + slack;
  expect({ what, found, wanted, near }).toEqual({ what, found, wanted, near: true });
}

function expectSums(found: Memory, { rss }: Totals): void {
  const sum = (parent: string | null) =>
    found.rows.filter((row) => row[1] === parent).reduce((total, row) => total + row[2], 0);
  expect(sum(null)).toBe(found.resident);
  for (const [name] of found.rows.filter(([, parent]) => parent === null)) {
    const parts = found.rows.filter(([, parent]) => parent === name);
    if (parts.length > 0) expect({ name, bytes: sum(name) }).toEqual({ name, bytes: bytesOf(found, name) });
  }
  expectNear(found.resident, rss, "resident memory");
  expect(found.unknown).toEqual([]);
}

describe.each(interpreters)("CPython $version ($library)", ({ path }) => {
  test("a growth is found in what it lies in", { timeout: 120_000 }, async ({ workspace }) => {
    const target = await start(workspace, path);
    let before = await dump(workspace, target, "fork", "0.bin");
    expectSums(memory(workspace, "0.bin"), before);
    const steps: [command: string, kind: string, words: RegExp, part: string, bytes: number][] = [
      ["keep 300000", "python", /growth is explained/, "objects in pools", 300_000 * 48],
      [
        "lose 200000 96",
        "native",
        /(200,000|199,9\d\d) chunks of 112 bytes came, which begin with a pointer to vtable for Node, in memory_use\.so/,
        "other chunks in use",
        200_000 * 112,
      ],
      ["lose 40 1000000", "native", /chunks of/, "other chunks in use", 40_000_000],
      [
        "lose_in_thread 100000 200",
        "native",
        /(100,000|99,9\d\d) chunks of 208/,
        "other chunks in use",
        100_000 * 208,
      ],
      [
        "lose_quarter 60000 1000",
        "fragmentation",
        /free memory that the allocators keep/,
        "free chunks",
        45_000 * 1008,
      ],
      ["lose_huge 5 8000000", "native", /chunks of/, "other chunks in use", 40_000_000],
      ["map_pages 50000000", "native", /memory of C code/, "of unknown use", 50_000_000],
      [
        "fragment 600000 200",
        "fragmentation",
        /free memory that the allocators keep/,
        "free blocks, empty pools",
        600_000 * 48,
      ],
    ];
    for (const [i, [command, kind, words, part, bytes]] of steps.entries()) {
      expect(await target.ask(command)).toBe("done");
      const after = await dump(workspace, target, "fork", `${i + 1}.bin`);
      const found = memory(workspace, `${i}.bin`, `${i + 1}.bin`);
      expectSums(found, after);
      expectNear(growthOf(found, part), bytes, `${command}: ${part}`, MIB);
      expect({ command, ...found.verdict }).toMatchObject({
        command,
        kind,
        words: expect.stringMatching(words),
      });
      before = after;
    }
    const now = memory(workspace, `${steps.length}.bin`);
    const chunks = ["objects in chunks", "other chunks in use"].reduce(
      (sum, name) => sum + bytesOf(now, name),
      0,
    );
    expectNear(chunks, before.used + before.mapped, "malloc's own account of what is used");
    expectNear(bytesOf(now, "of unknown use"), 50_000_000, "what was mapped without an allocator", MIB);
    await dump(workspace, target, "fork", "last.bin");
    expect(memory(workspace, `${steps.length}.bin`, "last.bin").verdict.kind).toBe("steady");
    expect(await target.ask("quit")).toBe("bye");
    expect(await target.end()).toBe(0);
  });
});

/** Why a growth is not of what grew most by its size. */
const VERDICTS: [what: string, before: string[], after: string[], kind: string, words: RegExp][] = [
  [
    "objects that fill what was free, while C code leaks",
    ["keep 600000", "free 400000"],
    ["keep 400000", "lose 60000 1000"],
    "native",
    /60,000 chunks|59,9\d\d chunks/,
  ],
  [
    "objects that go, while C code leaks",
    ["fragment 600000 100"],
    ["free 5000", "lose 60000 1000"],
    "native",
    /C code/,
  ],
  [
    "an object that nobody has written to",
    [],
    ["keep_untouched 400000000", "lose 60000 1000"],
    "unknown",
    /not all known/,
  ],
  ["shared memory", [], ["map_shared 60000000"], "native", /pages of files and shared memory/],
  ["a heap that was forked and grew", ["fork 0"], ["lose 60000 1000"], "native", /chunks of 1,008/],
];

describe.each(oldestAndNewest)("CPython $version ($library)", ({ path }) => {
  test.for(VERDICTS)("%s", async ([, first, then, kind, words], { workspace }) => {
    const target = await start(workspace, path);
    let pid = target.pid;
    const tell = async (command: string) => {
      const answer = await target.ask(command);
      if (command.startsWith("fork")) pid = Number(answer);
      else expect(answer).toBe("done");
    };
    const take = async (name: string) => {
      const { status, stderr } = await workspace.attach([pid, "--json", "-o", name]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    };
    for (const command of first) await tell(command);
    await take("before.bin");
    for (const command of then) await tell(command);
    await take("after.bin");
    const { verdict } = memory(workspace, "before.bin", "after.bin");
    expect(verdict).toMatchObject({ kind, words: expect.stringMatching(words) });
  });

  test.for(["fork", "stop"])(
    "what is not in memory is not brought there, in the mode %s",
    async (mode, { workspace }) => {
      const target = await start(workspace, path);
      await target.ask("map_sparsely 300 67108864");
      const { tables } = (await target.ask("totals")) as Totals;
      const { status, stdout } = await workspace.attach([
        target.pid,
        "--mode",
        mode,
        "--json",
        "-o",
        "sparse.bin",
      ]);
      expect(status).toBe(0);
      expect(JSON.parse(stdout).pause_ms).toBeLessThan(1000);
      expect(((await target.ask("totals")) as Totals).tables - tables).toBeLessThan(2 * MIB);
    },
  );

  test("dumps of different modes are not compared", async ({ workspace }) => {
    const target = await start(workspace, path);
    await dump(workspace, target, "fork", "fork.bin");
    await dump(workspace, target, "python", "python.bin");
    const { status, stderr } = workspace.run(["memory", "fork.bin", "python.bin"]);
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("take both in the same mode"),
    });
  });

  test("the same in the mode stop", async ({ workspace }) => {
    const target = await start(workspace, path);
    await target.ask("lose 200000 96");
    const totals = await dump(workspace, target, "stop", "stop.bin");
    await dump(workspace, target, "fork", "fork.bin");
    const [stopped, forked] = [memory(workspace, "stop.bin"), memory(workspace, "fork.bin")];
    expectSums(stopped, totals);
    // Pages of files come with what is run.
    const others = forked.rows.filter(([name]) => name !== "pages of files");
    for (const [name, , bytes] of others) expectNear(bytesOf(stopped, name), bytes, name, MIB / 2);
  });

  test("what a script cannot know is said", async ({ workspace }) => {
    const target = await start(workspace, path);
    await target.ask("lose 200000 96");
    const { rss } = await dump(workspace, target, "python", "python.bin");
    const found = memory(workspace, "python.bin");
    expectNear(found.resident, rss, "resident memory");
    expect(found.unknown).toEqual(["in python mode the allocators are not looked into"]);
    expect(found.verdict).toMatchObject({ kind: "unknown", words: expect.stringMatching(/not known/) });
  });
});

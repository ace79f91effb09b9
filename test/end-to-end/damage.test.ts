// What each command says of a dump that was cut off, or in which one byte is wrong. The commands run in this process,
// so that hundreds of such dumps take seconds.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { run } from "../../src/cli/main.js";
import { documentWarnings } from "../../src/cli/output.js";
import { DUMP_COMMANDS, type DumpCommand } from "../../src/view/warnings.js";
import { type Outcome, TempWorkspace } from "../support/cli.js";
import { encodeDump } from "../support/dump-file.js";
import { hex, type Thing } from "../support/python-heap.js";
import { random } from "../support/random.js";
import { shop } from "../support/sample-heaps.js";
import { memoryUse } from "../support/sample-memory.js";

const later = shop({ sessions: 12, later: true });
const LATER = { mode: "fork", time: "2026-03-01T13:00:00.000Z" };
const whole = encodeDump(later.heap.parts(LATER, { collection: "known" }, 12, memoryUse({})));
const session = hex(later.sessions[5] as Thing);

/** The dump in question is FILE. */
const LINES: Record<DumpCommand, string[]> = {
  info: ["info FILE"],
  top: [
    "top FILE",
    "top --by retained FILE",
    "top --by type FILE",
    "top --by owner FILE",
    "top --show-parents FILE",
    "top --previous before.bin FILE",
    "top --previous FILE latest.bin",
    "top --next FILE before.bin",
    "top --exclude FILE latest.bin",
    "top --by type --exclude before.bin FILE",
    "top --filter shop.models.Session FILE",
  ],
  graph: [
    `graph --filter ${session} FILE`,
    "graph --filter Session FILE",
    "graph FILE Session --sources dict --only list --censor str",
  ],
  path: [
    `path FILE ${session}`,
    "path FILE Session",
    "path FILE shop.models.*",
    "path FILE Session --from root(module)",
    "path FILE str --pattern",
    "path FILE Session --max-depth 2",
  ],
  show: [`show FILE ${session}`],
  leaks: ["leaks FILE", "leaks before.bin FILE", "leaks FILE latest.bin", "leaks before.bin FILE latest.bin"],
  diff: [
    "diff before.bin FILE",
    "diff FILE latest.bin",
    "diff --by path before.bin FILE",
    "diff --by owner before.bin FILE",
    "diff --against peak before.bin FILE latest.bin",
    "diff --count --against peak before.bin FILE",
  ],
  memory: ["memory FILE"],
  tree: ["tree FILE", `tree FILE ${session} --min 0B`, "tree FILE shop.models.*"],
  threads: ["threads FILE"],
  tasks: ["tasks FILE", "tasks --each FILE"],
  gc: ["gc FILE", "gc --generation 0 --json FILE"],
  garbage: ["garbage FILE"],
  waste: ["waste FILE"],
  "held-by-c": ["held-by-c FILE", "held-by-c --since before.bin FILE", "held-by-c --since FILE latest.bin"],
  sql: ["sql FILE SELECT+*+FROM+object", "sql FILE SELECT+count(*)+FROM+path_to_root(3)"],
  export: ["export FILE --to sqlite -o out.sqlite"],
  redact: ["redact FILE out.bin"],
};

/** Said of a whole dump only. */
const VERDICTS =
  /every reference was found|No suspects: nothing|No waste found|^No differences\.$|above its peak\.$|has come to be held|Nothing keeps it alive|^Nothing is unreachable\.$|^No garbage\.$|garbage: nothing|^No path [^,]*\.$/m;

let workspace: TempWorkspace;
let folder: string;
beforeAll(() => {
  // Each run of the tool listens once.
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
  folder = process.cwd();
  workspace = new TempWorkspace();
  process.chdir(workspace.folder);
  const before = shop().heap;
  writeFileSync("before.bin", encodeDump(before.parts({ mode: "fork" })));
  writeFileSync("latest.bin", encodeDump(later.heap.parts({ ...LATER, time: "2026-03-01T14:00:00.000Z" })));
});
afterAll(() => {
  process.chdir(folder);
  workspace.remove();
});

const out = { stdout: "", stderr: "" };
beforeEach(() => {
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      out[stream] += text;
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

async function heapdump(line: string, file: string): Promise<Outcome> {
  Object.assign(out, { stdout: "", stderr: "" });
  documentWarnings(); // those of commands before
  process.exitCode = 0;
  await run(line.split(" ").map((word) => word.replace("FILE", file).replaceAll("+", " ")));
  return { status: Number(process.exitCode), ...out };
}

async function expectCaveat(line: string, file: string): Promise<void> {
  const { status, stdout, stderr } = await heapdump(line, file);
  const seen = { line, status, stderr, stdout: stdout.slice(0, 2000) };
  expect({ ...seen, known: [0, 2, 5].includes(Number(status)) }).toMatchObject({ known: true });
  if (status === 5) return expect(seen.stderr).toMatch(/^heapdump: .*\n$/);
  if (status === 2) return expect(seen.stderr).toMatch(/lost|could be read/);
  const caveat = line.startsWith("info")
    ? stdout.includes("not complete")
    : stderr.includes(`warning: ${file} is not complete`);
  expect({ ...seen, caveat, verdict: VERDICTS.exec(stdout)?.[0] }).toMatchObject({
    caveat: true,
    verdict: undefined,
  });
}

const lines = Object.values(LINES).flat();

test("what is tested are all commands", async () => {
  const { stdout } = await heapdump("--help", "");
  const list = stdout.split("Commands:\n")[1]?.split("\n\n")[0] ?? "";
  const names = [...list.matchAll(/^ {2}(\S+) /gm)].map(([, name]) => name).filter((name) => name !== "help");
  expect(names.sort()).toEqual(["attach", "trace", "watch", ...DUMP_COMMANDS].sort());
  expect(Object.keys(LINES).sort()).toEqual([...DUMP_COMMANDS].sort());
});

test.each(lines)("%s works with the whole dump, and warns of nothing", async (line) => {
  writeFileSync("whole.bin", whole);
  const { status, stderr } = await heapdump(line, "whole.bin");
  expect({ status, warnings: stderr.match(/warning: .*/g) }).toEqual({
    status: 0,
    warnings: null,
  });
});

describe("a dump that is not complete", () => {
  const tried = 240;
  const next = random(7);

  test.each(Array.from({ length: tried }, (_, i) => i))("%i", async (i) => {
    const at = Math.floor(next() * whole.length);
    const bytes = i % 2 ? Buffer.from(whole.subarray(0, at)) : Buffer.from(whole);
    if (i % 2 === 0) bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(next() * 8));
    const file = `damaged-${i}.bin`;
    writeFileSync(file, bytes);
    for (const line of lines.filter((_, n) => (n + i) % 4 === 0)) await expectCaveat(line, file);
    rmSync(file);
    rmSync(`${file}.index`, { force: true });
  });

  test("is in what --json prints", async () => {
    const bytes = Buffer.from(whole);
    bytes[bytes.length - 3000] = (bytes[bytes.length - 3000] as number) ^ 1;
    writeFileSync("flipped.bin", bytes);
    for (const line of [
      "top FILE",
      "leaks FILE",
      "waste FILE",
      "diff before.bin FILE",
      "sql FILE SELECT+1",
    ]) {
      const { stdout } = await heapdump(`${line} --json`, "flipped.bin");
      const warned = [
        expect.stringMatching(
          /^flipped.bin is not complete: .*; .* \(heapdump info flipped.bin says more\)$/,
        ),
      ];
      expect({ line, ...JSON.parse(stdout) }).toMatchObject({ line, warnings: warned });
    }
  });

  test("does not let a check pass", async () => {
    writeFileSync("cut.bin", readFileSync("latest.bin").subarray(0, -400));
    for (const line of ["leaks --fail-on growth>1MB before.bin FILE", "leaks --fail-on retained>1GB FILE"]) {
      expect(await heapdump(line, "cut.bin")).toMatchObject({
        status: 5,
        stderr: expect.stringContaining("cut.bin is not complete, so --fail-on cannot be decided"),
      });
    }
  });
});

// A heap, a command, and the text that a user gets, in expected/. `npx vitest run -u test/golden` writes it anew.
import { expect } from "vitest";
import type { TempWorkspace } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { hex, type Thing } from "../support/python-heap.js";
import { after } from "../support/sample-dumps.js";

const at = {
  session: hex(after.sessions[0] as Thing),
  link: hex(after.chain.at(-1) as Thing),
  peer: hex(after.cycle[0]),
  lost: hex(after.garbage[0]),
  hostile: hex(after.hostile),
  remembered: hex(after.remembered),
  cache: hex(after.cache),
};

const GROWTH = `SELECT now.name, now.count - old.count AS more FROM main.type AS now
  JOIN before.type AS old USING (name) WHERE more > 0 ORDER BY more DESC, now.name`;

const cases: [name: string, ...args: string[]][] = [
  ["info", "info", "omitted.bin"],
  ["info-fork", "info", "fork.bin"],
  ["info-cut", "info", "cut.bin"],
  ["info-memory-unknown", "info", "wasteful.bin"],
  ["top", "top", "-n", "8", "after.bin"],
  ["top-types", "top", "--by", "type", "after.bin"],
  ["top-types-new", "top", "--by", "type", "--exclude", "before.bin", "after.bin"],
  ["top-types-filter", "top", "--by", "type", "--filter", "shop.models.*,!Link", "after.bin"],
  ["top-previous", "top", "--previous", "before.bin", "after.bin", "--show-parents", "-n", "4"],
  ["top-parents-cycle", "top", "--filter", at.peer, "after.bin", "--show-parents"],
  ["top-parents-chain", "top", "--filter", at.link, "after.bin", "--show-parents", "--max-depth", "20"],
  ["top-parents-lost", "top", "--filter", at.lost, "after.bin", "--show-parents"],
  ["top-parents-depth", "top", "--filter", at.link, "after.bin", "--show-parents", "--max-depth", "2"],
  ["top-hostile", "top", "--filter", at.hostile, "after.bin"],
  ["top-nothing", "top", "--filter", "dict,!dict", "after.bin"],
  ["top-huge", "top", "huge.bin.gz", "-n", "4"],
  ["top-cut", "top", "cut.bin", "-n", "2"],
  ["top-memory-unknown", "top", "wasteful.bin", "-n", "2"],
  ["top-retained", "top", "--by", "retained", "-n", "6", "after.bin"],
  ["top-retained-parents", "top", "--by", "retained", "-n", "2", "after.bin", "--show-parents"],
  ["top-owner", "top", "--by", "owner", "-n", "8", "after.bin"],
  ["top-owner-new", "top", "--by", "owner", "--exclude", "before.bin", "after.bin"],
  ["top-path", "top", "--by", "path", "-n", "6", "after.bin"],
  ["top-module", "top", "--by", "module", "after.bin"],
  ["top-line", "top", "--by", "line", "traced-after.bin"],
  ["top-line-untraced", "top", "--by", "line", "after.bin"],
  ["top-kind", "top", "--by", "kind", "-n", "6", "after.bin"],
  ["top-rcs", "top", "--by", "rcs", "--of", "str", "after.bin"],
  ["top-row", "top", "--by", "via", "--of", "str/rcs:1", "after.bin"],
  ["top-of", "top", "--of", "Session.body & size(> 10 KiB)", "after.bin"],
  ["top-new", "top", "--by", "kind,size", "--of", "new & by(dict)", "--since", "before.bin", "after.bin"],
  ["top-of-mistake", "top", "--of", "str & by(dict, Sesion)", "after.bin"],
  ["top-by-mistake", "top", "--by", "colour", "after.bin"],
  ["path-session", "path", "after.bin", at.session],
  ["path-chain", "path", "after.bin", at.link, "-n", "1"],
  ["path-type", "path", "after.bin", "Session"],
  ["path-types", "path", "after.bin", "shop.models.*"],
  ["path-set", "path", "after.bin", "Session.body | Session.user"],
  ["path-set-mistake", "path", "after.bin", "Session.body | user"],
  ["path-excluding", "path", "after.bin", at.session, "--exclude", ".CACHE"],
  ["path-excluding-type", "path", "after.bin", "Session", "--exclude", ".CACHE,asyncio.Task"],
  ["path-garbage", "path", "after.bin", at.lost],
  ["path-hostile", "path", "after.bin", at.hostile],
  ["path-unknown", "path", "after.bin", "Sesion"],
  ["path-empty-term", "path", "after.bin", "Session", "--exclude", "dict,,list"],
  ["show-session", "show", "after.bin", at.session],
  ["show-cache", "show", "after.bin", at.cache, "-n", "3"],
  ["show-traced", "show", "traced-after.bin", hex(after.sessions[5] as Thing)],
  ["show-untraced", "show", "traced-after.bin", at.session],
  ["show-garbage", "show", "after.bin", at.lost],
  ["show-hostile", "show", "after.bin", at.hostile],
  ["show-within", "show", "after.bin", hex({ address: (after.sessions[0] as Thing).address + 8n })],
  ["show-type", "show", "after.bin", "Session"],
  ["show-unknown", "show", "after.bin", "0xdeadbeef"],
  ["gc", "gc", "collections.json"],
  ["gc-dump", "gc", "garbage.bin"],
  ["gc-dump-young", "gc", "--generation", "0", "garbage.bin"],
  ["gc-dump-script", "gc", "before.bin"],
  ["garbage", "garbage", "garbage.bin"],
  ["garbage-script", "garbage", "after.bin"],
  ["gc-objects", "gc", "-t", "-r", "collections.json"],
  ["gc-cut", "gc", "cut-collections.json"],
  ["diff", "diff", "-n", "6", "before.bin", "after.bin"],
  ["diff-owner", "diff", "--by", "owner", "-n", "6", "before.bin", "after.bin"],
  ["diff-path", "diff", "--by", "path", "-n", "6", "before.bin", "after.bin"],
  ["diff-line", "diff", "--by", "line", "-n", "6", "traced.bin", "traced-after.bin"],
  ["leaks-traced", "leaks", "traced.bin", "traced-after.bin"],
  ["leaks-traced-one", "leaks", "traced-after.bin"],
  ["leaks-untraced", "leaks", "traced.bin"],
  ["leaks-traced-json", "leaks", "--json", "traced.bin", "traced-after.bin"],
  ["info-traced", "info", "traced-after.bin"],
  ["diff-module", "diff", "--by", "module", "-n", "6", "before.bin", "after.bin"],
  ["diff-three", "diff", "--against", "previous", "-n", "4", "before.bin", "middle.bin", "after.bin"],
  ["diff-peak", "diff", "--against", "peak", "-n", "4", "after.bin", "before.bin", "later.bin"],
  ["diff-same", "diff", "after.bin", "after.bin"],
  ["diff-one", "diff", "after.bin"],
  ["leaks-one", "leaks", "after.bin"],
  ["leaks", "leaks", "before.bin", "after.bin"],
  ["leaks-three", "leaks", "before.bin", "middle.bin", "after.bin"],
  ["leaks-markdown", "leaks", "--markdown", "before.bin", "middle.bin", "after.bin"],
  ["leaks-none", "leaks", "after.bin", "after.bin"],
  ["leaks-json", "leaks", "--json", "before.bin", "after.bin"],
  ["leaks-fail", "leaks", "--fail-on", "growth>100kB", "before.bin", "after.bin"],
  ["leaks-pass", "leaks", "--fail-on", "growth>=1GB", "before.bin", "after.bin"],
  ["leaks-bad-check", "leaks", "--fail-on", "size>1MB", "before.bin", "after.bin"],
  ["leaks-check-of-three", "leaks", "--fail-on", "survived>0", "before.bin", "after.bin"],
  ["leaks-check-of-two", "leaks", "--fail-on", "growth>1MB", "after.bin"],
  ["memory", "memory", "lean.bin"],
  ["memory-native", "memory", "lean.bin", "native.bin"],
  ["memory-tracing", "memory", "lean.bin", "tracing.bin"],
  ["leaks-tracing", "leaks", "lean.bin", "tracing.bin"],
  ["memory-tracing-alone", "memory", "tracing.bin"],
  ["trace-both", "trace", "1", "--on", "--off"],
  ["trace-frames", "trace", "1", "--frames", "3"],
  ["trace-too-many-frames", "trace", "1", "--on", "--frames", "500"],
  ["trace-yes", "trace", "1", "--on", "--yes"],
  ["trace-nobody", "trace", "999999999", "--on"],
  ["memory-kept", "memory", "native.bin", "kept.bin"],
  ["memory-kept-alone", "memory", "kept.bin"],
  ["memory-script", "memory", "script.bin"],
  ["memory-unknown", "memory", "after.bin"],
  ["memory-json", "memory", "--json", "lean.bin", "native.bin"],
  ["top-native", "top", "-n", "3", "native.bin"],
  ["leaks-native", "leaks", "lean.bin", "native.bin"],
  [
    "leaks-native-fail",
    "leaks",
    "--fail-on",
    "rss>200MB",
    "--fail-on",
    "native>100MiB",
    "lean.bin",
    "native.bin",
  ],
  ["leaks-native-unknown", "leaks", "--fail-on", "native>100MiB", "script.bin", "script.bin"],
  ["leaks-rss-unknown", "leaks", "--fail-on", "rss>1MB", "before.bin", "after.bin"],
  ["waste", "waste", "-n", "6", "wasteful.bin"],
  ["waste-json", "waste", "--json", "-n", "2", "wasteful.bin"],
  ["waste-none", "waste", "huge.bin.gz"],
  ["held-by-c", "held-by-c", "wasteful.bin"],
  ["tree", "tree", "after.bin"],
  ["tree-type", "tree", "after.bin", "shop.models.*", "--min", "0B", "--depth", "2"],
  ["tree-one", "tree", "after.bin", at.session, "--min", "0"],
  ["tree-nothing", "tree", "after.bin", "--min", "1GiB"],
  ["tree-bad-min", "tree", "after.bin", "--min", "2x"],
  ["threads", "threads", "wasteful.bin"],
  ["threads-few", "threads", "wasteful.bin", "-n", "1", "--max-depth", "1"],
  ["threads-python", "threads", "after.bin"],
  ["tasks", "tasks", "service.bin"],
  ["tasks-each", "tasks", "service.bin", "--each"],
  ["tasks-few", "tasks", "service.bin", "-n", "1"],
  ["tasks-none", "tasks", "wasteful.bin"],
  ["tasks-python", "tasks", "after.bin"],
  ["show-possible-holder", "show", "wasteful.bin", "0x7f0000014180"],
  ["held-by-c-json", "held-by-c", "--json", "wasteful.bin"],
  ["held-by-c-none", "held-by-c", "huge.bin.gz"],
  ["held-by-c-python", "held-by-c", "after.bin"],
  ["graph-session", "graph", "--filter", `${at.session},!set`, "--highlight", "asyncio.Task", "after.bin"],
  ["graph-types", "graph", "--filter", "Session", "--max-breadth", "2", "after.bin"],
  ["graph-depth", "graph", "--filter", at.link, "--max-depth", "3", "after.bin"],
  ["graph-nodes", "graph", "--filter", at.link, "--max-nodes", "4", "after.bin"],
  ["graph-cycle", "graph", "--filter", at.peer, "after.bin"],
  ["graph-default-argument", "graph", "--filter", at.remembered, "after.bin"],
  ["graph-hostile", "graph", "--filter", at.hostile, "after.bin"],
  [
    "graph-referents",
    "graph",
    "--filter",
    at.cache,
    "--direction",
    "referents",
    "--max-breadth",
    "3",
    "after.bin",
  ],
  ["sql", "sql", "after.bin", "SELECT name, count, size FROM type WHERE count > 11 ORDER BY size DESC"],
  ["sql-attach", "sql", "after.bin", "--attach", "before=before.bin", GROWTH],
  ["sql-huge", "sql", "huge.bin.gz", "SELECT size, refcount FROM object WHERE size > 1000000 ORDER BY size"],
  ["sql-hostile", "sql", "after.bin", "SELECT content FROM object WHERE content LIKE '%red%'"],
  ["sql-nothing", "sql", "after.bin", "SELECT id, content FROM object WHERE id < 0"],
  ["sql-malformed", "sql", "after.bin", "SELEC 1"],
  ["sql-unknown", "sql", "after.bin", "SELECT age FROM object"],
  ["sql-schema", "sql", "--schema"],
  ["unknown-type", "graph", "--filter", "shop.models.Sesion", "after.bin"],
  ["unknown-address", "graph", "--filter", "0xdeadbeef", "after.bin"],
  ["bad-address", "graph", "--filter", "0xnothex", "after.bin"],
  ["empty-term", "graph", "--filter", "dict,,list", "after.bin"],
  ["only-excluded", "graph", "--filter", "!dict", "after.bin"],
];

/** The commands that name a next step, and the steps that were taken. */
const naming = new Set<string>();
const taken = new Set<string>();

test.for(cases)("%s", async ([name, ...args], { sampleDumps }) => {
  const { status, stdout, stderr } = sampleDumps.run(args);
  const command = args
    .map((arg) => (/^[\w.,:=/-]+$/.test(arg) ? arg : `'${arg.replace(/\s+/g, " ")}'`))
    .join(" ");
  const told = [
    `$ heapdump ${command}\n`,
    stdout,
    stderr && `[standard error]\n${stderr}`,
    `[exit code ${status}]\n`,
  ];
  for (const line of /^(digraph|{)/.test(stdout) ? [] : stdout.split("\n")) {
    // Paths stay whole in a pipe, and Markdown is wrapped by what shows it.
    if (!line.includes("sys.modules[") && !args.includes("--markdown"))
      expect([...line].length).toBeLessThanOrEqual(100);
  }
  await expect(told.join("")).toMatchFileSnapshot(`expected/${name}.txt`);
  for (const [line, step = ""] of stdout.matchAll(/^.*: (heapdump [a-z].*)$/gm)) {
    expect(line).toBe(`Next: ${step}`);
    naming.add(args[0] ?? "");
    if (!taken.has(step)) expectToWork(step, sampleDumps);
    taken.add(step);
  }
});

function expectToWork(step: string, workspace: TempWorkspace): void {
  const { status, stdout } = workspace.shell(step);
  expect({ step, status, silent: stdout === "" }).toEqual({ step, status: 0, silent: false });
}

test("these commands name a next step", () => {
  expect([...naming].sort()).toEqual([
    "diff",
    "garbage",
    "gc",
    "held-by-c",
    "leaks",
    "memory",
    "path",
    "show",
    "tasks",
    "threads",
    "top",
    "tree",
    "waste",
  ]);
});

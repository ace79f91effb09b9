// What commands print with --json, against the published schema.
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { expectAsPublished, schemaOf } from "../support/output-schema.js";
import { hex, type Thing } from "../support/python-heap.js";
import { after, hugeHeap } from "../support/sample-dumps.js";

const session = hex(after.sessions[0] as Thing);
const lost = hex(after.garbage[0]);

const DOCUMENTS: [command: string, ...args: string[]][] = [
  ["info", "after.bin"],
  ["top", "after.bin"],
  ["top", "huge.bin"],
  ["top", "after.bin", "--show-parents"],
  ["top", "after.bin", "--by", "retained"],
  ["top", "after.bin", "--by", "type"],
  ["top", "after.bin", "--by", "type", "--exclude", "before.bin"],
  ["top", "after.bin", "--by", "owner"],
  ["top", "after.bin", "--by", "owner", "--filter", "shop.*"],
  ["top", "after.bin", "--by", "path"],
  ["top", "after.bin", "--by", "module", "--exclude", "before.bin"],
  ["top", "traced-after.bin", "--by", "line"],
  ["top", "after.bin", "--by", "rcs", "--of", "str"],
  ["path", "after.bin", "Session.body | Session.user"],
  ["waste", "wasteful.bin", "--of", "str"],
  ["held-by-c", "fork.bin", "--all", "--of", "type"],
  ["graph", "after.bin", "--of", "Session.user"],
  ["diff", "before.bin", "after.bin", "--of", "Session.body"],
  ["top", "after.bin", "--by", "kind,via", "--of", "kept", "--since", "before.bin", "--sort", "count"],
  ["top", "after.bin", "--of", "all/via:0"],
  ["diff", "--by", "line", "traced.bin", "traced-after.bin"],
  ["leaks", "traced.bin", "traced-after.bin"],
  ["show", "traced-after.bin", session],
  ["show", "traced-after.bin", hex(after.sessions[5] as Thing)],
  ["path", "after.bin", session],
  ["path", "after.bin", lost],
  ["path", "after.bin", "shop.models.*"],
  ["path", "after.bin", "Session", "--exclude", ".CACHE"],
  ["path", "after.bin", "Session.body", "--from", "asyncio.Task"],
  ["path", "after.bin", "Session", "--pattern"],
  ["path", "after.bin", "Session & str", "--pattern", "--exclude", "dict"],
  ["show", "after.bin", session],
  ["show", "after.bin", lost],
  ["show", "wasteful.bin", "0x7f0000014180"],
  ["info", "wasteful.bin"],
  ["show", "huge.bin", hex(hugeHeap.buffers[0] as Thing)],
  ["diff", "before.bin", "after.bin"],
  ["diff", "--by", "path", "before.bin", "after.bin"],
  ["diff", "--count", "--against", "peak", "before.bin", "middle.bin", "after.bin"],
  ["diff", "history.stat", "after.bin"],
  ["leaks", "after.bin"],
  ["leaks", "before.bin", "after.bin"],
  ["leaks", "before.bin", "before.bin", "after.bin"],
  ["leaks", "after.bin", "after.bin"],
  ["memory", "lean.bin"],
  ["memory", "lean.bin", "native.bin", "kept.bin"],
  ["leaks", "lean.bin", "native.bin"],
  ["tree", "after.bin"],
  ["threads", "wasteful.bin"],
  ["threads", "after.bin"],
  ["tasks", "service.bin"],
  ["tasks", "service.bin", "--each"],
  ["tasks", "after.bin"],
  ["waste", "wasteful.bin"],
  ["held-by-c", "wasteful.bin"],
  ["held-by-c", "after.bin"],
  ["held-by-c", "wasteful.bin", "--since", "wasteful.bin"],
  ["graph", "after.bin", "--filter", "Session"],
  [
    "graph",
    "after.bin",
    "Session",
    "--sources",
    "asyncio.Task",
    "--only",
    "dict",
    "--censor",
    "str",
    "--refcounts",
  ],
  ["gc", "collections.json"],
  ["gc", "garbage.bin"],
  ["garbage", "garbage.bin"],
  ["garbage", "after.bin"],
  ["gc", "cut-collections.json"],
  ["sql", "huge.bin", "SELECT * FROM object"],
  ["sql", "--schema"],
  ["export", "after.bin", "--to", "sqlite", "-o", "out.sqlite"],
  ["redact", "after.bin", "out.bin"],
  ["export", "after.bin", "--to", "stat", "-o", "out.stat"],
];

test.for(DOCUMENTS)("%s %s %s %s", ([command, ...args], { sampleDumps }) => {
  const { status, stdout } = sampleDumps.run([command, "--json", ...args]);
  expect(status).toBe(0);
  expectAsPublished(command, JSON.parse(stdout));
});

test("the schema refuses what is not as it says", () => {
  expect(schemaOf("leaks")?.({ columns: ["kind"], rows: [] })).toBe(false);
});

import { describe, expect, test } from "vitest";
import type { Mode } from "../../src/model/dump.js";
import { attachJson, takenText } from "../../src/view/attach.js";
import { dotText } from "../../src/view/dot.js";
import { jsonTable, jsonText } from "../../src/view/json.js";
import { htmlText, svgText } from "../../src/view/picture.js";
import { table } from "../../src/view/table.js";
import { terminal } from "../../src/view/terminal.js";
import { contentText, escapeControls, pythonRepr, shellWord } from "../../src/view/text.js";
import { shareText, sizeText } from "../../src/view/units.js";

const plain = { ...terminal(process.stdout, { NO_COLOR: "1" }), cuts: "everything" as const };

describe("text", () => {
  test("controls and marks of direction are escaped as Python does it", () => {
    expect(escapeControls("a\x1b[31m\n\t\x7f\x9b\u202eb")).toBe("a\\x1b[31m\\n\\t\\x7f\\x9b\\u202eb");
    expect(escapeControls("héllo 日本 🐍")).toBe("héllo 日本 🐍");
    expect(escapeControls("\ud800")).toBe("\\ud800");
  });

  test("a str is quoted as repr quotes it", () => {
    expect(pythonRepr("it's")).toBe(`"it's"`);
    expect(pythonRepr(`it's "it"`)).toBe(`'it\\'s "it"'`);
    expect(pythonRepr("a\\b\n")).toBe("'a\\\\b\\n'");
  });

  test("a content that was cut ends in an ellipsis", () => {
    expect(contentText({ content: "abc", is_text: 1n, truncated: 1n })).toBe("'abc'…");
    expect(contentText({ content: "[1]", is_text: 0n, truncated: 0n })).toBe("[1]");
    expect(contentText({ content: null, is_text: null, truncated: null })).toBe("");
  });
});

test.each([
  ["heap.bin", "heap.bin"],
  ["my heap.bin", "'my heap.bin'"],
  ["it's", "'it'\\''s'"],
  ["f.<locals>.C", "'f.<locals>.C'"],
  ["a\nb", "$'a\\nb'"],
])("%j is copied into a shell as %s", (text, word) => expect(shellWord(text)).toBe(word));

describe("a dump that was taken", () => {
  const dump = {
    file: "heap.bin",
    bytes: 4096,
    objects: 1000n,
    references: 2000n,
    route: "gil-idle",
    stops: 3,
    pauseMs: 8.25,
    consistent: true,
    left: [],
    elapsedMs: 1234,
    meta: {
      pid: "42",
      python_version: "3.11.7",
      mode: "fork",
      dump_id: "ab",
    } as Record<string, string>,
    memory: {
      mode: "fork" as Mode,
      cost: { min: 1, max: 5, committed: 0, seconds: 0 },
      headroom: 7,
      limit: { name: "memory.max", cgroup: "/app", limit: 9, used: 2 },
      reserve: 0,
      tight: false,
      oomGroup: undefined,
      unknown: [] as string[],
    },
  };

  test("is reported in a few lines", () => {
    expect(takenText(dump, plain).split("\n")).toEqual([
      "heap.bin: 1,000 objects, 2,000 references, 4.0 KiB",
      "  of process 42 (CPython 3.11.7), in 1.2 s",
      "  fork mode, gil-idle route; 3 stops, the longest 8.3 ms",
      "  consistent",
    ]);
    const broken = { ...dump, consistent: false, route: "immediate" };
    broken.meta = { ...dump.meta, skipped: "app.Bad\x1b: 3 faults; app.Slow: 1 hangs" };
    expect(takenText(broken, plain).split("\n").slice(2)).toEqual([
      "  fork mode, immediate route; 3 stops, the longest 8.3 ms",
      "  not consistent: no safe point came, and some objects may be half-updated",
      "  skipped: app.Bad\\x1b: 3 faults; app.Slow: 1 hangs",
    ]);
    const python = { ...dump, consistent: false, meta: { ...dump.meta, mode: "python" } };
    expect(takenText(python, plain)).toMatch(/not consistent: other threads ran while it was taken$/);
  });

  test("is a document with what was skipped, and with memory where it mattered", () => {
    const meta = {
      ...dump.meta,
      skipped: "app.Bad: 3 faults; app.Slow: 1 hangs",
    };
    expect(JSON.parse(attachJson([{ ...dump, meta }], [], false))).toMatchObject({
      mode: "fork",
      route: "gil-idle",
      skipped: ["app.Bad: 3 faults", "app.Slow: 1 hangs"],
      memory: {
        cost_min: 1,
        cost_max: 5,
        headroom: 7,
        limit: 9,
        limit_name: "memory.max /app",
        oom_group: null,
        unknown: [],
      },
    });
    const python = { ...dump, meta: { pid: "42", mode: "python" } };
    expect(JSON.parse(attachJson([python], [], false))).toMatchObject({ mode: "python", skipped: [] });
  });
});

describe("units", () => {
  test.each([
    [0n, "0 B"],
    [1023n, "1023 B"],
    [1024n, "1.0 KiB"],
    [1024n ** 2n - 1n, "1.0 MiB"],
    [10n * 1024n ** 2n, "10.0 MiB"],
    [2n ** 63n - 1n, "8.0 EiB"],
    [2n ** 60n + 1n, "1.0 EiB"],
  ])("%s bytes", (bytes, text) => expect(sizeText(bytes)).toBe(text));

  test("shares", () => {
    expect(shareText(1n, 3n)).toBe("33.3 %");
    expect(shareText(0n, 0n)).toBe("");
  });
});

describe("JSON", () => {
  test("integers that a double cannot hold are strings", () => {
    expect(jsonText([2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n + 1n), 7n])).toBe(
      '[9007199254740991,"9007199254740992","-9007199254740993",7]',
    );
  });

  test("control characters are escaped, and mean the same", () => {
    const text = jsonText({ x: "\x1b\x9b\u202e\x7f" });
    expect(text).toBe('{"x":"\\u001b\\u009b\\u202e\\u007f"}');
    expect(JSON.parse(text)).toEqual({ x: "\x1b\x9b\u202e\x7f" });
  });

  test("a list is its columns and rows", () => {
    expect(jsonTable([{ a: 1 }, { a: 2 }], { twice: ({ a }) => 2 * a })).toEqual({
      columns: ["twice"],
      rows: [[2], [4]],
    });
  });
});

describe("table", () => {
  const narrow = { ...plain, width: 40 };

  test("numbers stand right, and the flexible column takes the rest", () => {
    const columns = [
      { title: "SIZE", align: "right" as const },
      { title: "CONTENT", cut: "content" as const },
    ];
    const text = table(
      columns,
      [
        ["1 B", "x"],
        ["10 KiB", "y".repeat(80)],
      ],
      narrow,
    );
    expect(text.split("\n")).toEqual(["  SIZE  CONTENT", "   1 B  x", `10 KiB  ${"y".repeat(31)}…`]);
  });

  test("no line ends in a space", () => {
    expect(table([{ title: "A" }, { title: "B" }], [["x", ""]], narrow)).not.toMatch(/ $/m);
  });
});

test("colours are for terminals, and never with NO_COLOR", () => {
  const tty = { isTTY: true, columns: 120 } as NodeJS.WriteStream;
  const pipe = { isTTY: false } as unknown as NodeJS.WriteStream;
  expect(terminal(tty, {})).toMatchObject({ width: 120, colors: { isColorSupported: true } });
  expect(terminal(tty, { NO_COLOR: "1" }).colors.isColorSupported).toBe(false);
  expect(terminal(tty, { TERM: "dumb" }).colors.isColorSupported).toBe(false);
  expect(terminal(pipe, { FORCE_COLOR: "1" })).toMatchObject({
    width: 100,
    cuts: "contents",
    colors: { isColorSupported: false },
  });
});

test("COLUMNS is the width, of a terminal and of a pipe", () => {
  const tty = { isTTY: true, columns: 120 } as NodeJS.WriteStream;
  const pipe = { isTTY: false } as unknown as NodeJS.WriteStream;
  expect(terminal(tty, { COLUMNS: "72" })).toMatchObject({ width: 72, cuts: "everything" });
  expect(terminal(pipe, { COLUMNS: "72" })).toMatchObject({ width: 72, cuts: "everything" });
  expect(terminal(pipe, { COLUMNS: "none" })).toMatchObject({ width: 100, cuts: "contents" });
});

describe("a picture", () => {
  const node = {
    id: 1n,
    address: 0x7f10n,
    type: 2n,
    size: 48n,
    refcount: 1n,
    content:
      "</title><script>alert('x')</script>\u202e & \"more\" that is longer than its box can be in any picture",
    is_text: 1n,
    truncated: 0n,
    gist: null,
    typeName: "shop.models.Session",
    shortName: "Session",
    finalizer: null,
    role: "explain" as const,
    roots: [],
    path: "sys.modules['shop'].CACHE['k0']",
    depth: 0,
    more: 3n,
  };
  const holder = {
    ...node,
    id: 2n,
    address: 0x7f20n,
    typeName: "dict",
    shortName: "dict",
    content: null,
    path: null,
    more: 0n,
  };
  const hold = { holder: 2n, held: 1n, kind: "value", label: "'k0'", part: "['k0']" };
  const graph = {
    nodes: [node, holder],
    edges: [{ source: 2n, target: 1n, holds: [hold], only: false, back: false, way: false }],
    direction: "referrers" as const,
    ways: null,
    omitted: { explained: 0n, breadth: 0n, depth: 0, nodes: 0 },
  };

  test("has tooltips that tell type, address, size, content and path, and the reference", async () => {
    const svg = await svgText(dotText(graph, "a & b"));
    const titles = [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, text]) =>
      text?.replaceAll("&#10;", "\n"),
    );
    expect(titles).not.toContainEqual(expect.stringMatching(/^[nm]\d/));
    expect(titles.find((title) => title?.startsWith("shop.models.Session 0x7f10"))).toMatch(
      /^shop\.models\.Session 0x7f10\n48 B\n.*longer than its box can be in any picture.*\nsys\.modules\[(&#39;|')shop(&#39;|')\]\.CACHE\[(&#39;|')k0(&#39;|')\]$/,
    );
    expect(titles.find((title) => title?.startsWith("dict"))).toBe("dict 0x7f20\n48 B");
    expect(titles).toContainEqual(expect.stringMatching(/^dict 0x7f20\n\[(&#39;|')k0(&#39;|')\]\nshop/));
    expect(titles).toContain("… 3 more");
  });

  test("runs and loads nothing that a dump holds", async () => {
    const html = await htmlText(dotText(graph, "<b>&'\""), "<b>&'\"");
    expect(html).toContain("<title>&lt;b&gt;&amp;&#39;&quot;</title>");
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain("alert('x')</script>");
    expect(html).not.toContain("\u202e");
    expect(html.replaceAll(/xmlns(:xlink)?="[^"]*"/g, "").replace(/<!DOCTYPE[^>]*>/, "")).not.toMatch(
      /https?:/,
    );
  });
});

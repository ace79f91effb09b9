// What diff -o draws of a series: the areas are as thick as the planted counts say, and nothing of a dump can do more
// than be read.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TempWorkspace } from "../support/cli.js";
import { newest } from "../support/interpreters.js";
import { PythonHeap } from "../support/python-heap.js";

const HOSTILE = `app.<script>alert("1")</script>&\u202e\u0007'x`;
/** Instances in each of three dumps, 10 and 50 minutes apart. */
const PLANTED = { "app.Many": [40, 10, 60], [HOSTILE]: [20, 25, 30], "app.Few": [0, 30, 0] };
const TIMES = ["2026-03-01T12:00:00.000Z", "2026-03-01T12:10:00.000Z", "2026-03-01T13:00:00.000Z"];
const FILES = ["1.bin", "2.bin", "3.bin"];

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  const write = (name: string, dump: number, time: string) => {
    const heap = new PythonHeap();
    const all = Object.entries(PLANTED).flatMap(([type, counts]) =>
      Array.from({ length: counts[dump] as number }, () => heap.add(type, {}, [], 48n)),
    );
    heap.module("app", "/srv/app.py", { ALL: heap.list(all) });
    workspace.dump(name, heap, { time });
  };
  for (const [i, name] of FILES.entries()) {
    write(name, i, TIMES[i] as string);
    write(`timeless-${name}`, i, "");
  }
});
afterAll(() => workspace.remove());

function draw(name: string, ...args: string[]): string {
  const { status, stderr } = workspace.run(["diff", "-o", name, ...args]);
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining(`${name}: `) });
  return readFileSync(workspace.path(name), "utf8");
}

type Point = [x: number, y: number];

/** The areas, from the bottom up. */
function areas(svg: string): Point[][] {
  return [...svg.matchAll(/<polygon [^>]*points="([^"]*)"/g)].map(([, points = ""]) =>
    points.split(" ").map((point) => point.split(",").map(Number) as Point),
  );
}

/** At each dump. */
function thickness(area: Point[]): number[] {
  const dumps = area.length / 2;
  return Array.from({ length: dumps }, (_, i) => (area.at(-1 - i)?.[1] ?? 0) - (area[i]?.[1] ?? 0));
}

test("areas lie upon each other, as thick as their counts, at their times", () => {
  const svg = draw("counts.svg", "--of", "app.*", "--count", ...FILES);
  const drawn = areas(svg);
  const wanted = Object.values(PLANTED);
  expect(drawn).toHaveLength(wanted.length);
  const scale = thickness(drawn[0] as Point[])[0] as number;
  for (const [i, area] of drawn.entries()) {
    const [counts = [], below] = [wanted[i], drawn[i - 1]];
    for (const [dump, value] of thickness(area).entries()) {
      expect(value).toBeCloseTo(((counts[dump] as number) / 40) * scale, 0);
    }
    if (below) expect(area.slice(3).reverse()).toEqual(below.slice(0, 3));
  }
  const [first, second, third] = (drawn[0] as Point[]).map(([x]) => x) as [number, number, number];
  expect((second - first) / (third - first)).toBeCloseTo(10 / 60, 2);
  for (const time of ["12:00", "12:10", "13:00"]) expect(svg).toContain(`>${time}</text>`);
});

test("what is not among the largest is one area", () => {
  const svg = draw("rest.svg", "-n", "1", "--of", "app.*", "--count", ...FILES);
  expect(areas(svg)).toHaveLength(2);
  const [, rest] = areas(svg).map(thickness);
  expect((rest?.[1] ?? 0) / (rest?.[0] ?? 1)).toBeCloseTo(55 / 20, 1);
  expect(svg).toContain(">2 others</text>");
});

test("dumps that do not say their times stand side by side", () => {
  const svg = draw("timeless.svg", "--count", ...FILES.map((name) => `timeless-${name}`));
  const [first, second, third] = (areas(svg)[0] as Point[]).map(([x]) => x) as [number, number, number];
  expect(second - first).toBeCloseTo(third - second, 0);
});

test.each(["hostile.svg", "hostile.html"])("%s shows hostile names, and loads nothing", (name) => {
  const text = draw(name, ...FILES);
  expect(draw(name, ...FILES)).toBe(text);
  expect(text).toContain("app.&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;\\u202e\\x07&#39;x");
  for (const raw of ['alert("', "\u202e", "\u0007"]) expect(text).not.toContain(raw);
  expect(text.match(/https?:[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
  expect(text.match(/url\((?!#fill)|\bsrc=|\bhref=|@import/g)).toBeNull();
  expect(text).toContain("@media (prefers-color-scheme: dark)");
  const svg = text.slice(text.indexOf("<svg"), text.indexOf("</svg>") + 6);
  const parse = "import sys, xml.etree.ElementTree as e; print(e.fromstring(sys.stdin.read()).tag)";
  expect(execFileSync(newest.path, ["-c", parse], { input: svg, encoding: "utf8" })).toContain("svg");
});

test("other endings are refused before a dump is read", () => {
  expect(workspace.run(["diff", "-o", "x.pdf", "no.bin", "none.bin"])).toMatchObject({
    status: 2,
    stderr: "heapdump: x.pdf: the name must end in .svg or .html\n",
  });
});

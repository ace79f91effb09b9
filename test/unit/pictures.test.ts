// Pictures in PNG and PDF: their text is there, without a font of the machine.
import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Graph } from "../../src/analysis/graph.js";
import { dotText } from "../../src/view/dot.js";
import { svgText } from "../../src/view/picture.js";
import { fontBytes, withGlyphs } from "../../src/view/picture-fonts.js";
import { pdfBytes } from "../../src/view/picture-pdf.js";
import { pngBytes } from "../../src/view/picture-png.js";

test("is a PNG with its text, whatever letters it has", async () => {
  const png = async (text: string) =>
    Buffer.from(await pngBytes(`digraph { node [fontname="Helvetica"] a [label="${text}"] }`));
  const [one, other, nothing] = await Promise.all([png("Ж"), png("Ю"), png(" ")]);
  expect([...one.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
  expect(one.equals(other)).toBe(false);
  expect(one.equals(nothing)).toBe(false);
  // Two pixels a point: Graphviz draws a box of 54 by 36 points with a margin of 4.
  expect([one.readUInt32BE(16), one.readUInt32BE(20)]).toEqual([124, 88]);
  // What the fonts do not have is written as Python escapes it.
  expect((await png("中")).equals(await png("\\\\u4e2d"))).toBe(true);
});

test("is a PDF with text that can be searched", async () => {
  const pdf = Buffer.from(await pdfBytes('digraph { a [label="Ж 中 \\\\<"] }', "the title"));
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  expect(pdf.toString("latin1")).toContain("/Title ");
  expect(unicodeOf(pdf)).toEqual(new Set("\0Ж \\u4e2d<"));
});

test("has glyphs for all that is not escaped", async () => {
  const { default: PDFDocument } = await import("pdfkit");
  const all = Array.from({ length: 0x3000 - 0x20 }, (_, i) => String.fromCodePoint(i + 0x20));
  const kept = all.filter((letter) => letter !== "\x7f" && withGlyphs(letter) === letter);
  expect(kept).toEqual(expect.arrayContaining([..."AzéäöüŁαΩЖя…×"]));
  for (const name of ["Helvetica", "Courier"] as const) {
    const page = new PDFDocument({ font: fontBytes(name) as unknown as string });
    const { font } = (page as unknown as { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } })
      ._font;
    expect(kept.filter((letter) => !font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0))).toEqual([]);
  }
});

test("hundreds of parts do not stand in one row", async () => {
  const nodes = Array.from({ length: 500 }, (_, i) => ({
    ...{ id: BigInt(i), address: BigInt(4096 + 16 * i), type: 1n, size: 48n, refcount: 1n, content: null },
    ...{
      is_text: null,
      truncated: null,
      gist: null,
      typeName: "app.Node",
      shortName: "Node",
      finalizer: null,
    },
    ...{ role: "plain" as const, roots: [], path: null, depth: i % 2, more: 0n },
  }));
  const edges = nodes.flatMap(({ id }) =>
    id % 2n === 0n ? [{ source: id + 1n, target: id, holds: [], only: false, back: false, way: false }] : [],
  );
  const omitted = { explained: 0n, breadth: 0n, depth: 0, nodes: 0 };
  const graph: Graph = { nodes, edges, direction: "referrers", ways: null, omitted };
  const svg = await svgText(dotText(graph, "many"));
  const [, width, height] = (/<svg width="(\d+)pt" height="(\d+)pt"/.exec(svg) ?? []).map(Number);
  expect((width ?? 0) / (height ?? 0)).toBeLessThan(3);
  expect((height ?? 0) / (width ?? 0)).toBeLessThan(3);
  expect(svg.match(/<g id="node/g)).toHaveLength(500);
  expect(svg.match(/<g id="edge/g)).toHaveLength(250);
});

/** The characters that a PDF says its glyphs are. */
function unicodeOf(pdf: Buffer): Set<string> {
  const letters = new Set<string>();
  for (let at = pdf.indexOf("stream\n"); at >= 0; at = pdf.indexOf("stream\n", at + 7)) {
    const end = pdf.indexOf("\nendstream", at);
    const bytes = pdf.subarray(at + 7, end);
    const text = bytes[0] === 0x78 ? inflateSync(bytes).toString("latin1") : "";
    if (!text.includes("beginbfrange")) continue;
    for (const [, list = ""] of text.matchAll(/> <[0-9a-f]+> \[(.*?)\]/gs)) {
      for (const [, code = ""] of list.matchAll(/<([0-9a-f]{4})>/g))
        letters.add(String.fromCharCode(Number.parseInt(code, 16)));
    }
  }
  return letters;
}

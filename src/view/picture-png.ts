import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { svgText } from "./picture.js";
import { fontBytes, withGlyphs } from "./picture-fonts.js";

/** Pixels of a point of the picture, and of the whole picture at most: of larger ones a point has fewer. */
const SCALE = 2;
const MOST_PIXELS = 64_000_000;

export async function pngBytes(dot: string): Promise<Uint8Array> {
  const svg = (await svgText(withGlyphs(dot)))
    .replaceAll('font-family="Helvetica,sans-Serif"', 'font-family="Arimo"')
    .replaceAll('font-family="Courier,monospace"', 'font-family="Cousine"');
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  ready ??= initWasm(readFileSync(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")));
  await ready;
  const picture = new Resvg(svg, {
    fitTo: { mode: "width", value: pixelsAcross(svg) },
    font: { fontBuffers: [fontBytes("Helvetica"), fontBytes("Courier")], defaultFontFamily: "Arimo" },
  });
  return picture.render().asPng();
}

/** Its module can be made once only. */
let ready: Promise<void> | undefined;

function pixelsAcross(svg: string): number {
  const [, width = 1, height = 1] = (/<svg width="(\d+)pt" height="(\d+)pt"/.exec(svg) ?? []).map(Number);
  return Math.max(1, Math.floor(width * Math.min(SCALE, Math.sqrt(MOST_PIXELS / (width * height)))));
}

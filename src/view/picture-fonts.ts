// The fonts of pictures that do not leave it to a viewer to find them: metrics of Helvetica and of Courier, by which
// Graphviz measures text.
import { readFileSync } from "node:fs";
import { packageRoot } from "../package-root.js";
import { escapeNonAscii } from "./charset.js";

/** By the name that the picture's description has. */
const FILES = { Helvetica: "Arimo_400Regular.ttf", Courier: "Cousine_400Regular.ttf" };
export type FontName = keyof typeof FILES;

export function fontBytes(name: FontName): Buffer {
  return readFileSync(new URL(`dist/fonts/${FILES[name]}`, packageRoot));
}

/** What both fonts have no glyph for. */
const NO_GLYPH =
  /[^\n -~\u00a0-\u0236\u038e-\u03a1\u03a3-\u03ce\u03d0-\u0513\u1e80-\u1e85\u2012-\u2015\u2018-\u201e\u2020-\u2022\u2026\u203a\u20ac\u2190-\u2193\u2212]/gu;

/** A picture's description with such characters as Python escapes them. They stand in quotes only. */
export function withGlyphs(dot: string): string {
  return dot.replace(NO_GLYPH, (character) => escapeNonAscii(character).replace("\\", "\\\\"));
}

import CliTable from "cli-table3";
import type { Terminal } from "./terminal.js";
import { shorten } from "./text.js";

export interface Column {
  title: string;
  align?: "left" | "right";
  /** Takes what room the others leave, and is cut to it. */
  flexible?: boolean;
  /** Never wider than this. */
  most?: number;
  paint?: (text: string) => string;
}

const GAP = 2;
const NO_LINES = Object.fromEntries(
  [
    "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right",
    "left left-mid mid mid-mid right right-mid",
  ]
    .join(" ")
    .split(" ")
    .map((place) => [place, ""]),
);

/** Rows under their headings, without lines between, in `width` columns. */
export function table(columns: Column[], rows: string[][], { width, colors }: Terminal): string {
  const cells = withinWidth(columns, rows, width);
  const drawn = new CliTable({
    head: columns.map(({ title, most }) => colors.dim(most ? shorten(title, most) : title)),
    colAligns: columns.map(({ align }) => align ?? "left"),
    chars: { ...NO_LINES, middle: " ".repeat(GAP) },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  drawn.push(...cells.map((row) => row.map((cell, i) => columns[i]?.paint?.(cell) ?? cell)));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function withinWidth(columns: Column[], rows: string[][], width: number): string[][] {
  const capped = rows.map((row) => row.map((cell, i) => shorten(cell, columns[i]?.most ?? width)));
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...capped.map((row) => [...(row[i] ?? "")].length)),
  );
  const flexible = columns.findIndex((column) => column.flexible);
  if (flexible < 0) return capped;
  const others = widths.reduce((sum, own, i) => (i === flexible ? sum : sum + own + GAP), 0);
  const room = Math.max(width - others, 10);
  return capped.map((row) => row.map((cell, i) => (i === flexible ? shorten(cell, room) : cell)));
}

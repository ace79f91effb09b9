import type { Terminal } from "./terminal.js";
import { displayWidth, shorten, shortenStart } from "./text.js";

export interface Column {
  title: string;
  align?: "left" | "right";
  /** Takes what room the others leave, and is cut to it. */
  flexible?: boolean;
  /** Of what is cut the end stays, not the beginning. */
  keepsEnd?: boolean;
  /** Never wider than this. */
  most?: number;
  paint?: (text: string) => string;
}

const GAP = 2;
const LEAST_FLEXIBLE = 10;

/** Rows under their headings, without lines between, in `width` columns. */
export function table(columns: Column[], rows: string[][], { width, colors }: Terminal): string {
  const widths = columnWidths(columns, rows, width);
  const titles = columns.map((column) => ({ ...column, paint: colors.dim }));
  const lines = [
    line(
      titles,
      columns.map(({ title }) => title),
      widths,
    ),
    ...rows.map((row) => line(columns, row, widths)),
  ];
  return lines.join("\n");
}

function columnWidths(columns: Column[], rows: string[][], width: number): number[] {
  const widths = columns.map(({ title, most = width }, i) => {
    const widest = rows.reduce((widest, row) => Math.max(widest, displayWidth(row[i] ?? "")), title.length);
    return Math.min(widest, most);
  });
  const flexible = columns.findIndex((column) => column.flexible);
  if (flexible >= 0) {
    const others = widths.reduce((sum, own, i) => (i === flexible ? sum : sum + own + GAP), 0);
    widths[flexible] = Math.min(widths[flexible] ?? 0, Math.max(width - others, LEAST_FLEXIBLE));
  }
  return widths;
}

function line(columns: Column[], row: string[], widths: number[]): string {
  let text = "";
  let owed = 0;
  for (const [i, { align, keepsEnd, paint }] of columns.entries()) {
    const width = widths[i] ?? 0;
    const cell = (keepsEnd ? shortenStart : shorten)(row[i] ?? "", width);
    const room = width - displayWidth(cell);
    const before = align === "right" ? room : 0;
    // What follows the last text of a line is left out.
    if (cell) {
      text += " ".repeat(owed + before) + (paint ? paint(cell) : cell);
      owed = 0;
    } else owed += before;
    owed += room - before + GAP;
  }
  return text;
}

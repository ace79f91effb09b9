import { displayWidth, fitContent, fitPath, shorten } from "./fit.js";
import type { Terminal } from "./terminal.js";

type Fit = (text: string, width: number) => string;

/** A name among contents: it is cut as a name. */
export interface NameCell {
  name: string;
}

export type Cell = string | NameCell;

export interface Column {
  title: string;
  align?: "left" | "right";
  /**
   * What may be cut: a content gives way first, and is cut in a pipe, too; a path, a name or a place after it. A column
   * without it is never cut for the sake of others.
   */
  cut?: "content" | "name";
  /** Cells that are wider push what follows to the right; of names in a pipe, which stay whole. */
  pad?: number;
  /** How it is cut, if not as contents or paths are. */
  fit?: Fit;
  paint?: (text: string) => string;
}

const GAP = 2;
const MIN_CONTENT = { terminal: 12, pipe: 20 };
const MIN_NAME = 12;
const WHOLE = Number.POSITIVE_INFINITY;

/** Rows under their headings, without lines between, in the width of the terminal. */
export function table(columns: Column[], rows: Cell[][], terminal: Terminal): string {
  const widths = columnWidths(columns, rows, terminal);
  const titles = columns.map(({ title, align = "left" }) => ({ title, align, paint: terminal.colors.dim }));
  const limit = terminal.cuts === "everything" ? terminal.width : WHOLE;
  const lines = [
    line(
      titles,
      columns.map(({ title }) => title),
      widths,
      limit,
    ),
    ...rows.map((row) => line(columns, row, widths, limit)),
  ];
  return lines.join("\n");
}

const textOf = (cell: Cell = "") => (typeof cell === "string" ? cell : cell.name);

/** The widths of columns that stand beside each other: as wide as their texts, and narrower as far as needed. */
export function columnWidths(columns: Column[], rows: Cell[][], { width, cuts }: Terminal): number[] {
  const widths = columns.map(({ title, pad = WHOLE }, i) => {
    const widest = rows.reduce((most, row) => Math.max(most, displayWidth(textOf(row[i]))), title.length);
    return Math.min(widest, pad);
  });
  const of = (kind: Column["cut"]) => [...columns.keys()].filter((i) => columns[i]?.cut === kind);
  const min = (i: number, least: number) => Math.max(least, columns[i]?.title.length ?? 0);
  const minContent = cuts === "everything" ? MIN_CONTENT.terminal : MIN_CONTENT.pipe;
  const total = () => widths.reduce((sum, own) => sum + own + GAP, -GAP);
  const shrink = (some: number[], least: number) => {
    for (let excess = total() - width; excess > 0; excess = total() - width) {
      const wider = some.filter((i) => (widths[i] ?? 0) > min(i, least));
      const widest = Math.max(...wider.map((i) => widths[i] ?? 0));
      const all = wider.filter((i) => widths[i] === widest);
      if (all.length === 0) return;
      const next = Math.max(0, ...some.flatMap((i) => ((widths[i] ?? 0) < widest ? (widths[i] ?? 0) : [])));
      for (const i of all) {
        widths[i] = Math.max(min(i, least), next, widest - Math.ceil(excess / all.length));
      }
    }
  };
  if (cuts !== "nothing") shrink(of("content"), minContent);
  if (cuts === "everything") {
    shrink(of("name"), MIN_NAME);
    shrink([...of("name"), ...of("content")], 1);
  }
  return widths;
}

type Laid = Omit<Column, "title">;

/** One row. What does not fit into `limit` is cut even if it is a number. */
function line(columns: Laid[], row: Cell[], widths: number[], limit: number): string {
  let text = "";
  let used = 0;
  let owed = 0;
  for (const [i, { align, cut, fit, paint }] of columns.entries()) {
    const width = widths[i] ?? 0;
    const natural = textOf(row[i]);
    const isName = typeof row[i] === "object";
    const how =
      fit ?? { content: isName ? fitPath : fitContent, name: fitPath, none: shorten }[cut ?? "none"];
    const before = align === "right" ? Math.max(0, width - displayWidth(natural)) : 0;
    const room = isName && limit === WHOLE ? WHOLE : Math.min(width, limit - used - owed - before);
    const cell = displayWidth(natural) > room ? how(natural, room) : natural;
    // What follows the last text of a line is left out.
    if (cell) {
      text += " ".repeat(owed + before) + (paint ? paint(cell) : cell);
      used += owed + before + displayWidth(cell);
      owed = Math.max(0, width - before - displayWidth(cell)) + GAP;
    } else owed += width + GAP;
  }
  return text;
}

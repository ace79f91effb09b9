import type { Pattern, PatternRow } from "../analysis/pattern.js";
import { displayWidth, fitContent } from "./fit.js";
import { jsonTable } from "./json.js";
import { namesFit, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

const [ROW, SIZE, COUNT] = [3, 10, 11];
const INDENT = ROW + SIZE + COUNT + 2;
/** Of a kind, beside what is said of it. */
const LEAST = 8;

export function patternText(pattern: Pattern, path: string, terminal: Terminal): string {
  const { bold, dim } = terminal.colors;
  const { rows } = pattern;
  const below = new Map<bigint, PatternRow[]>();
  for (const row of rows) {
    if (row.parent !== null) below.set(row.parent, [...(below.get(row.parent) ?? []), row]);
  }
  const [top] = rows;
  if (!top) return "No matching objects.";
  const heading = `${"ROW".padStart(ROW)}${"SIZE".padStart(SIZE)}${"COUNT".padStart(COUNT)}  HELD BY`;
  return [
    bold(heading),
    ...lines(top, below, "", "", terminal),
    "",
    sentences(aboutText(pattern), terminal, dim),
    ...nextOf(pattern, path, terminal),
  ].join("\n");
}

function lines(
  row: PatternRow,
  below: Map<bigint, PatternRow[]>,
  start: string,
  stem: string,
  terminal: Terminal,
): string[] {
  const { bold, dim } = terminal.colors;
  const figures = `${String(row.row).padStart(ROW)}${bold(sizeText(row.size).padStart(SIZE))}${countText(row.count).padStart(COUNT)}  ${start}`;
  const own = below.get(row.row) ?? [];
  const more = row.more > 0n ? 1 : 0;
  const room = terminal.width - INDENT - displayWidth(start);
  return [
    figures + kindText(row, room, terminal),
    ...own.flatMap((child, i) => {
      const [branch, next] = i === own.length - 1 + more ? ["└─ ", "   "] : ["├─ ", "│  "];
      return lines(child, below, stem + branch, stem + next, terminal);
    }),
    ...(more
      ? [
          `${" ".repeat(INDENT)}${stem}└─ ${dim(cut(`… ${plural(row.more, "more kind")} (--max-breadth)`, room - 3, terminal))}`,
        ]
      : []),
  ];
}

function kindText(row: PatternRow, room: number, terminal: Terminal): string {
  const { cyan, dim } = terminal.colors;
  const mark = markText(row);
  const after = mark && `  ${mark}`;
  const left = room - displayWidth(after);
  const name = row.kind === null ? "(several kinds)" : escapeControls(row.kind);
  if (left < LEAST && terminal.cuts === "everything") return cut(name + after, room, terminal);
  return cyan(namesFit(name, left, terminal)) + dim(after);
}

function cut(text: string, room: number, { cuts }: Terminal): string {
  return cuts === "everything" ? fitContent(text, room) : text;
}

/** What a row is besides its kind. */
function markText({ ends, same, roots, count }: PatternRow): string {
  if (ends === "same") return `= row ${same}`;
  if (ends === "depth") return "…";
  if (ends === "root") return roots === 0n ? "(nothing holds them)" : "(held by roots)";
  if (roots === 0n) return "";
  return roots === count ? "(held by roots, too)" : `(${countText(roots)} held by roots, too)`;
}

function aboutText({ rows, maxDepth }: Pattern): string {
  const deepest = Math.max(...rows.map(({ depth }) => Number(depth)));
  const cut = rows.some(({ ends, depth }) => ends === "depth" && depth < maxDepth);
  const stops = rows.some(({ ends }) => ends === "stop");
  return [
    "Each line is of objects of one kind that hold objects of the line above it.",
    ...(stops ? ["What holds modules, types, code and frames is not shown."] : []),
    ...(cut ? [`What is deeper than ${plural(deepest, "step")} is left out: -n N shows more lines.`] : []),
  ].join(" ");
}

/** The objects of the first row that has a set. */
function nextOf({ rows }: Pattern, path: string, terminal: Terminal): string[] {
  const set = rows.find(({ parent, set }) => parent !== null && set !== null)?.set;
  return set ? [nextStep(terminal, "top", "--by", "id", "--of", set, path)] : [];
}

export function patternJson({ set, rows }: Pattern): object {
  return {
    set,
    pattern: jsonTable(rows, {
      row: ({ row }) => row,
      parent: ({ parent }) => parent,
      depth: ({ depth }) => depth,
      kind: ({ kind }) => kind,
      count: ({ count }) => count,
      size: ({ size }) => size,
      roots: ({ roots }) => roots,
      address: ({ example }) => addressText(example.address),
      ends: ({ ends }) => ends,
      same: ({ same }) => same,
      more: ({ more }) => more,
      set: (row) => row.set,
    }),
  };
}

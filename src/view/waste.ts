import type { Waste, WasteOf } from "../analysis/waste.js";
import { jsonTable } from "./json.js";
import { sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { type Cell, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, pathText, plural } from "./text.js";
import { countText, shareText, sizeText } from "./units.js";

const KINDS: Record<string, { is: string; advice: string }> = {
  duplicate: {
    is: "strings and bytes with equal content",
    advice: "share one (sys.intern, a constant, a table)",
  },
  boxes: { is: "numbers of equal value", advice: "share one, or keep them in an array" },
  empty: {
    is: "empty containers",
    advice: "create them when they are first needed, or share an empty tuple",
  },
  sparse: {
    is: "containers with room for many more items than they hold",
    advice: "copy them, with list(x) or dict(x)",
  },
  slots: { is: "instances that all have the same attributes", advice: "give their class __slots__" },
};

const LEFT_OUT = "Left out: names, constants and tables of code, which are there from its import on (--all).";

export function wasteText(
  { rows, kinds, size, incomplete, all }: WasteOf,
  path: string,
  terminal: Terminal,
): string {
  const { bold, cyan } = terminal.colors;
  const leftOut = all ? [] : [sentences(LEFT_OUT, terminal, terminal.colors.dim)];
  if (rows.length === 0)
    return [incomplete ? "No waste in what could be read." : "No waste found.", ...leftOut].join("\n");
  const text = table(
    [
      { title: "WASTED", align: "right", paint: bold },
      { title: "SIZE", align: "right" },
      { title: "COUNT", align: "right" },
      { title: "KIND" },
      { title: "TYPE", cut: "name", paint: cyan },
      { title: "CONTENT", cut: "content" },
      { title: "OWNER", cut: "name" },
    ],
    rows.map((row) => [
      sizeText(row.wasted),
      sizeText(row.size),
      countText(row.count),
      row.kind,
      escapeControls(row.typeName),
      whatText(row),
      row.owner === null ? "" : pathText(row.owner),
    ]),
    terminal,
  );
  const total = kinds.reduce((sum, { wasted }) => sum + wasted, 0n);
  const summary = kinds.map(({ kind, wasted, count }) => {
    const text = `in ${plural(count, "object")} (${kind}): ${KINDS[kind]?.advice ?? ""}`;
    return sizeText(wasted).padStart(11) + sentences(text, terminal, undefined, " ".repeat(12)).slice(11);
  });
  const first = addressText(rows[0]?.example.address ?? 0n);
  return [
    text,
    "",
    `${sizeText(total)} could be saved, ${shareText(total, size)} of ${sizeText(size)}:`,
    ...summary,
    ...leftOut,
    "",
    nextStep(terminal, "show", path, first),
  ].join("\n");
}

function whatText({ what, certain, example }: Waste): Cell {
  if (what !== null) return { name: pathText(what) };
  const content = gistText(example);
  return certain ? content : `probably ${content}`.trimEnd();
}

/** What to do about a row. */
function adviceFor({ kind, count, typeName, wasted, certain }: Waste): string {
  const sure = certain ? "" : " (probably)";
  const { is, advice } = KINDS[kind] ?? { is: kind, advice: "" };
  return `${countText(count)} ${typeName}${sure} waste ${sizeText(wasted)}: ${is}: ${advice}`;
}

export function wasteJson({ rows, kinds, size }: WasteOf): object {
  return {
    ...jsonTable(rows, {
      kind: ({ kind }) => kind,
      type: ({ typeName }) => typeName,
      what: ({ what }) => what,
      owner: ({ owner }) => owner,
      content: ({ what, example }) => (what === null ? example.content : null),
      count: ({ count }) => count,
      size: (row) => row.size,
      wasted: ({ wasted }) => wasted,
      certain: ({ certain }) => certain,
      address: ({ example }) => addressText(example.address),
      words: adviceFor,
    }),
    kinds: jsonTable(kinds, {
      kind: ({ kind }) => kind,
      rows: ({ rows }) => rows,
      count: ({ count }) => count,
      wasted: ({ wasted }) => wasted,
    }),
    total: { wasted: kinds.reduce((sum, { wasted }) => sum + wasted, 0n), size },
  };
}

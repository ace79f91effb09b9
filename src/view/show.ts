import type { Neighbour, Neighbours, Shown } from "../analysis/show.js";
import { type JsonTable, jsonTable } from "./json.js";
import { nextStep } from "./next.js";
import { spelling } from "./spelling.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, shorten, wrap } from "./text.js";
import { rootText } from "./tree.js";
import { countText, sizeText } from "./units.js";

export function showText(shown: Shown, path: string, terminal: Terminal): string {
  const { bold, dim } = terminal.colors;
  const address = addressText(shown.object.address);
  const title = bold(shorten(`${escapeControls(shown.typeName)} ${address}`, terminal.width));
  const next = shown.garbage ? "" : nextStep("path", path, address);
  return [
    [title, ...facts(shown, terminal)].join("\n"),
    ...section("HOLDS", fieldRows(shown.fields, terminal), shown.fields.more, terminal),
    ...section("HELD BY", referrerRows(shown.referrers, terminal), shown.referrers.more, terminal),
    ...dominators(shown, terminal),
    ...dominated(shown, terminal),
    ...(next ? [dim(next)] : []),
  ].join("\n\n");
}

function facts(shown: Shown, { width }: Terminal): string[] {
  const { object, retained, generation, tracked, owner, path, roots, code, dictOf } = shown;
  const garbage = shown.incomplete
    ? "no path to it in what could be read"
    : "garbage: nothing keeps it alive";
  const collector = tracked
    ? `tracked${generation === null ? "" : `, generation ${generation}`}`
    : "not tracked";
  const content = contentText(object);
  const lines: [string, string][] = [
    ["size", `${sizeText(object.size)}, retains ${sizeText(retained)}`],
    ["references", object.refcount === null ? "immortal" : countText(object.refcount)],
    ["collector", shown.garbage ? `${collector}; ${garbage}` : collector],
    ["content", code === content ? "" : content],
    ["code", code === null ? "" : escapeControls(code)],
    ["is", dictOf === null ? "" : `the __dict__ of ${objectText(dictOf)}`],
    ["root", roots.map((root) => rootText(root)).join("; ")],
    ["owner", escapeControls(owner ?? "")],
    ["path", escapeControls(path ?? "")],
  ];
  const indent = 13;
  return lines.flatMap(([name, text]) => {
    if (!text) return [];
    const [first = "", ...rest] = name === "path" ? broken(text, width - indent) : wrap(text, width - indent);
    return [
      `  ${name.padEnd(indent - 2)}${shorten(first, width - indent)}`,
      ...rest.map((line) => " ".repeat(indent) + line),
    ];
  });
}

function broken(text: string, width: number): string[] {
  const characters = [...text];
  const lines: string[] = [];
  for (let i = 0; i < characters.length; i += width) lines.push(characters.slice(i, i + width).join(""));
  return lines;
}

function objectText({ object, typeName }: { object: { address: bigint }; typeName: string }): string {
  return `${escapeControls(typeName)} ${addressText(object.address)}`;
}

function section(title: string, rows: string, more: bigint, { colors }: Terminal): string[] {
  if (!rows) return [];
  const rest = more > 0n ? `\n  … ${countText(more)} more (-n)` : "";
  return [`${colors.bold(title)}\n${rows}${rest}`];
}

function fieldRows({ shown }: Neighbours, terminal: Terminal): string {
  if (shown.length === 0) return "";
  return table(
    [
      { title: "RETAINED", align: "right" },
      { title: "NAME", most: 30 },
      { title: "ADDRESS" },
      { title: "TYPE", most: 30, paint: terminal.colors.cyan },
      { title: "VALUE", flexible: true },
    ],
    shown.map(({ hold, object, typeName, retained }) => [
      sizeText(retained),
      spelling(hold).trim(),
      addressText(object.address),
      escapeControls(typeName),
      contentText(object),
    ]),
    terminal,
  );
}

function referrerRows({ shown }: Neighbours, terminal: Terminal): string {
  if (shown.length === 0) return "";
  return table(
    [
      { title: "AS", most: 30 },
      { title: "OF" },
      { title: "TYPE", most: 40, paint: terminal.colors.cyan },
      { title: "WHICH IS", flexible: true },
    ],
    shown.map((row) => [
      spelling(row.hold).trim(),
      addressText(row.object.address),
      escapeControls(row.typeName),
      whichIs(row),
    ]),
    terminal,
  );
}

function whichIs({ roots, object }: Neighbour): string {
  const [root] = roots;
  return root ? rootText(root) : contentText(object);
}

function dominators({ dominators: chain, moreDominators, garbage }: Shown, terminal: Terminal): string[] {
  if (garbage) return [];
  const { bold } = terminal.colors;
  if (chain.length === 0)
    return [`${bold("DOMINATED BY")}\n  no single object: several roots keep it alive, or a root itself`];
  const rows = table(
    [
      { title: "RETAINED", align: "right" },
      { title: "ADDRESS" },
      { title: "TYPE", most: 40, paint: terminal.colors.cyan },
      { title: "CONTENT", flexible: true },
    ],
    chain.map(({ object, typeName, retained }) => [
      sizeText(retained),
      addressText(object.address),
      escapeControls(typeName),
      contentText(object),
    ]),
    terminal,
  );
  return [`${bold("DOMINATED BY, THE NEAREST FIRST")}\n${rows}${moreDominators ? "\n  …" : ""}`];
}

function dominated({ dominated: types }: Shown, terminal: Terminal): string[] {
  if (types.length === 0) return [];
  const rows = table(
    [
      { title: "SIZE", align: "right" },
      { title: "COUNT", align: "right" },
      { title: "TYPE", flexible: true, paint: terminal.colors.cyan },
    ],
    types.map(({ typeName, count, size }) => [sizeText(size), countText(count), escapeControls(typeName)]),
    terminal,
  );
  return [`${terminal.colors.bold("DOMINATES")}\n${rows}`];
}

export function showJson(shown: Shown): object {
  const { object, typeName, dictOf } = shown;
  const addressed = ({ object }: { object: { address: bigint } }) => addressText(object.address);
  return {
    address: addressText(object.address),
    type: typeName,
    size: object.size,
    retained: shown.retained,
    refcount: object.refcount,
    tracked: shown.tracked,
    generation: shown.generation,
    garbage: shown.garbage,
    content: object.content,
    truncated: object.truncated === null ? null : object.truncated === 1n,
    code: shown.code,
    dict_of: dictOf && { address: addressed(dictOf), type: dictOf.typeName },
    roots: shown.roots.map(({ kind, name }) => ({ kind, name })),
    owner: shown.owner,
    path: shown.path,
    fields: neighboursJson(shown.fields),
    referrers: neighboursJson(shown.referrers),
    dominators: jsonTable(shown.dominators, {
      address: addressed,
      type: ({ typeName }) => typeName,
      retained: ({ retained }) => retained,
    }),
    dominated: jsonTable(shown.dominated, {
      type: ({ typeName }) => typeName,
      count: ({ count }) => count,
      size: ({ size }) => size,
    }),
  };
}

function neighboursJson({ shown, more }: Neighbours): JsonTable & { more: bigint } {
  return {
    more,
    ...jsonTable(shown, {
      kind: ({ hold }) => hold.kind,
      label: ({ hold }) => hold.label,
      address: ({ object }) => addressText(object.address),
      type: ({ typeName }) => typeName,
      size: ({ object }) => object.size,
      retained: ({ retained }) => retained,
      content: ({ object }) => object.content,
    }),
  };
}

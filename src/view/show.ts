import type { Live } from "../analysis/live.js";
import type { Neighbour, Neighbours, Shown } from "../analysis/show.js";
import { type JsonTable, jsonTable } from "./json.js";
import {
  contentFits,
  type Fact,
  facts,
  namesFit,
  objectLine,
  pathLines,
  placeFits,
  sentences,
} from "./lines.js";
import { liveJson, liveText } from "./live.js";
import { nextStep } from "./next.js";
import { siteJson, siteLines } from "./site.js";
import { type Cell, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText } from "./text.js";
import { countText, sizeText } from "./units.js";

export function showText(
  shown: Shown,
  path: string,
  terminal: Terminal,
  { live, number = 0 }: { live?: Live | undefined; number?: number } = {},
): string {
  const now = live?.objects.get(shown.object.id);
  const { bold } = terminal.colors;
  const title = bold(objectLine({ ...shown.object, content: null, gist: null }, terminal.width, terminal));
  const sections = [
    [title, ...factLines(shown, terminal)].join("\n"),
    live && now ? liveText(now, live.pid, number, terminal) : "",
    section("HOLDS", fieldRows(shown.fields, terminal), shown.fields.more, terminal),
    section("HELD BY", referrerRows(shown.referrers, terminal), shown.referrers.more, terminal),
    possibleHolders(shown, terminal),
    dominators(shown, terminal),
    dominated(shown, terminal),
    shown.garbage ? "" : nextStep(terminal, "path", path, addressText(shown.object.address)),
  ];
  return sections.filter(Boolean).join("\n\n");
}

const INDENT = 13;

const OWNS = {
  known: "",
  unknown: "memory of C code, perhaps, that is not part of its size",
  "unknown of some": "perhaps memory of C code that is not part of its size, as some of its type do",
};

function factLines(shown: Shown, terminal: Terminal): string[] {
  const { object, retained, generation, tracked, owner, path, roots, code, dictOf } = shown;
  const garbage = shown.incomplete
    ? "no path to it in what could be read"
    : "garbage: nothing keeps it alive";
  const collector = tracked
    ? `tracked${generation === null ? "" : `, generation ${generation}`}`
    : "not tracked";
  const content = gistText(object);
  const named = (text: string) => (room: number) => [namesFit(text, room, terminal)];
  const whole = (text: string) => (room: number) => pathLines(text, room, terminal);
  const rows: [string, Fact][] = [
    ["size", `${sizeText(object.size)}, retains ${sizeText(retained)}`],
    ["owns", OWNS[shown.memory]],
    ["references", object.refcount === null ? "immortal" : countText(object.refcount)],
    ["collector", shown.garbage ? `${collector}; ${garbage}` : collector],
    ["content", code === content || !content ? "" : (room) => [contentFits(content, room, terminal)]],
    ["code", code === null ? "" : (room) => [contentFits(escapeControls(code), room, terminal)]],
    ["is", dictOf === null ? "" : (room) => [`the __dict__ of ${objectName(dictOf, room - 16, terminal)}`]],
    ["allocated", allocatedText(shown, terminal)],
    ["root", roots.length ? named(roots.map(({ part }) => escapeControls(part)).join("; ")) : ""],
    ["owner", owner ? whole(owner) : ""],
    ["path", path ? whole(path) : ""],
  ];
  return facts(
    rows.filter(([, text]) => text),
    INDENT,
    terminal,
  );
}

const STACK = 8;

function allocatedText({ site, traced }: Shown, terminal: Terminal): Fact {
  if (site) return (room) => siteLines(site, STACK).map((line) => placeFits(line, room, terminal));
  return traced ? "not known: tracing has not seen it" : "";
}

function objectName(object: Parameters<typeof objectLine>[0], room: number, terminal: Terminal): string {
  return objectLine({ ...object, content: null, gist: null }, room, terminal);
}

function section(title: string, rows: string, more: bigint, { colors }: Terminal): string {
  const rest = more > 0n ? `\n  … ${countText(more)} more (-n)` : "";
  return rows && `${colors.bold(title)}\n${rows}${rest}`;
}

function fieldRows({ shown }: Neighbours, terminal: Terminal): string {
  if (shown.length === 0) return "";
  return table(
    [
      { title: "RETAINED", align: "right" },
      { title: "NAME", cut: "name" },
      { title: "ADDRESS" },
      { title: "TYPE", cut: "name", paint: terminal.colors.cyan },
      { title: "CONTENT", cut: "content" },
    ],
    shown.map(({ hold, object, retained }) => [
      sizeText(retained),
      escapeControls(hold.part).trim(),
      addressText(object.address),
      escapeControls(object.typeName),
      gistText(object),
    ]),
    terminal,
  );
}

function referrerRows({ shown }: Neighbours, terminal: Terminal): string {
  if (shown.length === 0) return "";
  return table(
    [
      { title: "REFERENCE", cut: "name" },
      { title: "HOLDER" },
      { title: "TYPE", cut: "name", paint: terminal.colors.cyan },
      { title: "CONTENT", cut: "content" },
    ],
    shown.map((row) => [
      escapeControls(row.hold.part).trim(),
      addressText(row.object.address),
      escapeControls(row.object.typeName),
      rootOrContent(row),
    ]),
    terminal,
  );
}

function rootOrContent({ roots: [root], object }: Neighbour): Cell {
  return root ? { name: escapeControls(root.part) } : gistText(object);
}

function possibleHolders({ possibleHolders: holders }: Shown, terminal: Terminal): string {
  if (holders.length === 0) return "";
  const rows = table(
    [
      { title: "WORD AT" },
      { title: "HOLDER" },
      { title: "TYPE", cut: "name", paint: terminal.colors.cyan },
      { title: "CONTENT", cut: "content" },
    ],
    holders.map(({ object, offset }) => [
      countText(offset),
      addressText(object.address),
      escapeControls(object.typeName),
      gistText(object),
    ]),
    terminal,
  );
  return `${terminal.colors.bold("PERHAPS HELD BY (a guess: a word of it has the address)")}\n${rows}`;
}

function dominators({ dominators: chain, moreDominators, garbage }: Shown, terminal: Terminal): string {
  if (garbage) return "";
  const { bold, cyan } = terminal.colors;
  if (chain.length === 0)
    return `${bold("DOMINATORS")}\n${sentences("none: it is a root, or several roots keep it alive", terminal, undefined, "  ")}`;
  const rows = table(
    [
      { title: "RETAINED", align: "right" },
      { title: "ADDRESS" },
      { title: "TYPE", cut: "name", paint: cyan },
      { title: "CONTENT", cut: "content" },
    ],
    chain.map(({ object, retained }) => [
      sizeText(retained),
      addressText(object.address),
      escapeControls(object.typeName),
      gistText(object),
    ]),
    terminal,
  );
  return `${bold("DOMINATORS (nearest first)")}\n${rows}${moreDominators ? "\n  …" : ""}`;
}

function dominated({ dominated: types }: Shown, terminal: Terminal): string {
  if (types.length === 0) return "";
  const rows = table(
    [
      { title: "SIZE", align: "right" },
      { title: "COUNT", align: "right" },
      { title: "TYPE", cut: "name", paint: terminal.colors.cyan },
    ],
    types.map(({ typeName, count, size }) => [sizeText(size), countText(count), escapeControls(typeName)]),
    terminal,
  );
  return `${terminal.colors.bold("DOMINATES")}\n${rows}`;
}

export function showJson(shown: Shown, live?: Live): object {
  const { object, dictOf } = shown;
  const now = live?.objects.get(object.id);
  return {
    address: addressText(object.address),
    type: object.typeName,
    size: object.size,
    retained: shown.retained,
    refcount: object.refcount,
    tracked: shown.tracked,
    generation: shown.generation,
    garbage: shown.garbage,
    content: object.content,
    gist: object.gist,
    ...(live && now ? { live: liveJson(now, live.pid) } : {}),
    truncated: object.truncated === null ? null : object.truncated === 1n,
    code: shown.code,
    site: siteJson(shown.site),
    dict_of: dictOf && { address: addressText(dictOf.address), type: dictOf.typeName },
    roots: shown.roots.map(({ kind, name }) => ({ kind, name })),
    owner: shown.owner,
    path: shown.path,
    fields: neighboursJson(shown.fields),
    referrers: neighboursJson(shown.referrers),
    memory: shown.memory,
    possible_holders: jsonTable(shown.possibleHolders, {
      address: ({ object }) => addressText(object.address),
      type: ({ object }) => object.typeName,
      offset: ({ offset }) => offset,
    }),
    dominators: jsonTable(shown.dominators, {
      address: ({ object }) => addressText(object.address),
      type: ({ object }) => object.typeName,
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
      type: ({ object }) => object.typeName,
      size: ({ object }) => object.size,
      retained: ({ retained }) => retained,
      content: ({ object }) => object.content,
      gist: ({ object }) => object.gist,
    }),
  };
}

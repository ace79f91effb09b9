import type { Live } from "../analysis/live.js";
import type { Above } from "../analysis/parents.js";
import type { PartRow, Parts, TopObject, TopObjects } from "../analysis/top.js";
import type { UnknownMemory } from "../analysis/unknown-memory.js";
import type { Root } from "../store/heap.js";
import { displayWidth } from "./fit.js";
import { groupHeading, groupText } from "./groups.js";
import { jsonTable } from "./json.js";
import { namesFit, sentences } from "./lines.js";
import { liveCell, liveTableJson } from "./live.js";
import { nextStep } from "./next.js";
import { type Column, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, pathText, plural } from "./text.js";
import { parentTree } from "./tree.js";
import { countText, shareText, sizeText } from "./units.js";
import { unknownMemoryText } from "./unknown-memory.js";

const CHANGED = "What has changed may also be another object of its type that has the address now.";
const NOTHING = "No matching objects.";

export function topObjectsText(
  { by, objects, inChains, total }: TopObjects,
  unknown: UnknownMemory | undefined,
  path: string,
  terminal: Terminal,
  live?: Live,
): string {
  const { colors } = terminal;
  if (objects.length === 0) return NOTHING;
  const rows = table(
    [
      ...(by === "retained" ? [{ title: "RETAINED", align: "right" as const, paint: colors.bold }] : []),
      { title: "SIZE", align: "right", ...(by === "size" ? { paint: colors.bold } : {}) },
      { title: "ADDRESS" },
      { title: "TYPE", cut: "name", paint: colors.cyan },
      by === "size" ? { title: "CONTENT", cut: "content" } : { title: "PATH", cut: "name" },
      ...(live ? [{ title: `NOW in ${live.pid}`, cut: "content" as const }] : []),
    ],
    objects.map((object) => [
      ...(by === "retained" ? [sizeText(object.retained)] : []),
      sizeText(object.size),
      addressText(object.address),
      escapeControls(object.typeName),
      by === "size" ? gistText(object) : pathText(object.path ?? "(garbage)"),
      ...(live ? [liveCell(live.objects.get(object.id))] : []),
    ]),
    terminal,
  ).split("\n");
  const body = objects.flatMap((object, i) => [
    rows[i + 1] ?? "",
    ...(object.above ? holders(object.roots, object.above, terminal) : []),
  ]);
  const shown = objects.reduce((sum, { size }) => sum + size, 0n);
  const sum = `${countText(BigInt(objects.length))} of ${plural(total.count, "object")}, ${sizeText(shown)} of ${sizeText(total.size)}`;
  return [
    rows[0],
    ...body,
    "",
    sentences(sum, terminal, colors.dim),
    ...(live ? [sentences(CHANGED, terminal, colors.dim)] : []),
    ...(inChains > 0 ? [sentences(chainText(inChains), terminal, colors.dim)] : []),
    ...unknownLines(unknown, terminal),
    nextStep(terminal, "show", path, addressText(objects[0]?.address ?? 0n)),
  ].join("\n");
}

function chainText(inChains: number): string {
  return `Left out: ${plural(BigInt(inChains), "object")} below these that retain nearly as much as the one above them (heapdump tree)`;
}

function holders(roots: Root[], above: Above, terminal: Terminal): string[] {
  const indent = " ".repeat(4);
  const branch = `${indent}└─ `;
  const room = terminal.width - displayWidth(branch);
  const own = roots.map(({ part }) => branch + namesFit(escapeControls(part), room, terminal));
  if (own.length + above.parents.length === 0) return [`${branch}nothing in the dump holds it`];
  return [...own, ...parentTree(above, indent, terminal)];
}

export function topPartsText(
  parts: Parts,
  unknown: UnknownMemory | undefined,
  path: string,
  terminal: Terminal,
): string {
  const { by, rows, total, freed } = parts;
  const { colors } = terminal;
  if (rows.length === 0) return NOTHING;
  const columns: [Column, (row: PartRow) => string][] = [
    [{ title: "ROW", align: "right" }, ({ row }) => `${row}`],
    [{ title: "SIZE", align: "right", paint: colors.bold }, ({ size }) => sizeText(size)],
    [{ title: "SHARE", align: "right" }, ({ size }) => shareText(size, total.size)],
    [{ title: "CUMUL", align: "right" }, ({ cumulative }) => shareText(cumulative, total.size)],
    [{ title: "RETAINED", align: "right" }, ({ retained }) => sizeText(retained)],
    [{ title: "COUNT", align: "right" }, ({ count }) => countText(count)],
    [{ title: groupHeading(by), cut: "name", paint: colors.cyan }, ({ name }) => groupText(name, by)],
  ];
  const body = table(
    columns.map(([column]) => column),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
    terminal,
  );
  const sum = `${plural(total.count, "object")}, ${sizeText(total.size)}; freed with all of them: ${plural(freed.count, "object")}, ${sizeText(freed.size)}`;
  return [
    body,
    "",
    sentences(sum, terminal, colors.dim),
    ...unknownLines(unknown, terminal),
    nextPart(parts, path, terminal),
  ].join("\n");
}

/** How to go on from the first row. */
function nextPart({ by, since, rows: [first] }: Parts, path: string, terminal: Terminal): string {
  const set = first?.set;
  if (!set) return nextStep(terminal, "leaks", path);
  const then = by === "rcs" ? "via" : by === "via" || by === "id" ? undefined : "rcs";
  const chosen = ["--of", set, ...(since ? ["--since", since] : []), path];
  return nextStep(terminal, "top", ...(then ? ["--by", then] : []), ...chosen);
}

function unknownLines(unknown: UnknownMemory | undefined, terminal: Terminal): string[] {
  const text = unknownMemoryText(unknown);
  return text ? [sentences(text, terminal, terminal.colors.dim)] : [];
}

export function topPartsJson({ by, rows, total, freed }: Parts): object {
  return {
    ...jsonTable(rows, {
      row: ({ row }) => row,
      name: ({ name }) => name,
      ...(by === "type" ? { address: ({ address }: PartRow) => address && addressText(address) } : {}),
      count: ({ count }) => count,
      size: ({ size }) => size,
      retained: ({ retained }) => retained,
      cumulative: ({ cumulative }) => cumulative,
      set: ({ set }) => set,
    }),
    total,
    freed,
  };
}

export function topObjectsJson({ objects }: TopObjects, live?: Live): object {
  const table = jsonTable(objects, {
    address: ({ address }) => addressText(address),
    type: ({ typeName }) => typeName,
    size: ({ size }) => size,
    retained: ({ retained }) => retained,
    refcount: ({ refcount }) => refcount,
    content: ({ content }) => content,
    gist: ({ gist }) => gist,
    truncated: ({ truncated }) => (truncated === null ? null : truncated === 1n),
    path: ({ path }) => path,
    roots: ({ roots }) => roots.map(({ kind, name }) => ({ kind, name })),
    ...(objects.some(({ above }) => above)
      ? { parents: ({ above }: TopObject) => above && parentsJson(above) }
      : {}),
  });
  return live ? { ...table, live: liveTableJson(objects, live) } : table;
}

function parentsJson({ parents, more }: Above): object {
  return {
    more,
    ...jsonTable(parents, {
      address: ({ object }) => addressText(object.address),
      type: ({ object }) => object.typeName,
      kind: ({ hold }) => hold.kind,
      label: ({ hold }) => hold.label,
      roots: ({ roots }) => roots.map(({ kind, name }) => ({ kind, name })),
      again: ({ again }) => again,
      parents: (parent) => parentsJson(parent),
    }),
  };
}

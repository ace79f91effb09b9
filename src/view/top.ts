import type { Above } from "../analysis/parents.js";
import type { TopGroup, TopGroups, TopObject, TopObjects } from "../analysis/top.js";
import type { UnknownMemory } from "../analysis/unknown-memory.js";
import { isBySize } from "../model/groupings.js";
import type { Root } from "../store/heap.js";
import { displayWidth } from "./fit.js";
import { groupText } from "./groups.js";
import { type JsonTable, jsonTable } from "./json.js";
import { namesFit, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { type Column, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, pathText, plural } from "./text.js";
import { parentTree } from "./tree.js";
import { countText, shareText, sizeText } from "./units.js";
import { unknownMemoryText } from "./unknown-memory.js";

const NOTHING = "No matching objects.";

export function topObjectsText(
  { by, objects, total }: TopObjects,
  unknown: UnknownMemory | undefined,
  path: string,
  terminal: Terminal,
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
    ],
    objects.map((object) => [
      ...(by === "retained" ? [sizeText(object.retained)] : []),
      sizeText(object.size),
      addressText(object.address),
      escapeControls(object.typeName),
      by === "size" ? gistText(object) : pathText(object.path ?? "(garbage)"),
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
    ...unknownLines(unknown, terminal),
    nextStep(terminal, "show", path, addressText(objects[0]?.address ?? 0n)),
  ].join("\n");
}

function holders(roots: Root[], above: Above, terminal: Terminal): string[] {
  const indent = " ".repeat(4);
  const branch = `${indent}└─ `;
  const room = terminal.width - displayWidth(branch);
  const own = roots.map(({ part }) => branch + namesFit(escapeControls(part), room, terminal));
  if (own.length + above.parents.length === 0) return [`${branch}nothing in the dump holds it`];
  return [...own, ...parentTree(above, indent, terminal)];
}

export function topGroupsText(
  { by, groups, count, size }: TopGroups,
  unknown: UnknownMemory | undefined,
  path: string,
  terminal: Terminal,
): string {
  const { colors } = terminal;
  if (groups.length === 0) return NOTHING;
  const retains = groups.some(({ retained }) => retained !== null);
  const bySize = isBySize(by) || !retains;
  const largest = (group: TopGroup) => (bySize ? group.size : (group.retained ?? 0n));
  const other = (group: TopGroup) => (bySize ? (group.retained ?? 0n) : group.size);
  const columns: [Column, (group: TopGroup) => string][] = [
    [
      { title: bySize ? "SIZE" : "RETAINED", align: "right", paint: colors.bold },
      (group) => sizeText(largest(group)),
    ],
    [{ title: "SHARE", align: "right" }, (group) => shareText(largest(group), size)],
    [{ title: bySize ? "RETAINED" : "SIZE", align: "right" }, (group) => sizeText(other(group))],
    [{ title: "COUNT", align: "right" }, (group) => countText(group.count)],
    [{ title: by.toUpperCase(), cut: "name", paint: colors.cyan }, ({ name }) => groupText(name, by)],
  ];
  const shown = columns.filter(([{ title }]) => retains || title !== "RETAINED");
  const rows = table(
    shown.map(([column]) => column),
    groups.map((group) => shown.map(([, cell]) => cell(group))),
    terminal,
  );
  const total = `${plural(groups.length, by)} shown, of ${sizeText(size)} in ${plural(count, "object")}`;
  const next =
    by === "type"
      ? nextStep(terminal, "top", "--filter", groups[0]?.name ?? "", path)
      : nextStep(terminal, "leaks", path);
  return [rows, "", sentences(total, terminal, colors.dim), ...unknownLines(unknown, terminal), next].join(
    "\n",
  );
}

function unknownLines(unknown: UnknownMemory | undefined, terminal: Terminal): string[] {
  const text = unknownMemoryText(unknown);
  return text ? [sentences(text, terminal, terminal.colors.dim)] : [];
}

export function topGroupsJson({ by, groups, count, size }: TopGroups): object {
  return {
    ...jsonTable(groups, {
      [by]: ({ name }) => name,
      ...(by === "type" ? { address: ({ address }: TopGroup) => address && addressText(address) } : {}),
      count: (group) => group.count,
      size: (group) => group.size,
      retained: ({ retained }) => retained,
    }),
    total: { count, size },
  };
}

export function topObjectsJson({ objects }: TopObjects): JsonTable {
  return jsonTable(objects, {
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

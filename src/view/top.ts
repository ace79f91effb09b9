import type { Above } from "../analysis/parents.js";
import type { Heap, HeapObject, HeapType, Root } from "../store/heap.js";
import { type JsonTable, jsonTable } from "./json.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, plural, shellWord, shorten } from "./text.js";
import { parentTree, rootText } from "./tree.js";
import { countText, shareText, sizeText } from "./units.js";

export interface TopObject extends HeapObject {
  typeName: string;
  roots: Root[];
  /** What holds it, where that was asked for. */
  above?: Above;
}

export interface TopTypes {
  types: HeapType[];
  /** Of all types, the ones not shown too. */
  count: bigint;
  size: bigint;
}

export function topObjectsText(objects: TopObject[], heap: Heap, terminal: Terminal): string {
  const { colors, width } = terminal;
  if (objects.length === 0) return "There is no such object.";
  const rows = table(
    [
      { title: "SIZE", align: "right", paint: colors.bold },
      { title: "ADDRESS" },
      { title: "TYPE", most: 40, paint: colors.cyan },
      { title: "CONTENT", flexible: true },
    ],
    objects.map((object) => [
      sizeText(object.size),
      addressText(object.address),
      escapeControls(object.typeName),
      contentText(object),
    ]),
    terminal,
  ).split("\n");
  const indent = " ".repeat(4);
  const body = objects.flatMap((object, i) => [
    rows[i + 1] ?? "",
    ...(object.above ? holders(object.roots, object.above, indent, width) : []),
  ]);
  const shown = objects.reduce((sum, { size }) => sum + size, 0n);
  const { count, size } = heap.totals();
  const total = `${countText(BigInt(objects.length))} of ${plural(count, "object")}, ${sizeText(shown)} of ${sizeText(size)}`;
  const first = addressText(objects[0]?.address ?? 0n);
  const next = `What holds the first: heapdump graph --filter ${first} -o graph.svg ${shellWord(heap.path)}`;
  return [rows[0], ...body, "", colors.dim(total), colors.dim(next)].join("\n");
}

function holders(roots: Root[], above: Above, indent: string, width: number): string[] {
  const own = roots.map((root) => `${indent}└─ ${shorten(rootText(root), width - indent.length - 3)}`);
  if (own.length + above.parents.length === 0) return [`${indent}└─ nothing in the dump holds it`];
  return [...own, ...parentTree(above, indent, width)];
}

export function topTypesText({ types, count, size }: TopTypes, heap: Heap, terminal: Terminal): string {
  const { colors } = terminal;
  if (types.length === 0) return "There is no such object.";
  const rows = table(
    [
      { title: "SIZE", align: "right", paint: colors.bold },
      { title: "SHARE", align: "right" },
      { title: "COUNT", align: "right" },
      { title: "TYPE", flexible: true, paint: colors.cyan },
    ],
    types.map((type) => [
      sizeText(type.size),
      shareText(type.size, size),
      countText(type.count),
      escapeControls(type.name),
    ]),
    terminal,
  );
  const total = `${plural(types.length, "type")} shown, of ${sizeText(size)} in ${plural(count, "object")}`;
  const next = `The largest of a type: heapdump top --filter ${shellWord(types[0]?.name ?? "")} ${shellWord(heap.path)}`;
  return [rows, "", colors.dim(total), colors.dim(next)].join("\n");
}

export function topObjectsJson(objects: TopObject[]): JsonTable {
  return jsonTable(objects, {
    address: ({ address }) => addressText(address),
    type: ({ typeName }) => typeName,
    size: ({ size }) => size,
    refcount: ({ refcount }) => refcount,
    content: ({ content }) => content,
    truncated: ({ truncated }) => (truncated === null ? null : truncated === 1n),
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
      type: ({ typeName }) => typeName,
      kind: ({ hold }) => hold.kind,
      label: ({ hold }) => hold.label,
      roots: ({ roots }) => roots.map(({ kind, name }) => ({ kind, name })),
      again: ({ again }) => again,
      parents: (parent) => parentsJson(parent),
    }),
  };
}

export function topTypesJson({ types, count, size }: TopTypes): object {
  return {
    ...jsonTable(types, {
      type: ({ name }) => name,
      address: ({ address }) => address && addressText(address),
      count: (type) => type.count,
      size: (type) => type.size,
    }),
    total: { count, size },
  };
}

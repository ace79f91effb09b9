import type { Above } from "../analysis/parents.js";
import type { TopObject, TopObjects, TopOwners, TopTypes } from "../analysis/top.js";
import type { Root } from "../store/heap.js";
import { displayWidth } from "./fit.js";
import { type JsonTable, jsonTable } from "./json.js";
import { namesFit, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, pathText, plural } from "./text.js";
import { parentTree, rootText } from "./tree.js";
import { countText, shareText, sizeText } from "./units.js";

const NOTHING = "No matching objects.";

export function topObjectsText({ by, objects, total }: TopObjects, path: string, terminal: Terminal): string {
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
      by === "size" ? contentText(object) : pathText(object.path ?? "(garbage)"),
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
    nextStep(terminal, "show", path, addressText(objects[0]?.address ?? 0n)),
  ].join("\n");
}

function holders(roots: Root[], above: Above, terminal: Terminal): string[] {
  const indent = " ".repeat(4);
  const branch = `${indent}└─ `;
  const room = terminal.width - displayWidth(branch);
  const own = roots.map((root) => branch + namesFit(rootText(root), room, terminal));
  if (own.length + above.parents.length === 0) return [`${branch}nothing in the dump holds it`];
  return [...own, ...parentTree(above, indent, terminal)];
}

export function topTypesText({ types, count, size }: TopTypes, path: string, terminal: Terminal): string {
  const { colors } = terminal;
  if (types.length === 0) return NOTHING;
  const retains = types.some(({ retained }) => retained !== null);
  const rows = table(
    [
      { title: "SIZE", align: "right", paint: colors.bold },
      { title: "SHARE", align: "right" },
      ...(retains ? [{ title: "RETAINED", align: "right" as const }] : []),
      { title: "COUNT", align: "right" },
      { title: "TYPE", cut: "name", paint: colors.cyan },
    ],
    types.map((type) => [
      sizeText(type.size),
      shareText(type.size, size),
      ...(retains ? [sizeText(type.retained ?? 0n)] : []),
      countText(type.count),
      escapeControls(type.name),
    ]),
    terminal,
  );
  const total = `${plural(types.length, "type")} shown, of ${sizeText(size)} in ${plural(count, "object")}`;
  const next = nextStep(terminal, "top", "--filter", types[0]?.name ?? "", path);
  return [rows, "", sentences(total, terminal, colors.dim), next].join("\n");
}

export function topOwnersText({ owners, count, size }: TopOwners, path: string, terminal: Terminal): string {
  const { colors } = terminal;
  if (owners.length === 0) return NOTHING;
  const retains = owners.some(({ retained }) => retained !== null);
  const rows = table(
    [
      { title: retains ? "RETAINED" : "SIZE", align: "right", paint: colors.bold },
      { title: "SHARE", align: "right" },
      ...(retains ? [{ title: "SIZE", align: "right" as const }] : []),
      { title: "COUNT", align: "right" },
      { title: "OWNER", cut: "name", paint: colors.cyan },
    ],
    owners.map((owner) => [
      sizeText(owner.retained ?? owner.size),
      shareText(owner.retained ?? owner.size, size),
      ...(retains ? [sizeText(owner.size)] : []),
      countText(owner.count),
      owner.name === null ? "(garbage)" : pathText(owner.name),
    ]),
    terminal,
  );
  const total = `${plural(owners.length, "owner")} shown, of ${sizeText(size)} in ${plural(count, "object")}`;
  const next = nextStep(terminal, "leaks", path);
  return [rows, "", sentences(total, terminal, colors.dim), next].join("\n");
}

export function topOwnersJson({ owners, count, size }: TopOwners): object {
  return {
    ...jsonTable(owners, {
      owner: ({ name }) => name,
      count: (owner) => owner.count,
      size: (owner) => owner.size,
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
      retained: ({ retained }) => retained,
    }),
    total: { count, size },
  };
}

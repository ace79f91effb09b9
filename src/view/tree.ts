import type { Above, Parent } from "../analysis/parents.js";
import type { Root } from "../store/heap.js";
import { moduleSpelling, spelling } from "./spelling.js";
import { addressText, contentText, escapeControls, plural, shorten } from "./text.js";

/**
 * What holds an object, as an indented tree: each line says how its object holds the one above it, and a root's
 * line is the whole way from there in Python's spelling. `way` is the way from the object above down to the first.
 */
export function parentTree(above: Above, indent: string, width: number, way = ""): string[] {
  const last = above.more > 0n ? -1 : above.parents.length - 1;
  const lines = above.parents.flatMap((parent, i) => {
    const [branch, stem] = i === last ? ["└─ ", "   "] : ["├─ ", "│  "];
    const longer = spelling(parent.hold) + way;
    const own = shorten(`${indent}${branch}${parentText(parent, longer)}`, width);
    return [own, ...parentTree(parent, indent + stem, width, longer)];
  });
  if (above.more > 0n) lines.push(`${indent}└─ … ${plural(above.more, "more holder")}`);
  return lines;
}

function parentText({ object, typeName, hold, roots, again }: Parent, way: string): string {
  const begin = roots.find(({ kind }) => kind === "module") ?? roots.find(({ kind }) => kind !== "c");
  if (begin) return rootText(begin) + way;
  const content = contentText(object);
  const root = roots[0] ? `  ${rootText(roots[0])}` : "";
  const loop = again === "circular" ? "  ↺ (a cycle)" : again === "nearer" ? "  (in this tree already)" : "";
  const type = escapeControls(typeName);
  return `${spelling(hold).trim()} of ${type} ${addressText(object.address)}${root}${loop}${content && `  ${content}`}`;
}

/** A module as Python reaches it; of others the kind and the name, such as `root: frame serve.f_locals['x']`. */
export function rootText({ kind, name }: Root): string {
  if (kind === "module") return moduleSpelling(name ?? "?");
  return `root: ${kind} ${escapeControls(name ?? "")}`.trimEnd();
}

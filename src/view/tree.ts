import type { Above, Parent } from "../analysis/parents.js";
import { displayWidth, fitContent } from "./fit.js";
import { contentFits, namesFit } from "./lines.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, plural } from "./text.js";

/**
 * What holds an object, as an indented tree: each line says how its object holds the one above it, and a root's
 * line is the whole way from there. `way` is the way from the object above down to the first.
 */
export function parentTree(above: Above, indent: string, terminal: Terminal, way = ""): string[] {
  const last = above.more > 0n ? -1 : above.parents.length - 1;
  const lines = above.parents.flatMap((parent, i) => {
    const [branch, stem] = i === last ? ["└─ ", "   "] : ["├─ ", "│  "];
    const longer = escapeControls(parent.hold.part) + way;
    const start = indent + branch;
    return [
      start + parentText(parent, longer, terminal.width - displayWidth(start), terminal),
      ...parentTree(parent, indent + stem, terminal, longer),
    ];
  });
  if (above.more > 0n) lines.push(`${indent}└─ … ${plural(above.more, "more holder")}`);
  return lines;
}

function parentText(parent: Parent, way: string, room: number, terminal: Terminal): string {
  const { object, hold, roots, again } = parent;
  const begin = roots.find(({ kind }) => kind === "module") ?? roots.find(({ kind }) => kind !== "c");
  if (begin) return namesFit(escapeControls(begin.part) + way, room, terminal);
  const loop = again === "circular" ? "  (a cycle)" : again === "nearer" ? "  (in this tree already)" : "";
  const root = roots[0] ? `  ${escapeControls(roots[0].part)}` : "";
  const after = ` ${addressText(object.address)}${root}${loop}`;
  const step = escapeControls(hold.part).trim();
  const type = escapeControls(object.typeName);
  const names = `${step} of ${type}`;
  const left = room - displayWidth(after);
  const own =
    displayWidth(names) <= left
      ? names
      : `${step} of ${namesFit(type, left - displayWidth(`${step} of `), terminal)}`;
  const content = gistText(object);
  const rest = room - displayWidth(own + after) - 2;
  const shown =
    content && (rest >= 4 || terminal.cuts !== "everything") ? contentFits(content, rest, terminal) : "";
  const line = `${own}${after}${shown && `  ${shown}`}`;
  return terminal.cuts === "everything" ? fitContent(line, room) : line;
}

import type { Parent } from "../analysis/parents.js";
import { spelling } from "./spelling.js";
import { addressText, contentText, plural, shorten } from "./text.js";

/** What holds an object, as an indented tree; each line says how its object holds the one above. */
export function parentTree(
  above: { parents: Parent[]; more: bigint },
  indent: string,
  width: number,
): string[] {
  const last = above.more > 0n ? -1 : above.parents.length - 1;
  const lines = above.parents.flatMap((parent, i) => {
    const [branch, stem] = i === last ? ["└─ ", "   "] : ["├─ ", "│  "];
    const own = shorten(`${indent}${branch}${parentText(parent)}`, width);
    return [own, ...parentTree(parent, indent + stem, width)];
  });
  if (above.more > 0n) lines.push(`${indent}└─ … ${plural(above.more, "more holder")}`);
  return lines;
}

function parentText({ object, typeName, hold, roots, circular }: Parent): string {
  const how = spelling(hold).trim();
  const module = roots.find(({ kind }) => kind === "module");
  if (module) return `${how} of module ${module.name}`;
  const content = contentText({ ...object, typeName });
  const root = roots[0] ? `  root: ${roots[0].kind} ${roots[0].name}` : "";
  const loop = circular ? "  ↺ (again)" : "";
  return `${how} of ${typeName} ${addressText(object.address)}${root}${loop}${content ? `  ${content}` : ""}`;
}

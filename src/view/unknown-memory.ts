import type { UnknownMemory } from "../analysis/unknown-memory.js";
import { type JsonTable, jsonTable } from "./json.js";
import { escapeControls, plural } from "./text.js";
import { countText } from "./units.js";

const SHOWN = 3;

/** Empty if there is nothing to say. */
export function unknownMemoryText(found: UnknownMemory | undefined): string {
  if (!found || found.objects === 0n) return "";
  const { objects, types } = found;
  const named = types
    .slice(0, SHOWN)
    .map(({ typeName, count }) => `${countText(count)} ${escapeControls(typeName)}`);
  const others = types.length - named.length;
  const list = [...named, ...(others > 0 ? [`those of ${plural(others, "other type")}`] : [])].join(", ");
  const [owns, sizes] = objects === 1n ? ["owns", "its size"] : ["own", "their sizes"];
  return `${plural(objects, "object")} of C code ${owns} memory, or may, that is not in ${sizes}: ${list}.`;
}

export function unknownMemoryJson(found: UnknownMemory | undefined): JsonTable | null {
  return found
    ? jsonTable(found.types, { type: ({ typeName }) => typeName, count: ({ count }) => count })
    : null;
}

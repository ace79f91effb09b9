import type { Grouping } from "../model/groupings.js";
import { pathText } from "./text.js";

/** The name of a group; of what is in none, why not. */
export function groupText(name: string | null, by: Grouping): string {
  if (name !== null) return pathText(name);
  if (by === "line") return "(not traced)";
  return by === "owner" || by === "path" ? "(garbage)" : `(no ${by})`;
}

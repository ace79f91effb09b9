import { partitionParts } from "../model/groupings.js";
import { pathText } from "./text.js";

const HEADINGS: Record<string, string> = {
  rcs: "HELD BY",
  via: "HELD AS",
  id: "OBJECT",
  unity: "SET",
  size: "OBJECT SIZE",
};

/** What stands above the names of the groups. */
export function groupHeading(by: string): string {
  return partitionParts(by)
    .map((part) => HEADINGS[part] ?? part.toUpperCase())
    .join("; ");
}

/** The name of a group; of what is in none, why not. */
export function groupText(name: string | null, by: string): string {
  if (name !== null) return pathText(name);
  if (by === "line") return "(not traced)";
  return by === "owner" || by === "path" ? "(garbage)" : `(no ${by})`;
}

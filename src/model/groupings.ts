/** What objects are divided by: the registry of native/analysis/grouping.cc, which a test compares with it. */
export const GROUPINGS = [
  "type",
  "owner",
  "path",
  "module",
  "package",
  "line",
  "kind",
  "rcs",
  "via",
  "size",
  "content",
  "id",
  "unity",
] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The parts of `type,referrers(kind)`: a comma within parentheses divides nothing. */
export function partitionParts(by: string): string[] {
  const parts = [""];
  let open = 0;
  for (const character of by) {
    if (character === "(") open++;
    if (character === ")") open--;
    if (character === "," && open === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

/** Whether a partition needs what tracemalloc has traced. */
export function needsTraces(by: string): boolean {
  return /\bline\b/.test(by);
}

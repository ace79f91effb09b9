/** What objects are divided by: the registry of native/analysis/grouping.cc, which a test compares with it. */
export const GROUPINGS = ["type", "owner", "path", "module", "line"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export function isGrouping(word: string): word is Grouping {
  return (GROUPINGS as readonly string[]).includes(word);
}

/** Whether groups are told by the sizes of their objects; the others by what they retain. */
export function isBySize(by: Grouping): boolean {
  return by === "type" || by === "line";
}

/** What objects are divided by: the registry of native/analysis/grouping.cc, which a test compares with it. */
export const GROUPINGS = ["type", "owner", "path", "module"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export function isGrouping(word: string): word is Grouping {
  return (GROUPINGS as readonly string[]).includes(word);
}

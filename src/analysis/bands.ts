import { type CountedDump, countsOf, type Division } from "../store/counted.js";
import type { Counted, Counts } from "../store/sample.js";
import { timeOf } from "./series.js";

export interface Bands extends Division {
  measure: keyof Counted;
  /** The dumps, with their times in milliseconds since 1970; null if one of them does not say it. */
  dumps: { path: string; time: number | null }[];
  /** The groups that changed most, and those that have most; that with most first. `values` has one for each dump. */
  bands: { name: string | null; values: bigint[] }[];
  /** All other groups together. */
  rest: bigint[];
  /** How many groups there are. */
  groups: number;
}

/** More than these cannot be told apart in a picture. */
const MOST = 10;

/** What a series consists of over time: the groups that changed most, the largest ones, and the rest as one. */
export async function findBands(
  series: CountedDump[],
  request: Division & { measure: keyof Counted; limit: number },
): Promise<Bands> {
  const { by, of, measure, limit } = request;
  const columns: Counts[] = [];
  for (const dump of series) columns.push(await countsOf(dump, request));
  const names = new Set(columns.flatMap((counts) => [...counts.keys()]));
  const groups = [...names].map((name) => {
    const values = columns.map((counts) => counts.get(name)?.[measure] ?? 0n);
    const inOrder = values.toSorted((a, b) => Number(a - b));
    const change = (inOrder.at(-1) ?? 0n) - (inOrder[0] ?? 0n);
    return { name, values, sum: values.reduce((all, value) => all + value, 0n), change };
  });
  type Group = (typeof groups)[number];
  const ranked = (of: (group: Group) => bigint) =>
    groups.toSorted((a, b) => Number(of(b) - of(a)) || ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
  const bySum = ranked(({ sum }) => sum);
  const shown = Math.min(limit, MOST);
  const changed = new Set(ranked(({ change }) => change).slice(0, Math.ceil(shown / 2)));
  const largest = bySum.filter((group) => !changed.has(group)).slice(0, shown - changed.size);
  const bands = bySum
    .filter((group) => changed.has(group) || largest.includes(group))
    .map(({ name, values }) => ({ name, values }));
  const all = columns.map((counts) =>
    [...counts.values()].reduce((sum, counted) => sum + counted[measure], 0n),
  );
  const rest = all.map((sum, i) => bands.reduce((left, { values }) => left - (values[i] ?? 0n), sum));
  const times = series.map(timeOf);
  const known = !times.some(Number.isNaN);
  const dumps = series.map(({ path }, i) => ({ path, time: known ? (times[i] as number) : null }));
  return { by, of, measure, dumps, bands, rest, groups: names.size };
}

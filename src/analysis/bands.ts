import { type CountedDump, countsOf, type Division } from "../store/counted.js";
import type { Counted, Counts } from "../store/sample.js";
import { timeOf } from "./series.js";

export interface Bands extends Division {
  measure: keyof Counted;
  /** The dumps, with their times in milliseconds since 1970; null if one of them does not say it. */
  dumps: { path: string; time: number | null }[];
  /** The groups that have most in all dumps together, that with most first; `values` has one for each dump. */
  bands: { name: string | null; values: bigint[] }[];
  /** All other groups together. */
  rest: bigint[];
  /** How many groups there are. */
  groups: number;
}

/** More than these cannot be told apart in a picture. */
const MOST = 10;

/** What a series consists of over time: the largest groups, and the rest as one. */
export async function findBands(
  series: CountedDump[],
  request: Division & { measure: keyof Counted; limit: number },
): Promise<Bands> {
  const { by, of, measure, limit } = request;
  const columns: Counts[] = [];
  for (const dump of series) columns.push(await countsOf(dump, request));
  const sums = new Map<string | null, bigint>();
  for (const counts of columns) {
    for (const [name, counted] of counts) sums.set(name, (sums.get(name) ?? 0n) + counted[measure]);
  }
  const largest = [...sums]
    .sort(([a, x], [b, y]) => Number(y - x) || ((a ?? "") < (b ?? "") ? -1 : 1))
    .slice(0, Math.min(limit, MOST));
  const bands = largest.map(([name]) => ({
    name,
    values: columns.map((counts) => counts.get(name)?.[measure] ?? 0n),
  }));
  const all = columns.map((counts) =>
    [...counts.values()].reduce((sum, counted) => sum + counted[measure], 0n),
  );
  const rest = all.map((sum, i) => bands.reduce((left, { values }) => left - (values[i] ?? 0n), sum));
  const times = series.map(timeOf);
  const known = !times.some(Number.isNaN);
  const dumps = series.map(({ path }, i) => ({ path, time: known ? (times[i] as number) : null }));
  return { by, of, measure, dumps, bands, rest, groups: sums.size };
}

import type { Taken } from "../model/taken.js";
import {
  ClosedDump,
  type CountedDump,
  countsOf,
  type Division,
  whileBothOpen,
  whileOpen,
} from "../store/counted.js";
import type { Heap } from "../store/heap.js";
import type { Counted, Counts } from "../store/sample.js";
import { checkSet, explainBy, literal } from "../store/set.js";
import { isIncomplete } from "./incomplete.js";
import { differentModes } from "./modes.js";
import { addressReuse, hoursBetween } from "./series.js";

/**
 * What the last is compared with: the first, the one before it, or for each row by itself the earlier one in which the row
 * had most.
 */
export type DiffAgainst = "base" | "previous" | "peak";

export interface DiffRequest extends Division {
  against: DiffAgainst;
  /** What rows are ranked by. */
  measure: keyof Counted;
  limit: number;
}

/** Null where that is not known: samples do not say which objects they counted, and a peak is no one dump's. */
interface Exchanged {
  new: bigint | null;
  new_size: bigint | null;
  gone: bigint | null;
  gone_size: bigint | null;
  kept: bigint | null;
}

interface Compared extends Exchanged {
  count_old: bigint;
  /** Bytes, as the other sizes. */
  size_old: bigint;
  count: bigint;
  size: bigint;
}

export interface DiffRow extends Compared {
  /** Of the group; null for what is in none: garbage, or what no module holds. */
  name: string | null;
  /** In each of the dumps, in their order. */
  counts: bigint[];
  sizes: bigint[];
}

export interface Diff {
  /** Those that changed most. */
  rows: DiffRow[];
  /** Of all rows, the ones left out too; against peaks of those above theirs. */
  total: Compared & { rows: bigint };
  /** What the last is compared with; null if each row is compared with its own peak. */
  old: Taken | null;
  hours: number | null;
  /** Whether one of the dumps is not complete: what it has lost is in no figure. */
  incomplete: boolean;
  /** The share of addresses (0 to 1) that other objects took over, if that makes what is new doubtful. */
  reuse: number | undefined;
}

type Row = Omit<DiffRow, "counts" | "sizes">;
type Found = Pick<Diff, "total" | "reuse"> & { rows: Row[] };

const UNKNOWN: Exchanged = { new: null, new_size: null, gone: null, gone_size: null, kept: null };
const NOTHING: Counted = { count: 0n, size: 0n };

/** The last of a series compared with an earlier one. */
export async function findDifferences(series: CountedDump[], request: DiffRequest): Promise<Diff> {
  const [last, earlier] = [series.at(-1) as CountedDump, series.slice(0, -1)];
  const { found, old, columns } =
    request.against === "peak"
      ? await abovePeaks(last, earlier, request)
      : await sinceOne(last, earlier, request, request.against === "base" ? 0 : earlier.length - 1);
  const rows = found.rows.map((row) => {
    const all = [...columns.map((counts) => counts.get(row.name) ?? NOTHING), row];
    return { ...row, counts: all.map(({ count }) => count), sizes: all.map(({ size }) => size) };
  });
  const hours = old && hoursBetween(old, last);
  return { ...found, rows, old, hours, incomplete: series.some(isIncomplete) };
}

interface Answer {
  found: Found;
  old: Taken | null;
  /** Of each earlier one, for the rows at least. */
  columns: Counts[];
}

async function sinceOne(
  last: CountedDump,
  earlier: CountedDump[],
  request: DiffRequest,
  chosen: number,
): Promise<Answer> {
  const old = earlier[chosen] as CountedDump;
  const found =
    last instanceof ClosedDump && old instanceof ClosedDump
      ? await whileBothOpen(last, old, (now, before) => objectsCompared(now, before, request))
      : countsCompared(await countsOf(last, request), await countsOf(old, request), request);
  const columns: Counts[] = [];
  for (const dump of earlier) {
    const counts = dump === old ? undefined : await comparableCounts(dump, last, request);
    const cells = found.rows.map(({ name, count_old, size_old }): [string | null, Counted] => [
      name,
      counts ? (counts.get(name) ?? NOTHING) : { count: count_old, size: size_old },
    ]);
    columns.push(new Map(cells));
  }
  return { found, old, columns };
}

const SUMMED = ["count_old", "size_old", "count", "size", "new", "new_size", "gone", "gone_size", "kept"];

function objectsCompared(now: Heap, old: Heap, { by, of, measure, limit }: DiffRequest): Found {
  checkSet(now, of);
  explainBy(by, () =>
    now.db.exec(
      `CREATE TEMP TABLE difference AS
         SELECT * FROM ${now.schema}.diff('${old.schema}', ${literal(by)}, ${of === undefined ? "NULL" : literal(of)})`,
    ),
  );
  const rows = now.all<Row>(
    `SELECT * FROM temp.difference WHERE new > 0 OR gone > 0 OR size <> size_old
      ORDER BY abs(${measure} - ${measure}_old) DESC, new_size + gone_size DESC, name LIMIT ?`,
    limit,
  );
  const total = now.get<Diff["total"]>(
    `SELECT count(*) AS rows, ${SUMMED.map((name) => `coalesce(sum(${name}), 0) AS ${name}`)} FROM temp.difference`,
  ) as Diff["total"];
  // What was lost looks as if it were another object.
  const isWhole = !isIncomplete(now) && !isIncomplete(old);
  return { rows, total, reuse: isWhole ? addressReuse(now, old) : undefined };
}

function countsCompared(now: Counts, before: Counts, request: DiffRequest): Found {
  const names = new Set([...before.keys(), ...now.keys()]);
  const rows = [...names].map((name) => rowOf(name, now.get(name) ?? NOTHING, before.get(name) ?? NOTHING));
  const changed = rows.filter((row) => row.size !== row.size_old || row.count !== row.count_old);
  return { rows: ranked(changed, request), total: totalOf(rows), reuse: undefined };
}

/** What has more than in each of the earlier ones. */
async function abovePeaks(last: CountedDump, earlier: CountedDump[], request: DiffRequest): Promise<Answer> {
  const { of, measure } = request;
  if (last instanceof ClosedDump) await whileOpen(last, (heap) => checkSet(heap, of));
  const columns: Counts[] = [];
  for (const dump of earlier) columns.push(await countsOf(dump, request));
  const peaks: Counts = new Map();
  for (const counts of columns) {
    for (const [name, counted] of counts) {
      if (counted[measure] > (peaks.get(name) ?? NOTHING)[measure]) peaks.set(name, counted);
    }
  }
  const now = [...(await countsOf(last, request))];
  const rows = now.map(([name, counted]) => rowOf(name, counted, peaks.get(name) ?? NOTHING));
  const above = rows.filter((row) => row[measure] > row[`${measure}_old`]);
  return {
    found: { rows: ranked(above, request), total: totalOf(above), reuse: undefined },
    old: null,
    columns,
  };
}

function rowOf(name: string | null, now: Counted, old: Counted): Row {
  return { name, ...now, count_old: old.count, size_old: old.size, ...UNKNOWN };
}

function ranked(rows: Row[], { measure, limit }: DiffRequest): Row[] {
  const change = (row: Row) => Math.abs(Number(row[measure] - row[`${measure}_old`]));
  const byName = (a: Row, b: Row) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1);
  return rows.sort((a, b) => change(b) - change(a) || byName(a, b)).slice(0, limit);
}

function totalOf(rows: Row[]): Diff["total"] {
  const sum = (key: keyof Counted | "count_old" | "size_old") =>
    rows.reduce((all, row) => all + row[key], 0n);
  const sums = {
    count_old: sum("count_old"),
    size_old: sum("size_old"),
    count: sum("count"),
    size: sum("size"),
  };
  return { rows: BigInt(rows.length), ...sums, ...UNKNOWN };
}

/** Of a dump that was taken in another mode than the last one, those objects that both can know. */
async function comparableCounts(dump: CountedDump, last: CountedDump, request: DiffRequest): Promise<Counts> {
  if (!(dump instanceof ClosedDump && last instanceof ClosedDump && differentModes(dump, last))) {
    return countsOf(dump, request);
  }
  const rows = await whileBothOpen(last, dump, (now, old) =>
    now.all<{ name: string | null } & Counted>(
      "SELECT name, count_old AS count, size_old AS size FROM {heap}.diff(?, ?, ?)",
      old.schema,
      request.by,
      request.of ?? null,
    ),
  );
  return new Map(rows.map(({ name, count, size }) => [name, { count, size }]));
}

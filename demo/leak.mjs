// What leaked between two dumps, and who holds it: asked of the dumps alone.
import { inOther } from "../dist/analysis/same.js";
import { openHeaps } from "../dist/store/open.js";
import { PathFinder } from "./paths.mjs";

/**
 * @typedef {import("../dist/store/heap.js").Heap} Heap
 * @typedef {import("./paths.mjs").Step} Step
 *
 * @typedef {object} GrownType
 * @property {string} name
 * @property {bigint} count more objects of it than before
 * @property {bigint} size more bytes
 * @property {{ path: string, address: bigint }} [example] a new one, held as most of the new ones are
 *
 * @typedef {object} Owner the lowest object through which most of what is new is held
 * @property {string} path
 * @property {string} typeName
 * @property {bigint} entry the address of one of the new objects that it holds
 * @property {string} entryType
 * @property {bigint} entriesBefore
 * @property {bigint} entries
 * @property {number} share of the objects that are new and that a module leads to, 0 … 1
 *
 * @typedef {object} Leak
 * @property {bigint} count objects
 * @property {bigint} size bytes
 * @property {GrownType[]} types most bytes first
 * @property {Owner | undefined} owner
 */

/** Paths looked for: enough for a share in percent. */
const SAMPLE = 300;
/** How much of its own a path must keep to be followed further down. */
const MAIN_STREAM = 0.7;

/**
 * @param {string} before path of the earlier dump
 * @param {string} after path of the later one
 * @returns {Promise<Leak>}
 */
export async function findLeak(before, after) {
  const sources = [
    { schema: "main", path: after },
    { schema: "before", path: before },
  ];
  const events = { onProgress() {}, onWarning: console.warn };
  const [heap, earlier] = /** @type {[Heap, Heap]} */ (
    /** @type {unknown} */ (await openHeaps(sources, events))
  );
  const samples = samplePaths(heap, earlier);
  const types = grownTypes(heap, earlier).map((type) => {
    const example = mostFrequent(
      samples.filter(({ typeName }) => typeName === type.name).map(({ path }) => path),
    );
    const object = example?.at(-1)?.object;
    if (!example || object === undefined) return type;
    return { ...type, example: { path: pathText(example), address: heap.object(object).address } };
  });
  const [now, then] = [heap.totals(), earlier.totals()];
  const paths = samples.map(({ path }) => path);
  return {
    count: now.count - then.count,
    size: now.size - then.size,
    types,
    owner: ownerOf(paths, heap, earlier),
  };
}

/**
 * @param {Heap} heap
 * @param {Heap} earlier
 * @returns {GrownType[]}
 */
function grownTypes(heap, earlier) {
  const past = new Map(earlier.types().map((type) => [type.name, type]));
  return heap
    .types()
    .map(({ name, count, size }) => ({
      name,
      count: count - (past.get(name)?.count ?? 0n),
      size: size - (past.get(name)?.size ?? 0n),
    }))
    .filter(({ count }) => count > 0n)
    .sort((a, b) => Number(b.size - a.size));
}

/**
 * Paths to objects that only the later dump has, evenly over all of them.
 * @param {Heap} heap
 * @param {Heap} earlier
 * @returns {{ typeName: string, path: Step[] | undefined }[]}
 */
function samplePaths(heap, earlier) {
  /** @type {{ id: bigint, type: bigint }[]} */
  const fresh = heap.all(`SELECT o.id, o.type FROM {heap}.object AS o WHERE NOT ${inOther(heap, earlier)}`);
  const finder = new PathFinder(heap);
  const step = Math.max(1, fresh.length / SAMPLE);
  const samples = [];
  for (let i = 0; i < fresh.length; i += step) {
    const { id, type } = /** @type {{ id: bigint, type: bigint }} */ (fresh[Math.floor(i)]);
    samples.push({ typeName: heap.typeName(type), path: finder.pathTo(id) });
  }
  return samples;
}

/**
 * A path of the kind that most paths are of.
 * @param {(Step[] | undefined)[]} paths
 */
function mostFrequent(paths) {
  const groups = group(
    paths.filter((path) => path !== undefined),
    (path) => path.map(({ pattern }) => pattern).join(""),
  );
  return [...groups.values()].sort((a, b) => b.length - a.length)[0]?.[0];
}

/**
 * Goes down from the modules for as long as most paths take the same way: the accumulation point.
 * @param {(Step[] | undefined)[]} paths
 * @param {Heap} heap
 * @param {Heap} earlier
 * @returns {Owner | undefined}
 */
function ownerOf(paths, heap, earlier) {
  const alive = paths.filter((path) => path !== undefined);
  let stream = alive;
  let depth = 0;
  for (; ; depth++) {
    const groups = group(stream, (path) => String(path[depth]?.object));
    const [main] = [...groups.values()].sort((a, b) => b.length - a.length);
    if (!main?.[0]?.[depth] || main.length < MAIN_STREAM * stream.length) break;
    stream = main;
  }
  const steps = stream[0]?.slice(0, depth) ?? [];
  const last = steps.at(-1);
  if (!last) return undefined;
  const { address, type } = heap.object(last.object);
  const step = mostFrequent(stream.map((path) => path.slice(0, depth + 1)));
  const entry = heap.object(step?.[depth]?.object ?? last.object);
  const past = earlier.objectAt(address);
  return {
    path: pathText(steps),
    typeName: heap.typeName(type),
    entry: entry.address,
    entryType: heap.typeName(entry.type),
    entriesBefore: past ? countEntries(earlier, past.id) : 0n,
    entries: countEntries(heap, last.object),
    share: stream.length / alive.length,
  };
}

/**
 * @param {Heap} heap
 * @param {bigint} id
 * @returns {bigint}
 */
function countEntries(heap, id) {
  const sql = "SELECT count(*) AS n FROM {heap}.reference WHERE source = ? AND kind IN ('value', 'item')";
  return /** @type {{ n: bigint }} */ (heap.get(sql, id)).n;
}

/** @param {Step[]} steps */
function pathText(steps) {
  return steps.map(({ text }) => text).join("");
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @returns {Map<string, T[]>}
 */
function group(items, key) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

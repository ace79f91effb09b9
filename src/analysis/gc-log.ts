// Logs of the collector, of CPython with a patch (patches/) and of GraalPy. What a run has besides its steps may be
// missing, and values of a kind that the form does not have are left out.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { ExitCode, HeapdumpError } from "../errors.js";
import {
  type ByAddress,
  type Count,
  type Edges,
  type GcLog,
  type GcNode,
  type GcState,
  LEGEND,
  type Run,
} from "../model/gc-log.js";
import { type LooseDocument, readLooseJson } from "./loose-json.js";

const CHUNK = 1 << 20;
/** Enough to tell a log from a dump, also if they are compressed. */
const BEGINNING = 4096;
const GZIP = [0x1f, 0x8b];
/** How many brackets are open around a run, and around one of its phases. */
const AROUND_RUN = 2;
const AROUND_PHASE = 3;

export interface ReadLog {
  log: GcLog;
  /** Where reading stopped, if the log is not whole. */
  stopped?: {
    /** `unclosed`: between two runs, as if the process went on. */
    why: "unclosed" | "end" | "damage";
    offset: number;
    /** In which run, from 1 on, and in which of its phases; undefined if there is none. */
    run?: number;
    phase?: string;
  };
}

/** By the first bytes: a log is text in braces, which no dump begins with. */
export function isGcLog(path: string): boolean {
  try {
    const bytes = piece(path, 0, BEGINNING);
    const text = (isCompressed(bytes) ? unzipped(bytes) : bytes).toString("latin1");
    return text
      .replace(/^\xef\xbb\xbf/, "")
      .trimStart()
      .startsWith("{");
  } catch {
    return false;
  }
}

/** Throws with exit code 5 if the file cannot be read, or is something else. */
export function readGcLog(path: string): ReadLog {
  const document = looseDocument(path);
  const given = property(document.value, "runs");
  if (!Array.isArray(given)) {
    throw new HeapdumpError(
      ExitCode.Unreadable,
      `${path}: is not a log of collections: it has no list "runs"`,
    );
  }
  const runs = given.filter((run): run is Run => Array.isArray(run) && run[0] === "gc_collect_main");
  const log: GcLog = { legend: legendOf(document.value), runs: [["gc graphs"], ...runs] };
  const { stopped } = document;
  if (!stopped) return { log };
  const { offset, depth } = stopped;
  if (stopped.why === "end" && depth <= AROUND_RUN) return { log, stopped: { why: "unclosed", offset } };
  const place = depth > AROUND_RUN && runs.length > 0 ? placeOf(runs) : {};
  return { log, stopped: { why: stopped.why, offset, ...place } };
}

function placeOf(runs: Run[]): { run: number; phase?: string } {
  const [, , ...phases] = runs.at(-1) as Run;
  const last = phases.at(-1);
  return { run: runs.length, ...(last && { phase: `${last[0]}/${last[1]}` }) };
}

function looseDocument(path: string): LooseDocument {
  try {
    return readLooseJson({ read: reader(path), shape: shaper() });
  } catch (error) {
    throw new HeapdumpError(ExitCode.Unreadable, `${path}: cannot be read: ${(error as Error).message}`);
  }
}

/** Reads a file in pieces; one that is compressed at once. */
function reader(path: string): () => Buffer | undefined {
  const first = piece(path, 0, CHUNK);
  if (isCompressed(first)) return once(unzipped(readFileSync(path)));
  let offset = 0;
  return () => {
    const bytes = offset === 0 ? first : piece(path, offset, CHUNK);
    offset += bytes.length;
    return bytes.length > 0 ? bytes : undefined;
  };
}

const isCompressed = (bytes: Buffer) => GZIP.every((byte, i) => bytes[i] === byte);

/** The end of what was cut is left out, without an error. */
const unzipped = (bytes: Buffer) => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });

function once(bytes: Buffer): () => Buffer | undefined {
  let left: Buffer | undefined = bytes;
  return () => {
    const now = left;
    left = undefined;
    return now;
  };
}

function piece(path: string, offset: number, size: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.allocUnsafe(size);
    return bytes.subarray(0, readSync(file, bytes, 0, size, offset));
  } finally {
    closeSync(file);
  }
}

function property(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function legendOf(document: unknown): Record<string, string> {
  const legend = property(document, "legend");
  const told = isRecord(legend) ? Object.entries(legend).filter(([key]) => Object.hasOwn(LEGEND, key)) : [];
  return { ...LEGEND, ...Object.fromEntries(told.map(([key, text]) => [key, String(text)])) };
}

/** A shape of runs and phases that keeps equal states once: a log has the same few for millions of objects. */
function shaper(): (value: object, depth: number) => unknown {
  const states = new Map<string, GcState>();
  const known = (state: GcState) => {
    const key = `${state.gr} ${state.ct} ${state.nr}`;
    const same = states.get(key);
    if (!same) states.set(key, state);
    return same ?? state;
  };
  return (value, depth) => {
    if (!Array.isArray(value)) return value;
    if (depth === AROUND_RUN && value[0] === "gc_collect_main") {
      const [name, title, ...phases] = value;
      return [name, typeof title === "string" ? title : "", ...phases.filter(Array.isArray)];
    }
    if (depth !== AROUND_PHASE) return value;
    const [name, list = "", data] = value;
    if (typeof name !== "string") return null;
    if (name === "nodes") return ["nodes", "young", shapeEach(data, shapeNode)];
    if (name === "edges") return ["edges", "young", shapeEdges(data)];
    return [name, String(list), shapeEach(data, (state) => known(shapeState(state)))];
  };
}

/** In place, unless an address is written in another way. */
function shapeEach<Value>(data: unknown, shape: (value: Record<string, unknown>) => Value): ByAddress<Value> {
  if (!isRecord(data)) return {};
  const shaped = data as ByAddress<Value>;
  let strange = false;
  for (const key in data) {
    const value = data[key];
    shaped[key] = shape(isRecord(value) ? value : {});
    strange ||= addressOf(key) !== key;
  }
  if (!strange) return shaped;
  const entries = Object.entries(shaped).map(([key, value]) => [addressOf(key), value] as const);
  return Object.fromEntries(entries.filter(([address]) => address !== undefined)) as ByAddress<Value>;
}

function shapeEdges(data: unknown): Edges[2] {
  if (!Array.isArray(data)) return [];
  return data.flatMap((edge) => {
    const [source, target] = Array.isArray(edge) ? edge.map(addressOf) : [];
    return source === undefined || target === undefined ? [] : [[source, target] as [string, string]];
  });
}

function shapeNode({ n, gc, t, ntv, rc }: Record<string, unknown>): GcNode {
  const node: GcNode = {};
  const header = addressOf(gc);
  if (isText(n)) node.n = String(n);
  if (header !== undefined) node.gc = header;
  if (isText(t)) node.t = String(t);
  if (isFlag(ntv)) node.ntv = Boolean(ntv);
  if (isCount(rc)) node.rc = rc;
  return node;
}

function shapeState({ gr, ct, nr }: Record<string, unknown>): GcState {
  const state: GcState = {};
  if (isCount(gr)) state.gr = gr;
  if (isFlag(ct)) state.ct = Boolean(ct);
  if (isFlag(nr)) state.nr = Boolean(nr);
  return state;
}

const isText = (value: unknown): value is string | number =>
  typeof value === "string" || typeof value === "number";
const isFlag = (value: unknown) => typeof value === "boolean" || value === 0 || value === 1;
const isCount = (value: unknown): value is Count =>
  typeof value === "number" || (typeof value === "string" && /^-?\d+$/.test(value));

/** As `0x…` without leading zeros; a number without the mark is decimal if it can be. */
export function addressOf(value: unknown): string | undefined {
  if (typeof value === "number") return value >= 0 ? `0x${value.toString(16)}` : undefined;
  if (typeof value !== "string") return undefined;
  if (/^0x[1-9a-f][0-9a-f]*$/.test(value)) return value;
  if (/^(0x[0-9a-f]+|\d+)$/i.test(value) && value.length <= 40)
    return `0x${BigInt(value.toLowerCase()).toString(16)}`;
  return /^[0-9a-f]{1,16}$/i.test(value) ? `0x${value.toLowerCase()}` : undefined;
}

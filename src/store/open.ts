import Database from "better-sqlite3";
import { ExitCode, HeapdumpError } from "../errors.js";
import { native, sqliteBinding, sqliteExtension } from "../native/addon.js";
import { loaded } from "../native/loading.js";
import { Heap } from "./heap.js";
import { indexPath } from "./location.js";

/** SQLite attaches ten databases to `main`. */
export const MAX_HEAPS = 11;

/** What stands for standard input instead of the path of a dump. */
const STANDARD_INPUT = "-";

const ENTRY_POINT = "sqlite3_heapdump_init";

export interface Source {
  /** The name that the heap's tables go by: `main`, `before`, … */
  schema: string;
  path: string;
}

export interface OpenOptions {
  /** Reads a dump that was indexed before once more, to know whether it still is what was written. */
  check?: boolean;
}

export interface OpenEvents {
  /** Of the index that is being built: 0 … 1. */
  onProgress(path: string, fraction: number): void;
  /** Of standard input: the file in which it is kept. */
  onStored?(path: string): void;
}

/** SQLite with the extension and no heap. */
export function openDatabase(): Database.Database {
  const db = loaded(() => new Database(":memory:", { nativeBinding: sqliteBinding() }));
  db.defaultSafeIntegers(true);
  // The entry point is a documented argument that the types do not have.
  const loadExtension = db.loadExtension as (path: string, entryPoint: string) => void;
  loaded(() => loadExtension.call(db, sqliteExtension, ENTRY_POINT), sqliteExtension);
  return db;
}

/** Tables and functions that the extension shows of a heap, in each schema. */
function tablesOfHeaps(db: Database.Database): string[] {
  return db
    .prepare("SELECT DISTINCT table_name FROM schema_column WHERE kind IN ('table', 'function')")
    .pluck()
    .all() as string[];
}

/** The heaps of dumps, indexed if they are not yet, side by side as schemas of one database. */
export async function openHeaps(
  given: Source[],
  events: OpenEvents,
  options: OpenOptions = {},
): Promise<Heap[]> {
  if (given.length > MAX_HEAPS) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${given.length} dumps at once; at most ${MAX_HEAPS} can be open`,
    );
  }
  const sources = await withoutStandardInput(given, events);
  const indexes: Index[] = [];
  for (const { path } of sources) indexes.push(await index(path, events, options));

  const db = openDatabase();
  const tables = tablesOfHeaps(db);
  return sources.map((source, i) => openIn(db, tables, source, indexes[i] as Index));
}

/** Another heap in the database of one that is open. */
export async function openBeside(heap: Heap, source: Source, events: OpenEvents): Promise<Heap> {
  return openIn(heap.db, tablesOfHeaps(heap.db), source, await index(source.path, events, {}));
}

function openIn(db: Database.Database, tables: string[], { schema, path }: Source, index: Index): Heap {
  if (schema !== "main") db.exec(`ATTACH ':memory:' AS ${schema}`);
  const literal = `'${index.place.replaceAll("'", "''")}'`;
  for (const table of tables) {
    db.exec(`CREATE VIRTUAL TABLE ${schema}.${table} USING heapdump(${table}, ${literal})`);
  }
  return new Heap(db, schema, path, index.problems);
}

async function withoutStandardInput(given: Source[], { onStored }: OpenEvents): Promise<Source[]> {
  if (!given.some(({ path }) => path === STANDARD_INPUT)) return given;
  const { storeStandardInput } = await import("./standard-input.js");
  const stored = await storeStandardInput();
  onStored?.(stored);
  return given.map((source) => (source.path === STANDARD_INPUT ? { ...source, path: stored } : source));
}

interface Index {
  place: string;
  /** What a check of the dump found. */
  problems: string[];
}

async function index(path: string, { onProgress }: OpenEvents, { check }: OpenOptions): Promise<Index> {
  const place = indexPath(path);
  const tell = (fraction: number) => onProgress(path, fraction);
  const built = await native().ensureIndex(path, place, tell);
  const problems = check && !built ? await native().checkDump(path, tell) : [];
  tell(1);
  return { place, problems };
}

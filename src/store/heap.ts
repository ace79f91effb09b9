import type Database from "better-sqlite3";
import type { Taken } from "../model/taken.js";

export interface HeapObject {
  id: bigint;
  address: bigint;
  /** `object.id` of its type; null if the type is not in the dump. */
  type: bigint | null;
  /** `<unknown>` if the type is not in the dump. */
  typeName: string;
  /** Shallow, in bytes. */
  size: bigint;
  /** Null for an immortal object. */
  refcount: bigint | null;
  /** Null if none was kept; then the next two are null, too. */
  content: string | null;
  /** 1 if `content` is a str's own text, 0 if it is the object as Python would show it. */
  is_text: bigint | null;
  truncated: bigint | null;
  /** In short what an object without content holds; null if there is nothing to tell. */
  gist: string | null;
}

export interface HeapType {
  /** `object.id` of the type; null if the type is not in the dump. */
  id: bigint | null;
  /** `module.qualname`; `dict`, not `builtins.dict`. */
  name: string;
  module: string | null;
  address: bigint | null;
  count: bigint;
  /** Shallow sizes of all its instances together, in bytes. */
  size: bigint;
}

export interface Reference {
  source: bigint;
  target: bigint;
  kind: string;
  label: string | null;
}

export interface Root {
  object: bigint;
  kind: string;
  name: string | null;
  /** What a path from there begins with. */
  part: string;
}

export type Value = string | number | bigint | Uint8Array | null;

/** For `?`, or an object for `@name`. */
type Bound = Value | Record<string, Value>;

/** One opened heap, and the queries that more than one question asks. */
export class Heap implements Taken {
  private statements = new Map<string, Database.Statement<Bound[]>>();
  private typeList: HeapType[] | undefined;
  private typeNames: Map<bigint | null, string> | undefined;

  constructor(
    readonly db: Database.Database,
    readonly schema: string,
    readonly path: string,
    /** What was found missing or damaged since the dump was indexed. */
    private readonly damage: readonly string[] = [],
  ) {}

  /** `{heap}` in the SQL is the schema of this heap. */
  all<Row>(sql: string, ...values: Bound[]): Row[] {
    return this.prepare(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: Bound[]): Row | undefined {
    return this.prepare(sql).get(...values) as Row | undefined;
  }

  /** Rows one by one, of which there may be more than memory holds. */
  each<Row>(sql: string, ...values: Bound[]): IterableIterator<Row> {
    return this.db.prepare<Bound[]>(sql.replaceAll("{heap}", this.schema)).iterate(...values) as never;
  }

  object(id: bigint): HeapObject {
    return found(this.get<HeapObject>(`SELECT ${OBJECT} FROM {heap}.object AS o WHERE o.id = ?`, id), id);
  }

  /** Objects by their ids, with `more` columns of `object AS o`. */
  objects<Row extends HeapObject = HeapObject>(ids: Iterable<bigint>, more = ""): (id: bigint) => Row {
    const rows = this.all<Row>(
      `SELECT ${OBJECT}${more && `, ${more}`} FROM {heap}.object AS o WHERE o.id IN (SELECT value FROM json_each(?))`,
      `[${[...ids]}]`,
    );
    const byId = new Map(rows.map((object) => [object.id, object]));
    return (id) => found(byId.get(id), id);
  }

  objectAt(address: bigint): HeapObject | undefined {
    return this.get(`SELECT ${OBJECT} FROM {heap}.object AS o WHERE o.address = ?`, address);
  }

  /** By size, largest first. */
  types(): HeapType[] {
    this.typeList ??= this.all<HeapType>(
      "SELECT id, name, module, address, count, size FROM {heap}.type ORDER BY size DESC, name",
    );
    return this.typeList;
  }

  typeName(id: bigint | null): string {
    this.typeNames ??= new Map(this.types().map((type) => [type.id, type.name]));
    return (id !== null && this.typeNames.get(id)) || "<unknown>";
  }

  rootsOf(id: bigint): Root[] {
    return this.all<Root>("SELECT object, kind, name, part FROM {heap}.root WHERE object = ?", id);
  }

  /** Of several objects, by their ids. */
  roots(ids: Iterable<bigint>): (id: bigint) => Root[] {
    const rows = this.all<Root>(
      "SELECT object, kind, name, part FROM {heap}.root WHERE object IN (SELECT value FROM json_each(?))",
      `[${[...ids]}]`,
    );
    const byObject = new Map<bigint, Root[]>();
    for (const root of rows) {
      const known = byObject.get(root.object);
      if (known) known.push(root);
      else byObject.set(root.object, [root]);
    }
    return (id) => byObject.get(id) ?? [];
  }

  meta(): Map<string, string> {
    const rows = this.all<{ key: string; value: string }>("SELECT key, value FROM {heap}.meta");
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  interpreterAddress(): bigint | undefined {
    return this.types().find(({ name }) => name === "type")?.address ?? undefined;
  }

  /** What is missing or damaged, each as a clause; empty if the dump is complete. */
  problems(): string[] {
    const known = this.meta().get("problems");
    return known === undefined ? [...this.damage] : known.split("\n");
  }

  /** Counts are of objects, sizes of bytes. */
  totals(): { count: bigint; size: bigint } {
    const types = this.types();
    return {
      count: types.reduce((sum, type) => sum + type.count, 0n),
      size: types.reduce((sum, type) => sum + type.size, 0n),
    };
  }

  /** Without the references of objects to their types. */
  referenceCount(): bigint {
    return BigInt(this.meta().get("indexed_references") ?? 0);
  }

  private prepare(sql: string): Database.Statement<Bound[]> {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare<Bound[]>(sql.replaceAll("{heap}", this.schema));
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

function found<T>(row: T | undefined, id: bigint): T {
  if (row === undefined) throw new Error(`no object ${id}`);
  return row;
}

/** The columns of a HeapObject, of `{heap}.object AS o`. */
export const OBJECT = `o.id, o.address, o.type, o.size, o.refcount, o.content, o.is_text, o.truncated, o.gist,
  coalesce((SELECT t.name FROM {heap}.type AS t WHERE t.id = o.type), '<unknown>') AS typeName`;

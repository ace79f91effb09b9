// Builds heaps that look like CPython's, object by object, at addresses that are the same in every run.
import { type DumpParts, type ObjectRecord, Records, type RootKind, type ShapeRecord } from "./dump-file.js";

export interface Thing {
  address: bigint;
  type: string;
  references: (Thing | null)[];
  size: bigint;
  refcount: bigint;
  shape: number;
  content?: ObjectRecord["content"];
  tracked: boolean;
  immortal: boolean;
  /** Of the collector; not known if it is undefined. */
  generation?: number;
}

/** As the commands take and print it. */
export const hex = ({ address }: Pick<Thing, "address">): string => `0x${address.toString(16)}`;

type Shape = Omit<ShapeRecord, "id" | "type">;
type Extra = Partial<Pick<Thing, "size" | "content" | "tracked" | "immortal" | "refcount">>;

const META = {
  dump_id: "0123456789abcdef0123456789abcdef",
  tool_version: "0.1.0",
  mode: "python",
  pid: "4242",
  command: "python -m shop.service --port 8080",
  executable: "/usr/bin/python3.11",
  host: "shop-1",
  container: "",
  time: "2026-03-01T12:00:00.000Z",
  python_version: "3.11.7",
  python_build: "gil",
  content_limit: "64",
  rss: "52428800",
  anonymous: "41943040",
  heap: "8388608",
  threads: "2",
};

const END = { status: "ok", route: "pending-call", stops: "2", pause_ms: "1.8", consistent: "true" };

export class PythonHeap {
  readonly things: Thing[] = [];
  private types = new Map<string, { thing: Thing; module: string; name: string }>();
  private shapes: ShapeRecord[] = [];
  private shapeIds = new Map<string, number>();
  private roots: [Thing, RootKind, string][] = [];
  private modules: [Thing, string, string][] = [];
  private threads: [number, string][] = [];
  private locals: [Thing, number, number, string][] = [];
  private typeMemory: [Thing, number, number, number][] = [];
  private possibleHolders: [Thing, number, Thing][] = [];
  private frames: [Thing | undefined, number, number, string, string, number][] = [];
  private texts = new Map<string, Thing>();
  private next: bigint;
  readonly none: Thing;

  constructor(base = 0x7f00_0000_1000n) {
    this.next = base;
    this.type("type");
    this.none = this.add("NoneType", {}, [], 16n, { content: { text: "None" } });
    this.root(this.none, "static", "None");
  }

  /** `module.name`, or a name of builtins; made when it is first named, as a static type unless it has a module. */
  type(qualified: string): Thing {
    const known = this.types.get(qualified);
    if (known) return known.thing;
    const dot = qualified.lastIndexOf(".");
    const module = dot < 0 ? "builtins" : qualified.slice(0, dot);
    const name = qualified.slice(dot + 1);
    const thing: Thing = {
      address: this.allocate(1064n),
      type: "type",
      references: [],
      size: 1064n,
      refcount: 3n,
      shape: -1,
      content: { text: qualified },
      tracked: true,
      immortal: false,
    };
    this.types.set(qualified, { thing, module, name });
    this.things.push(thing);
    thing.shape = this.shape("type", { tail: [{ kind: "field" }] });
    if (dot < 0) this.root(thing, "static", name);
    return thing;
  }

  add(type: string, shape: Shape, references: (Thing | null)[], size: bigint, extra: Extra = {}): Thing {
    this.type(type);
    const thing: Thing = {
      address: this.allocate(size),
      type,
      references,
      size: extra.size ?? size,
      refcount: extra.refcount ?? 1n,
      shape: this.shape(type, shape),
      tracked: extra.tracked ?? references.length > 0,
      immortal: extra.immortal ?? false,
      ...(extra.content ? { content: extra.content } : {}),
    };
    this.things.push(thing);
    return thing;
  }

  /** The same object for the same text, as interning gives it. */
  str(text: string): Thing {
    const known = this.texts.get(text);
    if (known) return known;
    const bytes = Buffer.byteLength(text);
    const made = this.add("str", {}, [], BigInt(49 + bytes), { content: { text, isText: true } });
    this.texts.set(text, made);
    return made;
  }

  /** A str whose content the dump cut at the limit. */
  longStr(length: number): Thing {
    const content = { text: "x".repeat(64), cut: true, isText: true };
    return this.add("str", {}, [], BigInt(49 + length), { content });
  }

  int(value: bigint | number): Thing {
    return this.add("int", {}, [], 28n, { content: { text: String(value) } });
  }

  bytes(length: number): Thing {
    return this.add("bytes", {}, [], BigInt(33 + length), {
      content: { text: "b'\\x00\\x00\\x00\\x00'", cut: true },
    });
  }

  dict(entries: [Thing, Thing][], extra: Extra = {}): Thing {
    const size = BigInt(64 + 104 * Math.max(1, Math.ceil(entries.length / 5)));
    const shape: Shape = { tail: [{ kind: "key" }, { kind: "value" }] };
    return this.add("dict", shape, entries.flat(), size, extra);
  }

  put(dict: Thing, key: Thing, value: Thing): void {
    dict.references.push(key, value);
  }

  list(items: Thing[]): Thing {
    const shape: Shape = { tail: [{ kind: "item", indexed: true }] };
    return this.add("list", shape, items, BigInt(56 + 8 * items.length));
  }

  tuple(items: Thing[]): Thing {
    return this.add(
      "tuple",
      { tail: [{ kind: "item", indexed: true }] },
      items,
      BigInt(40 + 8 * items.length),
    );
  }

  set(items: Thing[]): Thing {
    return this.add("set", { tail: [{ kind: "item" }] }, items, BigInt(216 + 16 * items.length));
  }

  /** An instance with a `__dict__` of its own. */
  instance(type: string, attributes: Record<string, Thing>): Thing {
    const dict = this.dict(Object.entries(attributes).map(([name, value]) => [this.str(name), value]));
    return this.add(type, { named: [["attribute", "__dict__"]] }, [dict], 48n);
  }

  /** An instance whose references have names of their own and no dict between. */
  slots(type: string, attributes: Record<string, Thing | null>, extra: Extra = {}): Thing {
    const named = Object.keys(attributes).map((name): ["slot", string] => ["slot", name]);
    return this.add(type, { named }, Object.values(attributes), BigInt(16 + 8 * named.length), extra);
  }

  module(name: string, file: string, globals: Record<string, Thing>): Thing {
    const dict = this.dict(Object.entries(globals).map(([key, value]) => [this.str(key), value]));
    const content = { text: name };
    const made = this.add("module", { named: [["attribute", "__dict__"]] }, [dict], 72n, { content });
    this.modules.push([made, name, file]);
    this.root(made, "module", name);
    return made;
  }

  root(thing: Thing, kind: RootKind, name: string): void {
    this.roots.push([thing, kind, name]);
  }

  thread(id: number, name: string): void {
    this.threads.push([id, name]);
  }

  frame(
    thing: Thing | undefined,
    thread: number,
    depth: number,
    fn: string,
    file: string,
    line: number,
  ): void {
    this.frames.push([thing, thread, depth, fn, file, line]);
  }

  /** A local of a frame. */
  local(thing: Thing, thread: number, depth: number, name: string): void {
    this.locals.push([thing, thread, depth, name]);
  }

  /** What the objects of a type own besides themselves: of so many it is known, how much, and of so many it is not. */
  typeOwns(type: string, known: number, owned: number, unknown: number): void {
    this.typeMemory.push([this.type(type), known, owned, unknown]);
  }

  mayHold(holder: Thing, offset: number, held: Thing): void {
    this.possibleHolders.push([holder, offset, held]);
  }

  /** Objects are in as many chunks as `pieces`. */
  parts(
    meta: Record<string, string> = {},
    end: Record<string, string> = {},
    pieces = 2,
    more?: Records,
  ): DumpParts {
    const definitions = new Records();
    for (const { thing, module, name } of this.types.values()) {
      definitions.type({ address: thing.address, module, name });
    }
    for (const shape of this.shapes) definitions.shape(shape);

    const each = Math.ceil(this.things.length / pieces);
    const objects = Array.from({ length: pieces }, (_, i) =>
      new Records().objects(this.things.slice(i * each, (i + 1) * each).map(toRecord)).done(),
    );

    const rest = new Records();
    for (const [thing, kind, name] of this.roots) rest.root(thing.address, kind, name);
    for (const [thing, name, file] of this.modules) rest.module(thing.address, name, file);
    for (const [id, name] of this.threads) rest.thread(id, name);
    for (const [thing, ...where] of this.locals) rest.local(thing.address, ...where);
    for (const [type, ...counts] of this.typeMemory) rest.typeMemory(type.address, ...counts);
    for (const [holder, offset, held] of this.possibleHolders)
      rest.possibleHolder(holder.address, offset, held.address);
    for (const [thing, ...where] of this.frames) rest.frame(thing?.address ?? 0n, ...where);

    const references = this.things.flatMap((thing) => thing.references).filter((target) => target).length;
    return {
      meta: { ...META, ...meta },
      records: [definitions.done(), ...objects, rest.done(), ...(more ? [more.done()] : [])],
      end: { objects: String(this.things.length), references: String(references), ...END, ...end },
    };
  }

  private shape(type: string, shape: Shape): number {
    const key = JSON.stringify([type, shape]);
    const known = this.shapeIds.get(key);
    if (known !== undefined) return known;
    const id = this.shapes.length;
    this.shapes.push({ id, type: this.type(type).address, ...shape });
    this.shapeIds.set(key, id);
    return id;
  }

  private allocate(size: bigint): bigint {
    const address = this.next;
    const room = size < 4096n ? size : 4096n;
    this.next += (room + 15n) & ~15n;
    return address;
  }
}

function toRecord(thing: Thing): ObjectRecord {
  const { shape, address, size, refcount, tracked, immortal, content, generation } = thing;
  const references = thing.references.map((target) => target?.address ?? null);
  return {
    shape,
    address,
    size,
    refcount,
    tracked,
    immortal,
    references,
    ...(content ? { content } : {}),
    ...(generation === undefined ? {} : { generation }),
  };
}

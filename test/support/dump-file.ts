// Writes dump files for tests, from docs/dump-format.md alone.
import { crc32, gzipSync } from "node:zlib";

export const ReferenceKind = {
  key: 1,
  value: 2,
  item: 3,
  attribute: 4,
  slot: 5,
  cell: 6,
  local: 7,
  field: 8,
  weak: 9,
  other: 10,
} as const;
export type ReferenceKind = keyof typeof ReferenceKind;

export const RootKind = {
  module: 1,
  frame: 2,
  thread: 3,
  interpreter: 4,
  static: 5,
  c: 6,
  greenlet: 7,
  data: 8,
} as const;
export type RootKind = keyof typeof RootKind;

export const ChunkKind = { META: 1, RECORDS: 2, END: 3 } as const;

const RecordKind = {
  TYPE: 1,
  SHAPE: 2,
  OBJECTS: 3,
  ROOT: 4,
  MODULE: 5,
  THREAD: 6,
  FRAME: 7,
  MAPPING: 9,
  POOL: 10,
  MALLOC: 11,
  CHUNKS: 12,
  GREENLET_FRAME: 13,
  SYMBOL: 14,
  SOURCE: 15,
  FUNCTION: 16,
  SITE: 17,
  ALLOCATED: 18,
  TYPE_MEMORY: 19,
  POSSIBLE_HOLDER: 20,
  FRAME_LOCAL: 21,
  SUSPENDED: 22,
  FINALIZER: 23,
  FINALIZED: 24,
  UNREPORTED: 25,
} as const;
const NULL_REFERENCE = 2049n;
const INDEXED = 0x80;
const MASK = (1n << 64n) - 1n;

/** Grows as it is written to. */
export class Bytes {
  private parts: Buffer[] = [];

  varint(value: bigint | number): this {
    let rest = BigInt(value);
    const bytes: number[] = [];
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 0x80 : low);
    } while (rest > 0n);
    this.parts.push(Buffer.from(bytes));
    return this;
  }

  zigzag(value: bigint): this {
    return this.varint(((value << 1n) ^ (value >> 63n)) & MASK);
  }

  u8(value: number): this {
    this.parts.push(Buffer.from([value]));
    return this;
  }

  u16(value: number): this {
    const buffer = Buffer.alloc(2);
    buffer.writeUInt16LE(value);
    this.parts.push(buffer);
    return this;
  }

  u32(value: number): this {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    this.parts.push(buffer);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    return this;
  }

  string(text: string): this {
    const bytes = Buffer.from(text, "utf8");
    return this.varint(bytes.length).raw(bytes);
  }

  pairs(values: Record<string, string>): this {
    const entries = Object.entries(values);
    this.varint(entries.length);
    for (const [key, value] of entries) this.string(key).string(value);
    return this;
  }

  done(): Buffer {
    return Buffer.concat(this.parts);
  }
}

export function fileHeader(format = 1, protocol = 1): Buffer {
  const head = new Bytes().raw(Buffer.from("HEAPDUMP")).u16(format).u16(protocol).done();
  return new Bytes().raw(head).u32(crc32(head)).done();
}

export function chunk(kind: number, payload: Buffer): Buffer {
  const head = new Bytes().raw(Buffer.from("HDCK")).u32(kind).u32(payload.length).u32(crc32(payload)).done();
  return new Bytes().raw(head).u32(crc32(head)).raw(payload).done();
}

export interface TypeRecord {
  address: bigint;
  flags?: bigint;
  module: string;
  name: string;
}

/** Sizes are bytes. */
export interface MappingRecord {
  address: bigint;
  size: number;
  /** Readable and writable unless it says something else. */
  flags?: number;
  path?: string;
  resident: number;
  anonymous?: number;
  swapped?: number;
  huge?: number;
}

export interface ShapeRecord {
  id: number;
  type: bigint;
  /** Kind and label of the references at fixed positions. */
  named?: [ReferenceKind, string][];
  /** Kinds that repeat beyond the named ones; `indexed` gives the label its index. */
  tail?: { kind: ReferenceKind; indexed?: boolean }[];
}

export interface ObjectRecord {
  shape: number;
  address: bigint;
  size: bigint;
  refcount: bigint;
  tracked?: boolean;
  generation?: number;
  immortal?: boolean;
  content?: { text: string; cut?: boolean; isText?: boolean };
  /** Addresses; null for a slot that is not set. */
  references: (bigint | null)[];
}

/** The payload of one RECORDS chunk. */
export class Records {
  private out = new Bytes();
  private previous = 0n;
  private recent = new Array<bigint>(1024).fill(0n);

  type({ address, flags = 0n, module, name }: TypeRecord): this {
    this.out.varint(RecordKind.TYPE).varint(address).varint(flags).string(module).string(name);
    return this;
  }

  shape({ id, type, named = [], tail = [] }: ShapeRecord): this {
    this.out.varint(RecordKind.SHAPE).varint(id).varint(type).varint(named.length);
    for (const [kind, label] of named) this.out.u8(ReferenceKind[kind]).string(label);
    this.out.varint(tail.length);
    for (const { kind, indexed } of tail) this.out.u8(ReferenceKind[kind] | (indexed ? INDEXED : 0));
    return this;
  }

  objects(objects: ObjectRecord[]): this {
    this.out.varint(RecordKind.OBJECTS).varint(objects.length);
    for (const object of objects) this.object(object);
    return this;
  }

  root(address: bigint, kind: RootKind, name: string): this {
    this.out.varint(RecordKind.ROOT).varint(address).u8(RootKind[kind]).string(name);
    return this;
  }

  module(address: bigint, name: string, file: string): this {
    this.out.varint(RecordKind.MODULE).varint(address).string(name).string(file);
    return this;
  }

  thread(id: number, name: string): this {
    this.out.varint(RecordKind.THREAD).varint(id).string(name);
    return this;
  }

  frame(address: bigint, thread: number, depth: number, fn: string, file: string, line: number): this {
    this.out.varint(RecordKind.FRAME).varint(address).varint(thread).varint(depth).string(fn).string(file);
    this.out.varint(line);
    return this;
  }

  mapping(record: MappingRecord): this {
    const {
      address,
      size,
      flags = 3,
      path = "",
      resident,
      anonymous = resident,
      swapped = 0,
      huge = 0,
    } = record;
    this.out.varint(RecordKind.MAPPING).varint(address).varint(size).u8(flags).string(path);
    for (const bytes of [resident, anonymous, swapped, huge]) this.out.varint(bytes);
    return this;
  }

  pool(
    address: bigint,
    ...numbers: [size: number, block: number, blocks: number, used: number, objects: number]
  ): this {
    this.out.varint(RecordKind.POOL).varint(address);
    for (const number of numbers) this.out.varint(number);
    return this;
  }

  malloc(kind: number, address: bigint, size: number, used: number, free: number, problem = ""): this {
    this.out.varint(RecordKind.MALLOC).u8(kind).varint(address).varint(size).varint(used).varint(free);
    this.out.string(problem);
    return this;
  }

  chunks(use: number, size: number, first: bigint, count: number): this {
    this.out
      .varint(RecordKind.CHUNKS)
      .u8(use)
      .varint(size)
      .varint(first)
      .varint(count)
      .varint(count * size);
    return this;
  }

  greenletFrame(
    address: bigint,
    greenlet: bigint,
    depth: number,
    fn: string,
    file: string,
    line: number,
  ): this {
    this.out.varint(RecordKind.GREENLET_FRAME).varint(address).varint(greenlet).varint(depth);
    this.out.string(fn).string(file).varint(line);
    return this;
  }

  local(address: bigint, thread: number, depth: number, name: string): this {
    this.out.varint(RecordKind.FRAME_LOCAL).varint(address).varint(thread).varint(depth).string(name);
    return this;
  }

  suspended(object: bigint, hasBegun: boolean, line: number, awaited = 0n): this {
    this.out.varint(RecordKind.SUSPENDED).varint(1);
    this.out.zigzag(object / 8n).varint(line * 2 + Number(hasBegun));
    this.out.zigzag(awaited ? (awaited - object) / 8n : 0n);
    return this;
  }

  finalizer(type: bigint, kind: number): this {
    this.out.varint(RecordKind.FINALIZER).varint(type).u8(kind);
    return this;
  }

  finalized(object: bigint): this {
    this.out
      .varint(RecordKind.FINALIZED)
      .varint(1)
      .zigzag(object / 8n);
    return this;
  }

  /** `also`: 1 the type, 2 the tail. */
  unreported(shape: number, positions: number[], also = 0): this {
    this.out.varint(RecordKind.UNREPORTED).varint(shape).u8(also).varint(positions.length);
    for (const [i, position] of positions.entries()) this.out.varint(position - (positions[i - 1] ?? 0));
    return this;
  }

  typeMemory(type: bigint, known: number, owned: number, unknown: number): this {
    this.out.varint(RecordKind.TYPE_MEMORY).varint(type).varint(known).varint(owned).varint(unknown);
    return this;
  }

  possibleHolder(holder: bigint, offset: number, held: bigint): this {
    this.out.varint(RecordKind.POSSIBLE_HOLDER).varint(holder).varint(offset).varint(held);
    return this;
  }

  symbol(address: bigint, name: string): this {
    this.out.varint(RecordKind.SYMBOL).varint(address).string(name);
    return this;
  }

  source(id: number, file: string): this {
    this.out.varint(RecordKind.SOURCE).varint(id).string(file);
    return this;
  }

  /** `lines`: [first, behind the last] of each range. */
  function(source: number, name: string, first: number, lines: [number, number][]): this {
    this.out.varint(RecordKind.FUNCTION).varint(source).string(name).varint(first).varint(lines.length);
    let end = first;
    for (const [from, to] of lines) {
      this.out.varint(from - end).varint(to - from);
      end = to;
    }
    return this;
  }

  /** `frames`: source and line, innermost first. */
  site(id: number, frames: [source: number, line: number][], total = frames.length): this {
    this.out.varint(RecordKind.SITE).varint(id).varint(total).varint(frames.length);
    for (const [source, line] of frames) this.out.varint(source).varint(line);
    return this;
  }

  /** Address of the object, and id of the site. */
  allocated(objects: [bigint, number][]): this {
    this.out.varint(RecordKind.ALLOCATED).varint(objects.length);
    let previous = 0n;
    for (const [address, site] of objects) {
      this.out.zigzag((address - previous) / 8n).varint(site);
      previous = address;
    }
    return this;
  }

  done(): Buffer {
    return this.out.done();
  }

  private object(object: ObjectRecord): void {
    const flags =
      (object.tracked ? 1 : 0) |
      (object.generation === undefined ? 0 : (object.generation << 1) | 8) |
      (object.immortal ? 16 : 0) |
      (object.content ? 32 : 0) |
      (object.content?.cut ? 64 : 0) |
      (object.content?.isText ? 128 : 0);
    this.out
      .varint(object.shape)
      .zigzag((object.address - this.previous) / 8n)
      .varint(object.size)
      .varint(object.refcount)
      .u8(flags);
    this.previous = object.address;
    if (object.content) this.out.string(object.content.text);
    this.out.varint(object.references.length);
    for (const target of object.references) this.reference(object.address, target);
  }

  private reference(object: bigint, target: bigint | null): void {
    if (target === null) {
      this.out.varint(NULL_REFERENCE);
      return;
    }
    const slot = Number((((target >> 3n) * 0x9e3779b97f4a7c15n) & MASK) >> 54n);
    if (this.recent[slot] === target) {
      this.out.varint((slot << 1) | 1);
      return;
    }
    const steps = (target - object) / 8n;
    this.out.varint((((steps << 1n) ^ (steps >> 63n)) & MASK) << 1n);
    this.recent[slot] = target;
  }
}

export interface DumpParts {
  meta: Record<string, string>;
  /** Payloads of the RECORDS chunks. */
  records: Buffer[];
  end: Record<string, string>;
}

/** The chunks of a dump by themselves, the file header first: to cut and to damage. */
export function dumpPieces({ meta, records, end }: DumpParts): Buffer[] {
  return [
    fileHeader(),
    chunk(ChunkKind.META, new Bytes().pairs(meta).done()),
    ...records.map((payload) => chunk(ChunkKind.RECORDS, payload)),
    chunk(ChunkKind.END, new Bytes().pairs(end).done()),
  ];
}

export function encodeDump(parts: DumpParts, gzip = false): Buffer {
  const whole = Buffer.concat(dumpPieces(parts));
  return gzip ? gzipSync(whole) : whole;
}

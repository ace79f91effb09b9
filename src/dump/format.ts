// The bytes of a dump file around what the payload wrote (docs/dump-format.md). payload/protocol.h has the same numbers
// for C and C++, payload/dump/pristine.py for Python; test/unit/format.test.ts holds them together.
import { crc32 } from "node:zlib";

export const FILE_MAGIC = "HEAPDUMP";
export const CHUNK_MAGIC = "HDCK";
export const FORMAT_VERSION = 1;
export const PROTOCOL_VERSION = 1;

export enum Chunk {
  Meta = 1,
  Records = 2,
  End = 3,
}

/** Text by key, as the META and END chunks hold it. */
export type Pairs = Record<string, string>;

export function fileHeader(): Buffer {
  const header = Buffer.alloc(16);
  header.write(FILE_MAGIC, "latin1");
  header.writeUInt16LE(FORMAT_VERSION, 8);
  header.writeUInt16LE(PROTOCOL_VERSION, 10);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** What stands before a chunk's payload. */
export function chunkHeader(kind: Chunk, payload: Buffer): Buffer {
  const header = Buffer.alloc(20);
  header.write(CHUNK_MAGIC, "latin1");
  header.writeUInt32LE(kind, 4);
  header.writeUInt32LE(payload.length, 8);
  header.writeUInt32LE(crc32(payload), 12);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return header;
}

export function encodePairs(pairs: Pairs): Buffer {
  const entries = Object.entries(pairs);
  return Buffer.concat([varint(entries.length), ...entries.flat().flatMap(string)]);
}

function string(text: string): Buffer[] {
  const bytes = Buffer.from(text, "utf8");
  return [varint(bytes.length), bytes];
}

function varint(value: number): Buffer {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}

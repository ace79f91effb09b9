// What a dump file says about itself, as docs/dump-format.md has it. Its records are the index's business.
import { crc32 } from "node:zlib";
import { ExitCode, HeapdumpError } from "../errors.js";
import { ByteStream } from "./byte-stream.js";

const MAGIC = Buffer.from("HEAPDUMP");
const CHUNK_MAGIC = Buffer.from("HDCK");
const FORMAT_VERSION = 1;
const FILE_HEADER = 16;
const CHUNK_HEADER = 20;
const MAX_CHUNK = 16 << 20;
enum ChunkKind {
  Meta = 1,
  Records = 2,
  End = 3,
}

export interface DumpIdentity {
  formatVersion: number;
  protocolVersion: number;
  meta: Map<string, string>;
}

export interface DumpSurvey extends DumpIdentity {
  /** META and END together, END winning. */
  meta: Map<string, string>;
  /** Every checksum is right, and there is an END that says `ok`. */
  complete: boolean;
  /** What is wrong with it, each a clause; empty where nothing is. */
  problems: string[];
  /** Chunks of records that can be read. */
  chunks: number;
  /** Bytes of the stream, uncompressed. */
  bytes: number;
}

/** Reads the header and META alone. Throws with exit code 5 where the file is not a dump that can be read. */
export async function readIdentity(path: string): Promise<DumpIdentity> {
  const stream = await ByteStream.open(path);
  try {
    return await identity(path, stream);
  } finally {
    stream.close();
  }
}

/** Reads the whole file and verifies every checksum. */
export async function survey(path: string, onProgress: (fraction: number) => void): Promise<DumpSurvey> {
  const stream = await ByteStream.open(path);
  try {
    const { meta, ...versions } = await identity(path, stream);
    const problems: string[] = [];
    let chunks = 0;
    let end: Map<string, string> | undefined;
    for await (const chunk of readChunks(stream, problems)) {
      if (chunk.kind === ChunkKind.Records) chunks++;
      if (chunk.kind === ChunkKind.End) end = parsePairs(chunk.payload);
      onProgress(stream.fraction());
    }
    for (const [key, value] of end ?? []) meta.set(key, value);
    if (!end) problems.push("its end is missing: the capture did not finish, or the file was cut off");
    else if (end.get("status") !== "ok") problems.push(`the capture gave up: ${end.get("status")}`);
    return { ...versions, meta, complete: problems.length === 0, problems, chunks, bytes: stream.offset };
  } finally {
    stream.close();
  }
}

async function identity(path: string, stream: ByteStream): Promise<DumpIdentity> {
  const refuse = (why: string) => new HeapdumpError(ExitCode.Unreadable, `${path}: ${why}`);
  const header = await stream.peek(FILE_HEADER);
  if (header.length === 0) throw refuse(stream.failure ?? "the file is empty");
  if (!header.subarray(0, 8).equals(MAGIC)) throw refuse("this is not a heap dump");
  if (header.length < FILE_HEADER) throw refuse("the file ends inside its header");
  if (crc32(header.subarray(0, 12)) !== header.readUInt32LE(12)) throw refuse("its header is damaged");
  const formatVersion = header.readUInt16LE(8);
  if (formatVersion !== FORMAT_VERSION) {
    throw refuse(
      `format ${formatVersion} is not known to this heapdump, which reads format ${FORMAT_VERSION}`,
    );
  }
  stream.skip(FILE_HEADER);
  const head = parseChunkHeader(await stream.peek(CHUNK_HEADER));
  if (head?.kind !== ChunkKind.Meta) throw refuse("its metadata cannot be read");
  stream.skip(CHUNK_HEADER);
  const payload = await stream.peek(head.length);
  if (payload.length < head.length || crc32(payload) !== head.crc)
    throw refuse("its metadata cannot be read");
  stream.skip(head.length);
  return { formatVersion, protocolVersion: header.readUInt16LE(10), meta: parsePairs(payload) };
}

interface ChunkHeader {
  kind: ChunkKind;
  length: number;
  crc: number;
}

function parseChunkHeader(bytes: Buffer): ChunkHeader | undefined {
  if (bytes.length < CHUNK_HEADER || !bytes.subarray(0, 4).equals(CHUNK_MAGIC)) return undefined;
  const kind = bytes.readUInt32LE(4);
  const length = bytes.readUInt32LE(8);
  if (kind < ChunkKind.Meta || kind > ChunkKind.End || length > MAX_CHUNK) return undefined;
  if (crc32(bytes.subarray(0, 16)) !== bytes.readUInt32LE(16)) return undefined;
  return { kind, length, crc: bytes.readUInt32LE(12) };
}

/** The whole chunks from here on; what cannot be read is left out and told. */
async function* readChunks(
  stream: ByteStream,
  problems: string[],
): AsyncGenerator<{ kind: ChunkKind; payload: Buffer }> {
  for (;;) {
    const bytes = await stream.peek(CHUNK_HEADER);
    if (bytes.length === 0) break;
    const head = parseChunkHeader(bytes);
    if (!head) {
      const at = stream.offset;
      if (bytes.length < CHUNK_HEADER) {
        problems.push(`the file ends inside a chunk at byte ${at}`);
        break;
      }
      await nextHeader(stream);
      problems.push(`${stream.offset - at} bytes at byte ${at} are damaged`);
      continue;
    }
    const at = stream.offset;
    stream.skip(CHUNK_HEADER);
    const payload = await stream.peek(head.length);
    stream.skip(payload.length);
    if (payload.length < head.length) {
      problems.push(`the file ends inside a chunk at byte ${at}`);
      break;
    }
    if (crc32(payload) === head.crc) yield { kind: head.kind, payload };
    else problems.push(`the chunk at byte ${at} is damaged`);
  }
  if (stream.failure) problems.push(stream.failure);
}

/** Goes to the next offset that holds a sound chunk header, or to the end. */
async function nextHeader(stream: ByteStream): Promise<void> {
  stream.skip(1);
  for (;;) {
    const window = await stream.peek(1 << 16);
    const found = window.indexOf(CHUNK_MAGIC);
    if (found < 0) {
      const kept = window.length < 1 << 16 ? 0 : CHUNK_MAGIC.length - 1;
      stream.skip(window.length - kept);
      if (!kept) return;
      continue;
    }
    stream.skip(found);
    if (parseChunkHeader(await stream.peek(CHUNK_HEADER))) return;
    stream.skip(1);
  }
}

function parsePairs(payload: Buffer): Map<string, string> {
  const pairs = new Map<string, string>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = payload[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 128) return value;
    }
  };
  const string = () => {
    const length = varint();
    at += length;
    return payload.toString("utf8", at - length, at);
  };
  for (let left = varint(); left > 0 && at < payload.length; left--) {
    const key = string();
    pairs.set(key, string());
  }
  return pairs;
}

// A heap of many objects, written fast: tuples one after another, each of which refers to the next and to a hub.
import { Bytes, type DumpParts, dumpPieces, Records } from "./dump-file.js";

const TYPE = 0x5500_0000_0000n;
const HUB = 0x7f00_0000_0000n;
const FIRST = HUB + 64n;
const STEP = 48n;

export const largeHeap = {
  hub: HUB,
  type: TYPE,
  /** Address of the tuple number i. */
  at: (i: number): bigint => FIRST + STEP * BigInt(i),
  /** Shallow size of the tuple number i, in bytes. */
  size: (i: number): bigint => 128n + BigInt(i % 1000),
};

/** n tuples, the hub and the type: n + 2 objects, 2 n − 1 references. */
export function largeHeapDump(n: number): Buffer {
  const records = [
    new Records()
      .type({ address: TYPE, module: "builtins", name: "tuple" })
      .shape({ id: 0, type: TYPE, tail: [{ kind: "item", indexed: true }] })
      .objects([TYPE, HUB].map((address) => ({ shape: 0, address, size: 64n, refcount: 1n, references: [] })))
      .root(HUB, "module", "hub")
      .done(),
  ];
  const perChunk = 50_000;
  for (let start = 0; start < n; start += perChunk) {
    records.push(tuples(start, Math.min(perChunk, n - start), n));
  }
  const parts: DumpParts = {
    meta: { dump_id: "00".repeat(16), mode: "python", pid: "1" },
    records,
    end: { status: "ok", objects: String(n + 2), references: String(2 * n - 1) },
  };
  return Buffer.concat(dumpPieces(parts));
}

/** The payload of a chunk of tuples, the references written as distances: none by `recent`. */
function tuples(start: number, count: number, n: number): Buffer {
  const step = varint(Number(STEP / 8n) << 1);
  const next = varint(Number(STEP / 8n) << 2);
  const parts: Buffer[] = [Buffer.from([3]), varint(count)];
  for (let i = start; i < start + count; i++) {
    const here = largeHeap.at(i);
    const toHub = varint((Number((here - HUB) / 8n) * 2 - 1) * 2);
    const first = i === start ? new Bytes().zigzag(here / 8n).done() : step;
    const head = [0, ...first, ...varint(Number(largeHeap.size(i))), 1, 0];
    if (i + 1 < n) parts.push(Buffer.from([...head, 2]), toHub, next);
    else parts.push(Buffer.from([...head, 1]), toHub);
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

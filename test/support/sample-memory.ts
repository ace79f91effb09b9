// What sample dumps say of their process's memory.
import { Records } from "./dump-file.js";

const MIB = 1 << 20;
const HEAP = 0x5555_5000_0000n;
const ARENAS = 0x7fff_0000_0000n;
const POOL = 16 << 10;
const LIBRARY = 0x7fff_8000_0000n;

interface Use {
  /** Chunks of a library's class. */
  nodes?: number;
  /** Of each pool. */
  usedBlocks?: number;
  pools?: number;
  /** Free bytes of malloc. */
  free?: number;
  /** False: the allocators are not looked into. */
  looks?: boolean;
  /** Of the library. */
  path?: string;
  /** Bytes. */
  swapped?: number;
}

const FLAGS = { text: 1 | 4, data: 1 | 2, stack: 1 | 2 | 16 };
const [FREE, OBJECT, OTHER] = [0, 1, 2];

/** A process whose memory is used as it is told. */
export function memoryUse({
  nodes = 1000,
  usedBlocks = 300,
  pools = 256,
  free = MIB,
  looks = true,
  path = "/usr/lib/libxml2.so.2",
  swapped = 0,
}: Use): Records {
  const records = new Records();
  const [nodeSize, blocks, block] = [112, 340, 48];
  const used = nodes * nodeSize + MIB;
  records
    .mapping({
      address: 0x5555_0000_0000n,
      size: 4096,
      flags: FLAGS.text,
      path: "/usr/bin/python3.11",
      resident: 0,
    })
    .mapping({ address: HEAP, size: 256 * MIB, path: "[heap]", resident: used + free })
    .mapping({ address: ARENAS, size: 256 * MIB, resident: pools * POOL + 3 * MIB, swapped, huge: 2 * MIB })
    .mapping({ address: LIBRARY, size: MIB, flags: FLAGS.data, path, resident: 8192 })
    .mapping({
      address: LIBRARY + 0x200000n,
      size: 8 * MIB,
      flags: FLAGS.stack,
      path: "[stack]",
      resident: 65536,
    });
  if (!looks) return records;
  records
    .malloc(0, HEAP, 256 * MIB, used, free)
    .chunks(OTHER, nodeSize, LIBRARY + 0x40n, nodes)
    .symbol(LIBRARY + 0x40n, "vtable for xml::Node")
    .chunks(OTHER, 2048, 0n, 256)
    .chunks(OBJECT, 1024, 0n, 512)
    .chunks(FREE, free, 0n, 1);
  for (let i = 0; i < pools; i++) {
    records.pool(ARENAS + BigInt(i * POOL), POOL, block, blocks, usedBlocks, Math.ceil(usedBlocks / 2));
  }
  return records;
}

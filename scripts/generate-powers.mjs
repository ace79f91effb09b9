// Prints payload/walk/powers.inc: 10^k for k = -292 … 324, normalised to 128 bits and rounded up, for the shortest
// decimal representation of a float (payload/walk/numbers.c):
//   node scripts/generate-powers.mjs > payload/walk/powers.inc
const FIRST = -292;
const LAST = 324;
const BITS = 128;

/** @param {bigint} value */
const bitLength = (value) => value.toString(2).length;

/** @param {number} k */
function power(k) {
  const scale = 10n ** BigInt(Math.abs(k));
  if (k >= 0) {
    const excess = bitLength(scale) - BITS;
    if (excess <= 0) return scale << BigInt(-excess);
    const rounded = scale >> BigInt(excess);
    return rounded << BigInt(excess) === scale ? rounded : rounded + 1n;
  }
  // 2^(127 + b) / 10^-k lies between 2^127 and 2^128, for b bits of 10^-k.
  return (1n << BigInt(BITS - 1 + bitLength(scale))) / scale + 1n;
}

/** @param {bigint} value */
const hex = (value) => `0x${value.toString(16)}`;

console.log("// Made by scripts/generate-powers.mjs.");
for (let k = FIRST; k <= LAST; k++) {
  const value = power(k);
  console.log(`    {${hex(value >> 64n)}, ${hex(value & 0xffffffffffffffffn)}},`);
}

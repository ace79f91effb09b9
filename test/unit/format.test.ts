// The numbers of the dump format stand in three languages: here they are held to the same values.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHUNK_MAGIC, Chunk, FILE_MAGIC, FORMAT_VERSION, PROTOCOL_VERSION } from "../../src/dump/format.js";

const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const header = text("payload/protocol.h");

/** Every enumerator of protocol.h that is given a number. */
const protocol = new Map(
  [...header.matchAll(/\b(HD_\w+) = (0x[0-9a-f]+|\d+)(?: << (\d+))?/g)].map(([, name = "", value, shift]) => [
    name,
    Number(value) << Number(shift ?? 0),
  ]),
);

test("TypeScript frames a dump with the numbers that C++ reads", () => {
  const reader = text("native/dump/chunk_reader.cc");
  for (const magic of [FILE_MAGIC, CHUNK_MAGIC]) expect(reader).toContain(`"${magic}"`);
  expect(FORMAT_VERSION).toBe(protocol.get("HD_FORMAT_VERSION"));
  expect(PROTOCOL_VERSION).toBe(protocol.get("HD_PROTOCOL_VERSION"));
  const chunks = [...protocol].filter(([name]) => name.startsWith("HD_CHUNK_"));
  const own = Object.entries(Chunk).filter(([, value]) => typeof value === "number");
  expect(chunks).toEqual(own.map(([name, value]) => [`HD_CHUNK_${name.toUpperCase()}`, value]));
});

test("the script writes records with the numbers that C++ reads", () => {
  const assigned = new Map<string, number>();
  const script = text("payload/dump/pristine.py");
  for (const [, names = "", values = ""] of script.matchAll(/^((?:[A-Z_]+, )+[A-Z_]+) = ([\d, ]+)$/gm)) {
    const numbers = values.split(", ").map(Number);
    for (const [i, name] of names.split(", ").entries()) assigned.set(name, numbers[i] ?? Number.NaN);
  }
  const other: Record<string, string> = {
    INDEXED: "HD_REF_INDEXED",
    KNOWN_GENERATION: "HD_GENERATION_KNOWN",
    IS_TEXT: "HD_CONTENT_IS_TEXT",
  };
  // Of two names in C, the one of a reference's kind is the longer.
  const inC = (name: string) => protocol.get(other[name] ?? `HD_${name}`) ?? protocol.get(`HD_REF_${name}`);
  const differing = [...assigned].filter(([name, value]) => inC(name) !== value);
  expect(differing).toEqual([]);
  expect(assigned.size).toBeGreaterThanOrEqual(32);
});

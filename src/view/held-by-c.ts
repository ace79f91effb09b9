import type { HeldByC, HeldType, PossibleHolder } from "../analysis/held-by-c.js";
import { jsonTable } from "./json.js";
import { sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

const UNKNOWN = {
  mode: "A dump of python mode cannot show what C code holds: its reference counts are not exact.",
  incomplete:
    "An incomplete dump cannot show what C code holds: references from objects that were lost look the same.",
};

export function heldByCText(found: HeldByC, path: string, terminal: Terminal): string {
  const { bold, cyan, dim } = terminal.colors;
  const { types, count, retained, unknown, since } = found;
  if (unknown) return sentences(UNKNOWN[unknown], terminal);
  const leftOut = leftOutText(found);
  if (types.length === 0) {
    const none = nothingText(found, leftOut.length > 0);
    return [none, ...leftOut].map((line) => sentences(line, terminal)).join("\n");
  }
  const text = table(
    [
      { title: "RETAINED", align: "right", paint: bold },
      { title: "SIZE", align: "right" },
      { title: "COUNT", align: "right" },
      { title: "REFERENCES", align: "right" },
      { title: "TYPE", cut: "name", paint: cyan },
      { title: "EXAMPLE" },
      { title: "CONTENT", cut: "content" },
    ],
    types.map((type) => [
      sizeText(type.retained),
      sizeText(type.size),
      countText(type.count),
      countText(type.references),
      escapeControls(type.typeName),
      addressText(type.example.address),
      gistText(type.example),
    ]),
    terminal,
  );
  const than = since === null ? "were found" : `were found, and than in ${escapeControls(since)}`;
  const total = `${plural(count, "object")} with more references than ${than}, ${sizeText(retained)} retained`;
  const about = `REFERENCES counts references from outside the dump${since === null ? "" : " that have come since"}.`;
  const guesses = types.flatMap((type) => guessText(type));
  const first = addressText(types[0]?.example.address ?? 0n);
  return [
    text,
    "",
    sentences(total, terminal, dim),
    sentences(about, terminal, dim),
    ...leftOut.map((line) => sentences(line, terminal, dim)),
    ...guesses.map((guess) => sentences(guess, terminal, dim)),
    nextStep(terminal, "show", path, first),
  ].join("\n");
}

function nothingText({ ofSet, since }: HeldByC, isPart: boolean): string {
  const what = ofSet ? "No object of the set" : "No object";
  if (since !== null) return `${what} has come to be held only by C code since ${escapeControls(since)}.`;
  return `${what} is held only by C code${ofSet || isPart ? "." : ": every reference was found."}`;
}

function leftOutText({ library, shared }: HeldByC): string[] {
  const kinds = [
    ...(library > 0n ? [`${plural(library, "object")} of the code of libraries`] : []),
    ...(shared > 0n ? [`${countText(shared)} that something else keeps alive, too`] : []),
  ];
  return kinds.length === 0 ? [] : [`Left out: ${kinds.join(", and ")} (--all).`];
}

function guessText({ typeName, count, possibleHolder }: HeldType): string[] {
  if (!possibleHolder) return [];
  const [held, holder] = [escapeControls(typeName), escapeControls(possibleHolder.typeName)];
  const all =
    possibleHolder.count === count
      ? plural(count, held)
      : `${countText(possibleHolder.count)} of ${plural(count, held)}`;
  return [
    `Perhaps held by ${holder}: ${all}, whose address is in the word at ${possibleHolder.offset} of one.`,
  ];
}

export function heldByCJson({ types, count, retained, library, shared, unknown }: HeldByC): object {
  return {
    known: unknown === null,
    ...jsonTable(types, {
      type: ({ typeName }) => typeName,
      count: (type) => type.count,
      size: ({ size }) => size,
      retained: (type) => type.retained,
      references: ({ references }) => references,
      address: ({ example }) => addressText(example.address),
      content: ({ example }) => example.content,
      gist: ({ example }) => example.gist,
      possible_holder: ({ possibleHolder }) => possibleHolderJson(possibleHolder),
    }),
    total: { count, retained },
    left_out: { library, shared },
  };
}

/** `offset` is null of one that is only likely by its number. */
export function possibleHolderJson(
  holder: (Omit<PossibleHolder, "offset"> & { offset: bigint | null }) | null,
): object | null {
  return holder && { type: holder.typeName, offset: holder.offset, count: holder.count };
}

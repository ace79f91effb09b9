// What is said of a suspect, in sentences; the views put them into lines.
import type { Leaks } from "../analysis/leaks.js";
import type { Example, Suspect } from "../analysis/suspect.js";
import { LEAK_PATTERNS } from "../model/leak-patterns.js";
import { fitContent } from "./fit.js";
import { allocationWords } from "./site.js";
import { addressText, contentText, escapeControls, pathText } from "./text.js";
import { countText, shareText, signedSizeText, sizeText } from "./units.js";

/** What, how many, how many bytes, how fast, and by whom: all in one sentence, or a few. */
export function suspectWords(suspect: Suspect): string {
  const { count, retained, growth, growthPerHour, kind, owner } = suspect;
  const size = `${count === 1n ? "retains" : "retain"} ${sizeText(retained)}`;
  const rate = growthPerHour === null ? "" : ` (${signedSizeText(BigInt(growthPerHour))} an hour)`;
  const grown = growth === null ? "" : `, ${signedSizeText(growth)} since the first dump${rate}`;
  if (kind === "garbage") {
    return `${subject(suspect)}: garbage that is not freed, as ${uncollectedText(suspect)}. All garbage takes ${sizeText(retained)}${grown}.`;
  }
  const by = kind === "held by C" ? "" : `, held by ${escapeControls(owner ?? "?")}`;
  const why = kind === "held by C" ? [whyText(suspect)] : [];
  return [`${subject(suspect)} ${size}${grown}${by}.`, ...why, ...remarks(suspect)].join(" ");
}

function subject(suspect: Suspect): string {
  const { count, newCount, growth, places } = suspect;
  const name = escapeControls(suspect.typeName);
  const newer =
    growth === null || newCount === 0n
      ? ""
      : newCount === count
        ? ", all new"
        : ` (${countText(newCount)} of them new)`;
  const what = count === 1n ? `One ${name}` : `${countText(count)} ${name} objects`;
  return `${what}${inPlaces(places)}${newer}`;
}

function inPlaces(places: bigint): string {
  return places > 1n ? ` in ${countText(places)} places` : "";
}

/** A rate is told of a time that says something of an hour. */
const SHORTEST_HOURS = 1 / 60;

/** The same as the head of a block. */
export function titleText(suspect: Suspect, { alive, growth: all, hours }: Leaks): string {
  const { retained, growth, survived, growthPerHour, kind, native } = suspect;
  const garbage = kind === "garbage" ? ", garbage" : "";
  if (growth === null)
    return `${subject(suspect)}${garbage}: ${sizeText(retained)}, ${shareText(retained, alive)} of what is alive`;
  const share =
    kind !== "garbage" && all !== null && growth > 0n && growth <= all
      ? [`${shareText(growth, all)} of the growth`]
      : [];
  const rate =
    growthPerHour !== null && (hours ?? 0) >= SHORTEST_HOURS
      ? [`${signedSizeText(BigInt(growthPerHour))} an hour`]
      : [];
  const measures = [
    signedSizeText(growth),
    ...share,
    ...rate,
    ...(survived === null ? [] : [`${sizeText(survived)} lasting`]),
    `${sizeText(retained)} now`,
    ...(native > 0n ? [`perhaps ${signedSizeText(native)} of C code's memory`] : []),
  ];
  return `${subject(suspect)}${garbage}: ${measures.join(", ")}`;
}

/** What its figures do not say. */
export function remarks(suspect: Suspect): string[] {
  const { count, growth, retained, ownGrowth, weak, kind, native, ownsUnknown } = suspect;
  const remarks: string[] = [];
  if (native > 0n)
    remarks.push(
      `Memory of C code grew, and ${sizeText(native)} of it is ${count === 1n ? "its" : "theirs"}, if all that may own it own alike.`,
    );
  else if (ownsUnknown)
    remarks.push(
      `${count === 1n ? "It owns" : "They own"} memory of C code, perhaps, that is in none of these figures.`,
    );
  if (weak > 0n) remarks.push(`Weak references to them take ${sizeText(weak)} more.`);
  if (kind !== "garbage" && growth !== null && growth > retained) {
    if (ownGrowth > 0n)
      remarks.push(
        `Of the growth ${sizeText(ownGrowth)} is what holds them itself, which has become larger.`,
      );
    const rest = growth - retained - ownGrowth;
    if (rest > 0n)
      remarks.push(
        `Of the growth ${sizeText(rest)} would not be freed with them: it came beside them in the same place, or others hold it, too.`,
      );
  }
  return remarks;
}

/** A line of a suspect's block; of what a fact is depends how it is cut, or marked. */
export type SuspectFact = { name: string } & (
  | { is: "path" | "names" | "place" | "words"; text: string }
  | { is: "example"; example: Example }
);

/** What there is to say of a suspect besides its title and its remarks, in the order of the questions asked. */
export function suspectFacts(suspect: Suspect): SuspectFact[] {
  const { path, owner, code, usedBy, common, keeper, other, allocation } = suspect;
  const fact = (name: string, is: "path" | "names" | "place" | "words", text: string | null | undefined) =>
    text ? [{ name, is, text }] : [];
  const facts: SuspectFact[] = [
    ...fact("path", "path", path),
    ...fact("spread", "words", suspect.places > 1n ? spreadText(suspect) : null),
    ...fact("owner", "names", owner !== null && !path?.startsWith(owner) ? owner : null),
    ...fact(
      "kept by",
      "names",
      keeper && `${escapeControls(keeper.typeName)} ${addressText(keeper.address)}`,
    ),
    ...fact("also as", "names", alsoText(suspect)),
    ...usedBy.flatMap((place, i) => fact(i === 0 ? "used by" : "", "place", place)),
    ...fact("code", "place", code !== null && !usedBy.includes(code) ? code : null),
    ...waitFacts(suspect),
    ...common
      .filter(({ text }) => text !== code)
      .flatMap(({ part, text }, i) =>
        fact(i === 0 ? "in common" : "", "names", `${pathText(part)} ${pathText(text)}`),
      ),
    ...fact("allocated", "words", allocation && allocationWords(allocation, suspect.growth !== null)),
    ...fact("inside", "names", insideText(suspect)),
    { name: "example", is: "example", example: suspect.example },
  ];
  if (other) facts.push({ name: "", is: "example", example: other });
  return [
    ...facts,
    ...fact("why", "words", whyText(suspect)),
    ...fact("doubt", "words", doubtText(suspect)),
    ...fact("to mend", "words", mendText(suspect)),
  ];
}

function waitFacts({ wait }: Suspect): SuspectFact[] {
  if (!wait) return [];
  const wanted = wait.for === null ? "" : ` for ${escapeControls(wait.for)}`;
  const by = wait.setBy === null ? "" : `; what could end that: ${pathText(wait.setBy)}`;
  return [
    { name: "wait in", is: "words", text: `${escapeControls(wait.chain)}${wanted}${by}` },
    { name: "", is: "place", text: wait.at },
  ];
}

const pattern = ({ pattern }: Suspect) => LEAK_PATTERNS[pattern] ?? LEAK_PATTERNS.object;

/** Why they stay. */
export function whyText(suspect: Suspect): string {
  const why = pattern(suspect)?.why ?? "";
  if (suspect.kind === "garbage") {
    const { collector } = suspect.uncollected ?? {};
    const text = uncollectedText(suspect);
    return collector === "off" ? `${why} ${text[0]?.toUpperCase()}${text.slice(1)}.` : why;
  }
  const { possibleHolder, count } = suspect;
  if (possibleHolder === null) return why;
  const holder = escapeControls(possibleHolder.typeName);
  if (possibleHolder.offset === null)
    return `${why} Likely they are in a circle through ${holder}, of C code that the collector cannot look into: there is one below each of them, and no other.`;
  const all = possibleHolder.count === count ? "all" : countText(possibleHolder.count);
  return `${why} Likely it is ${holder}, of C code: of ${all} of them the address is in the word at ${possibleHolder.offset} of one.`;
}

/** What is usually done about it. */
export const mendText = (suspect: Suspect) =>
  suspect.uncollected?.collector === "off"
    ? "switch the collector on (gc.enable()), or break the circles: they stay until it runs"
    : (pattern(suspect)?.mend ?? "");

/** The command that shows more, and what it is asked for besides the dump. */
export function nextCommand(suspect: Suspect, address: string): [command: string, what?: string] {
  const next = pattern(suspect)?.next;
  if (next === "tree") return [suspect.inside === null ? "show" : next, address];
  return next === undefined ? ["show", address] : [next];
}

export function uncollectedText({ uncollected }: Suspect): string {
  if (uncollected?.collector !== "off") return "the collector has not run yet";
  if (uncollected.by !== null) return `the collector is off (${uncollected.by})`;
  const young = `${countText(uncollected.young)} garbage objects of all types`;
  return `the collector is off (gc.disable(), or a threshold of 0): ${young} are still in generation 0`;
}

/** Why a suspect may be wrong; null if nothing says so. */
export function doubtText({ addressReused }: Suspect): string | null {
  if (addressReused === 0n) return null;
  return `${countText(addressReused)} of the new objects have an address that an object of this type had in the first dump: they may be the old objects, changed since`;
}

/** The largest of the places that have one cause. */
function spreadText({ places, spread, growth }: Suspect): string {
  const size = (bytes: number) => (growth === null ? sizeText(BigInt(bytes)) : signedSizeText(BigInt(bytes)));
  const largest = spread.map((place) => `${pathText(place.part)} ${size(place.growth)}`.trim());
  const more = Number(places) - spread.length;
  return [...largest, ...(more > 0 ? [`${countText(BigInt(more))} more`] : [])].join(", ");
}

const MOST_NAMES = 3;

function alsoText({ also }: Suspect): string {
  const more = also.length - MOST_NAMES;
  return [...also.slice(0, MOST_NAMES), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** `.history[*]: 12,000 bytes, 9.1 MiB`; null if it is in themselves. */
function insideText({ inside }: Suspect): string | null {
  if (inside === null) return null;
  const { part, typeName, count, retained } = inside;
  const objects = count === 1n ? "object" : "objects";
  return `${pathText(part)}: ${countText(count)} ${escapeControls(typeName)} ${objects}, ${sizeText(retained)}`;
}

export function fieldsText({ fields }: Example): string {
  return fields
    .map(({ hold, value }) => {
      const name = escapeControls(hold.part).replace(/^\./, "");
      return `${name}=${fitContent(contentText(value), 24) || escapeControls(value.typeName)}`;
    })
    .join(", ");
}

import type { Field, Leaks, Suspect } from "../analysis/leaks.js";
import type { MemoryReport } from "../analysis/memory.js";
import { displayWidth, fitContent, pathSteps } from "./fit.js";
import { type JsonTable, jsonTable } from "./json.js";
import { contentFits, namesFit, objectLine, pathLines, sentences, wholePath } from "./lines.js";
import { elsewhereLines, verdictJson } from "./memory.js";
import { nextStep } from "./next.js";
import { allocationWords, siteJson } from "./site.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, pathText, plural, shellWord } from "./text.js";
import { countText, durationText, shareText, signedSizeText, sizeText } from "./units.js";

export function leaksText(
  leaks: Leaks,
  memory: MemoryReport | undefined,
  /** Empty if they are not kept. */
  paths: string[],
  terminal: Terminal,
  most: number,
): string {
  const { suspects } = leaks;
  const { bold, dim } = terminal.colors;
  const shown = suspects.slice(0, most);
  const elsewhere = elsewhereLines(memory, terminal);
  if (suspects.length === 0) {
    const [owner] = elsewhere.length > 0 ? (memory?.came ?? []) : [];
    const last = paths.at(-1);
    return [
      ...elsewhere,
      ...[
        heading(leaks),
        noSuspects(leaks, owner?.typeName),
        ...(isWorthAWord(leaks) ? [belowTheBar(leaks, paths)] : []),
      ].map((line) => sentences(line, terminal)),
      ...(owner && last ? [nextStep(terminal, "path", last, owner.typeName)] : []),
    ].join("\n");
  }
  const blocks = shown.map((suspect, i) => block(suspect, i + 1, leaks, terminal));
  const more = suspects.length - shown.length;
  const [path, example] = [paths.at(-1), addressText(shown[0]?.example.address ?? 0n)];
  const next = path === undefined ? [] : [nextStep(terminal, "show", path, example)];
  const rest = more > 0 ? [dim(`${plural(more, "more suspect")}: -n ${suspects.length}`)] : [];
  if (isWorthAWord(leaks)) rest.push(sentences(belowTheBar(leaks, paths), terminal));
  return [
    ...elsewhere,
    [sentences(heading(leaks), terminal, bold), ...order(leaks, terminal)].join("\n"),
    ...blocks,
    [...rest, ...next].join("\n"),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** `owner`: a type that may own the memory which grew. */
function noSuspects({ incomplete }: Leaks, owner: string | undefined): string {
  if (incomplete) return "No suspects in what could be read: there may be a leak nevertheless.";
  return owner === undefined
    ? "No suspects: nothing accumulates in one place."
    : `No suspects among Python objects by their own size: see what holds ${escapeControls(owner)}.`;
}

/** Of several suspects, why they stand in this order. */
function order({ suspects }: Leaks, terminal: Terminal): string[] {
  const [first] = suspects;
  if (!first || suspects.length < 2) return [];
  const by =
    first.survived !== null
      ? "what lasts: what came after the first dump, and was there in the dump before the last"
      : first.growth !== null
        ? "what they grew by"
        : "what they retain";
  return [sentences(`Ordered by ${by}.`, terminal, terminal.colors.dim)];
}

/** A twentieth of the growth, as a suspect has. */
function isWorthAWord({ growth, elsewhere }: Leaks): boolean {
  return growth !== null && elsewhere !== null && elsewhere >= MIN_ELSEWHERE && elsewhere * 20n >= growth;
}

const MIN_ELSEWHERE = 32n << 10n;

function belowTheBar({ elsewhere }: Leaks, paths: string[]): string {
  const growth = `And ${signedSizeText(elsewhere ?? 0n)} elsewhere, in places too small for a suspect`;
  const [first, last] = [paths[0], paths.at(-1)];
  if (first === undefined || last === undefined) return `${growth}.`;
  return `${growth}: heapdump diff --by owner ${shellWord(first)} ${shellWord(last)}`;
}

function heading({ suspects, growth, alive, hours, garbage, garbageGrowth, incomplete }: Leaks): string {
  const unreached = incomplete ? "of garbage, or held by what was lost" : "of garbage";
  const more = garbageGrowth ? ` (${signedSizeText(garbageGrowth)})` : "";
  const waiting = garbage > 0n ? `, ${sizeText(garbage)} ${unreached}${more}` : "";
  const suspected = suspects.length === 0 ? "" : `${plural(suspects.length, "suspect")}: `;
  if (growth === null) return `${suspected}${sizeText(alive)} alive${waiting}`;
  const time = hours === null ? "" : ` in ${durationText(hours)}`;
  return `${suspected}${signedSizeText(growth)}${time}, ${sizeText(alive)} alive${waiting}`;
}

const INDENT = " ".repeat(4);
const LABEL = 9;

function block(suspect: Suspect, number: number, { alive }: Leaks, terminal: Terminal): string {
  const { bold, cyan, yellow } = terminal.colors;
  const { path, owner } = suspect;
  const doubt = doubtText(suspect);
  const allocated = suspect.allocation && allocationWords(suspect.allocation, suspect.growth !== null);
  const bytes = suspect.growth === null ? sizeText(suspect.retained) : signedSizeText(suspect.growth);
  const share = suspect.growth === null ? `  ${shareText(suspect.retained, alive)}` : "";
  const lasting = suspect.survived === null ? "" : `, ${sizeText(suspect.survived)} lasting`;
  const title = `${String(number).padStart(2)}  ${bytes}${share}${lasting}`;
  const line = (name: string, text: string) => wholePath(text, terminal, INDENT + name.padEnd(LABEL));
  const indent = " ".repeat(INDENT.length + LABEL);
  const wrapped = (name: string, text: string) =>
    INDENT + name.padEnd(LABEL) + sentences(text, terminal, undefined, indent).trimStart();
  return [
    `${bold(title)}  ${cyan(what(suspect, terminal.width - displayWidth(title) - 2, terminal))}`,
    sentences(suspectWords(suspect), terminal, undefined, INDENT),
    ...(allocated === null ? [] : [sentences(allocated, terminal, undefined, INDENT)]),
    ...(path === null ? [] : markedPath(path, suspect.gathers, terminal)),
    ...(suspect.places > 1n ? [wrapped("spread", spreadText(suspect))] : []),
    ...(owner === null || owner === path ? [] : [line("owner", owner)]),
    ...(suspect.code === null ? [] : [INDENT + "code".padEnd(LABEL) + codeText(suspect.code, terminal)]),
    ...(suspect.also.length === 0 ? [] : [line("also as", alsoText(suspect))]),
    INDENT + "example".padEnd(LABEL) + exampleText(suspect, terminal.width - INDENT.length - LABEL, terminal),
    ...(doubt === null ? [] : [sentences(`doubt: ${doubt}`, terminal, yellow, INDENT)]),
  ].join("\n");
}

/** The path, and below it a mark under the step where growth gathers. */
function markedPath(path: string, gathers: string | null, terminal: Terminal): string[] {
  const first = INDENT + "path".padEnd(LABEL);
  const lines = pathLines(path, terminal.width - first.length, terminal);
  const end = gathers !== null && path.startsWith(gathers) ? pathText(gathers).length : 0;
  const begin = end === 0 ? 0 : end - (pathSteps(pathText(gathers ?? "")).at(-1)?.length ?? 0);
  let at = 0;
  return lines.flatMap((line, i) => {
    const [from, to] = [Math.max(begin - at, 0), Math.min(end - at, line.length)];
    at += line.length;
    const shown = (i ? " ".repeat(first.length) : first) + line;
    if (from >= to) return [shown];
    const before = displayWidth(line.slice(0, from));
    const mark = "^".repeat(displayWidth(line.slice(from, to)));
    return [shown, " ".repeat(first.length + before) + terminal.colors.yellow(mark)];
  });
}

function codeText(code: string, terminal: Terminal): string {
  return contentFits(escapeControls(code), terminal.width - INDENT.length - LABEL, {
    cuts: terminal.cuts === "everything" ? "everything" : "nothing",
  });
}

const MOST_NAMES = 3;

function alsoText({ also }: Suspect): string {
  const more = also.length - MOST_NAMES;
  return [...also.slice(0, MOST_NAMES), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** The largest of the places that have one cause. */
function spreadText({ places, spread, growth }: Suspect): string {
  const size = (bytes: number) => (growth === null ? sizeText(BigInt(bytes)) : signedSizeText(BigInt(bytes)));
  const largest = spread.map((place) => `${pathText(place.part)} ${size(place.growth)}`.trim());
  const more = Number(places) - spread.length;
  return [...largest, ...(more > 0 ? [`${countText(BigInt(more))} more`] : [])].join(", ");
}

function what({ count, typeName, kind, places }: Suspect, room: number, terminal: Terminal): string {
  const after = kind === "garbage" ? ", garbage" : inPlaces(places);
  const [before, objects] = count === 1n ? ["one ", ""] : [`${countText(count)} `, " objects"];
  const left = room - displayWidth(before + objects + after);
  return before + namesFit(escapeControls(typeName), left, terminal) + objects + after;
}

function inPlaces(places: bigint): string {
  return places > 1n ? ` in ${countText(places)} places` : "";
}

/** What, how many, how many bytes, how fast, and by whom. */
export function suspectWords(suspect: Suspect): string {
  const { count, newCount, retained, growth, growthPerHour, kind, owner } = suspect;
  const name = escapeControls(suspect.typeName);
  const newer =
    growth === null || newCount === 0n
      ? ""
      : newCount === count
        ? ", all new"
        : ` (${countText(newCount)} of them new)`;
  const subject = `${count === 1n ? `One ${name}` : `${countText(count)} ${name} objects`}${inPlaces(suspect.places)}${newer}`;
  const size = `${count === 1n ? "retains" : "retain"} ${sizeText(retained)}`;
  const rate = growthPerHour === null ? "" : ` (${signedSizeText(BigInt(growthPerHour))} an hour)`;
  const grown = growth === null ? "" : `, ${signedSizeText(growth)} since the first dump${rate}`;
  if (kind === "garbage") {
    return `${subject}: garbage that is not freed, as ${uncollectedText(suspect)}. All garbage takes ${sizeText(retained)}${grown}.`;
  }
  if (kind === "held by C") {
    return `${subject} ${size}${grown}. They have more references than were found: C code holds them, or leaked references to them.`;
  }
  const weak = suspect.weak > 0n ? ` Weak references to them take ${sizeText(suspect.weak)} more.` : "";
  const unknown = suspect.ownsUnknown
    ? ` ${count === 1n ? "It owns" : "They own"} memory of C code, perhaps, that is in none of these figures.`
    : "";
  return `${subject} ${size}${grown}, held by ${escapeControls(owner ?? "?")}.${unknown}${weak}`;
}

function uncollectedText({ uncollected }: Suspect): string {
  if (uncollected?.collector !== "off") return "the collector has not run yet";
  const young = countText(uncollected.young);
  const by = uncollected.by ?? "gc.disable(), or a threshold of 0";
  return `the collector is off (${by}): ${young} garbage objects of all types are still in generation 0`;
}

/** Why a suspect may be wrong; null if nothing says so. */
function doubtText({ addressReused }: Suspect): string | null {
  if (addressReused === 0n) return null;
  return `${countText(addressReused)} of the new objects have an address that an object of this type had in the first dump: they may be the old objects, changed since`;
}

function exampleText(suspect: Suspect, room: number, terminal: Terminal): string {
  // Its fields tell the same, with their names.
  const example = suspect.fields.length > 0 ? { ...suspect.example, gist: null } : suspect.example;
  const own = objectLine(example, room, terminal);
  const text = [own, suspect.fields.map(fieldText).join(", ")].filter(Boolean).join(": ");
  return contentFits(text, room, terminal);
}

function fieldText({ hold, value }: Field): string {
  const name = escapeControls(hold.part).replace(/^\./, "");
  return `${name}=${fitContent(contentText(value), 24) || escapeControls(value.typeName)}`;
}

export function leaksJson({ suspects, elsewhere }: Leaks, memory: MemoryReport | undefined): object {
  return { ...suspectsJson(suspects), elsewhere, verdict: verdictJson(memory) };
}

function suspectsJson(suspects: Suspect[]): JsonTable {
  return jsonTable(suspects, {
    kind: ({ kind }) => kind,
    type: ({ typeName }) => typeName,
    count: ({ count }) => count,
    new: ({ newCount, growth }) => (growth === null ? null : newCount),
    retained: ({ retained }) => retained,
    growth: ({ growth }) => growth,
    growth_per_hour: ({ growthPerHour }) => growthPerHour,
    survived: ({ survived }) => survived,
    path: ({ path }) => path,
    gathers: ({ gathers }) => gathers,
    places: ({ places }) => places,
    spread: ({ spread }) => spread,
    owner: ({ owner }) => owner,
    code: ({ code }) => code,
    weak: ({ weak }) => weak,
    also: ({ also }) => also,
    address: ({ example }) => addressText(example.address),
    fields: ({ fields }) =>
      Object.fromEntries(fields.map((field) => [escapeControls(field.hold.part), valueText(field)])),
    traced: ({ allocation }) => allocation?.traced ?? null,
    site: ({ allocation }) => allocation && siteJson(allocation.site),
    at_line: ({ allocation }) => allocation?.atLine ?? null,
    at_site: ({ allocation }) => allocation?.atSite ?? null,
    words: suspectWords,
    doubt: doubtText,
  });
}

function valueText({ value }: Field): string {
  return contentText(value) || `${value.typeName} ${addressText(value.address)}`;
}

import type { Leaks } from "../analysis/leaks.js";
import type { MemoryReport } from "../analysis/memory.js";
import type { Example, Field, Suspect } from "../analysis/suspect.js";
import { possibleHolderJson } from "./held-by-c.js";
import { type JsonTable, jsonTable } from "./json.js";
import { sentences } from "./lines.js";
import { elsewhereLines, verdictJson } from "./memory.js";
import { nextStep } from "./next.js";
import { siteJson } from "./site.js";
import { suspectBlock } from "./suspect.js";
import { doubtText, mendText, nextCommand, suspectWords, whyText } from "./suspect-words.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, pathText, plural, shellWord } from "./text.js";
import { countText, durationText, signedSizeText, sizeText } from "./units.js";

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
        ...passingLines(leaks),
        ...(isWorthAWord(leaks) ? [belowTheBar(leaks, paths)] : []),
      ].map((line) => sentences(line, terminal)),
      ...(owner && last ? [nextStep(terminal, "path", last, owner.typeName)] : []),
    ].join("\n");
  }
  const blocks = shown.map((suspect, i) => suspectBlock(suspect, i + 1, leaks, terminal));
  const more = suspects.length - shown.length;
  const [path, [first]] = [paths.at(-1), shown];
  const next = path === undefined || !first ? [] : [nextStep(terminal, ...commandFor(first, paths))];
  const rest = more > 0 ? [dim(`${plural(more, "more suspect")}: -n ${suspects.length}`)] : [];
  rest.push(...passingLines(leaks).map((line) => sentences(line, terminal)));
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

/** The words of the command that goes on from a suspect. */
export function commandFor(suspect: Suspect, paths: string[]): string[] {
  const [command, what] = nextCommand(suspect, addressText(suspect.example.object.address));
  const [earliest = "", path = earliest] = [paths[0], paths.at(-1)];
  const since = command === "held-by-c" && paths.length > 1 ? ["--since", earliest] : [];
  return [command, ...since, path, ...(what === undefined ? [] : [what])];
}

/** `owner`: a type that may own the memory which grew. */
export function noSuspects({ incomplete, passing }: Leaks, owner: string | undefined): string {
  if (incomplete) return "No suspects in what could be read: there may be a leak nevertheless.";
  if (passing.length > 0) return "No suspects: what grew comes and goes.";
  return owner === undefined
    ? "No suspects: nothing accumulates in one place."
    : `No suspects among Python objects by their own size: see what holds ${escapeControls(owner)}.`;
}

const ONE_DUMP =
  "One dump tells what is large, in the order of its size, and not whether it grows: take another one later.";

/** Of several suspects, why they stand in this order; of one dump, what that cannot tell. */
function order({ suspects }: Leaks, terminal: Terminal): string[] {
  const [first] = suspects;
  if (first?.growth === null) return [sentences(ONE_DUMP, terminal, terminal.colors.dim)];
  if (!first || suspects.length < 2) return [];
  const by =
    first.survived === null
      ? "what they grew by"
      : "what lasts: of the growth, what was there in the dump before the last";
  return [sentences(`Ordered by ${by}.`, terminal, terminal.colors.dim)];
}

const MOST_PASSING = 3;

/** What is no leak, as far as these dumps tell. */
export function passingLines({ passing }: Leaks): string[] {
  const lines = passing.slice(0, MOST_PASSING).map((suspect) => {
    const { growth, count, typeName, path } = suspect;
    const what = `${escapeControls(typeName)} in ${pathText(path ?? "")}`;
    return `Comes and goes: ${signedSizeText(growth ?? 0n)}, ${countText(count)} × ${what}`;
  });
  const more = passing.length - lines.length;
  return more > 0 ? [...lines, `and ${plural(more, "more place")}`] : lines;
}

/** A twentieth of the growth, as a suspect has, or much by itself. */
export function isWorthAWord({ growth, elsewhere }: Leaks): boolean {
  if (growth === null || elsewhere === null || elsewhere < MIN_ELSEWHERE) return false;
  return elsewhere * 20n >= growth || elsewhere >= MUCH_ELSEWHERE;
}

const MIN_ELSEWHERE = 32n << 10n;
const MUCH_ELSEWHERE = 1n << 20n;

export function belowTheBar({ elsewhere }: Leaks, paths: string[]): string {
  const growth = `And ${signedSizeText(elsewhere ?? 0n)} elsewhere, in places too small for a suspect`;
  const [first, last] = [paths[0], paths.at(-1)];
  if (first === undefined || last === undefined) return `${growth}.`;
  return `${growth}: heapdump diff --by owner ${shellWord(first)} ${shellWord(last)}`;
}

export function heading({
  suspects,
  growth,
  alive,
  hours,
  garbage,
  garbageGrowth,
  incomplete,
}: Leaks): string {
  const unreached = incomplete ? "of garbage, or held by what was lost" : "of garbage";
  const more = garbageGrowth ? ` (${signedSizeText(garbageGrowth)})` : "";
  const waiting = garbage > 0n ? `, ${sizeText(garbage)} ${unreached}${more}` : "";
  const suspected = suspects.length === 0 ? "" : `${plural(suspects.length, "suspect")}: `;
  if (growth === null) return `${suspected}${sizeText(alive)} alive${waiting}`;
  const time = hours === null ? "" : ` in ${durationText(hours)}`;
  return `${suspected}${signedSizeText(growth)}${time}, ${sizeText(alive)} alive${waiting}`;
}

export function leaksJson({ suspects, passing, elsewhere }: Leaks, memory: MemoryReport | undefined): object {
  return {
    ...suspectsJson(suspects),
    passing: jsonTable(passing, {
      type: ({ typeName }) => typeName,
      count: ({ count }) => count,
      growth: ({ growth }) => growth,
      path: ({ path }) => path,
    }),
    elsewhere,
    verdict: verdictJson(memory),
  };
}

function suspectsJson(suspects: Suspect[]): JsonTable {
  return jsonTable(suspects, {
    kind: ({ kind }) => kind,
    type: ({ typeName }) => typeName,
    count: ({ count }) => count,
    new: ({ newCount, growth }) => (growth === null ? null : newCount),
    retained: ({ retained }) => retained,
    growth: ({ growth }) => growth,
    own_growth: ({ ownGrowth, growth }) => (growth === null ? null : ownGrowth),
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
    used_by: ({ usedBy }) => usedBy,
    wait: ({ wait }) => wait && { chain: wait.chain, at: wait.at, for: wait.for, set_by: wait.setBy },
    common: ({ common }) => common,
    keeper: ({ keeper }) => keeper && { type: keeper.typeName, address: addressText(keeper.address) },
    inside: ({ inside }) =>
      inside && {
        part: inside.part,
        type: inside.typeName,
        count: inside.count,
        retained: inside.retained,
      },
    possible_holder: ({ possibleHolder }) => possibleHolderJson(possibleHolder),
    native: ({ native }) => native,
    address: ({ example }) => addressText(example.object.address),
    fields: ({ example }) => fieldsJson(example),
    other: ({ other }) => other && { address: addressText(other.object.address), fields: fieldsJson(other) },
    traced: ({ allocation }) => allocation?.traced ?? null,
    site: ({ allocation }) => allocation && siteJson(allocation.site),
    at_line: ({ allocation }) => allocation?.atLine ?? null,
    at_site: ({ allocation }) => allocation?.atSite ?? null,
    pattern: ({ pattern }) => pattern,
    why: whyText,
    mend: mendText,
    words: suspectWords,
    doubt: doubtText,
  });
}

function fieldsJson({ fields }: Example): object {
  return Object.fromEntries(fields.map((field) => [escapeControls(field.hold.part), valueText(field)]));
}

function valueText({ value }: Field): string {
  return contentText(value) || `${value.typeName} ${addressText(value.address)}`;
}

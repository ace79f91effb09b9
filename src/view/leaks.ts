import type { Field, Leaks, Suspect } from "../analysis/leaks.js";
import { type JsonTable, jsonTable } from "./json.js";
import { nextStep } from "./next.js";
import { spelling } from "./spelling.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, plural, shorten, wrap } from "./text.js";
import { countText, durationText, shareText, signedSizeText, sizeText } from "./units.js";

export function leaksText(leaks: Leaks, path: string, terminal: Terminal, most: number): string {
  const { suspects } = leaks;
  const { bold, dim } = terminal.colors;
  const shown = suspects.slice(0, most);
  if (suspects.length === 0) return `${heading(leaks)}\n${noSuspects(leaks)}`;
  const blocks = shown.map((suspect, i) => block(suspect, i + 1, leaks, terminal));
  const more = suspects.length - shown.length;
  const example = addressText(shown[0]?.example.address ?? 0n);
  const next = nextStep("show", path, example);
  const rest = more > 0 ? [dim(`${plural(more, "more suspect")}: -n ${suspects.length}`)] : [];
  return [bold(heading(leaks)), ...blocks, [...rest, dim(next)].join("\n")].join("\n\n");
}

function noSuspects({ incomplete }: Leaks): string {
  return incomplete
    ? "No suspects in what could be read: something may leak nevertheless."
    : "There is no suspect: nothing gathers in one place.";
}

function heading({ suspects, growth, alive, hours, garbage, incomplete }: Leaks): string {
  const unreached = incomplete ? "of garbage, or held by what was lost" : "of garbage";
  const waiting = garbage > 0n ? `, ${sizeText(garbage)} ${unreached}` : "";
  const suspected = suspects.length === 0 ? "" : `${plural(suspects.length, "suspect")}: `;
  if (growth === null) return `${suspected}${sizeText(alive)} alive${waiting}`;
  const time = hours === null ? "" : ` in ${durationText(hours)}`;
  return `${suspected}${signedSizeText(growth)}${time}, ${sizeText(alive)} alive${waiting}`;
}

function block(suspect: Suspect, number: number, { alive }: Leaks, terminal: Terminal): string {
  const { bold, cyan, yellow } = terminal.colors;
  const indent = " ".repeat(4);
  const bytes = suspect.growth === null ? sizeText(suspect.retained) : signedSizeText(suspect.growth);
  const share = suspect.growth === null ? `  ${shareText(suspect.retained, alive)}` : "";
  const title = `${bold(`${String(number).padStart(2)}  ${bytes}${share}`)}  ${cyan(what(suspect))}`;
  const line = (name: string, text: string) =>
    shorten(`${indent}${name.padEnd(9)}${escapeControls(text)}`, terminal.width);
  const lines = [
    ...wrap(suspectWords(suspect), terminal.width - indent.length).map((part) => indent + part),
    ...(suspect.path === null ? [] : [line("path", suspect.path)]),
    ...(suspect.owner === null ? [] : [line("owner", suspect.owner)]),
    line("such as", exampleText(suspect)),
    ...(suspect.doubt === null
      ? []
      : wrap(`doubt: ${suspect.doubt}`, terminal.width - indent.length).map((part) => yellow(indent + part))),
  ];
  return [title, ...lines].join("\n");
}

function what({ count, typeName, kind }: Suspect): string {
  const name = escapeControls(typeName);
  const where = kind === "garbage" ? " and what goes with them, not collected" : "";
  return count === 1n ? `one ${name}${where}` : `${countText(count)} ${name} objects${where}`;
}

/** What, how many, how many bytes, how fast, and by whom. */
export function suspectWords(suspect: Suspect): string {
  const { count, fresh, retained, growth, growthPerHour, kind, owner, reason } = suspect;
  const name = escapeControls(suspect.typeName);
  const newer =
    growth === null || fresh === 0n
      ? ""
      : fresh === count
        ? ", all new"
        : `, ${countText(fresh)} of them new`;
  const subject = `${count === 1n ? `One ${name}` : `${countText(count)} ${name} objects`}${newer}`;
  const size = `${count === 1n ? "retains" : "retain"} ${sizeText(retained)}`;
  const rate = growthPerHour === null ? "" : ` (${signedSizeText(BigInt(growthPerHour))} an hour)`;
  const grown = growth === null ? "" : `, ${signedSizeText(growth)} since the first dump${rate}`;
  if (kind === "garbage") {
    return `${subject}: nothing keeps them alive, yet they are not freed; ${reason}. All garbage takes ${sizeText(retained)}${grown}.`;
  }
  if (kind === "held from C") {
    return `${subject} ${size}${grown}. They have more references than were found in any object: C code holds them, or has lost a reference to them.`;
  }
  return `${subject} ${size}${grown}, held by ${escapeControls(owner ?? "?")}.`;
}

function exampleText({ example, typeName, fields }: Suspect): string {
  const content = contentText(example);
  const own = `${typeName} ${addressText(example.address)}${content && `  ${content}`}`;
  return fields.length === 0 ? own : `${own}: ${fields.map(fieldText).join(", ")}`;
}

function fieldText({ hold, value, typeName }: Field): string {
  const name = spelling(hold).replace(/^\./, "");
  return `${name}=${shorten(contentText(value), 24) || typeName}`;
}

export function leaksJson({ suspects }: Leaks): JsonTable {
  return jsonTable(suspects, {
    kind: ({ kind }) => kind,
    type: ({ typeName }) => typeName,
    count: ({ count }) => count,
    new: ({ fresh, growth }) => (growth === null ? null : fresh),
    retained: ({ retained }) => retained,
    growth: ({ growth }) => growth,
    growth_per_hour: ({ growthPerHour }) => growthPerHour,
    lasting: ({ lasting }) => lasting,
    path: ({ path }) => path,
    owner: ({ owner }) => owner,
    address: ({ example }) => addressText(example.address),
    fields: ({ fields }) =>
      Object.fromEntries(fields.map((field) => [spelling(field.hold), valueText(field)])),
    words: suspectWords,
    doubt: ({ doubt }) => doubt,
  });
}

function valueText({ value, typeName }: Field): string {
  return contentText(value) || `${typeName} ${addressText(value.address)}`;
}

// What leaks, to be pasted into a ticket.
import type { Leaks } from "../analysis/leaks.js";
import type { MemoryReport } from "../analysis/memory.js";
import { isElsewhere } from "../analysis/memory.js";
import type { Suspect } from "../analysis/suspect.js";
import type { MetaReader } from "../model/dump.js";
import { belowTheBar, commandFor, heading, isWorthAWord, noSuspects, passingLines } from "./leaks.js";
import { verdictWords } from "./memory.js";
import { exampleText } from "./suspect.js";
import { remarks, type SuspectFact, suspectFacts, titleText } from "./suspect-words.js";
import { escapeControls, plural, shellWord } from "./text.js";
import { momentText } from "./units.js";

export function leaksMarkdown(
  leaks: Leaks,
  memory: MemoryReport | undefined,
  /** What each dump says of itself, the first one first. */
  metas: MetaReader[],
  /** Empty if they are not kept. */
  paths: string[],
  most: number,
): string {
  const { suspects } = leaks;
  const shown = suspects.slice(0, most);
  const more = suspects.length - shown.length;
  const [path, first] = [paths.at(-1), shown[0]];
  const next =
    path !== undefined && first ? ["heapdump", ...commandFor(first, paths)].map(shellWord).join(" ") : null;
  return [
    `## ${plain(heading(leaks))}`,
    processLine(metas),
    ...(memory && isElsewhere(memory) ? [plain(verdictWords(memory))] : []),
    ...(suspects.length === 0 ? [plain(noSuspects(leaks, memory?.came[0]?.typeName))] : []),
    ...shown.map((suspect, i) => block(suspect, i + 1, leaks)),
    ...(more > 0 ? [`And ${more} more.`] : []),
    ...passingLines(leaks).map(plain),
    ...(isWorthAWord(leaks) ? [plain(belowTheBar(leaks, paths))] : []),
    ...(next === null ? [] : [`Next: ${code(next)}`]),
  ].join("\n\n");
}

/** Of which process, and when. */
function processLine(metas: MetaReader[]): string {
  const [last] = metas.slice(-1);
  const known = (key: string) => last?.(key) || undefined;
  const process = [
    known("pid") && `process ${known("pid")}`,
    known("host") && `on ${known("host")}`,
    known("python_version") && `CPython ${known("python_version")}`,
  ];
  const command = known("command");
  const times = metas.map((meta) => momentText(meta("time") ?? "")).filter(Boolean);
  return [
    ...process.filter((part) => part !== undefined).map(plain),
    ...(command === undefined ? [] : [code(escapeControls(command))]),
    plain(`${plural(metas.length, "dump")}: ${times.join(", ")}`),
  ].join(", ");
}

function block(suspect: Suspect, number: number, leaks: Leaks): string {
  const facts = suspectFacts(suspect).map(item);
  return [
    `### ${number}. ${plain(titleText(suspect, leaks))}`,
    ...remarks(suspect).map(plain),
    facts.join("\n"),
  ].join("\n\n");
}

function item({ name, ...fact }: SuspectFact): string {
  const text =
    fact.is === "example"
      ? code(exampleText(fact.example, 0, { cuts: "nothing" }))
      : fact.is === "words"
        ? plain(fact.text)
        : code(fact.text);
  return name === "" ? `- ${text}` : `- **${name}** ${text}`;
}

/** Text as it is: of no character Markdown makes something else. */
const plain = (text: string) => text.replace(/[\\`*_[\]<>#|~&]/g, "\\$&");

/** A code span with more backticks around it than there are in it. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return fence + space + text + space + fence;
}

// The block of a suspect.
import type { Leaks } from "../analysis/leaks.js";
import type { Example, Suspect } from "../analysis/suspect.js";
import { displayWidth, pathSteps } from "./fit.js";
import { contentFits, objectLine, pathLines, sentences, wholePath } from "./lines.js";
import { fieldsText, remarks, type SuspectFact, suspectFacts, titleText } from "./suspect-words.js";
import type { Terminal } from "./terminal.js";
import { escapeControls, pathText } from "./text.js";

const INDENT = " ".repeat(4);
const LABEL = 10;
const BESIDE = " ".repeat(INDENT.length + LABEL);

export function suspectBlock(suspect: Suspect, number: number, leaks: Leaks, terminal: Terminal): string {
  const { bold } = terminal.colors;
  const title = sentences(titleText(suspect, leaks), terminal, bold, INDENT).slice(INDENT.length);
  return [
    `${bold(String(number).padStart(2))}  ${title}`,
    ...remarks(suspect).map((remark) => sentences(remark, terminal, undefined, INDENT)),
    ...suspectFacts(suspect).flatMap((fact) => factLines(fact, suspect, terminal)),
  ].join("\n");
}

function factLines({ name, ...fact }: SuspectFact, { gathers }: Suspect, terminal: Terminal): string[] {
  const { dim, yellow } = terminal.colors;
  const label = INDENT + dim(name.padEnd(LABEL));
  const room = terminal.width - BESIDE.length;
  switch (fact.is) {
    case "path":
      return markedPath(fact.text, gathers, label, terminal);
    case "names":
      return [label + wholePath(fact.text, terminal, BESIDE).slice(BESIDE.length)];
    case "place":
      return [label + placeText(fact.text, room, terminal)];
    case "example":
      return [label + exampleText(fact.example, room, terminal)];
    default: {
      const paint = name === "doubt" ? yellow : undefined;
      // Each line is painted by itself.
      return sentences(fact.text, terminal, paint, BESIDE)
        .split("\n")
        .map((line, i) => (i === 0 ? label + line.slice(BESIDE.length) : line));
    }
  }
}

/** The path, and below it a mark under the step where growth gathers. */
function markedPath(path: string, gathers: string | null, label: string, terminal: Terminal): string[] {
  const lines = pathLines(path, terminal.width - BESIDE.length, terminal);
  const end = gathers !== null && path.startsWith(gathers) ? pathText(gathers).length : 0;
  const begin = end === 0 ? 0 : end - (pathSteps(pathText(gathers ?? "")).at(-1)?.length ?? 0);
  let at = 0;
  return lines.flatMap((line, i) => {
    const [from, to] = [Math.max(begin - at, 0), Math.min(end - at, line.length)];
    at += line.length;
    const shown = (i ? BESIDE : label) + line;
    if (from >= to) return [shown];
    const before = displayWidth(line.slice(0, from));
    const mark = "^".repeat(displayWidth(line.slice(from, to)));
    return [shown, BESIDE + " ".repeat(before) + terminal.colors.yellow(mark)];
  });
}

function placeText(place: string, room: number, terminal: Terminal): string {
  return contentFits(escapeControls(place), room, {
    cuts: terminal.cuts === "everything" ? "everything" : "nothing",
  });
}

export function exampleText({ object, fields }: Example, room: number, cuts: Pick<Terminal, "cuts">): string {
  // Its fields tell the same, with their names.
  const own = objectLine(fields.length > 0 ? { ...object, gist: null } : object, room, cuts);
  return contentFits([own, fieldsText({ object, fields })].filter(Boolean).join(": "), room, cuts);
}

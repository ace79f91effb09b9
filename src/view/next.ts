import { displayWidth } from "./fit.js";
import type { Terminal } from "./terminal.js";
import { shellWord } from "./text.js";

/** A command to go on with. It can be copied into a shell: if it does not fit, the shell's `\` breaks it. */
export function nextStep(terminal: Terminal, ...command: string[]): string {
  return commandLines("Next: heapdump", command, terminal).map(terminal.colors.dim).join("\n");
}

function commandLines(start: string, words: string[], { width, cuts }: Terminal): string[] {
  if (cuts !== "everything") return [[start, ...words.map(shellWord)].join(" ")];
  const room = width - 2; // for the ` \` at the end
  const lines: string[] = [];
  let line = start;
  for (const word of words) {
    const own = shellWord(word);
    if (displayWidth(line) + 1 + displayWidth(own) <= room) {
      line += ` ${own}`;
      continue;
    }
    lines.push(`${line} \\`);
    line = `  ${own}`;
    if (displayWidth(line) <= room) continue;
    // Parts of one word follow each other without a space between.
    const parts = pieces(word, room - 4);
    lines.push(...parts.slice(0, -1).map((part, i) => `${i ? "" : "  "}${part}\\`));
    line = parts.at(-1) ?? "";
  }
  return [...lines, line];
}

/** A word as several, each of which the shell takes as it is and none of which is wider than `room`. */
function pieces(word: string, room: number): string[] {
  const parts: string[] = [];
  let part = "";
  for (const character of word) {
    if (part && displayWidth(shellWord(part + character)) > room) {
      parts.push(shellWord(part));
      part = "";
    }
    part += character;
  }
  return [...parts, shellWord(part)];
}

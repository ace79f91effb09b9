import { displayWidth, wrap } from "../view/fit.js";
import { terminal } from "../view/terminal.js";

/** Text behind the options of a command's help, in the width of the terminal: paragraphs, and indented examples. */
export function helpText(text: string): () => string {
  return () => {
    const { width } = terminal(process.stdout);
    return text
      .split(/\n(?=\n| {2}|\S+:\n)|(?<=:)\n/)
      .flatMap((part) => laidOut(part, width))
      .join("\n");
  };
}

function laidOut(part: string, width: number): string[] {
  if (part.startsWith("  ")) return commandLines(part.trim(), width);
  return part.startsWith("\n")
    ? ["", ...wrap(part.slice(1).replaceAll("\n", " "), width)]
    : wrap(part.replaceAll("\n", " "), width);
}

const WORD = /(?:"[^"]*"|'[^']*'|\$\([^)]*\)|\S)+/g;

/** A command as the shell takes it, broken between its words by `\`. */
function commandLines(command: string, width: number): string[] {
  const lines: string[] = [];
  let line = " ";
  for (const word of command.match(WORD) ?? []) {
    if (line.trim() && displayWidth(line) + 1 + displayWidth(word) > width - 2) {
      lines.push(`${line} \\`);
      line = "   ";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

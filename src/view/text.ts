// Text that is safe on a terminal.
import stringWidth from "fast-string-width";
import { countText } from "./units.js";

const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Control characters, and those that turn the direction of writing, as Python escapes them. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return NAMED[character] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
}

/** A str as Python's `repr` writes it. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
  return quote + escapeControls(escaped) + quote;
}

export interface Shown {
  content: string | null;
  is_text: bigint | null;
  truncated: bigint | null;
}

/** The content of an object, as Python would show it. */
export function contentText({ content, is_text, truncated }: Shown): string {
  if (content === null) return "";
  const cut = truncated ? "…" : "";
  return (is_text ? pythonRepr(content) : escapeControls(content)) + cut;
}

export function addressText(address: bigint): string {
  return `0x${address.toString(16)}`;
}

const PLAIN = /^[\x20-\x7e]*$/;

/** Columns of a terminal: two for most of East Asia, none for combining marks. */
export function displayWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** At most `width` columns wide, with an ellipsis at the end where something was cut. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The same with the ellipsis at the beginning. */
export function shortenStart(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const character of [...text].reverse()) {
    used += displayWidth(character);
    if (used > width - 1) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

export function plural(count: bigint | number, noun: string): string {
  return `${countText(count)} ${noun}${BigInt(count) === 1n ? "" : "s"}`;
}

/** Lines of at most `width` characters, broken at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

/** A word of a command that can be copied into a shell. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=-]+$/.test(text)) return text;
  if (escapeControls(text) !== text) {
    const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
    return `$'${escapeControls(escaped)}'`;
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

// Text that is safe on a terminal.
import { asciiOnly, escapeNonAscii } from "./charset.js";
import { countText } from "./units.js";

const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Control characters, and those that turn the direction of writing, as Python escapes them; all that is not ASCII if
 * the terminal shows no more.
 */
export function escapeControls(text: string): string {
  const escaped = text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return NAMED[character] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
  return asciiOnly() ? escapeNonAscii(escaped) : escaped;
}

const QUOTED_OR_NOT = /('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|[…×]+/gs;

/** A path: what is quoted in it is from the process, and `…` and `×` outside of quotes are marks of our own. */
export function pathText(path: string): string {
  if (!asciiOnly()) return escapeControls(path);
  let text = "";
  let end = 0;
  for (const match of path.matchAll(QUOTED_OR_NOT)) {
    if (match[1] !== undefined) continue;
    text += escapeControls(path.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return text + escapeControls(path.slice(end));
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

/** What is known of an object beside its type, in one line: its content, or in short what it holds. */
export function gistText(object: Shown & { gist: string | null }): string {
  return contentText(object) || escapeControls(object.gist ?? "");
}

export function addressText(address: bigint): string {
  return `0x${address.toString(16)}`;
}

export function plural(count: bigint | number, noun: string): string {
  return `${countText(count)} ${noun}${BigInt(count) === 1n ? "" : "s"}`;
}

/** A word of a command that can be copied into a shell. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=-]+$/.test(text)) return text;
  if (escapeControls(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = [...text].map((character) => {
    if (character === "\\" || character === "'") return `\\${character}`;
    if (escapeControls(character) === character) return character;
    return NAMED[character] ?? [...Buffer.from(character)].map((byte) => `\\x${hex(byte, 2)}`).join("");
  });
  return `$'${escaped.join("")}'`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

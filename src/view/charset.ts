// What the terminal can show. A locale without UTF-8 gets nothing but ASCII.

/** Marks of our own, by what stands for them in ASCII. */
const MARKS: Record<string, string> = {
  "…": "...",
  "→": "->",
  "›": ">",
  "×": "x",
  "−": "-",
  "└": "`",
  "├": "|",
  "─": "-",
  "│": "|",
  "█": "#",
  "░": ".",
  "✓": "*",
};
const OUTSIDE = /\P{ASCII}/gu;

/** If the locale names another encoding than UTF-8. Without any locale UTF-8 is expected, as Python does. */
export function asciiOnly(env = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return Boolean(locale) && !/utf-?8/i.test(locale ?? "");
}

/** For a stream that takes ASCII only: marks of our own as ASCII draws them, all else as Python's `ascii`. */
export function toAscii(text: string): string {
  return text.replace(OUTSIDE, (character) => MARKS[character] ?? asciiEscape(character));
}

/** Every character outside of ASCII as Python's `ascii` writes it. */
export function escapeNonAscii(text: string): string {
  return text.replace(OUTSIDE, asciiEscape);
}

function asciiEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = (digits: number) => code.toString(16).padStart(digits, "0");
  if (code < 0x100) return `\\x${hex(2)}`;
  return code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
}

// Text made to fit into a width, which is counted in columns of the terminal. What is painted is fitted before.
import stringWidth from "fast-string-width";
import { asciiOnly, toAscii } from "./charset.js";

const PLAIN = /^[\x20-\x7e]*$/;
const ELLIPSIS = "…";

/** Columns of a terminal: two for most of East Asia, none for combining marks. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return asciiOnly() ? toAscii(text).length : stringWidth(text);
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/** With an ellipsis at the end if something was cut. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width < displayWidth(ELLIPSIS) ? "" : start([...text], width - displayWidth(ELLIPSIS)) + ELLIPSIS;
}

/** A character, or an escape such as `\x1b`: what is never cut in two. */
const CHARACTER = /\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\.|./gsu;
const QUOTED = /^b?(['"]).*\1(…?)$/s;
const CODE = /^(\S.*?) (\S+:\d+)$/s;

/** A content: of a str the quotes stay around what is shown, and of code its file and line stay. */
export function fitContent(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const [, quote, cut] = text.match(QUOTED) ?? [];
  if (quote && width >= 8) {
    const body = text.slice(0, text.length - 1 - (cut?.length ?? 0));
    return start(body.match(CHARACTER) ?? [], width - 1 - displayWidth(ELLIPSIS)) + quote + ELLIPSIS;
  }
  const [, name, place] = text.match(CODE) ?? [];
  if (name && place) {
    const short = placeInPackage(place);
    const room = width - 1 - Math.min(displayWidth(name), Math.floor(width / 2));
    const own = fitPlace(short, Math.max(room, 8));
    const both = `${fitPath(name, width - 1 - displayWidth(own))} ${own}`;
    if (displayWidth(both) <= width) return both;
  }
  return shorten(text, width);
}

/** A path or a dotted name: steps in its middle are left out, and its root and its end stay. */
export function fitPath(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return fitParts(pathSteps(text), width);
}

/** A series of values: those in its middle are left out. */
export function fitSeries(text: string, width: number): string {
  return displayWidth(text) <= width ? text : fitParts(text.split(/(?= → )/), width);
}

/** A file, maybe with `:LINE`: the folder of packages goes first, then folders from the left. */
export function fitPlace(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const short = placeInPackage(text);
  if (displayWidth(short) <= width) return short;
  const parts = short.split(/(?=\/)/);
  for (let first = 1; first < parts.length; first++) {
    const rest = ELLIPSIS + parts.slice(first).join("");
    if (displayWidth(rest) <= width) return rest;
  }
  return cutMiddle(parts.at(-1) ?? "", width);
}

const PACKAGES = /^.*\/(?:site-packages|dist-packages|lib(?:64)?\/python\d(?:\.\d+)?t?)\//s;

/** A file without the folder that holds packages, or the standard library: `django/db/x.py:12`. */
export function placeInPackage(place: string): string {
  return place.replace(PACKAGES, "");
}

/** Lines that are broken before a step. */
export function wrapPath(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const step of pathSteps(text)) {
    if (line && displayWidth(line + step) > width) {
      lines.push(line);
      line = "";
    }
    line += step;
    while (displayWidth(line) > width) {
      const part = start(line.match(CHARACTER) ?? [], width);
      lines.push(part);
      line = line.slice(part.length);
    }
  }
  return [...lines, line];
}

/** Lines that are broken at spaces; of words that are longer than a line, as paths are, only if `breaksWords`. */
export function wrap(text: string, width: number, breaksWords = true): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
    if (breaksWords && displayWidth(line) > width) {
      const parts = wrapPath(line, width);
      line = parts.pop() ?? "";
      lines.push(...parts);
    }
  }
  return [...lines, line];
}

/** The steps of a path, which together are its text: `sys.modules['a']`, `.b`, `['k.x']`, `<key 'y'>`, `(.next)*`. */
export function pathSteps(text: string): string[] {
  const steps: string[] = [];
  let begin = 0;
  let depth = 0;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quote) {
      if (character === "\\") at++;
      else if (character === quote) quote = "";
      continue;
    }
    if (depth === 0 && at > begin && ".[(<".includes(character)) {
      steps.push(text.slice(begin, at));
      begin = at;
    }
    if (depth > 0 && (character === "'" || character === '"')) quote = character;
    else if ("[(<".includes(character)) depth++;
    else if ("])>".includes(character)) depth = Math.max(0, depth - 1);
  }
  steps.push(text.slice(begin));
  const isModule = steps[0] === "sys" && steps[1] === ".modules" && steps.length > 2;
  return isModule ? [steps.slice(0, 3).join(""), ...steps.slice(3)] : steps;
}

/** The first and the last part, and in turn as many more from both ends as there is room for. */
function fitParts(parts: string[], width: number): string {
  const widths = parts.map(displayWidth);
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  let used = (widths[0] ?? 0) + displayWidth(ELLIPSIS) + (widths.at(-1) ?? 0);
  if (parts.length < 3 || used > width) return fitEnds(first, parts.length > 1 ? last : "", parts, width);
  let [head, tail] = [1, parts.length - 1];
  for (let full = 0, turn = 0; full < 2 && head < tail; turn++) {
    const next = widths[turn % 2 ? tail - 1 : head] ?? 0;
    if (used + next > width) {
      full++;
      continue;
    }
    full = 0;
    used += next;
    if (turn % 2) tail--;
    else head++;
  }
  return parts.slice(0, head).join("") + ELLIPSIS + parts.slice(tail).join("");
}

const MODULE = /^(sys\.modules\[(['"]))(.*)(\2\])$/s;
const LEAST_ROOT = 8;

/** Where not even the two ends fit, parts of both. */
function fitEnds(first: string, last: string, parts: string[], width: number): string {
  const between = parts.length > 2 ? ELLIPSIS : "";
  const room = width - displayWidth(between + last);
  if (room < LEAST_ROOT || (parts.length === 1 && !MODULE.test(first)))
    return cutMiddle(parts.join(""), width);
  const [, before = "", , name = "", after = ""] = first.match(MODULE) ?? [];
  const left = room - displayWidth(before + after);
  const root = name && left > 4 ? before + cutMiddle(name, left) + after : cutMiddle(first, room);
  return root + between + last;
}

function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = text.match(CHARACTER) ?? [];
  const room = Math.max(0, width - displayWidth(ELLIPSIS));
  const head = start(characters, Math.floor(room / 2));
  const tail = end(characters, room - displayWidth(head));
  return room === 0 ? shorten(text, width) : head + ELLIPSIS + tail;
}

/** As many of the first characters as `width` takes. */
function start(characters: string[], width: number): string {
  let kept = "";
  let used = 0;
  for (const character of characters) {
    used += displayWidth(character);
    if (used > width) break;
    kept += character;
  }
  return kept;
}

function end(characters: string[], width: number): string {
  const last: string[] = [];
  let used = 0;
  for (const character of characters.toReversed()) {
    used += displayWidth(character);
    if (used > width) break;
    last.unshift(character);
  }
  return last.join("");
}

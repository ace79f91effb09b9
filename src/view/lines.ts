// Lines of a view: fitted or wrapped to the terminal first, and painted then, each line by itself.
import { displayWidth, fitContent, fitPath, fitPlace, wrap, wrapPath } from "./fit.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, pathText, type Shown } from "./text.js";

/** What of a terminal says whether anything is cut. */
type Cuts = Pick<Terminal, "cuts">;

export type Paint = (text: string) => string;

const plain: Paint = (text) => text;

/** Sentences in as many lines as they need. */
export function sentences(text: string, { width, cuts }: Terminal, paint = plain, indent = ""): string {
  return wrap(text, width - indent.length, cuts === "everything")
    .map((line) => indent + paint(line))
    .join("\n");
}

/** A path in as many lines as it needs: one in a pipe, where others search it. */
export function pathLines(path: string, room: number, { cuts }: Cuts): string[] {
  return cuts === "everything" ? wrapPath(pathText(path), room) : [pathText(path)];
}

/** The same with `first` before the first of them. */
export function wholePath(path: string, terminal: Terminal, first: string, paint = plain): string {
  const indent = " ".repeat(displayWidth(first));
  return pathLines(path, terminal.width - indent.length, terminal)
    .map((line, i) => (i ? indent : first) + paint(line))
    .join("\n");
}

/** A path, a name or a place in one line, as far as `room` goes; whole if nothing but contents is cut. */
export function namesFit(text: string, room: number, { cuts }: Cuts, cut = fitPath): string {
  return cuts === "everything" ? cut(text, room) : text;
}

export const placeFits = (place: string, room: number, terminal: Terminal) =>
  namesFit(place, room, terminal, fitPlace);

const MIN_CONTENT = 20;

/** A content in one line; in a pipe some of it is always shown. */
export function contentFits(content: string, room: number, { cuts }: Cuts): string {
  if (cuts === "nothing") return content;
  return fitContent(content, cuts === "contents" ? Math.max(room, MIN_CONTENT) : room);
}

export interface Described extends Shown {
  gist: string | null;
  address: bigint;
  typeName: string;
}

/** `TYPE ADDRESS  CONTENT` in one line: the content is cut first, then the type, the address never. */
export function objectLine(object: Described, room: number, terminal: Cuts): string {
  const address = addressText(object.address);
  const type = namesFit(escapeControls(object.typeName), room - 1 - address.length, terminal);
  const content = gistText(object);
  const left = room - displayWidth(type) - address.length - 3;
  const shown =
    content && (left >= 4 || terminal.cuts !== "everything") ? contentFits(content, left, terminal) : "";
  return `${type} ${address}${shown && `  ${shown}`}`;
}

/** A text that is wrapped, or the lines that fit into so many columns. */
export type Fact = string | ((room: number) => string[]);

/** Names, and beside them their texts. */
export function facts(
  rows: [name: string, text: Fact][],
  indent: number,
  terminal: Terminal,
  paint = plain,
): string[] {
  const room = terminal.width - indent;
  return rows.flatMap(([name, text]) => {
    const lines =
      typeof text === "string"
        ? text.split("\n").flatMap((line) => wrap(line, room, terminal.cuts === "everything"))
        : text(room);
    return lines.map((line, i) => `  ${paint((i ? "" : name).padEnd(indent - 2))}${line}`);
  });
}

// How an object looks in a picture of a collection, and what is told of it.
import type { Drawing, DrawnNode } from "../analysis/gc-graph.js";
import { LEGEND } from "../model/gc-log.js";
import { shorten } from "./fit.js";
import { plural } from "./text.js";
import { countText } from "./units.js";

export interface Look {
  fill: string;
  line: string;
  text: string;
  shape: "ellipse" | "hexagon";
  /** Its reference count is not known. */
  dashed: boolean;
}

const MANAGED = { fill: "#9e9e9e", line: "#5f6368", text: "#000000" };
const UNKNOWN = { fill: "#f1f3f4", line: "#5f6368", text: "#000000" };
const MANY = { fill: "#ffffff", line: "#5f6368", text: "#000000" };
const BY_COUNT = [
  { fill: "#000000", line: "#000000", text: "#ffffff" },
  { fill: "#d32f2f", line: "#7f1d1d", text: "#ffffff" },
  { fill: "#2e7d32", line: "#14532d", text: "#ffffff" },
  { fill: "#1565c0", line: "#0d3c75", text: "#ffffff" },
];

export const KEY: [text: string, fill: string][] = [
  ...BY_COUNT.map(({ fill }, i): [string, string] => [plural(i, "reference"), fill]),
  ["4 or more", MANY.fill],
  ["managed (a Java object of GraalPy)", MANAGED.fill],
  ["not known", UNKNOWN.fill],
];

/** The collector's own count where a phase has it, else the object's. */
export function look({ node, state }: DrawnNode): Look {
  const isManaged = node.ntv === false;
  const count = state.gr ?? node.rc;
  const colours = isManaged
    ? MANAGED
    : count === undefined || Number(count) < 0
      ? UNKNOWN
      : (BY_COUNT[Number(count)] ?? MANY);
  return { ...colours, shape: isManaged ? "hexagon" : "ellipse", dashed: colours === UNKNOWN };
}

/** Of a name or a value in a picture, in columns: a log may have any. */
const MAX_TEXT = 200;

/** What an object is called in a picture beside its address. */
export const typeText = ({ node }: DrawnNode) => shorten(node.t ?? "", MAX_TEXT);

/** All that is known of an object, by the names of the legend. */
export function columnsOf({ address, list, node, state, extra }: DrawnNode): [name: string, value: string][] {
  const known = Object.entries({ ...node, ...state }).map(([key, value]) => [
    LEGEND[key] ?? key,
    String(value),
  ]);
  return [["address", address], ["list", list], ...known, ...extra].map(([name = "", value = ""]) => [
    shorten(name, MAX_TEXT),
    shorten(value, MAX_TEXT),
  ]);
}

export function drawingTitle({ run, phase }: Drawing): string {
  return shorten(`${run}: ${phase ?? "objects"}`, MAX_TEXT);
}

/** The same in a list in which phases stand under their run. */
export function entryTitle(drawing: Drawing): string {
  return drawing.phase === undefined ? drawingTitle(drawing) : shorten(drawing.phase, MAX_TEXT);
}

/** A list of the collector, and how many of its objects are drawn. */
export function listTitle({ name, count }: Drawing["lists"][number], shown: number): string {
  return `${shorten(name, MAX_TEXT)}: ${shown === count ? countText(count) : `${countText(shown)} of ${countText(count)}`}`;
}

/** What a reader must know is not in the pictures; empty if nothing is missing. */
export function omittedText(drawings: Drawing[]): string {
  const most = (of: "limit" | "common") =>
    drawings.reduce((most, { omitted }) => Math.max(most, omitted[of]), 0);
  const parts: string[] = [];
  if (most("limit")) parts.push(`${plural(most("limit"), "object")} beyond -l`);
  if (most("common")) parts.push(`${plural(most("common"), "object")} of common types (--all-types)`);
  return parts.length ? `omitted of a graph, at most: ${parts.join("; ")}` : "";
}

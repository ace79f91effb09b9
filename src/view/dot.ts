import type { ExtraInfo } from "../analysis/extra-info.js";
import type { Graph, GraphEdge, GraphNode, Role } from "../analysis/graph.js";
import { asciiOnly } from "./charset.js";
import { fitContent, shorten } from "./fit.js";
import { stacked } from "./stacks.js";
import { addressText, escapeControls, gistText, pathText, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

const FILL: Record<Role, string> = {
  explain: "#f4a6a0",
  source: "#ffd9a8",
  excluded: "#d9d9d9",
  highlight: "#fff2a8",
  root: "#b7e1b0",
  plain: "#ffffff",
};
const LINE: Record<Role, string> = {
  explain: "#b3261e",
  source: "#b3261e",
  excluded: "#9e9e9e",
  highlight: "#b38600",
  root: "#2e7d32",
  plain: "#5f6368",
};
const CONTENT_WIDTH = 48;
const LABELS_OF_AN_EDGE = 3;

/** What the boxes of a picture say besides. */
export interface Labels {
  refcounts?: boolean | undefined;
  /** Names of types with their modules. */
  longNames?: boolean | undefined;
  extra?: ExtraInfo | undefined;
}

/** The graph in Graphviz's language. Holders stand above what they hold. */
export function dotText(graph: Graph, title: string, labels: Labels = {}): string {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const nameOf = labels.longNames ? ({ typeName }: GraphNode) => typeName : shortNames(graph);
  const lines = [
    `digraph ${quoted(escapeControls(title))} {`,
    `  graph [rankdir=TB, fontname="Helvetica", fontsize=12, labelloc=t, label=${quoted(caption(graph, title))}]`,
    '  node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=10, margin="0.12,0.06"]',
    '  edge [fontname="Courier", fontsize=9, color="#5f6368", arrowsize=0.7]',
    ...graph.nodes.map((node) => nodeLine(node, nameOf(node), labels)),
    ...graph.edges.map((edge) => edgeLine(edge, nodes)),
    ...graph.nodes.filter(({ more }) => more > 0n).map((node) => moreLines(node, graph.direction)),
    ...stacked(graph).map(([above, below]) => `  n${above} -> n${below} [style=invis]`),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** What a reader must know is not in the picture; empty if nothing is missing. */
export function omittedText({ omitted, ways }: Graph): string {
  const parts: string[] = [];
  if (omitted.explained > 0n)
    parts.push(`${plural(omitted.explained, "more object")} to explain (--max-breadth)`);
  if (omitted.breadth > 0n) parts.push(`${plural(omitted.breadth, "reference")} beyond --max-breadth`);
  if (omitted.depth) parts.push(`what is beyond --max-depth, at ${plural(omitted.depth, "object")}`);
  if (omitted.nodes) parts.push(`what is beyond --max-nodes, at ${plural(omitted.nodes, "object")}`);
  return [
    ...(ways === 0 ? ["no way from --sources"] : []),
    ...(parts.length ? [`omitted: ${parts.join("; ")}`] : []),
  ].join("; ");
}

function caption(graph: Graph, title: string): string {
  return [title, omittedText(graph)].filter(Boolean).map(escapeControls).join("\n");
}

/** The names of types without their modules, but for types of one name. */
function shortNames({ nodes }: Graph): (node: GraphNode) => string {
  const types = new Map<string, Set<string>>();
  for (const { shortName, typeName } of nodes) {
    types.set(shortName, (types.get(shortName) ?? new Set()).add(typeName));
  }
  return ({ shortName, typeName }) => (types.get(shortName)?.size === 1 ? shortName : typeName);
}

function nodeLine(node: GraphNode, name: string, labels: Labels): string {
  const roots = node.roots.map(({ kind, name, part }) => (kind === "module" ? (name ?? "?") : part));
  const text = gistText(node);
  const heading = node.typeName === "module" && roots.length ? `module ${roots[0]}` : name;
  const lines = [heading, ...(text && node.typeName !== "module" ? [fitContent(text, CONTENT_WIDTH)] : [])];
  if (roots.length && node.typeName !== "module")
    lines.push(`root: ${shorten(roots.join(", "), CONTENT_WIDTH)}`);
  const refs = labels.refcounts ? `  ${refsText(node)}` : "";
  lines.push(`${addressText(node.address)}  ${sizeText(node.size)}${refs}`);
  if (node.finalizer !== null)
    lines.push(node.finalizer === "tp_finalize" ? "has a finalizer" : "has a legacy finalizer");
  for (const [column, value] of labels.extra?.of.get(node.address) ?? [])
    lines.push(shorten(`${column}: ${value}`, CONTENT_WIDTH));
  const label = lines.map(escapeControls).join("\n");
  const attributes = [
    `label=${quoted(label)}`,
    `tooltip=${quoted(nodeTooltip(node))}`,
    `fillcolor="${FILL[node.role]}"`,
    `color="${LINE[node.role]}"`,
    ...(node.finalizer === null ? [] : ["peripheries=2"]),
  ];
  return `  n${node.id} [${attributes.join(", ")}]`;
}

function refsText({ refcount }: GraphNode): string {
  return refcount === null ? "immortal" : plural(refcount, "reference");
}

/** All that is known of an object, also what its box has no room for. */
function nodeTooltip(node: GraphNode): string {
  const lines = [
    `${escapeControls(node.typeName)} ${addressText(node.address)}`,
    sizeText(node.size),
    gistText(node),
    node.path === null ? "" : pathText(node.path),
  ];
  return lines.filter(Boolean).join("\n");
}

function edgeTooltip({ source, target, holds }: GraphEdge, nodes: Map<bigint, GraphNode>): string {
  const name = (id: bigint) => {
    const node = nodes.get(id);
    return node ? `${escapeControls(node.typeName)} ${addressText(node.address)}` : "";
  };
  return `${name(source)}\n${holds.map((hold) => escapeControls(hold.part).trim()).join("\n")}\n${name(target)}`;
}

function edgeLine(edge: GraphEdge, nodes: Map<bigint, GraphNode>): string {
  const labels = [
    ...new Set(edge.holds.map((hold) => shorten(escapeControls(hold.part).trim(), CONTENT_WIDTH))),
  ];
  const shown = labels.slice(0, LABELS_OF_AN_EDGE);
  if (labels.length > shown.length) shown.push(`… ${labels.length - shown.length} more`);
  const tooltip = quoted(edgeTooltip(edge, nodes));
  const attributes = [`label=${quoted(shown.join("\n"))}`, `tooltip=${tooltip}`];
  if (edge.only) attributes.push("penwidth=2.5");
  if (edge.way) attributes.push(`color="${LINE.source}"`, `fontcolor="${LINE.source}"`);
  if (edge.back) attributes.push("style=dashed", "constraint=false");
  return `  n${edge.source} -> n${edge.target} [${attributes.join(", ")}]`;
}

function moreLines({ id, more }: GraphNode, direction: Graph["direction"]): string {
  const text = quoted(`… ${countText(more)} more`);
  const [source, target] = direction === "referrers" ? [`m${id}`, `n${id}`] : [`n${id}`, `m${id}`];
  return `  m${id} [label=${text}, tooltip=${text}, style=dotted, fontcolor="#5f6368"]\n  ${source} -> ${target} [tooltip=${text}, style=dotted]`;
}

const NOT_ASCII = /\P{ASCII}/gu;

/** Lines are separated by newlines. Graphviz would read `\\` as an escape, and `&` as the start of an entity. */
export function quoted(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const ascii = asciiOnly() ? escaped.replace(NOT_ASCII, (c) => `&#${c.codePointAt(0)};`) : escaped;
  return `"${ascii.replaceAll("\n", "\\n")}"`;
}

// A picture without what was in the process's memory.
import type { Graph, GraphNode } from "./graph.js";
import type { Hold } from "./holds.js";

/**
 * Without the contents of types whose names begin with one of the prefixes. What is made of the contents of several
 * objects is left out altogether: paths, keys, and in short what an object holds.
 */
export function censored(graph: Graph, prefixes: string[]): Graph {
  const node = (node: GraphNode): GraphNode => ({
    ...node,
    gist: null,
    path: null,
    ...(prefixes.some((prefix) => node.typeName.startsWith(prefix))
      ? { content: null, is_text: null, truncated: null }
      : {}),
  });
  return {
    ...graph,
    nodes: graph.nodes.map(node),
    edges: graph.edges.map((edge) => ({ ...edge, holds: edge.holds.map(withoutKey) })),
  };
}

const NAMED = new Set(["attribute", "slot", "cell", "local", "field", "type"]);

function withoutKey(hold: Hold): Hold {
  const isIndex = hold.kind === "item" && /^\d+$/.test(hold.label ?? "");
  return NAMED.has(hold.kind) || isIndex ? hold : { ...hold, label: null, part: "[…]" };
}

import type { ExtraInfo } from "../analysis/extra-info.js";
import type { Graph } from "../analysis/graph.js";
import { jsonTable } from "./json.js";
import { addressText } from "./text.js";

export function graphJson({ nodes, edges, direction, ways, omitted }: Graph, extra?: ExtraInfo): object {
  const addresses = new Map(nodes.map(({ id, address }) => [id, addressText(address)]));
  return {
    direction,
    ...(ways === null ? {} : { ways }),
    nodes: jsonTable(nodes, {
      address: (node) => addresses.get(node.id),
      type: (node) => node.typeName,
      size: (node) => node.size,
      content: (node) => node.content,
      gist: (node) => node.gist,
      role: (node) => node.role,
      depth: (node) => node.depth,
      roots: (node) => node.roots.map(({ kind, name }) => ({ kind, name })),
      more: (node) => node.more,
      refcount: (node) => node.refcount,
      finalizer: (node) => node.finalizer,
      extra: (node) => Object.fromEntries(extra?.of.get(node.address) ?? []),
    }),
    edges: jsonTable(edges, {
      source: (edge) => addresses.get(edge.source),
      target: (edge) => addresses.get(edge.target),
      labels: (edge) => edge.holds.map(({ kind, label }) => ({ kind, label })),
      only: (edge) => edge.only,
      back: (edge) => edge.back,
      way: (edge) => edge.way,
    }),
    omitted,
  };
}

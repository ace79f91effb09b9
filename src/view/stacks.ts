// Where the parts of a picture stand that nothing connects: Graphviz would put hundreds of them in one row.
import type { Graph, GraphEdge } from "../analysis/graph.js";

/** Parts of a picture that may stand in one row. */
const A_ROW = 4;
/** How much wider than high a box is, with what is around it. */
const SHAPE = 2;

interface Part {
  /** Boxes, across and up. */
  width: number;
  height: number;
  /** Nodes that no edge leads to, and those that none leads from. */
  tops: bigint[];
  bottoms: bigint[];
}

/** Pairs of nodes of which the first is to stand above the second: the parts become stacks, side by side. */
export function stacked(graph: Graph): [bigint, bigint][] {
  const parts = partsOf(graph);
  if (parts.length <= A_ROW) return [];
  const area = parts.reduce((sum, { width, height }) => sum + width * height * SHAPE, 0);
  const most = Math.sqrt(area);
  const pairs: [bigint, bigint][] = [];
  let above: Part | undefined;
  let height = 0;
  for (const part of parts) {
    if (height + part.height > most) {
      above = undefined;
      height = 0;
    }
    const bottom = above?.bottoms[0];
    if (bottom !== undefined) for (const top of part.tops) pairs.push([bottom, top]);
    above = part;
    height += part.height;
  }
  return pairs;
}

function partsOf({ nodes, edges }: Graph): Part[] {
  const down = edges.filter(({ back }) => !back);
  const beside = new Map<bigint, bigint[]>(nodes.map(({ id }) => [id, []]));
  for (const { source, target } of edges) {
    beside.get(source)?.push(target);
    beside.get(target)?.push(source);
  }
  const depth = new Map(nodes.map((node) => [node.id, node.depth]));
  const led = new Set(down.map(({ target }) => target));
  const leading = new Set(down.map(({ source }: GraphEdge) => source));
  const seen = new Set<bigint>();
  const parts: Part[] = [];
  for (const { id } of nodes) {
    if (seen.has(id)) continue;
    const part = [id];
    seen.add(id);
    for (const one of part) {
      for (const other of beside.get(one) ?? []) {
        if (!seen.has(other)) part.push(other);
        seen.add(other);
      }
    }
    const levels = new Map<number, number>();
    for (const one of part) levels.set(depth.get(one) ?? 0, (levels.get(depth.get(one) ?? 0) ?? 0) + 1);
    parts.push({
      width: Math.max(...levels.values()),
      height: levels.size,
      tops: part.filter((one) => !led.has(one)),
      bottoms: part.filter((one) => !leading.has(one)),
    });
  }
  return parts;
}

import type { GraphEdge } from "./graph.js";

/** Marks the edges that close a circle, seen from `starts` against or along the direction of the edges. */
export function markBackEdges(
  starts: bigint[],
  edges: Iterable<GraphEdge>,
  direction: "referrers" | "referents",
): void {
  const [near, far] =
    direction === "referrers" ? (["target", "source"] as const) : (["source", "target"] as const);
  const outward = new Map<bigint, GraphEdge[]>();
  for (const edge of edges) outward.set(edge[near], [...(outward.get(edge[near]) ?? []), edge]);

  const state = new Map<bigint, "on the way" | "done">();
  for (const start of starts) {
    // Depth first without recursion: chains are long.
    const stack = [{ id: start, next: 0 }];
    while (stack.length) {
      const top = stack[stack.length - 1] as { id: bigint; next: number };
      if (top.next === 0 && state.has(top.id)) {
        stack.pop();
        continue;
      }
      state.set(top.id, "on the way");
      const edge = outward.get(top.id)?.[top.next++];
      if (!edge) {
        state.set(top.id, "done");
        stack.pop();
      } else if (state.get(edge[far]) === "on the way") edge.back = true;
      else if (!state.has(edge[far])) stack.push({ id: edge[far], next: 0 });
    }
  }
}

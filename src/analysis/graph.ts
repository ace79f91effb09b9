import { type Heap, type HeapObject, OBJECT, type Root } from "../store/heap.js";
import { setSql } from "../store/set.js";
import { markBackEdges } from "./back-edges.js";
import { contains, type Filter, type Selection } from "./filter.js";
import { type Hold, heldBy, holdersOf, holdsBetween, holdsNothingElse } from "./holds.js";
import { waysBetween } from "./ways.js";

export type Role = "explain" | "source" | "excluded" | "highlight" | "root" | "plain";

export interface GraphNode extends HeapObject {
  role: Role;
  /** Of its type, without the module. */
  shortName: string;
  /** That of its type: `tp_finalize`, `tp_del` or both; null if it has none, or the dump does not tell. */
  finalizer: string | null;
  roots: Root[];
  /** From a root; null for garbage. */
  path: string | null;
  /** Steps from what is explained. */
  depth: number;
  /** Holders (or held objects) that are not drawn, since there are too many. */
  more: bigint;
}

export interface GraphEdge {
  /** Ids of the holder and of what it holds. */
  source: bigint;
  target: bigint;
  /** The ways in which it holds it. */
  holds: Hold[];
  /** The holder refers to nothing else. */
  only: boolean;
  /** It closes a circle. */
  back: boolean;
  /** It is on a way between `sources` and what is explained. */
  way: boolean;
}

export interface GraphRequest {
  filter: Filter;
  /** A set of objects to explain, too (docs/sets.md). */
  of?: string | undefined;
  /** A set of objects: the shortest ways between these and what is explained are drawn, however long. */
  sources?: string | undefined;
  /** A set of objects: others are drawn only if they are to be explained. */
  only?: string | undefined;
  highlight: Selection;
  direction: "referrers" | "referents";
  maxDepth: number;
  /** Drawn holders (or held objects) of one object, and objects to explain. */
  maxBreadth: number;
  maxNodes: number;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  direction: GraphRequest["direction"];
  /** Ways that are drawn between the sources and what is explained; null if none were asked for. */
  ways: number | null;
  omitted: {
    /** Objects that were asked for and are not drawn. */
    explained: bigint;
    /** References not drawn for the sake of `maxBreadth`. */
    breadth: bigint;
    /** Objects not gone into for the sake of `maxDepth`. */
    depth: number;
    /** Objects not gone into for the sake of `maxNodes`. */
    nodes: number;
  };
}

/** Breadth first from what is to be explained, so that every object stands at its least distance. */
export function holderGraph(heap: Heap, request: GraphRequest): Graph {
  return new GraphSearch(heap, request).run();
}

class GraphSearch {
  private nodes = new Map<bigint, GraphNode>();
  private edges = new Map<string, GraphEdge>();
  private modules: Map<bigint | null, string | null> | undefined;
  private readonly finalizerOf: (type: bigint | null) => string | null;
  private omitted: Graph["omitted"] = { explained: 0n, breadth: 0n, depth: 0, nodes: 0 };

  constructor(
    private readonly heap: Heap,
    private readonly request: GraphRequest,
  ) {
    this.finalizerOf = finalizersOf(heap);
  }

  run(): Graph {
    const starts = this.start();
    const levels = [starts];
    const ways = this.request.sources === undefined ? null : this.drawWays(this.request.sources, levels);
    for (let depth = 0; depth < levels.length; depth++) {
      for (const node of levels[depth] ?? []) place(levels, this.goInto(node));
    }
    for (const edge of this.edges.values()) edge.only = holdsNothingElse(this.heap, edge.source, edge.target);
    const { direction } = this.request;
    markBackEdges(
      starts.map(({ id }) => id),
      this.edges.values(),
      direction,
    );
    return {
      nodes: [...this.nodes.values()],
      edges: [...this.edges.values()],
      direction,
      ways,
      omitted: this.omitted,
    };
  }

  /** What is to be explained: the objects named, and the largest of the types named. */
  private start(): GraphNode[] {
    const { filter, of } = this.request;
    const { exclude, include = { objects: new Set<bigint>(), types: new Set<bigint>() } } = filter;
    const named = [...include.objects].map(this.heap.objects(include.objects));
    const condition = [
      `o.type IN (${[...include.types].join(", ")})`,
      ...(of === undefined ? [] : [setSql(this.heap, of)]),
    ].join(" OR ");
    const ofTypes = this.heap.all<HeapObject>(
      `SELECT ${OBJECT} FROM {heap}.object AS o WHERE ${condition} ORDER BY o.size DESC LIMIT ?`,
      this.request.maxBreadth,
    );
    const total = this.heap.get<{ n: bigint }>(
      `SELECT count(*) AS n FROM {heap}.object AS o WHERE ${condition}`,
    );
    this.omitted.explained = (total?.n ?? 0n) - BigInt(ofTypes.length);
    const objects = [...named, ...ofTypes].filter((object) => !contains(exclude, object));
    const unique = [...new Map(objects.map((object) => [object.id, object])).values()];
    const roots = this.heap.roots(unique.map(({ id }) => id));
    return unique.map((object) => this.add(object, roots(object.id), 0, "explain"));
  }

  /** Draws the ways, and puts what is new on them at its distance. */
  private drawWays(sources: string, levels: GraphNode[][]): number {
    const { direction, maxBreadth, filter } = this.request;
    const explained = (levels[0] ?? []).map(({ address }) => `0x${address.toString(16)}`).join(" | ");
    if (explained === "") return 0;
    const [from, to] = direction === "referrers" ? [sources, explained] : [explained, sources];
    const ways = waysBetween(this.heap, from, to, filter.exclude, maxBreadth);
    for (const way of ways) {
      const ids = way.map(({ id }) => id);
      const objects = this.heap.objects(ids);
      const roots = this.heap.roots(ids);
      if (direction === "referrers") ids.reverse();
      for (const [depth, id] of ids.entries()) {
        const role = depth === ids.length - 1 ? "source" : undefined;
        if (!this.nodes.has(id)) place(levels, [this.add(objects(id), roots(id), depth, role)]);
      }
      for (const [i, { id, part }] of way.entries()) {
        const holder = way[i - 1]?.id;
        if (holder !== undefined) this.connectWay(holder, id, part);
      }
    }
    return ways.length;
  }

  private connectWay(source: bigint, target: bigint, part: string): void {
    const found = holdsBetween(this.heap, source, target);
    // An object is not said to hold its type.
    const holds = found.length ? found : [{ holder: source, held: target, kind: "type", label: null, part }];
    const edge = this.edges.get(`${source} ${target}`) ?? { source, target, holds, only: false, back: false };
    this.edges.set(`${source} ${target}`, { ...edge, way: true });
  }

  /** Draws what holds a node (or what it holds) and returns what is new. */
  private goInto(node: GraphNode): GraphNode[] {
    if (node.role === "excluded" || (node.role === "root" && node.depth > 0)) return [];
    const found = this.neighbours(node);
    if (found.length === 0) return [];
    if (node.depth >= this.request.maxDepth) {
      const hidden = found.filter(({ object }) => !this.nodes.has(object.id));
      if (hidden.length) this.omitted.depth++;
      node.more = BigInt(hidden.length);
      for (const { object, holds } of found)
        if (this.nodes.has(object.id)) this.connect(node, object.id, holds);
      return [];
    }

    const fresh: GraphNode[] = [];
    let drawn = 0;
    let crowded = false;
    for (const { object, roots, holds } of found) {
      if (!this.nodes.has(object.id)) {
        crowded ||= this.nodes.size >= this.request.maxNodes;
        if (drawn >= this.request.maxBreadth || crowded) {
          node.more++;
          continue;
        }
        fresh.push(this.add(object, roots, node.depth + 1));
      }
      drawn++;
      this.connect(node, object.id, holds);
    }
    if (crowded) this.omitted.nodes++;
    else this.omitted.breadth += node.more;
    return fresh;
  }

  /** The most telling first: what is highlighted, then roots, then the rest as it comes. */
  private neighbours(node: GraphNode): { object: HeapObject; roots: Root[]; holds: Hold[] }[] {
    const outward = this.request.direction === "referrers";
    const { holds, beyond } = outward ? holdersOf(this.heap, node.id) : heldBy(this.heap, node.id);
    node.more += beyond;
    const byObject = new Map<bigint, Hold[]>();
    for (const hold of holds) {
      const other = outward ? hold.holder : hold.held;
      byObject.set(other, [...(byObject.get(other) ?? []), hold]);
    }
    this.drop(byObject);
    const objects = this.heap.objects(byObject.keys());
    const roots = this.heap.roots(byObject.keys());
    const rank = ({ object }: { object: HeapObject }) =>
      contains(this.request.highlight, object) ? 0 : roots(object.id).length ? 1 : 2;
    return [...byObject]
      .map(([id, own]) => ({ object: objects(id), roots: roots(id), holds: own }))
      .sort((a, b) => rank(a) - rank(b));
  }

  /** What is neither in the set that alone is drawn nor drawn already. */
  private drop(found: Map<bigint, Hold[]>): void {
    const { only } = this.request;
    if (only === undefined) return;
    for (const id of found.keys()) {
      if (this.nodes.has(id)) continue;
      if (!this.heap.get("SELECT id FROM {heap}.members(?) WHERE id = ?", only, id)) found.delete(id);
    }
  }

  private connect(node: GraphNode, other: bigint, holds: Hold[]): void {
    const [source, target] = this.request.direction === "referrers" ? [other, node.id] : [node.id, other];
    const key = `${source} ${target}`;
    if (this.edges.has(key)) return;
    this.edges.set(key, { source, target, holds, only: false, back: false, way: false });
  }

  private add(object: HeapObject, roots: Root[], depth: number, role?: Role): GraphNode {
    const node: GraphNode = {
      ...object,
      role: role ?? this.role(object, roots),
      shortName: this.shortNameOf(object),
      finalizer: this.finalizerOf(object.type),
      roots,
      path:
        this.heap.get<{ path: string | null }>("SELECT path FROM {heap}.object WHERE id = ?", object.id)
          ?.path ?? null,
      depth,
      more: 0n,
    };
    this.nodes.set(object.id, node);
    return node;
  }

  private shortNameOf({ type, typeName }: HeapObject): string {
    this.modules ??= new Map(this.heap.types().map(({ id, module }) => [id, module]));
    const module = this.modules.get(type);
    return module && typeName.startsWith(`${module}.`) ? typeName.slice(module.length + 1) : typeName;
  }

  private role(object: HeapObject, roots: Root[]): Role {
    if (contains(this.request.filter.exclude, object)) return "excluded";
    if (contains(this.request.highlight, object)) return "highlight";
    // An object that C holds may have holders in Python as well, and these explain more.
    if (roots.some(({ kind }) => kind !== "c")) return "root";
    return "plain";
  }
}

function place(levels: GraphNode[][], nodes: GraphNode[]): void {
  for (const node of nodes) {
    while (levels.length <= node.depth) levels.push([]);
    levels[node.depth]?.push(node);
  }
}

function finalizersOf(heap: Heap): (type: bigint | null) => string | null {
  const rows = heap.all<{ id: bigint; finalizer: string }>(
    "SELECT id, finalizer FROM {heap}.type WHERE finalizer <> 'none'",
  );
  const known = new Map(rows.map(({ id, finalizer }) => [id, finalizer]));
  return (type) => (type === null ? null : (known.get(type) ?? null));
}

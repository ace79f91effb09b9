// Collections as graphs: of each run its objects, and of each of its phases the lists of the collector.
import { COMMON_TYPES } from "../model/gc-common-types.js";
import {
  edgesOf,
  type GcNode,
  type GcState,
  nodesOf,
  type Run,
  type Step,
  stepsOf,
} from "../model/gc-log.js";
import type { ExtraInfo } from "./extra-info.js";

const NO_COLUMNS: ReadonlyMap<string, string> = new Map();

export interface DrawOptions {
  /** Without the graphs of the phases. */
  objectsOnly: boolean;
  /** The last run first. */
  reverse: boolean;
  /** Objects of exactly this type, with what they refer to and all that leads to them. */
  type?: string;
  /** At most so many nodes in a graph. */
  limit: number;
  /** At most so many graphs, but for those of the first run. */
  graphs: number;
  allTypes: boolean;
  extra: ExtraInfo["of"];
}

/** A run, and what it is called. */
export interface NamedRun {
  name: string;
  run: Run;
}

export interface DrawnNode {
  address: string;
  /** The collector's list that it is in. */
  list: string;
  node: GcNode;
  state: GcState;
  /** By column, what was given besides. */
  extra: ReadonlyMap<string, string>;
}

export interface DrawnEdge {
  /** Places in `nodes`. */
  source: number;
  target: number;
  /** How often the one refers to the other. */
  count: number;
}

export interface Drawing {
  run: string;
  /** Undefined: all objects of the run. */
  phase?: string;
  /** As they follow one another in the collector, with how many objects they have, drawn or not. */
  lists: { name: string; count: number }[];
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  omitted: { limit: number; common: number };
}

/** Of all graphs together; no browser opens a page with many more. */
const MAX_NODES = 200_000;

/** Each run, its objects first and then its phases, as far as they fit into one picture. */
export function drawCollections(
  runs: NamedRun[],
  options: DrawOptions,
): { drawings: Drawing[]; runs: number } {
  const drawings: Drawing[] = [];
  let nodes = 0;
  let drawn = 0;
  for (const run of options.reverse ? runs.toReversed() : runs) {
    const graphs = drawRun(run, options);
    nodes += graphs.reduce((sum, graph) => sum + graph.nodes.length, 0);
    if (drawn > 0 && (nodes > MAX_NODES || drawings.length + graphs.length > options.graphs)) break;
    drawings.push(...graphs);
    drawn++;
  }
  return { drawings, runs: drawn };
}

function drawRun({ name, run }: NamedRun, options: DrawOptions): Drawing[] {
  const nodes = nodesOf(run);
  const { order, common } = chosen(run, options);
  const draw = ({ phase, names, members }: PhaseLists): Drawing => {
    const there = order.filter((address) => members.has(address));
    const shown = there.slice(0, options.limit);
    const counts = new Map(names.map((list) => [list, 0]));
    for (const { list } of members.values()) counts.set(list, (counts.get(list) ?? 0) + 1);
    return {
      run: name,
      ...(phase !== undefined && { phase }),
      lists: [...counts].map(([list, count]) => ({ name: list, count })),
      nodes: shown.map((address) => ({
        address,
        ...(members.get(address) as Member),
        node: nodes[address] ?? {},
        extra: options.extra.get(BigInt(address)) ?? NO_COLUMNS,
      })),
      edges: countedEdges(edgesOf(run), new Map(shown.map((address, i) => [address, i]))),
      omitted: {
        limit: there.length - shown.length,
        common: common.filter((address) => members.has(address)).length,
      },
    };
  };
  const young = Object.keys(nodes).map((address) => [address, { list: "young", state: {} }] as const);
  const objects = draw({ names: ["young"], members: new Map(young) });
  return options.objectsOnly ? [objects] : [objects, ...phasesOf(stepsOf(run)).map(draw)];
}

interface Member {
  list: string;
  state: GcState;
}

interface PhaseLists {
  phase?: string;
  names: string[];
  members: Map<string, Member>;
}

/** Steps of one phase that follow one another belong to one picture; what comes again has a number. */
function phasesOf(steps: Step[]): PhaseLists[] {
  const phases: (PhaseLists & { name: string })[] = [];
  for (const [name, list, states] of steps) {
    let current = phases.at(-1);
    if (current?.name !== name || current.names.includes(list)) {
      const before = phases.filter((phase) => phase.name === name).length;
      const phase = before === 0 ? name : `${name} (${before + 1})`;
      current = { name, phase, names: [], members: new Map() };
      phases.push(current);
    }
    current.names.push(list);
    for (const [address, state] of Object.entries(states)) current.members.set(address, { list, state });
  }
  return phases;
}

function countedEdges(edges: [string, string][], places: Map<string, number>): DrawnEdge[] {
  const counted = new Map<number, DrawnEdge>();
  for (const [from, to] of edges) {
    const source = places.get(from);
    const target = places.get(to);
    if (source === undefined || target === undefined) continue;
    const key = source * places.size + target;
    const edge = counted.get(key);
    if (edge) edge.count++;
    else counted.set(key, { source, target, count: 1 });
  }
  return [...counted.values()];
}

/**
 * The objects that may be drawn, those that matter first: what the collector took out of its list or has the type that
 * is asked for, then what is around it, step by step, and then what has most references.
 */
function chosen(run: Run, { type, allTypes }: DrawOptions): { order: string[]; common: string[] } {
  const nodes = nodesOf(run);
  const found = new Set<string>();
  const all = new Set(Object.keys(nodes));
  for (const [, list, states] of stepsOf(run)) {
    for (const address of Object.keys(states)) {
      all.add(address);
      if (list !== "base") found.add(address);
    }
  }
  const referents = neighbours(edgesOf(run), 0, 1);
  const referrers = neighbours(edgesOf(run), 1, 0);
  if (type !== undefined) {
    const seeds = [...all].filter((address) => isOfType(nodes[address], type));
    const children = seeds.flatMap((address) => referents.get(address) ?? []);
    const kept = new Set([...breadthFirst(seeds, (address) => referrers.get(address) ?? []), ...children]);
    const order = [...new Set([...seeds, ...children, ...kept])];
    return { order: order.filter((address) => all.has(address)), common: [] };
  }
  const isCommon = (address: string) =>
    !allTypes && !found.has(address) && COMMON_TYPES.has(nodes[address]?.t ?? "");
  const common = [...all].filter(isCommon);
  for (const address of common) all.delete(address);
  const around = (address: string) => [...(referrers.get(address) ?? []), ...(referents.get(address) ?? [])];
  const degree = (address: string) => around(address).length;
  const near = breadthFirst(found, around).filter((address) => all.has(address));
  const nearby = new Set(near);
  const rest = [...all].filter((address) => !nearby.has(address));
  const degrees = new Map(rest.map((address) => [address, degree(address)]));
  rest.sort((a, b) => (degrees.get(b) ?? 0) - (degrees.get(a) ?? 0));
  return { order: [...near, ...rest], common };
}

function neighbours(edges: [string, string][], from: 0 | 1, to: 0 | 1): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const edge of edges) {
    const list = found.get(edge[from]);
    if (list) list.push(edge[to]);
    else found.set(edge[from], [edge[to]]);
  }
  return found;
}

function breadthFirst(seeds: Iterable<string>, next: (address: string) => string[]): string[] {
  const reached = new Set(seeds);
  // A set goes on to what is added while it is walked.
  for (const address of reached) for (const other of next(address)) reached.add(other);
  return [...reached];
}

/** In full, or without its module. */
function isOfType({ t }: GcNode = {}, type: string): boolean {
  return t === type || t?.slice(t.lastIndexOf(".") + 1) === type;
}

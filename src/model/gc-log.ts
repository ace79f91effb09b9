// What a collection of the cycle collector did, in the form of the logs that patches/ makes CPython write
// (patches/README.md). Addresses are keys and ends of edges, as `0x…`.

/** An integer; its digits if a double cannot hold it. */
export type Count = number | string;

export interface GcNode {
  /** The name of a type, a function or a module. */
  n?: string;
  /** The address of the collector's header. */
  gc?: string;
  /** The type's name. */
  t?: string;
  /** False for an object of GraalPy that is a Java object. */
  ntv?: boolean;
  /** The reference count. */
  rc?: Count;
}

export interface GcState {
  /** What is left of the reference count. */
  gr?: Count;
  /** Whether it is among the objects that are collected. */
  ct?: boolean;
  /** Whether it is taken to be unreachable. */
  nr?: boolean;
}

export type ByAddress<Value> = Record<string, Value>;

export type Nodes = ["nodes", "young", ByAddress<GcNode>];
export type Edges = ["edges", "young", [source: string, target: string][]];
/** The objects of a list of the collector after a step. */
export type Step = [phase: string, list: string, ByAddress<GcState>];
export type Phase = Nodes | Edges | Step;
export type Run = ["gc_collect_main", title: string, ...Phase[]];

export interface GcLog {
  legend: Record<string, string>;
  runs: [["gc graphs"], ...Run[]];
}

export const LEGEND: Record<string, string> = {
  n: "name",
  gc: "gc address",
  t: "type name",
  ntv: "is native",
  rc: "ref count",
  gr: "gc refcount",
  nr: "is unreachable",
  ct: "is collecting",
};

export const NO_COLLECTIONS: GcLog = { legend: LEGEND, runs: [["gc graphs"]] };

export function runsOf({ runs: [, ...runs] }: GcLog): Run[] {
  return runs;
}

export function nodesOf([, , ...phases]: Run): ByAddress<GcNode> {
  return phases.find((phase): phase is Nodes => phase[0] === "nodes")?.[2] ?? {};
}

export function edgesOf([, , ...phases]: Run): Edges[2] {
  return phases.find((phase): phase is Edges => phase[0] === "edges")?.[2] ?? [];
}

export function stepsOf([, , ...phases]: Run): Step[] {
  return phases.filter((phase): phase is Step => phase[0] !== "nodes" && phase[0] !== "edges");
}

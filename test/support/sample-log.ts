// A log of the collector as patches/ writes it: a session and its request in a cycle, one with a finalizer that brings it
// back, and one with a legacy finalizer, beside what is still in use.
import type { Edges, GcLog, GcNode, GcState, Phase, Run } from "../../src/model/gc-log.js";
import { LEGEND } from "../../src/model/gc-log.js";

const BASE = 0x7f0000001000;

export interface Planted {
  name: string;
  node: GcNode;
  to: string[];
}

export const address = (i: number) => `0x${(BASE + 0x40 * i).toString(16)}`;

const planted: Planted[] = [
  { name: "module", node: { n: "app", t: "module", rc: 2 }, to: ["globals"] },
  { name: "globals", node: { n: "", t: "dict", rc: 1 }, to: ["cache", "function"] },
  { name: "cache", node: { n: "", t: "list", rc: 1 }, to: [] },
  { name: "function", node: { n: "handle", t: "function", rc: 1 }, to: ["globals"] },
  { name: "session", node: { n: "", t: "app.Session", rc: 1 }, to: ["request"] },
  { name: "request", node: { n: "", t: "app.Request", rc: 2 }, to: ["session", "body"] },
  { name: "body", node: { n: "", t: "list", rc: 1 }, to: ["request"] },
  { name: "upload", node: { n: "", t: "app.Upload", rc: 1 }, to: ["upload"] },
  { name: "handle", node: { n: "", t: "native.Handle", rc: 1 }, to: ["handle"] },
];

export const addressOf = Object.fromEntries(planted.map(({ name }, i) => [name, address(i)]));

const states = (names: string[], state: (name: string) => GcState) =>
  Object.fromEntries(names.map((name) => [addressOf[name], state(name)]));

function run(title: string, names: string[], garbage: string[], back: string[], legacy: string[]): Run {
  const those = planted.filter(({ name }) => names.includes(name));
  const edges = those.flatMap(({ name, to }) =>
    to.filter((target) => names.includes(target)).map((target) => [addressOf[name], addressOf[target]]),
  ) as Edges[2];
  const into = (name: string) => edges.filter(([, target]) => target === addressOf[name]).length;
  const count = (name: string) => Number(planted.find((each) => each.name === name)?.node.rc);
  const left = (name: string) => (garbage.includes(name) ? 0 : Math.max(0, count(name) - into(name)));
  const nodes = Object.fromEntries(
    those.map(({ name, node: { n, t, rc } }) => [
      addressOf[name],
      { n, gc: `0x${(Number(addressOf[name]) - 16).toString(16)}`, t, ntv: true, rc },
    ]),
  ) as Record<string, GcNode>;
  const collectable = garbage.filter((name) => !legacy.includes(name));
  const used = names.filter((name) => !garbage.includes(name));
  const still = collectable.filter((name) => !back.includes(name));
  const phases: Phase[] = [
    ["nodes", "young", nodes],
    ["edges", "young", edges],
    ["update_refs", "base", states(names, (name) => ({ gr: count(name), ct: true }))],
    ["subtract_refs", "base", states(names, (name) => ({ gr: left(name) }))],
    ["move_unreachable", "base", states(used, () => ({ nr: false }))],
    ["move_unreachable", "unreachable", states(garbage, () => ({ gr: 0, nr: true }))],
    ["move_legacy_finalizers", "unreachable", states(collectable, () => ({ nr: false }))],
    ["move_legacy_finalizers", "finalizers", states(legacy, () => ({ nr: false }))],
    ["update_refs", "base", states(collectable, (name) => ({ gr: count(name), ct: true }))],
    ["subtract_refs", "base", states(collectable, (name) => ({ gr: back.includes(name) ? 1 : 0 }))],
    ["move_unreachable", "base", states(back, () => ({ nr: false }))],
    ["move_unreachable", "unreachable", states(still, () => ({ gr: 0, nr: true }))],
    ["handle_resurrected_objects", "resurrected", states(back, () => ({ nr: false }))],
    ["handle_resurrected_objects", "still_unreachable", states(still, () => ({ nr: false }))],
  ];
  return ["gc_collect_main", title, ...phases];
}

const all = planted.map(({ name }) => name);

/** Two collections. */
export const sampleLog: GcLog = {
  legend: LEGEND,
  runs: [
    ["gc graphs"],
    run("generation 0", ["session", "request", "body"], ["session", "request", "body"], [], []),
    run("generation 2", all, ["upload", "handle", "session", "request", "body"], ["upload"], ["handle"]),
  ],
};

export const sampleLogText = `${JSON.stringify(sampleLog)}\n`;

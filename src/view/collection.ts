// A collection that was replayed on a dump.
import type { Callback, CollectionGroup, Replay, ReplayedPhase, TypeCount } from "../analysis/collection.js";
import { LEGEND } from "../model/gc-log.js";
import { collectorText } from "./collector.js";
import { jsonTable, jsonText } from "./json.js";
import { facts, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

const LOST =
  "What a collection would do is not known: the end of the dump, which tells what it goes by, is missing.";

export function replayText(replay: Replay | undefined, path: string, terminal: Terminal): string {
  const { bold, cyan, dim } = terminal.colors;
  if (!replay) return sentences(LOST, terminal);
  const { groups, generation, collector } = replay;
  const { reachable, unreachable } = groups;
  const all: CollectionGroup = {
    count: reachable.count + unreachable.count,
    size: reachable.size + unreachable.size,
    types: mergedTypes(reachable.types, unreachable.types),
  };
  const which =
    generation === 2 ? "all generations" : `generation ${generation}${generation ? " and 0" : ""}`;
  const title = `A collection of ${which}, replayed: ${plural(all.count, "object")}`;
  const rows: [phase: string, list: string, group: CollectionGroup][] = [
    ["update_refs", "base", all],
    ["move_unreachable", "base", reachable],
    ["move_unreachable", "unreachable", unreachable],
    ["move_legacy_finalizers", "finalizers", groups.legacy],
    ["", "uncollectable", groups.uncollectable],
    ["finalize_garbage", "finalizers to run", groups.finalized],
    ["", "may be resurrected", groups.may_resurrect],
  ];
  const lines = table(
    [
      { title: "PHASE", paint: cyan },
      { title: "LIST" },
      { title: "OBJECTS", align: "right" },
      { title: "SIZE", align: "right" },
      { title: "MOST COMMON TYPES", cut: "content" },
    ],
    rows.map(([phase, list, group]) => [
      phase,
      list,
      countText(group.count),
      sizeText(group.size),
      commonTypes(group.types),
    ]),
    terminal,
  );
  return [
    bold(title),
    sentences(outcome(replay), terminal),
    lines,
    ...callbackLines(replay, terminal),
    ...(replay.miscounted > 0n ? [sentences(miscountedText(replay.miscounted), terminal)] : []),
    ...(collector ? ["", ...facts([["collector", collectorText(collector)]], 14, terminal, dim)] : []),
    ...(unreachable.count > 0n ? [nextStep(terminal, "garbage", path)] : []),
  ].join("\n");
}

/** What becomes of the unreachable objects. */
function outcome({ groups, incomplete }: Replay): string {
  const { unreachable, uncollectable, may_resurrect: resurrectable } = groups;
  if (unreachable.count === 0n)
    return incomplete ? "Nothing is unreachable in what could be read." : "Nothing is unreachable.";
  const freed = unreachable.count - uncollectable.count - resurrectable.count;
  const parts = [
    [freed, "to be freed"],
    [resurrectable.count, "that finalizers reach, and may bring back"],
    [uncollectable.count, "that legacy finalizers keep"],
  ] as const;
  const told = parts.flatMap(([count, words]) => (count > 0n ? [`${countText(count)} ${words}`] : []));
  return `${countText(unreachable.count)} unreachable: ${told.join(", ")}`;
}

const TYPES = 6;

function commonTypes(types: TypeCount[]): string {
  const shown = types
    .slice(0, TYPES)
    .map(({ typeName, count }) => `${escapeControls(typeName)} ${countText(count)}`);
  return [...shown, ...(types.length > TYPES ? ["…"] : [])].join(", ");
}

function mergedTypes(...lists: TypeCount[][]): TypeCount[] {
  const merged = new Map<string, TypeCount>();
  for (const type of lists.flat()) {
    const known = merged.get(type.typeName);
    merged.set(type.typeName, known ? { ...known, count: known.count + type.count } : type);
  }
  return [...merged.values()].sort((a, b) => Number(b.count - a.count));
}

function callbackLines({ callbacks, callbackCount }: Replay, terminal: Terminal): string[] {
  if (callbackCount === 0n) return [];
  const more = callbackCount - BigInt(callbacks.length);
  return [
    "",
    `handle_weakrefs: ${plural(callbackCount, "callback")} of weak references to call`,
    ...callbacks.map((callback) => sentences(callbackText(callback), terminal, undefined, "  ")),
    ...(more > 0n ? [`  and ${countText(more)} more`] : []),
  ];
}

function callbackText({ object, weakReference, callback }: Callback): string {
  const called =
    gistText(callback) || `${escapeControls(callback.typeName)} ${addressText(callback.address)}`;
  const [type, weak] = [object, weakReference].map(({ typeName }) => escapeControls(typeName));
  return `${called}, by the ${weak} ${addressText(weakReference.address)} to ${type} ${addressText(object.address)}`;
}

const miscountedText = (count: bigint) =>
  `${plural(count, "object")} ${count === 1n ? "has" : "have"} fewer references than were found: the dump is not of one moment, and what is unreachable may be wrong.`;

/** In parts: a heap may be larger than a string can be. The form is that of a log, with more behind it. */
export function* replayJson(replay: Replay, phases: ReplayedPhase[], warnings: object): Generator<string> {
  const { generation, groups, callbacks, callbackCount, miscounted, collector } = replay;
  yield `{"legend":${jsonText(LEGEND)},"runs":[["gc graphs"],["gc_collect_main","generation ${generation}"`;
  for (const { phase, list, parts } of phases) yield* phaseJson(phase, list, parts());
  const rest = jsonText({
    generation,
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, { count, size, types }]) => [
        name,
        { count, size, ...typesJson(types) },
      ]),
    ),
    callbacks: {
      count: callbackCount,
      ...jsonTable(callbacks, {
        address: ({ object }) => addressText(object.address),
        type: ({ object }) => object.typeName,
        weak_reference: ({ weakReference }) => addressText(weakReference.address),
        callback: ({ callback }) => addressText(callback.address),
        gist: ({ callback }) => gistText(callback) || null,
      }),
    },
    miscounted,
    collector: collector ?? null,
    ...warnings,
  });
  yield `]],${rest.slice(1)}\n`;
}

function typesJson(types: TypeCount[]): object {
  return jsonTable(types, {
    type: ({ typeName }) => typeName,
    count: ({ count }) => count,
    size: ({ size }) => size,
    example: ({ example }) => addressText(example.address),
  });
}

const PARTS = 1000;

function* phaseJson(
  phase: string,
  list: string,
  entries: Iterable<[address: string, value: object | string]>,
): Generator<string> {
  const pairs = phase === "edges";
  let text = `,[${jsonText(phase)},${jsonText(list)},${pairs ? "[" : "{"}`;
  let count = 0;
  for (const [address, value] of entries) {
    text += count ? "," : "";
    text += pairs ? `["${address}","${value}"]` : `"${address}":${jsonText(value)}`;
    if (++count % PARTS === 0) {
      yield text;
      text = "";
    }
  }
  yield `${text}${pairs ? "]" : "}"}]`;
}

import type { GarbageOf, GarbageSum } from "../analysis/garbage.js";
import { type Collector, isOff } from "../model/collector.js";
import { GARBAGE_REASONS } from "../model/garbage-reasons.js";
import { collectorText } from "./collector.js";
import { jsonTable } from "./json.js";
import { facts, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, gistText, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

export function garbageText(found: GarbageOf, path: string, terminal: Terminal): string {
  const { bold, cyan, dim } = terminal.colors;
  const { types, reasons, total, collector, incomplete } = found;
  const state = collector ? facts([["collector", collectorText(collector)]], 14, terminal, dim) : [];
  const [first] = types;
  if (!first) return [incomplete ? "No garbage in what could be read." : "No garbage.", ...state].join("\n");
  const text = table(
    [
      { title: "SIZE", align: "right", paint: bold },
      { title: "COUNT", align: "right" },
      { title: "TYPE", cut: "name", paint: cyan },
      { title: "STAYS" },
      { title: "EXAMPLE" },
      { title: "CONTENT", cut: "content" },
    ],
    types.map(({ size, count, typeName, example, ...sum }) => [
      sizeText(size),
      countText(count),
      escapeControls(typeName),
      shortReason(sum),
      addressText(example.address),
      gistText(example),
    ]),
    terminal,
  );
  const more = total.types - BigInt(types.length);
  return [
    text,
    "",
    `${plural(total.count, "object")}, ${sizeText(total.size)}${more > 0n ? `; ${plural(more, "more row")} (-n)` : ""}:`,
    ...merged(reasons, collector).map((sum) =>
      sentences(reasonText(sum, collector), terminal, undefined, "  "),
    ),
    ...state,
    nextStep(terminal, "show", path, addressText(first.example.address)),
  ].join("\n");
}

const shortReason = ({ reason, generation }: Pick<GarbageSum, "reason" | "generation">) =>
  generation === null ? reason : `${reason}, generation ${generation}`;

function reasonText(sum: GarbageSum, collector: Collector | undefined): string {
  const { why, mend } = wordsFor(sum, collector);
  return `${sizeText(sum.size)} in ${plural(sum.count, "object")} (${shortReason(sum)}): ${why}; ${mend}`;
}

/** If no collection comes by itself, it does not matter which one would free what. */
function merged(reasons: GarbageSum[], collector: Collector | undefined): GarbageSum[] {
  if (!collector || !isOff(collector)) return reasons;
  const uncollected = reasons.filter(({ reason }) => reason === "uncollected");
  const [all] = uncollected.toSorted((a, b) => Number((b.generation ?? 0n) - (a.generation ?? 0n)));
  if (!all) return reasons;
  const sum = (of: (row: GarbageSum) => bigint) => uncollected.reduce((total, row) => total + of(row), 0n);
  return [
    { ...all, count: sum(({ count }) => count), size: sum(({ size }) => size) },
    ...reasons.filter(({ reason }) => reason !== "uncollected"),
  ];
}

/** Of what a collection would free, when one comes by itself. */
function wordsFor(
  { reason, generation }: Pick<GarbageSum, "reason" | "generation">,
  collector: Collector | undefined,
): { why: string; mend: string } {
  const { why, mend } = GARBAGE_REASONS[reason];
  if (generation === null || !collector) return { why, mend };
  if (isOff(collector)) {
    const how = collector.enabled ? "gc.set_threshold(700, 10, 10)" : "gc.enable()";
    return {
      why: "the collector is off, and frees nothing",
      mend: `${how}, or gc.collect(${generation}) now and then`,
    };
  }
  const [count, threshold] = [collector.counts, collector.thresholds].map((of) => of[Number(generation)]);
  const due = threshold ? ` (its count is ${count}, and has to pass ${threshold})` : "";
  return { why: `no collection of generation ${generation} has come yet${due}`, mend };
}

export function garbageJson({ types, reasons, total, collector }: GarbageOf): object {
  return {
    ...jsonTable(types, {
      type: ({ typeName }) => typeName,
      count: ({ count }) => count,
      size: ({ size }) => size,
      reason: ({ reason }) => reason,
      generation: ({ generation }) => generation,
      address: ({ example }) => addressText(example.address),
      content: ({ example }) => example.content,
      gist: ({ example }) => example.gist,
    }),
    reasons: jsonTable(reasons, {
      reason: ({ reason }) => reason,
      generation: ({ generation }) => generation,
      count: ({ count }) => count,
      size: ({ size }) => size,
      why: (sum) => wordsFor(sum, collector).why,
      mend: (sum) => wordsFor(sum, collector).mend,
    }),
    total: { count: total.count, size: total.size },
    collector: collector ?? null,
  };
}

import type { Diff, DiffRequest, DiffRow } from "../analysis/diff.js";
import type { Taken } from "../model/taken.js";
import { fitSeries } from "./fit.js";
import { groupHeading, groupText } from "./groups.js";
import { type JsonTable, jsonTable } from "./json.js";
import { sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { type Column, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { escapeControls, plural } from "./text.js";
import { countText, durationText, signedCountText, signedSizeText, sizeText } from "./units.js";

/** `last` is what is compared with an earlier one. */
export function diffText(
  diff: Diff,
  { by, measure }: Pick<DiffRequest, "by" | "measure">,
  last: Taken,
  terminal: Terminal,
): string {
  const { bold, cyan, dim } = terminal.colors;
  const { rows, old } = diff;
  if (rows.length === 0) return nothingText(diff);
  const byCount = measure === "count";
  const series = (row: DiffRow) =>
    (byCount ? row.counts.map(countText) : row.sizes.map(sizeText)).join(" → ");
  const growth = (row: DiffRow) =>
    byCount ? signedCountText(row.count - row.count_old) : signedSizeText(row.size - row.size_old);
  // Long names leave no room for a series.
  const several =
    (by === "type" || by === "kind" || byCount || old === null) && (rows[0]?.sizes.length ?? 0) > 2;
  const size: [Column, (row: DiffRow) => string] = [
    { title: "SIZE", align: "right" },
    (row) => sizeText(row.size),
  ];
  const count: [Column, (row: DiffRow) => string] = [
    { title: "COUNT", align: "right" },
    (row) => countText(row.count),
  ];
  const columns: [Column, (row: DiffRow) => string][] = [
    [{ title: "GROWTH", align: "right", paint: bold }, growth],
    several
      ? [{ title: byCount ? "COUNTS" : "SIZES", cut: "content", fit: fitSeries }, series]
      : byCount
        ? count
        : size,
    byCount ? size : count,
    ...(rows.some((row) => row.new !== null) ? EXCHANGED : []),
    [{ title: groupHeading(by), cut: "name", paint: cyan }, ({ name }) => groupText(name, by)],
  ];
  const text = table(
    columns.map(([column]) => column),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
    terminal,
  );
  const next = old && diff.total.new !== null ? [nextStep(terminal, "leaks", old.path, last.path)] : [];
  return [text, "", sentences(sumText(diff), terminal, dim), ...next].join("\n");
}

const EXCHANGED: [Column, (row: DiffRow) => string][] = [
  [{ title: "NEW", align: "right" }, (row) => countText(row.new ?? 0n)],
  [{ title: "GONE", align: "right" }, ({ gone }) => countText(gone ?? 0n)],
];

function nothingText({ old, incomplete }: Diff): string {
  const what = old ? "No differences" : "Nothing is above its peak";
  return incomplete ? `${what} in what could be read.` : `${what}.`;
}

function sumText({ total, old, hours }: Diff): string {
  const growth = signedSizeText(total.size - total.size_old);
  const more = `${signedCountText(total.count - total.count_old)} objects, ${growth}`;
  if (!old) return `${plural(total.rows, "row")} above the own peak in the earlier dumps: ${more}`;
  const since = `since ${escapeControls(old.path)}${hours === null ? "" : `, ${durationText(hours)} earlier`}`;
  if (total.new === null) return `${more} ${since}; samples do not tell which objects are new`;
  return [
    `${growth} ${since}: ${plural(total.new, "object")} new (${sizeText(total.new_size ?? 0n)}), `,
    `${countText(total.gone ?? 0n)} gone (${sizeText(total.gone_size ?? 0n)}), ${countText(total.kept ?? 0n)} kept`,
  ].join("");
}

export function diffJson({ rows }: Diff): JsonTable {
  return jsonTable(rows, {
    name: ({ name }) => name,
    growth: ({ size, size_old }) => size - size_old,
    count_old: ({ count_old }) => count_old,
    size_old: ({ size_old }) => size_old,
    count: ({ count }) => count,
    size: ({ size }) => size,
    new: (row) => row.new,
    new_size: ({ new_size }) => new_size,
    gone: ({ gone }) => gone,
    gone_size: ({ gone_size }) => gone_size,
    kept: ({ kept }) => kept,
    counts: ({ counts }) => counts,
    sizes: ({ sizes }) => sizes,
  });
}

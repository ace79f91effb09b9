import type { Diff, DiffRow } from "../analysis/diff.js";
import type { Grouping } from "../model/groupings.js";
import { fitSeries } from "./fit.js";
import { groupHeading, groupText } from "./groups.js";
import { type JsonTable, jsonTable } from "./json.js";
import { sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { type Column, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { escapeControls, plural } from "./text.js";
import { countText, durationText, signedSizeText, sizeText } from "./units.js";

export function diffText(
  { rows, total, old, hours, incomplete }: Diff,
  by: Grouping,
  path: string,
  terminal: Terminal,
): string {
  const { bold, cyan, dim } = terminal.colors;
  if (rows.length === 0) return incomplete ? "No differences in what could be read." : "No differences.";
  const several = by === "type" && (rows[0]?.sizes.length ?? 0) > 2;
  const columns: [Column, (row: DiffRow) => string][] = [
    [{ title: "GROWTH", align: "right", paint: bold }, (row) => signedSizeText(row.size - row.size_old)],
    several
      ? [{ title: "SIZES", cut: "name", fit: fitSeries }, ({ sizes }) => sizes.map(sizeText).join(" → ")]
      : [{ title: "SIZE", align: "right" }, ({ size }) => sizeText(size)],
    [{ title: "COUNT", align: "right" }, ({ count }) => countText(count)],
    [{ title: "NEW", align: "right" }, (row) => countText(row.new)],
    [{ title: "GONE", align: "right" }, ({ gone }) => countText(gone)],
    [{ title: groupHeading(by), cut: "name", paint: cyan }, ({ name }) => groupText(name, by)],
  ];
  const text = table(
    columns.map(([column]) => column),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
    terminal,
  );
  const time = hours === null ? "" : `, ${durationText(hours)} earlier`;
  const sum = [
    `${signedSizeText(total.size - total.size_old)} since ${escapeControls(old.path)}${time}: `,
    `${plural(total.new, "object")} new (${sizeText(total.new_size)}), `,
    `${countText(total.gone)} gone (${sizeText(total.gone_size)}), ${countText(total.kept)} kept`,
  ].join("");
  const next = nextStep(terminal, "leaks", old.path, path);
  return [text, "", sentences(sum, terminal, dim), next].join("\n");
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
    sizes: ({ sizes }) => sizes,
  });
}

// A series drawn: what it consists of as areas over time, one upon the other.
import type { Bands } from "../analysis/bands.js";
import { type Tick, timeText, timeTicks, valueTicks } from "./axis.js";
import { displayWidth, shorten } from "./fit.js";
import { groupText } from "./groups.js";
import { escapeHtml } from "./html/escape.js";
import { pageHtml } from "./html/page.js";
import { plural } from "./text.js";
import { countText, signedCountText, signedSizeText, sizeText } from "./units.js";

const [WIDTH, HEIGHT] = [1000, 560];
const PLOT = { left: 90, right: 640, top: 70, bottom: 505 };
const LABEL = { swatch: 668, text: 690, height: 31, characters: 42 };

/** Each is told by its hatching, too, so that the picture can be read in black and white. The last one is of the rest. */
const FILLS: [colour: string, hatching: string][] = [
  ["#0072b2", ""],
  ["#e69f00", "M0 8L8 0"],
  ["#56b4e9", "M0 4H8"],
  ["#d55e00", "M0 0L8 8"],
  ["#009e73", "M4 0V8"],
  ["#f0e442", "M0 8L8 0M0 0L8 8"],
  ["#cc79a7", "M3 4H5"],
  ["#7a5195", "M0 4H8M4 0V8"],
  ["#a6761d", "M2 2H4M6 6H8"],
  ["#66a61e", "M0 2H8M0 6H8"],
  ["#9aa0a6", ""],
];
const REST = FILLS.length - 1;

/** Plain properties, since not every program that shows an SVG knows variables of CSS. */
const STYLE = `\
text { font: 12px system-ui, sans-serif; fill: #202124; }
.title { font-size: 16px; font-weight: 600; }
.small, .axis { font-size: 11px; fill: #5f6368; }
.paper { fill: #ffffff; }
.grid { stroke: #dadce0; }
.line { stroke: #5f6368; fill: none; }
.band { stroke: #ffffff; stroke-width: 1; }
.hatching { stroke: #20212480; stroke-width: 1.2; fill: none; }
.dump { fill: transparent; }
.dump:hover { fill: #80868b40; }
@media (prefers-color-scheme: dark) {
  text { fill: #e8eaed; }
  .small, .axis { fill: #9aa0a6; }
  .paper { fill: #202124; }
  .grid { stroke: #3c4043; }
  .line { stroke: #9aa0a6; }
  .band { stroke: #202124; }
}
`;

interface Area {
  /** The number of its colour and hatching. */
  fill: number;
  name: string;
  values: bigint[];
  /** Below and above it at each dump. */
  from: bigint[];
  to: bigint[];
}

export function bandsSvg(bands: Bands): string {
  const areas = stacked(bands);
  const tops = areas.at(-1)?.to ?? [];
  const ticks = valueTicks(Math.max(...tops.map(Number)), bands.measure);
  const highest = ticks.at(-1)?.value ?? 1;
  const y = (value: bigint | number) => PLOT.bottom - (Number(value) / highest) * (PLOT.bottom - PLOT.top);
  const { x, ticks: times } = timeAxis(bands);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(titleText(bands))}">`,
    `<style>\n${STYLE}</style>`,
    `<defs>${areas.map(({ fill }) => pattern(fill)).join("")}</defs>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(PLOT.left, 28, titleText(bands), 'class="title"'),
    text(PLOT.left, 48, spanText(bands), 'class="small"'),
    ...ticks.map((tick) => valueLine(tick, y(tick.value))),
    ...areas.map((area) => polygon(area, bands, x, y)),
    ...bands.dumps.map((_, i) => line("line", [x(i), PLOT.bottom], [x(i), PLOT.bottom + 4])),
    ...times.map(({ value, text: label }) =>
      text(value, PLOT.bottom + 20, label, 'class="axis" text-anchor="middle"'),
    ),
    line("line", [PLOT.left, PLOT.bottom], [PLOT.right, PLOT.bottom]),
    ...labels(areas, bands, y),
    ...bands.dumps.map((_, i) => dumpColumn(i, areas, bands, x)),
    "</svg>\n",
  ].join("\n");
}

export function bandsHtml(bands: Bands): string {
  const value = valueText(bands);
  const areas = stacked(bands).reverse();
  const heading = ["", ...areas.map(({ name }) => name)]
    .map((name) => `<th>${escapeHtml(name)}</th>`)
    .join("");
  const rows = bands.dumps.map((_, i) => {
    const cells = areas.map(({ values }) => `<td>${value(values[i] ?? 0n)}</td>`).join("");
    return `<tr><th>${escapeHtml(dumpText(bands, i))}</th>${cells}</tr>`;
  });
  return pageHtml({
    title: titleText(bands),
    style: `\
  :root { color-scheme: light dark; }
  body { margin: 1em auto; max-width: 1200px; font: 14px system-ui, sans-serif; }
  table { border-collapse: collapse; display: block; overflow-x: auto; }
  td, th { padding: 0.2em 0.8em; text-align: right; font-weight: normal; border-bottom: 1px solid #80868b60; }
`,
    scripts: [],
    body: `${bandsSvg(bands)}<details><summary>${plural(bands.dumps.length, "dump")}</summary>
<table>
<tr>${heading}</tr>
${rows.join("\n")}
</table></details>`,
  });
}

/** From the bottom up, the largest first. */
function stacked({ by, bands, rest, groups }: Bands): Area[] {
  let from = rest.map(() => 0n);
  const others = { name: plural(groups - bands.length, "other"), values: rest, fill: REST };
  const named = bands.map(({ name, values }, fill) => ({ name: groupText(name, by), values, fill }));
  return [...named, ...(groups > bands.length ? [others] : [])].map((band) => {
    const to = band.values.map((value, i) => value + (from[i] ?? 0n));
    const area = { ...band, from, to };
    from = to;
    return area;
  });
}

/** Along their times, or side by side where these are not known. Ticks are at places of the picture. */
function timeAxis({ dumps }: Bands): { x: (dump: number) => number; ticks: Tick[] } {
  const width = PLOT.right - PLOT.left;
  const times = dumps.flatMap(({ time }) => (time === null ? [] : [time]));
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  if (times.length < dumps.length || last <= first) {
    const x = (dump: number) => PLOT.left + (dump / Math.max(1, dumps.length - 1)) * width;
    return {
      x,
      ticks: dumps.map((_, i) => ({ value: x(i), text: dumps.length <= 20 ? String(i + 1) : "" })),
    };
  }
  const at = (time: number) => PLOT.left + ((time - first) / (last - first)) * width;
  const ticks = timeTicks(first, last).map((tick) => ({ ...tick, value: at(tick.value) }));
  return { x: (dump) => at(times[dump] as number), ticks };
}

function pattern(fill: number): string {
  const [colour, hatching] = FILLS[fill] as [string, string];
  const lines = hatching && `<path class="hatching" d="${hatching}"/>`;
  return `<pattern id="fill${fill}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="${colour}"/>${lines}</pattern>`;
}

type X = (dump: number) => number;
type Y = (value: bigint | number) => number;

function polygon({ fill, name, from, to, values }: Area, bands: Bands, x: X, y: Y): string {
  const above = to.map((value, i) => point(x(i), y(value)));
  const below = from.map((value, i) => point(x(i), y(value))).reverse();
  const title = escapeHtml(`${name}: ${changeText(bands, values)}`);
  return `<polygon class="band" fill="url(#fill${fill})" points="${[...above, ...below].join(" ")}"><title>${title}</title></polygon>`;
}

/** At the right end of each area what it is; they give way to each other. */
function labels(areas: Area[], bands: Bands, y: Y): string[] {
  const middle = ({ from, to }: Area) => (y(from.at(-1) ?? 0n) + y(to.at(-1) ?? 0n)) / 2;
  const lowest = HEIGHT - LABEL.height;
  let below = lowest + LABEL.height;
  // From the bottom up each as near to its area as what is below it leaves; what is above needs room, too.
  return areas.flatMap((area, i) => {
    const room = PLOT.top + (areas.length - 1 - i) * LABEL.height;
    const top = Math.max(room, Math.min(middle(area) - LABEL.height / 2, below - LABEL.height));
    below = top;
    const [colour, size] = [`url(#fill${area.fill})`, LABEL.height / 2];
    return [
      `<polyline class="line" points="${point(PLOT.right, middle(area))} ${point(PLOT.right + 10, middle(area))} ${point(LABEL.swatch - 6, top + 8)} ${point(LABEL.swatch, top + 8)}"/>`,
      `<rect class="line" style="fill: ${colour}" x="${LABEL.swatch}" y="${fixed(top)}" width="16" height="${fixed(size)}"/>`,
      text(LABEL.text, top + 11, shorten(area.name, LABEL.characters)),
      text(LABEL.text, top + 25, changeText(bands, area.values), 'class="small"'),
    ];
  });
}

/** What a pointer over a dump is told: every value, in the order in which they stand. */
function dumpColumn(i: number, areas: Area[], bands: Bands, x: X): string {
  const last = bands.dumps.length - 1;
  const left = i === 0 ? x(0) : (x(i - 1) + x(i)) / 2;
  const right = i === last ? x(last) : (x(i) + x(i + 1)) / 2;
  const value = valueText(bands);
  const told = areas.map(({ name, values }) => `${value(values[i] ?? 0n)}  ${name}`).reverse();
  const title = [dumpText(bands, i), ...told].map(escapeHtml).join("\n");
  return `<rect class="dump" x="${fixed(left)}" y="${PLOT.top}" width="${fixed(right - left)}" height="${PLOT.bottom - PLOT.top}"><title>${title}</title></rect>`;
}

function valueLine({ text: label }: Tick, y: number): string {
  return (
    line("grid", [PLOT.left, y], [PLOT.right, y]) +
    text(PLOT.left - 8, y + 4, label, 'class="axis" text-anchor="end"')
  );
}

function line(kind: string, [x1, y1]: [number, number], [x2, y2]: [number, number]): string {
  return `<line class="${kind}" x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}"/>`;
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${attributes}>${escapeHtml(content)}</text>`;
}

const fixed = (value: number) => value.toFixed(1);
const point = (x: number, y: number) => `${fixed(x)},${fixed(y)}`;

const valueText = ({ measure }: Bands) => (measure === "size" ? sizeText : countText);

function changeText(bands: Bands, values: bigint[]): string {
  const [first, last] = [values[0] ?? 0n, values.at(-1) ?? 0n];
  const signed = bands.measure === "size" ? signedSizeText : signedCountText;
  return valueText(bands)(last) + (last === first ? "" : `, ${signed(last - first)}`);
}

function titleText({ measure, by, of }: Bands): string {
  const set = of === undefined ? "" : ` of ${of}`;
  const title = `${measure === "size" ? "Shallow size" : "Objects"}${set} by ${by}`;
  return displayWidth(title) > 100 ? shorten(title, 100) : title;
}

function spanText({ dumps }: Bands): string {
  const count = plural(dumps.length, "dump");
  const [first, last] = [dumps[0]?.time ?? null, dumps.at(-1)?.time ?? null];
  return first === null || last === null ? count : `${count}, ${timeText(first)} to ${timeText(last)} UTC`;
}

function dumpText({ dumps }: Bands, i: number): string {
  const { path = "", time = null } = dumps[i] ?? {};
  return time === null ? path : `${path}, ${timeText(time)} UTC`;
}

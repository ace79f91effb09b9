// What the cells came to, as Markdown: a row for each home and mode over all interpreters, as docs/safety.md has it.

/** @typedef {{ version: string, mode: string, home: string, counts: import("./cell.mjs").Counts }} Row */

/** @type {(keyof import("./cell.mjs").Counts)[]} */
const SUMS = [
  "attaches",
  "dumps",
  "refused",
  "failed",
  "interrupted",
  "killed",
  "frozen",
  "wrong",
  "hung",
  "left",
];

/** @param {number[]} numbers */
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
/** @param {(string | number)[]} cells */
const line = (cells) => `| ${cells.join(" | ")} |`;
const ms = (/** @type {number} */ value) => value.toFixed(1);

/** @param {Row[]} rows @param {keyof import("./cell.mjs").Counts} name */
const sum = (rows, name) => rows.reduce((total, { counts }) => total + Number(counts[name]), 0);

/** @param {Row[]} rows */
function cells(rows) {
  const pauses = rows.flatMap(({ counts }) => counts.pauses);
  const highest = (/** @type {"still" | "bareStill"} */ name) =>
    Math.max(...rows.map(({ counts }) => counts[name]));
  return [
    ...SUMS.map((name) => sum(rows, name)),
    ms(median(pauses)),
    ms(Math.max(0, ...pauses)),
    ms(highest("still")),
    ms(highest("bareStill")),
  ];
}

/** @param {Row[]} rows */
export function summary(rows) {
  const head = [
    "home",
    "mode",
    "attaches",
    "dumps",
    "refused",
    "failed",
    "tool killed",
    "targets killed",
    "frozen",
    "wrong results",
    "tool hung",
    "things left",
    "stop, median ms",
    "longest",
    "stood still, ms",
    "without attaches",
  ];
  const lines = [line(head), line(head.map(() => "---"))];
  /** @type {Map<string, Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const key = `${row.home}\n${row.mode}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const [key, group] of groups) lines.push(line([...key.split("\n"), ...cells(group)]));
  if (rows.length > 0) lines.push(line(["total", "", ...cells(rows)]));
  return lines.join("\n");
}

/** @param {Row} row */
export function progress({ version, mode, home, counts }) {
  const { attaches, dumps, refused, failed, interrupted, harmed, notes } = counts;
  const how = [`${dumps} dumps`, `${refused} refused`, `${failed} failed`, `${interrupted} interrupted`];
  const told = how.filter((words) => !words.startsWith("0 ")).join(", ");
  const text = `${version} ${mode}, ${home}: ${attaches} attaches: ${told}${harmed ? `; HARM ${harmed}` : ""}`;
  return [text, ...notes.map((note) => `    ${note}`)].join("\n");
}

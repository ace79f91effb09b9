import type { Task, TaskGroup, Tasks } from "../analysis/tasks.js";
import { displayWidth, fitPath, fitPlace } from "./fit.js";
import { type JsonTable, jsonTable } from "./json.js";
import { namesFit, sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { type Column, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, pathText, plural } from "./text.js";
import { countText, sizeText } from "./units.js";

const HOW_TO_KNOW =
  "Where tasks were created is known in asyncio's debug mode, and of tasks that come while the process is traced (heapdump trace PID --on).";

export function tasksText(found: Tasks, each: boolean, path: string | undefined, terminal: Terminal): string {
  const { dim } = terminal.colors;
  const { groups, tasks, total } = found;
  const [first] = groups;
  const next = each ? tasks[0] : first?.example;
  if (!first || !next)
    return found.incomplete
      ? "No tasks in what could be read."
      : "No tasks: the dump has none of asyncio or trio.";
  const knowsCreation = (each ? tasks : groups.map(({ example }) => example)).some(({ created }) => created);
  const shown = each ? tasks.length : groups.length;
  const counted =
    shown === (each ? total.tasks : total.groups)
      ? plural(total.tasks, "task")
      : `${countText(shown)} of ${each ? plural(total.tasks, "task") : `${plural(total.groups, "group")} of ${plural(total.tasks, "task")}`}`;
  return [
    each ? eachTable(tasks, knowsCreation, terminal) : groupTable(groups, knowsCreation, terminal),
    "",
    sentences(each ? counted : [counted, ...whereText(first)].join(". "), terminal),
    ...(knowsCreation || found.isTraced ? [] : [sentences(HOW_TO_KNOW, terminal, dim)]),
    ...(path === undefined ? [] : [nextStep(terminal, "show", path, addressText(next.address))]),
  ].join("\n");
}

const name = (title: string, fit = fitPath): Column => ({ title, cut: "name", fit });

function groupTable(groups: TaskGroup[], knowsCreation: boolean, terminal: Terminal): string {
  const { bold, cyan } = terminal.colors;
  return table(
    [
      { title: "COUNT", align: "right" },
      { title: "RETAINED", align: "right", paint: bold },
      { ...name("CHAIN"), paint: cyan },
      name("WAITS FOR"),
      ...(knowsCreation ? [name("CREATED", fitPlace)] : []),
    ],
    groups.map(({ count, retained, example }) => [
      countText(count),
      sizeText(retained),
      chainText(example),
      waitText(example),
      ...(knowsCreation ? [createdText(example)] : []),
    ]),
    terminal,
  );
}

function eachTable(tasks: Task[], knowsCreation: boolean, terminal: Terminal): string {
  const { bold, cyan } = terminal.colors;
  const text = table(
    [
      { title: "RETAINED", align: "right", paint: bold },
      name("NAME"),
      { ...name("CHAIN"), paint: cyan },
      name("WAITS FOR"),
      ...(knowsCreation ? [name("CREATED", fitPlace)] : []),
    ],
    tasks.map((task) => [
      sizeText(task.retained),
      escapeControls(task.name ?? ""),
      chainText(task),
      waitText(task),
      ...(knowsCreation ? [createdText(task)] : []),
    ]),
    terminal,
  );
  const [title = "", ...rows] = text.split("\n");
  return [title, ...rows.flatMap((row, i) => [row, detailLine(tasks[i] as Task, terminal)])].join("\n");
}

/** Where it waits, and who could end that. */
function detailLine(task: Task, terminal: Terminal): string {
  const { file, line, setBy } = task;
  const start = `${" ".repeat(DETAIL)}${addressText(task.address)}`;
  const place = file === null || line === null ? "" : `  ${escapeControls(`${baseName(file)}:${line}`)}`;
  const setter = setBy === null ? "" : `, set by ${pathText(setBy)}`;
  const room = terminal.width - displayWidth(start);
  return terminal.colors.dim(start + namesFit(`${place}${setter}`, room, terminal));
}

const DETAIL = 10;

/** The names are the program's, the marks between them ours. */
const chainText = ({ chain }: Task) => chain.map(escapeControls).join(" › ");

/** Of a task that does not wait, its state. */
function waitText({ state, waitsFor }: Task): string {
  return escapeControls(waitsFor ?? (state === "pending" ? "" : (state ?? "")));
}

const baseName = (file: string) => file.slice(file.lastIndexOf("/") + 1);

function createdText({ created }: Task): string {
  if (!created) return "";
  const place = created.line === null ? baseName(created.file) : `${baseName(created.file)}:${created.line}`;
  return escapeControls(created.function ? `${place} ${created.function}` : place);
}

/** What does not fit the table, of the tasks that retain most. */
function whereText({ count, example, setBy }: TaskGroup): string[] {
  const { function: inner, file, line } = example;
  if (inner === null || file === null || line === null) return [];
  const who = count === 1n ? "The first waits" : `The ${countText(count)} of the first line wait`;
  const setter = setBy === null ? "" : `; what could end that: ${pathText(setBy)}`;
  return [`${who} in ${escapeControls(inner)}, ${escapeControls(`${file}:${line}`)}${setter}`];
}

export function tasksJson({ groups, tasks, total }: Tasks, each: boolean): object {
  return { ...(each ? eachJson(tasks) : groupsJson(groups)), total };
}

function groupsJson(groups: TaskGroup[]): JsonTable {
  return jsonTable(groups, {
    count: ({ count }) => count,
    retained: ({ retained }) => retained,
    ...columnsOf(({ example }: TaskGroup) => example),
    set_by: ({ setBy }) => setBy,
  });
}

function eachJson(tasks: Task[]): JsonTable {
  return jsonTable(tasks, {
    retained: ({ retained }) => retained,
    ...columnsOf((task: Task) => task),
    set_by: ({ setBy }) => setBy,
  });
}

function columnsOf<Row>(task: (row: Row) => Task): Record<string, (row: Row) => unknown> {
  return {
    address: (row) => addressText(task(row).address),
    name: (row) => task(row).name,
    state: (row) => task(row).state,
    chain: (row) => task(row).chain,
    function: (row) => task(row).function,
    file: (row) => task(row).file,
    line: (row) => task(row).line,
    waits_for: (row) => task(row).waitsFor,
    created: (row) => task(row).created,
  };
}

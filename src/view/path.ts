import type { FramePlace, ObjectPaths, PathsBetween, RootPath, Step, TypePaths } from "../analysis/path.js";
import type { Root } from "../store/heap.js";
import { displayWidth, padEnd, placeInPackage } from "./fit.js";
import { type JsonTable, jsonTable } from "./json.js";
import { namesFit, objectLine, sentences, wholePath } from "./lines.js";
import { nextStep } from "./next.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, pathText, plural } from "./text.js";
import { countText, shareText, sizeText } from "./units.js";

/** Types that are named. */
const NAMES = 6;

export function objectPathsText(found: ObjectPaths, path: string, terminal: Terminal): string {
  const { bold } = terminal.colors;
  const { object, retained, owner, paths } = found;
  const facts = `${sizeText(object.size)}, retains ${sizeText(retained)}${owner === null ? "" : ", owned by "}`;
  const head = [
    bold(objectLine(found.object, terminal.width, terminal)),
    facts + (owner === null ? "" : namesFit(pathText(owner), terminal.width - facts.length, terminal)),
  ].join("\n");
  if (found.garbage) return [head, garbageText(found, terminal)].join("\n\n");
  if (paths.length === 0) return [head, sentences(noPathText(found), terminal)].join("\n\n");
  const blocks = paths.map((one, i) => pathBlock(one, i + 1, terminal));
  return [head, ...blocks, nextStep(terminal, "show", path, addressText(object.address))].join("\n\n");
}

function noPathText({ maxDepth }: ObjectPaths): string {
  return maxDepth === undefined
    ? "Only excluded objects keep it alive."
    : `No path of at most ${plural(maxDepth, "reference")} keeps it alive (--max-depth, --exclude).`;
}

/** The paths from one set of objects to another. */
export function pathsBetweenText(found: PathsBetween, path: string, terminal: Terminal): string {
  const { from, to, paths } = found;
  const [first] = paths;
  if (!first) return sentences(noPathBetween(found), terminal);
  const head = terminal.colors.bold(
    namesFit(`From ${escapeControls(from)} to ${escapeControls(to)}`, terminal.width, terminal),
  );
  const blocks = paths.map((one, i) => pathBlock(one, i + 1, terminal));
  const end = first.steps.at(-1)?.object.address ?? 0n;
  return [head, ...blocks, nextStep(terminal, "show", path, addressText(end))].join("\n\n");
}

function noPathBetween({ from, to, bounds, incomplete }: PathsBetween): string {
  const length = bounds.maxDepth === undefined ? "" : ` of at most ${plural(bounds.maxDepth, "reference")}`;
  const around = bounds.avoid === null ? "" : " goes around what is excluded";
  const lost = incomplete ? ", in what could be read" : "";
  return `No path${length} from ${escapeControls(from)} to ${escapeControls(to)}${around}${lost}.`;
}

function garbageText({ referrers, incomplete }: ObjectPaths, terminal: Terminal): string {
  const why = incomplete
    ? "No path in what could be read: it is garbage, or what keeps it alive was lost."
    : "Nothing keeps it alive: it is garbage that the collector has not freed yet.";
  const lines = referrers.map((referrer) => {
    const step = namesFit(
      escapeControls(referrer.hold.part).trim(),
      Math.floor(terminal.width / 3),
      terminal,
    );
    const before = `  └─ ${step} of `;
    const after = incomplete ? ", which has no path either" : ", also garbage";
    const room = terminal.width - displayWidth(before + after);
    const { object } = referrer;
    const type = namesFit(
      escapeControls(object.typeName),
      room - 1 - addressText(object.address).length,
      terminal,
    );
    return `${before}${type} ${addressText(object.address)}${after}`;
  });
  return [sentences(why, terminal), ...lines].join("\n");
}

const MAX_PART = 36;
const [ROW, SIZE] = ["  ", 9];

function pathBlock(
  { text, root, place, steps, length }: RootPath,
  number: number,
  terminal: Terminal,
): string {
  const { bold, cyan } = terminal.colors;
  const indent = " ".repeat(4);
  const words = rootWords(root, place, terminal);
  const rows = foldedSteps(steps, length);
  const natural = Math.max(...rows.map(([part]) => displayWidth(part)));
  const widest = terminal.cuts === "everything" ? Math.min(natural, partRoom(rows, terminal)) : natural;
  const room = terminal.width - ROW.length - SIZE - 2 - widest - 2;
  return [
    wholePath(text, terminal, `${String(number).padStart(2)}  `, bold),
    ...(words ? [sentences(words, terminal, undefined, indent)] : []),
    terminal.colors.dim(`${ROW}${"RETAINED".padStart(SIZE)}  STEP`),
    ...rows.map(([part, what]) => {
      const size = typeof what === "string" ? "" : sizeText(what.retained);
      const own = `${size.padStart(SIZE)}  ${namesFit(part, widest, terminal)}`;
      const shown = typeof what === "string" ? what : objectLine(what.object, room, terminal);
      return `${ROW}${shown ? padEnd(own, SIZE + 2 + widest) : own}${shown && `  ${cyan(shown)}`}`;
    }),
  ].join("\n");
}

/** What begins the path, if that is not a module. */
function rootWords(root: Root | null, place: FramePlace | null, { cuts }: Terminal): string {
  if (place) {
    const where =
      place.frames > 1n
        ? `, one of ${countText(place.frames)} running calls`
        : place.thread
          ? ` in thread ${place.thread}`
          : "";
    const file = cuts === "everything" ? placeInPackage(place.file) : place.file;
    return escapeControls(`local of ${place.function} (${file}:${place.line})${where}`);
  }
  if (root?.kind === "c") return `held by C: ${root.name ?? "references"} from outside the dump`;
  if (root?.kind === "greenlet")
    return "a suspended greenlet that nothing else holds; the collector never frees it";
  if (root?.kind === "thread") return "held by the state of a thread";
  if (root?.kind === "interpreter") return "held by the interpreter";
  if (root?.kind === "data") return "probably held by a static variable";
  return "";
}

/** Columns for the steps: what the objects beside them leave, and never less than a third of the line. */
function partRoom(rows: StepRow[], { width, cuts }: Terminal): number {
  const objects = rows.map(([, what]) =>
    typeof what === "string" ? what : objectLine(what.object, Number.POSITIVE_INFINITY, { cuts }),
  );
  const widest = Math.max(...objects.map(displayWidth));
  return Math.max(Math.min(MAX_PART, Math.floor(width / 3)), width - ROW.length - SIZE - 2 - 2 - widest);
}

type StepRow = [part: string, what: Step | string];

/** Part and object of each step, those that are alike one after another as one. */
function foldedSteps(steps: Step[], length: bigint): StepRow[] {
  const rows: StepRow[] = [];
  let run: Step[] = [];
  const end = () => {
    const [first, last] = [run[0], run.at(-1)];
    if (first && last && run.length > 3) {
      rows.push(stepRow(first), [`… ${pathText(first.part)} × ${run.length - 2}`, ""], stepRow(last));
    } else rows.push(...run.map(stepRow));
    run = [];
  };
  let expected = 0n;
  for (const step of steps) {
    if (step.step !== expected) {
      end();
      rows.push(["…", plural(step.step - expected, "more step")]);
    }
    expected = step.step + 1n;
    const [first] = run;
    if (first && (first.part !== step.part || first.object.typeName !== step.object.typeName)) end();
    run.push(step);
  }
  end();
  if (expected <= length) rows.push(["…", plural(length + 1n - expected, "more step")]);
  return rows;
}

function stepRow(step: Step): StepRow {
  // The address of the object that a path begins with stands beside it.
  if (step.kind === null && step.part.startsWith("<"))
    return [`<${escapeControls(step.object.typeName)}>`, step];
  return [
    pathText(step.part) || (step.object.typeName === "dict" ? "<__dict__>" : `<${step.object.typeName}>`),
    step,
  ];
}

export function typePathsText(found: TypePaths, path: string, terminal: Terminal, most: number): string {
  const { names, set, count, merged, without } = found;
  const { bold, cyan, dim } = terminal.colors;
  if (count === 0n)
    return set === undefined
      ? sentences(`No objects of type ${namesText(names)}.`, terminal)
      : "No matching objects.";
  const of = set === undefined ? namesText(names) : escapeControls(set);
  const shown = merged.slice(0, most);
  const rows = table(
    [
      { title: "COUNT", align: "right", paint: bold },
      { title: "SHARE", align: "right" },
      { title: "RETAINED", align: "right" },
      { title: "EXAMPLE" },
      { title: "PATH", cut: "name", paint: cyan },
    ],
    shown.map((row) => [
      countText(row.count),
      shareText(row.count, count),
      sizeText(row.retained),
      addressText(row.example.address),
      row.path === null ? "(garbage)" : pathText(row.path),
    ]),
    terminal,
  );
  const alone =
    without === 0n
      ? ""
      : found.maxDepth === undefined
        ? `; only excluded objects keep ${countText(without)} alive`
        : `; of ${countText(without)} no path has at most ${plural(found.maxDepth, "reference")}`;
  const total = `${plural(count, "object")} of ${of}, ${plural(merged.length, "path")}${alone}`;
  const sum = sentences(total, terminal, dim);
  if (shown.length === 0) return sum;
  const next = nextStep(terminal, "path", path, addressText(shown[0]?.example.address ?? 0n));
  return [rows, "", sum, next].join("\n");
}

function namesText(names: string[]): string {
  const shown = names.slice(0, NAMES).map(escapeControls).join(", ");
  return names.length > NAMES ? `${shown} and ${plural(names.length - NAMES, "more type")}` : shown;
}

export function pathsBetweenJson({ from, to, paths }: PathsBetween): object {
  return { from, to, paths: paths.map(pathJson) };
}

function pathJson({ text, root, place, steps, length }: RootPath): object {
  return {
    path: text,
    root: root && { kind: root.kind, name: root.name },
    frame: place,
    length,
    steps: jsonTable(steps, {
      step: ({ step }) => step,
      kind: ({ kind }) => kind,
      part: ({ part }) => part,
      address: ({ object }) => addressText(object.address),
      type: ({ object }) => object.typeName,
      content: ({ object }) => object.content,
      gist: ({ object }) => object.gist,
      retained: ({ retained }) => retained,
    }),
  };
}

export function objectPathsJson({ object, retained, garbage, owner, paths, referrers }: ObjectPaths): object {
  return {
    address: addressText(object.address),
    type: object.typeName,
    size: object.size,
    retained,
    garbage,
    owner,
    paths: paths.map(pathJson),
    referrers: jsonTable(referrers, {
      address: ({ object }) => addressText(object.address),
      type: ({ object }) => object.typeName,
      kind: ({ hold }) => hold.kind,
      label: ({ hold }) => hold.label,
    }),
  };
}

export function typePathsJson({ names, set, count, merged, without }: TypePaths): object {
  const paths: JsonTable = jsonTable(merged, {
    path: ({ path }) => path,
    count: ({ count }) => count,
    size: ({ size }) => size,
    retained: ({ retained }) => retained,
    address: ({ example }) => addressText(example.address),
  });
  return { types: names, ...(set === undefined ? {} : { set }), count, without, paths };
}

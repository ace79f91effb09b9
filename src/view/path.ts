import type { FramePlace, ObjectPaths, RootPath, Step, TypePaths } from "../analysis/path.js";
import type { Root } from "../store/heap.js";
import { type JsonTable, jsonTable } from "./json.js";
import { nextStep } from "./next.js";
import { spelling } from "./spelling.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, contentText, escapeControls, plural, shorten, wrap } from "./text.js";
import { countText, shareText, sizeText } from "./units.js";

/** Types that are named. */
const NAMES = 6;

export function objectPathsText(found: ObjectPaths, path: string, terminal: Terminal): string {
  const { bold, dim } = terminal.colors;
  const { object, typeName, retained, owner, paths } = found;
  const address = addressText(object.address);
  const title = shorten(
    `${escapeControls(typeName)} ${address}  ${contentText(object)}`.trimEnd(),
    terminal.width,
  );
  const facts = `${sizeText(object.size)}, retains ${sizeText(retained)}`;
  const head = [
    bold(title),
    shorten(`${facts}${owner === null ? "" : `, owned by ${escapeControls(owner)}`}`, terminal.width),
  ];
  if (found.garbage) return [...head, "", ...garbageLines(found, terminal.width)].join("\n");
  if (paths.length === 0) return [...head, "", "Only what is excluded keeps it alive."].join("\n");
  const blocks = paths.map((one, i) => pathBlock(one, i + 1, terminal));
  const next = nextStep("show", path, address);
  return [head.join("\n"), ...blocks, dim(next)].join("\n\n");
}

function garbageLines({ referrers, incomplete }: ObjectPaths, width: number): string[] {
  const lines = [
    incomplete
      ? "No path in what could be read: it is garbage, or what keeps it alive was lost."
      : "Nothing keeps it alive: it is garbage, which the collector has not freed yet.",
  ];
  for (const { hold, object, typeName } of referrers) {
    const how = `${spelling(hold).trim()} of ${escapeControls(typeName)} ${addressText(object.address)}`;
    lines.push(shorten(`  └─ ${how}, ${incomplete ? "without a path too" : "garbage itself"}`, width));
  }
  return lines;
}

function pathBlock(
  { text, root, place, steps, length }: RootPath,
  number: number,
  terminal: Terminal,
): string {
  const { bold, cyan } = terminal.colors;
  const indent = " ".repeat(4);
  const lines = wrapPath(escapeControls(text), terminal.width - indent.length);
  const title = lines.map((line, i) => (i === 0 ? `${String(number).padStart(2)}  ` : indent) + bold(line));
  const said = rootWords(root, place);
  const rows = foldedSteps(steps, length);
  const widest = Math.min(36, Math.max(...rows.map(([part]) => [...part].length)));
  return [
    ...title,
    ...(said ? wrap(said, terminal.width - indent.length).map((line) => indent + line) : []),
    ...rows.map(([part, what]) => {
      const own = shorten(part, widest);
      return shorten(
        `${indent}${own}${" ".repeat(widest - [...own].length)}  ${cyan(what)}`,
        terminal.width + 10,
      );
    }),
  ].join("\n");
}

/** What begins the path, where that is no module. */
function rootWords(root: Root | null, place: FramePlace | null): string {
  if (place) {
    const where =
      place.frames > 1n
        ? `, one of ${place.frames} that run`
        : place.thread
          ? ` in thread ${place.thread}`
          : "";
    return escapeControls(`of ${place.function} (${place.file}:${place.line})${where}`);
  }
  if (root?.kind === "c") return `held from C: ${root.name} are from no object of the dump`;
  if (root?.kind === "thread") return "kept for a thread";
  if (root?.kind === "interpreter") return "kept by the interpreter";
  return "";
}

/** Part and object of each step, those that are alike one after another as one. */
function foldedSteps(steps: Step[], length: bigint): [string, string][] {
  const rows: [string, string][] = [];
  let run: Step[] = [];
  const end = () => {
    const [first, last] = [run[0], run.at(-1)];
    if (first && last && run.length > 3) {
      rows.push(stepRow(first), [`… ${first.part} × ${run.length - 2}`, ""], stepRow(last));
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
    if (first && (first.part !== step.part || first.typeName !== step.typeName)) end();
    run.push(step);
  }
  end();
  if (expected <= length) rows.push(["…", plural(length + 1n - expected, "more step")]);
  return rows;
}

function stepRow({ part, object, typeName }: Step): [string, string] {
  const content = contentText(object);
  const what = `${escapeControls(typeName)} ${addressText(object.address)}${content && `  ${content}`}`;
  return [escapeControls(part) || ".__dict__", shorten(what, 60)];
}

/** A path in lines, broken before a step. */
function wrapPath(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while ([...rest].length > width) {
    const cut = Math.max(rest.lastIndexOf(".", width), rest.lastIndexOf("[", width));
    const at = cut > width / 3 ? cut : width;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...lines, rest];
}

export function typePathsText(found: TypePaths, path: string, terminal: Terminal, most: number): string {
  const { names, count, sampled, merged, without } = found;
  const { bold, cyan, dim } = terminal.colors;
  if (count === 0n) return `There is no ${namesText(names)}.`;
  const shown = merged.slice(0, most);
  const sizes = shown.some(({ size }) => size !== null);
  const rows = table(
    [
      { title: "COUNT", align: "right", paint: bold },
      { title: "SHARE", align: "right" },
      ...(sizes ? [{ title: "RETAINED", align: "right" as const }] : []),
      { title: "EXAMPLE" },
      { title: "PATH", flexible: true, keepsEnd: true, paint: cyan },
    ],
    shown.map((row) => [
      countText(row.count),
      shareText(row.count, sampled),
      ...(sizes ? [sizeText(row.retained ?? 0n)] : []),
      addressText(row.example.address),
      row.path === null ? "(garbage)" : escapeControls(row.path),
    ]),
    terminal,
  );
  const alone = without > 0n ? `; ${countText(without)} of them only by what is excluded` : "";
  const looked = sampled < count ? `, of which ${countText(sampled)} were looked at` : "";
  const total = `${plural(count, "object")} of ${namesText(names)}${looked}, ${plural(merged.length, "path")}${alone}`;
  const next = nextStep("path", path, addressText(shown[0]?.example.address ?? 0n));
  const notes = [...wrap(total, terminal.width), ...(shown.length ? [next] : [])];
  return [...(shown.length ? [rows, ""] : []), ...notes.map((line) => dim(line))].join("\n");
}

function namesText(names: string[]): string {
  const shown = names.slice(0, NAMES).map(escapeControls).join(", ");
  return names.length > NAMES ? `${shown} and ${plural(names.length - NAMES, "more type")}` : shown;
}

export function objectPathsJson({
  object,
  typeName,
  retained,
  garbage,
  owner,
  paths,
  referrers,
}: ObjectPaths): object {
  return {
    address: addressText(object.address),
    type: typeName,
    size: object.size,
    retained,
    garbage,
    owner,
    paths: paths.map(({ text, root, place, steps, length }) => ({
      path: text,
      root: root && { kind: root.kind, name: root.name },
      frame: place,
      length,
      steps: jsonTable(steps, {
        step: ({ step }) => step,
        kind: ({ kind }) => kind,
        part: ({ part }) => part,
        address: ({ object }) => addressText(object.address),
        type: ({ typeName }) => typeName,
        content: ({ object }) => object.content,
      }),
    })),
    referrers: jsonTable(referrers, {
      address: ({ object }) => addressText(object.address),
      type: ({ typeName }) => typeName,
      kind: ({ hold }) => hold.kind,
      label: ({ hold }) => hold.label,
    }),
  };
}

export function typePathsJson({ names, count, sampled, merged, without }: TypePaths): object {
  const paths: JsonTable = jsonTable(merged, {
    path: ({ path }) => path,
    count: ({ count }) => count,
    size: ({ size }) => size,
    retained: ({ retained }) => retained,
    address: ({ example }) => addressText(example.address),
  });
  return { types: names, count, sampled, without, paths };
}

import type { ReadLog } from "../analysis/gc-log.js";
import {
  type ByAddress,
  edgesOf,
  type GcLog,
  type GcNode,
  nodesOf,
  type Run,
  stepsOf,
} from "../model/gc-log.js";
import { jsonText } from "./json.js";
import { sentences } from "./lines.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { escapeControls, plural } from "./text.js";
import { countText } from "./units.js";

/** Each run, as a part of its own, with its phases: how many objects a list has, and of which types most are. */
export function* collectionsText(
  runs: { name: string; run: Run }[],
  objectsOnly: boolean,
  terminal: Terminal,
): Generator<string> {
  if (runs.length === 0) yield "No collections.\n";
  for (const [i, { name, run }] of runs.entries()) {
    yield `${i === 0 ? "" : "\n"}${runText(name, run, objectsOnly, terminal)}\n`;
  }
}

function runText(name: string, run: Run, objectsOnly: boolean, terminal: Terminal): string {
  const { bold, cyan } = terminal.colors;
  const nodes = nodesOf(run);
  const addresses = Object.keys(nodes);
  const counts = `${plural(addresses.length, "object")}, ${plural(edgesOf(run).length, "reference")} between them`;
  const title = sentences(`${escapeControls(name)}: ${counts}`, terminal, bold);
  const steps = objectsOnly ? [] : stepsOf(run);
  const rows = [["objects", "young", addresses] as const].concat(
    steps.map(([phase, list, states]) => [phase, list, Object.keys(states)] as never),
  );
  const lines = table(
    [
      { title: "PHASE", paint: cyan },
      { title: "LIST" },
      { title: "OBJECTS", align: "right" },
      { title: "MOST COMMON TYPES", cut: "content" },
    ],
    rows.map(([phase, list, members]) => [
      escapeControls(phase),
      escapeControls(list),
      countText(members.length),
      commonTypes(members, nodes),
    ]),
    terminal,
  );
  const verdict = objectsOnly ? "" : outcome(run);
  return [title, ...(verdict ? [sentences(verdict, terminal)] : []), lines].join("\n");
}

/** What became of the unreachable objects, as far as the log goes. */
function outcome(run: Run): string {
  const size = (phase: string, list: string) => {
    const step = stepsOf(run).find(([name, of]) => name === phase && of === list);
    return step && Object.keys(step[2]).length;
  };
  const unreachable = size("move_unreachable", "unreachable");
  if (unreachable === undefined) return "";
  const legacy = size("move_legacy_finalizers", "finalizers");
  const resurrected = size("handle_resurrected_objects", "resurrected");
  const freed = size("handle_resurrected_objects", "still_unreachable");
  const rest = unreachable - (legacy ?? 0) - (resurrected ?? 0) - (freed ?? unreachable);
  const parts = [
    [legacy, "with a legacy finalizer"],
    [Math.max(0, rest), "that these keep"],
    [resurrected, "brought back by finalizers"],
    [freed, "to be freed"],
  ] as const;
  const told = parts.flatMap(([count, words]) => (count ? [`${countText(count)} ${words}`] : []));
  return `${countText(unreachable)} unreachable${told.length ? `: ${told.join(", ")}` : ""}`;
}

const TYPES = 6;

function commonTypes(addresses: string[], nodes: ByAddress<GcNode>): string {
  const counts = new Map<string, number>();
  for (const address of addresses) {
    const type = nodes[address]?.t ?? "not known";
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = sorted.slice(0, TYPES).map(([type, count]) => `${escapeControls(type)} ${countText(count)}`);
  return [...shown, ...(sorted.length > TYPES ? ["…"] : [])].join(", ");
}

/** The document in parts, since a log may be larger than a string can be. */
export function* collectionsJson(log: GcLog, warnings: object): Generator<string> {
  yield `{"legend":${jsonText(log.legend)},"runs":[["gc graphs"]`;
  const [, ...runs] = log.runs;
  for (const [name, title, ...phases] of runs) {
    yield `,[${jsonText(name)},${jsonText(title)}`;
    for (const phase of phases) yield `,${jsonText(phase)}`;
    yield "]";
  }
  const rest = jsonText(warnings).slice(1, -1);
  yield `]${rest && `,${rest}`}}\n`;
}

/** What is not known because reading stopped. */
export function stoppedWarning(path: string, stopped: NonNullable<ReadLog["stopped"]>): string {
  const { why, offset, run, phase } = stopped;
  if (why === "unclosed") return `${path}: the log is not closed: it has all collections that had ended`;
  const place =
    run === undefined ? "" : `, in run ${run}${phase === undefined ? "" : ` (${escapeControls(phase)})`}`;
  return why === "end"
    ? `${path}: the log is cut off${place}: what follows is not known`
    : `${path}: the log is damaged at byte ${countText(offset)}${place}: what follows is not read`;
}

import { isIncomplete, lossOf } from "../analysis/incomplete.js";
import { bothModes, differentModes, differentTypes, withoutContents } from "../analysis/modes.js";
import {
  addressReuse,
  byTime,
  isLater,
  otherProcess,
  repeated,
  requireOneProcess,
} from "../analysis/series.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Taken } from "../model/taken.js";
import { tracingOf } from "../model/tracing.js";
import { ClosedDump, type CountedDump } from "../store/counted.js";
import type { Heap } from "../store/heap.js";
import { type OpenOptions, openHeaps } from "../store/open.js";
import { hasSamples, readSamples } from "../store/sample.js";
import { SINCE } from "../store/set.js";
import {
  addressReuseWarning,
  type DumpCommand,
  differentModesWarning,
  differentTypesWarning,
  incompleteWarning,
  noContentsWarning,
  orderWarning,
  otherProcessWarning,
  type Role,
  sameDumpWarning,
  untracedWarning,
} from "../view/warnings.js";
import { note, openEvents, warn } from "./output.js";

/** Another dump that is compared with the first. */
export interface Compared {
  role: "previous" | "next" | "exclude" | "since";
  path: string;
}

/** One dump, as `main`. Warns of what it means to the command's answer if the dump is not complete. */
export async function openHeap(command: DumpCommand, file: string, options: OpenOptions = {}): Promise<Heap> {
  const [heap] = await openHeaps([{ schema: "main", path: file }], openEvents(), options);
  warnOfLoss(command, "main", heap as Heap);
  return heap as Heap;
}

/** The same, with the earlier dump that `new` and `kept` in a set are compared with, if there is one. */
export async function openWithSince(
  command: DumpCommand,
  file: string,
  since: string | undefined,
): Promise<Heap> {
  if (since === undefined) return openHeap(command, file);
  return (await openCompared(command, file, [{ role: "since", path: since }])).heap;
}

/** Several dumps of a process, the earliest first; `check` may refuse them before anything is said of them. */
export async function openSeries(
  command: DumpCommand,
  files: string[],
  check: (heaps: Heap[]) => void = () => {},
): Promise<Heap[]> {
  const sources = files.map((path, i) => ({ schema: i === 0 ? "main" : `dump${i + 1}`, path }));
  const heaps = inOrder(command, await openHeaps(sources, openEvents()), check);
  const last = heaps.at(-1) as Heap;
  for (const heap of heaps.slice(0, -1)) warnOfDoubt(last, heap);
  warnOfDifferences(heaps);
  return heaps;
}

/** The same of dumps that need not be open together, and of files of samples. */
export async function readSeries(
  command: DumpCommand,
  files: string[],
  check: (series: CountedDump[]) => void,
): Promise<CountedDump[]> {
  const given: CountedDump[] = [];
  const problems: string[] = [];
  for (const path of files) {
    if (await hasSamples(path)) {
      const read = await readSamples(path);
      given.push(...read.samples);
      problems.push(...read.problems);
    } else given.push(await ClosedDump.of(path, openEvents()));
  }
  const series = inOrder(command, given, check);
  for (const problem of problems) warn(problem);
  warnOfDifferences(series);
  return series;
}

function inOrder<T extends Taken>(command: DumpCommand, given: T[], check: (series: T[]) => void): T[] {
  const series = byTime(given);
  if (series.some((taken, i) => taken !== given[i])) {
    note(`compared in the order in which they were taken: ${series.map(({ path }) => path).join(", ")}`);
  }
  requireOneProcess(series);
  check(series);
  for (const taken of series) {
    warnOfLoss(command, series.length === 1 ? "main" : taken === series.at(-1) ? "last" : "earlier", taken);
  }
  return series;
}

/** A dump as `main`, and others of its process that it is compared with. */
export async function openCompared(
  command: DumpCommand,
  file: string,
  compared: Compared[],
): Promise<{ heap: Heap; others: { role: Compared["role"]; heap: Heap }[] }> {
  // Sets know the dump that `new` is compared with by its schema.
  const sources = compared.map(({ role, path }, i) => ({
    schema: role === "since" ? SINCE : `${role}${i}`,
    path,
  }));
  const [heap, ...rest] = (await openHeaps([{ schema: "main", path: file }, ...sources], openEvents())) as [
    Heap,
    ...Heap[],
  ];
  requireOneProcess([heap, ...rest]);
  warnOfLoss(command, "main", heap);
  const unlike = rest.find((other, i) => tellsWhatIsNew(compared[i]) && differentModes(heap, other));
  if (unlike) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${unlike.path} and ${file} were taken in different modes, so --${compared[rest.indexOf(unlike)]?.role} cannot tell what is new: take both in the same mode, or use heapdump leaks or diff`,
    );
  }
  warnOfDifferences([heap, ...rest]);
  const others = rest.map((other, i) => ({ role: (compared[i] as Compared).role, heap: other }));
  for (const { role, heap: other } of others) {
    if (
      ((role === "previous" || role === "since") && isLater(other, heap)) ||
      (role === "next" && isLater(heap, other))
    ) {
      warn(orderWarning(other.path, file, role));
    }
    warnOfLoss(command, role, other);
    warnOfDoubt(heap, other);
  }
  return { heap, others };
}

function tellsWhatIsNew(compared: Compared | undefined): boolean {
  return compared?.role === "exclude" || compared?.role === "since";
}

/** Dumps side by side, each as the schema that the user chose. */
export async function openAttached(
  command: DumpCommand,
  sources: { schema: string; path: string }[],
): Promise<[Heap, ...Heap[]]> {
  const heaps = (await openHeaps(sources, openEvents())) as [Heap, ...Heap[]];
  for (const heap of heaps) warnOfLoss(command, "main", heap);
  const unlike = otherProcess(heaps);
  if (unlike) warn(otherProcessWarning(heaps[0].path, unlike.taken.path, unlike.why));
  else warnOfDifferences(heaps);
  return heaps;
}

function warnOfLoss(command: DumpCommand, role: Role, taken: Taken): void {
  const loss = lossOf(taken);
  const words = loss && incompleteWarning(command, role, taken.path, loss);
  if (words) warn(words);
}

/** What a comparison leaves out. */
function warnOfDifferences(series: Taken[]): void {
  const twice = repeated(series);
  if (twice) warn(sameDumpWarning(twice[0].path, twice[1].path));
  const both = bothModes(series);
  if (both)
    warn(differentModesWarning(both.script.path, both.snapshot.path, both.snapshot.meta().get("mode")));
  const types = differentTypes(series);
  if (types) warn(differentTypesWarning(types[0].path, types[1].path));
  const bare = withoutContents(series);
  if (bare) warn(noContentsWarning(bare.path));
}

/** To a question on allocation sites. */
export function warnIfUntraced(series: Taken[]): void {
  for (const taken of series) {
    const meta = taken.meta();
    const tracing = tracingOf((key) => meta.get(key));
    if (tracing?.state !== "on") warn(untracedWarning(taken.path, tracing, meta.get("pid") ?? "PID"));
  }
}

function warnOfDoubt(heap: Heap, other: Heap): void {
  // What was lost looks as if it were another object.
  if (isIncomplete(heap) || isIncomplete(other)) return;
  const share = addressReuse(heap, other);
  if (share !== undefined) warn(addressReuseWarning(other.path, share));
}

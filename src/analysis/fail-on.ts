// Checks such as `growth>10MB`, for --fail-on.
import { ExitCode, HeapdumpError } from "../errors.js";
import { bytesOf } from "../model/bytes.js";
import type { Leaks } from "./leaks.js";
import type { Amounts, MemoryReport } from "./memory.js";
import type { Suspect } from "./suspect.js";

/** Not in bytes. */
const OF_OBJECTS: readonly string[] = ["count", "new"];

const OF_SUSPECTS = {
  growth: ({ growth }: Suspect) => growth,
  growth_per_hour: ({ growthPerHour }: Suspect) => growthPerHour,
  survived: ({ survived }: Suspect) => survived,
  retained: ({ retained }: Suspect) => retained,
  count: ({ count }: Suspect) => count,
  new: ({ newCount }: Suspect) => newCount,
};

/** Of the process, since the first dump. */
const OF_MEMORY = {
  rss: ({ resident }: Amounts) => resident,
  native: ({ native }: Amounts) => native,
};

export const MEASURES = [...Object.keys(OF_SUSPECTS), ...Object.keys(OF_MEMORY)];

type MemoryMeasure = keyof typeof OF_MEMORY;
type Measure = keyof typeof OF_SUSPECTS | MemoryMeasure;

const isOfMemory = (measure: Measure): measure is MemoryMeasure => measure in OF_MEMORY;

export interface Check {
  /** As it was written. */
  text: string;
  measure: Measure;
  orEqual: boolean;
  limit: number;
}

/** `MEASURE>NUMBER[UNIT]` or with `>=`. */
export function parseCheck(text: string, option = "--fail-on"): Check {
  const [, measure = "", operator, digits, unit = ""] =
    /^\s*(\w+)\s*(>=?)\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const limit = digits === undefined ? undefined : bytesOf(digits, unit);
  if (!MEASURES.includes(measure) || limit === undefined) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${option} ${text}: write MEASURE>NUMBER with a unit such as growth>10MB; measures are ${MEASURES.join(", ")}`,
    );
  }
  return {
    text: text.trim(),
    measure: measure as Measure,
    orEqual: operator === ">=",
    limit,
  };
}

export const isInBytes = ({ measure }: Check) => !OF_OBJECTS.includes(measure);

/** How many dumps have to be there for a measure to be known. */
export function dumpsNeeded({ measure }: Check): number {
  if (measure === "survived") return 3;
  return measure === "retained" || measure === "count" ? 1 : 2;
}

/** Refuses a check whose measure these dumps do not tell. */
export function requireKnown({ text, measure }: Check, { hours }: Leaks, memory?: MemoryReport): void {
  if (measure === "growth_per_hour" && hours === null) {
    throw undecided(text, "the dumps do not say how much time is between them");
  }
  if (isOfMemory(measure) && !memory?.growth) {
    throw undecided(text, "the dumps do not tell of their process's memory: take them again");
  }
  const unknown = memory?.unknown[0];
  if (measure === "native" && unknown !== undefined) throw undecided(text, unknown);
}

function undecided(text: string, why: string): HeapdumpError {
  return new HeapdumpError(ExitCode.Usage, `--fail-on ${text} cannot be decided: ${why}`);
}

/** What met a check: the suspect, or null if it is the process; and its value. */
export interface Met {
  suspect: Suspect | null;
  value: bigint | number;
}

/** The first suspect that meets the check, or the process's memory. */
export function meets(
  { measure, orEqual, limit }: Check,
  suspects: Suspect[],
  memory?: MemoryReport,
): Met | undefined {
  const met = (suspect: Suspect | null, value: bigint | number | null): Met[] =>
    value !== null && (orEqual ? value >= limit : value > limit) ? [{ suspect, value }] : [];
  if (isOfMemory(measure))
    return memory?.growth ? met(null, OF_MEMORY[measure](memory.growth))[0] : undefined;
  return suspects.flatMap((suspect) => met(suspect, OF_SUSPECTS[measure](suspect)))[0];
}

// Checks such as `growth>10MB`, for --fail-on.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Leaks, Suspect } from "./leaks.js";

const MEASURES = {
  growth: ({ growth }: Suspect) => growth,
  growth_per_hour: ({ growthPerHour }: Suspect) => growthPerHour,
  survived: ({ survived }: Suspect) => survived,
  retained: ({ retained }: Suspect) => retained,
  count: ({ count }: Suspect) => count,
  new: ({ newCount }: Suspect) => newCount,
};

type Measure = keyof typeof MEASURES;

const UNITS: Record<string, number> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1000,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
};

export interface Check {
  /** As it was written. */
  text: string;
  measure: Measure;
  orEqual: boolean;
  limit: number;
}

/** `MEASURE>NUMBER[UNIT]` or with `>=`. */
export function parseCheck(text: string): Check {
  const [, measure = "", operator, digits, unit = ""] =
    /^\s*(\w+)\s*(>=?)\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (!(measure in MEASURES) || digits === undefined || factor === undefined) {
    const measures = Object.keys(MEASURES).join(", ");
    throw new HeapdumpError(
      ExitCode.Usage,
      `--fail-on ${text}: write MEASURE>NUMBER with a unit such as growth>10MB; measures are ${measures}`,
    );
  }
  return {
    text: text.trim(),
    measure: measure as Measure,
    orEqual: operator === ">=",
    limit: Number(digits) * factor,
  };
}

/** How many dumps have to be there for a measure to be known. */
export function dumpsNeeded({ measure }: Check): number {
  if (measure === "survived") return 3;
  return measure === "retained" || measure === "count" ? 1 : 2;
}

/** Refuses a check whose measure these dumps do not tell. */
export function requireKnown({ text, measure }: Check, { hours }: Leaks): void {
  if (measure !== "growth_per_hour" || hours !== null) return;
  throw new HeapdumpError(
    ExitCode.Usage,
    `--fail-on ${text} cannot be decided: the dumps do not say how much time is between them`,
  );
}

/** The first suspect that the check is about. */
export function meets(check: Check, suspects: Suspect[]): Suspect | undefined {
  return suspects.find((suspect) => {
    const value = MEASURES[check.measure](suspect);
    return value !== null && (check.orEqual ? value >= check.limit : value > check.limit);
  });
}

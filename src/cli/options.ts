import { InvalidArgumentError } from "commander";

/** An integer of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min) {
      throw new InvalidArgumentError(`must be an integer of at least ${min}`);
    }
    return value;
  };
}

const UNITS_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `30s`, `5m`, `1.5h`, in milliseconds; a number alone is seconds. */
export function duration(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
  const time = Number(number) * (UNITS_MS[unit || "s"] ?? 0);
  if (!number || time < 1000 || time > 30 * 24 * 3_600_000)
    throw new InvalidArgumentError("must be a time such as 30s, 5m or 1h, of at least a second");
  return time;
}

/** Of the options that say how a dump is taken. */
export const DEFAULT_CONTENT_BYTES = 64;
export const DEFAULT_TIMEOUT_S = 30;

/** A number of seconds. */
export function secondsOf(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 86_400) {
    throw new InvalidArgumentError("must be a number of seconds, above 0 and at most 86400");
  }
  return value;
}

/** For an option that may be given several times. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** What docs/sets.md explains. */
export const OF_OPTION = ["--of <set>", "only the objects of this set (docs/sets.md)"] as const;
export const SINCE_OPTION = [
  "--since <file>",
  "the earlier dump that `new` and `kept` in a set are compared with",
] as const;

export const JSON_OPTION = ["--json", "print one JSON document"] as const;

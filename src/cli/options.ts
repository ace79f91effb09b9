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

export const JSON_OPTION = ["--json", "print one JSON document"] as const;

import { distance } from "fastest-levenshtein";

/** The names most like `wanted`, by their whole or by their last part. */
export function nearest(wanted: string, names: string[], count = 3): string[] {
  const lower = wanted.toLowerCase();
  const last = (name: string) => name.slice(name.lastIndexOf(".") + 1);
  const rated = [...new Set(names)].map((name) => {
    const own = name.toLowerCase();
    const whole = distance(own, lower);
    return { name, whole, best: own.includes(lower) ? 0 : Math.min(whole, distance(last(own), last(lower))) };
  });
  return rated
    .filter(({ best }) => best <= Math.max(2, last(lower).length / 3))
    .sort((a, b) => a.best - b.best || a.whole - b.whole)
    .slice(0, count)
    .map(({ name }) => name);
}

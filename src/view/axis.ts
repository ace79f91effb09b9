// Where the lines of a picture's axes stand, and what is written at them.
import { countText, sizeText } from "./units.js";

export interface Tick {
  value: number;
  text: string;
}

const MOST_TICKS = 6;

/** From 0 up; `largest` is at most at the last of them. */
export function valueTicks(largest: number, measure: "count" | "size"): Tick[] {
  const most = Math.max(1, largest);
  const [base, steps, text] =
    measure === "size"
      ? ([1024, [1, 2, 5, 10, 20, 50, 100, 200, 500], sizeText] as const)
      : ([10, [1, 2, 5], countText] as const);
  const powers = Array.from({ length: 20 }, (_, power) => base ** power);
  const all = powers.flatMap((power) => steps.map((step) => step * power));
  const step = all.find((each) => most / each <= MOST_TICKS) ?? most;
  const values = Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => i * step);
  return values.map((value) => ({ value, text: text(BigInt(value)) }));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 30, 100, 365].map((n) => n * DAY),
];

/** Round times (UTC) between two, which are in milliseconds since 1970. */
export function timeTicks(first: number, last: number): Tick[] {
  const step = STEPS.find((each) => (last - first) / each <= MOST_TICKS) ?? last - first;
  const begin = Math.ceil(first / step) * step;
  const values = Array.from({ length: Math.floor((last - begin) / step) + 1 }, (_, i) => begin + i * step);
  return values.map((value) => ({ value, text: tickText(value, step, last - first) }));
}

function tickText(time: number, step: number, span: number): string {
  const [day = "", clock = ""] = timeText(time).split(" ");
  if (step >= DAY) return day;
  const short = step < MINUTE ? clock : clock.slice(0, 5);
  return span > DAY ? `${day.slice(5)} ${short}` : short;
}

/** `2026-03-01 12:00:00`, of UTC. */
export function timeText(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

// When the next dump of a series is worth taking.

export interface Look {
  /** Since the last dump, in milliseconds. */
  elapsed: number;
  /** Resident bytes, now and at the last dump. */
  resident: number;
  before: number;
}

/** Less is not told from what a process takes and gives back all the time. */
const GREW = { share: 0.01, bytes: 1 << 20 };
/** So much is worth a dump before its time. */
const GREW_FAST = 0.25;
const EARLIEST = 0.2;
/** A process that does not grow is dumped nevertheless, so that there is an answer: after so many of its distances. */
export const LATEST = 4;

/** `every`: the distance that was asked for, in milliseconds. */
export function isDue({ elapsed, resident, before }: Look, every: number): boolean {
  const growth = resident - before;
  if (elapsed >= every * LATEST) return true;
  if (elapsed >= every) return growth >= Math.max(GREW.bytes, before * GREW.share);
  return elapsed >= every * EARLIEST && growth >= Math.max(GREW.bytes, before * GREW_FAST);
}

/** Of a series the dumps that an answer needs: the first, and the last ones. */
export function superfluous<Dump>(dumps: Dump[], kept: number): Dump[] {
  return dumps.slice(1, Math.max(1, dumps.length - kept + 1));
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Bytes for a person: `532 B`, `9.8 MiB`. */
export function sizeText(bytes: bigint): string {
  if (bytes < 1024n) return `${bytes} B`;
  let value = Number(bytes);
  for (const unit of UNITS) {
    value /= 1024;
    if (value < 1023.95 || unit === "EiB") return `${value.toFixed(1)} ${unit}`;
  }
  throw new RangeError(`${bytes} bytes`);
}

export function shareText(part: bigint, whole: bigint): string {
  return whole === 0n ? "" : `${((Number(part) / Number(whole)) * 100).toFixed(1)} %`;
}

/** With commas. `toLocaleString` is slow the first time: it loads the rules of all languages. */
export function countText(count: bigint | number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function signedSizeText(bytes: bigint): string {
  return bytes < 0n ? `−${sizeText(-bytes)}` : `+${sizeText(bytes)}`;
}

export function signedCountText(count: bigint): string {
  return count < 0n ? `−${countText(-count)}` : `+${countText(count)}`;
}

export function durationText(hours: number): string {
  if (hours < 1 / 60) return `${Math.max(1, Math.round(hours * 3600))} s`;
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return `${hours.toFixed(hours < 10 ? 1 : 0)} h`;
}

/** A time of a dump, in UTC: `2026-01-02T03:04:05.678Z`. */
export const momentText = (time: string) => time.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");

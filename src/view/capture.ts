// How a dump was taken, in words, from its metadata (docs/dump-format.md).
import type { MetaReader } from "../model/dump.js";

/** Why a dump is not consistent. */
export function inconsistencyText(meta: MetaReader): string {
  return meta("mode") === "python"
    ? "other threads ran while it was taken"
    : "no safe point came, and some objects may be half-updated";
}

/** A list that is one text in the dump. */
export function listed(text: string | undefined): string[] {
  return text ? text.split("; ") : [];
}

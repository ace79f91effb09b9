// How a dump was taken, in words; of what the dump says of itself (docs/dump-format.md).
export type Said = (key: string) => string | undefined;

/** Why a dump is not consistent. */
export function inconsistencyText(said: Said): string {
  return said("mode") === "python"
    ? "other threads ran while it was taken"
    : "no safe point came, and some objects may be half-updated";
}

/** A list that is one text in the dump. */
export function listed(text: string | undefined): string[] {
  return text ? text.split("; ") : [];
}

// Sets of objects as docs/sets.md has them. native/sets/ reads them and works them out.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "./heap.js";
import { nearest } from "./nearest.js";

/** The schema of the earlier dump that `new` and `kept` are compared with. */
export const SINCE = "since";

/** A mistake in the set that `option` has is an error with exit code 2, and a caret under its place. */
export function checkSet(heap: Heap, set: string | undefined, option = "--of"): void {
  if (set !== undefined)
    explainSet(heap, set, option, () => heap.get("SELECT id FROM {heap}.members(?)", set));
}

/** Runs what asks for a set. */
export function explainSet<T>(heap: Heap, set: string, option: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const [, place, what] = /^SET, character (\d+): (.*)$/s.exec((error as Error).message) ?? [];
    if (place === undefined || what === undefined) throw error;
    const text = set.replaceAll(/\s/g, " ");
    throw new HeapdumpError(
      ExitCode.Usage,
      `${option && `${option}: `}${what}${hint(heap, what)}\n  ${text}\n  ${" ".repeat(Number(place) - 1)}^`,
    );
  }
}

/** Runs what asks for a partition: one that is not known is an error with exit code 2. */
export function explainBy<T>(by: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("no grouping ")) throw new HeapdumpError(ExitCode.Usage, `--by ${by}: ${message}`);
    throw error;
  }
}

function hint(heap: Heap, what: string): string {
  const [, name] = /^no type (.*)$/s.exec(what) ?? [];
  if (name === undefined) return "";
  const aliases = heap.all<{ name: string }>("SELECT name FROM {heap}.type_alias");
  const known = [...heap.types(), ...aliases].map((type) => type.name);
  // The end of `shop.Itme.data` may be an attribute.
  for (let wanted = name; wanted !== ""; wanted = wanted.slice(0, Math.max(0, wanted.lastIndexOf(".")))) {
    const near = nearest(wanted, known);
    if (near.length > 0) return `; the nearest: ${near.join(", ")}`;
  }
  return "";
}

/** SQL for ids of a set, to stand after WHERE. */
export function setSql(heap: Heap, set: string | undefined, id = "o.id"): string {
  return set === undefined ? "TRUE" : `${id} IN (SELECT id FROM ${heap.schema}.members(${literal(set)}))`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A set as an operand of `/`, of a step or of an operator. */
export function asOperand(set: string): string {
  let open = 0;
  let quote = "";
  for (const character of set) {
    if (quote) quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if ("([".includes(character)) open++;
    else if (")]".includes(character)) open--;
    else if (open === 0 && "|&-^~ ".includes(character)) return `(${set})`;
  }
  return set;
}

/** A row of a partition, as a set. */
export function rowSet(of: string | undefined, by: string, row: bigint | number): string {
  return `${asOperand(of ?? "all")}/${by.replaceAll(" ", "")}:${row}`;
}

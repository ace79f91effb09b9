import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { nearest } from "../store/nearest.js";
import { isAddress, parseAddress } from "./address.js";
import { isIncomplete } from "./incomplete.js";

/** A set of objects, by address and by type; both hold ids. */
export interface Selection {
  objects: Set<bigint>;
  types: Set<bigint>;
}

/** What `--filter ADDR,!ADDR,Type,!Type` names in a heap. */
export interface Filter {
  /** The plain terms; undefined if there is none. */
  include: Selection | undefined;
  /** The `!` terms. */
  exclude: Selection;
}

export function contains(
  { objects, types }: Selection,
  object: { id: bigint; type: bigint | null },
): boolean {
  return objects.has(object.id) || (object.type !== null && types.has(object.type));
}

/** A term that finds nothing is an error with exit code 2; `missing` gets that of one that excludes. */
export function parseFilter(
  heap: Heap,
  text: string | undefined,
  missing: (error: HeapdumpError) => void = refuse,
): Filter {
  const terms = text === undefined ? [] : text.split(",").map((term) => term.trim());
  const bad = terms.find((term) => term === "" || term === "!");
  if (bad !== undefined) throw new HeapdumpError(ExitCode.Usage, `--filter '${text}' has an empty term`);
  const plain = terms.filter((term) => !term.startsWith("!"));
  const negated = terms.filter((term) => term.startsWith("!")).map((term) => term.slice(1));
  return {
    include: plain.length ? select(heap, plain, refuse) : undefined,
    exclude: select(heap, negated, missing),
  };
}

function refuse(error: HeapdumpError): never {
  throw error;
}

/** Each term is an address or names types; `missing` gets the error of one that finds nothing. */
export function select(heap: Heap, terms: string[], missing: (error: HeapdumpError) => void): Selection {
  const selection: Selection = { objects: new Set(), types: new Set() };
  for (const term of terms) {
    try {
      if (isAddress(term)) selection.objects.add(objectAt(heap, term));
      else for (const type of typesNamed(heap, term)) selection.types.add(type);
    } catch (error) {
      if (!(error instanceof HeapdumpError)) throw error;
      missing(error);
    }
  }
  return selection;
}

function objectAt(heap: Heap, text: string): bigint {
  const found = heap.objectAt(parseAddress(text));
  if (found) return found.id;
  throw new HeapdumpError(
    ExitCode.Usage,
    `no object at ${text} in ${placeWords(heap)} (heapdump top ${heap.path} lists addresses)`,
  );
}

/** What is not found in an incomplete dump may have been lost. */
function placeWords(heap: Heap): string {
  return isIncomplete(heap) ? `what could be read of ${heap.path}` : heap.path;
}

function typesNamed(heap: Heap, pattern: string): bigint[] {
  const matching = heap.all<{ id: bigint | null; name: string; count: bigint }>(
    "SELECT id, name, count FROM {heap}.type_named(?)",
    pattern,
  );
  const found = matching.flatMap(({ id }) => (id === null ? [] : [id]));
  if (found.length > 0) return found;
  const [lost] = matching;
  if (lost) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `the type ${lost.name} was lost with a part of ${heap.path}, so its ${lost.count} objects cannot be told from others (heapdump top --by type ${heap.path} counts them)`,
    );
  }
  const aliases = heap.all<{ name: string }>("SELECT name FROM {heap}.type_alias");
  const near = nearest(
    pattern,
    [...heap.types(), ...aliases].map(({ name }) => name),
  );
  const hint = near.length ? `; the nearest: ${near.join(", ")}` : "";
  throw new HeapdumpError(ExitCode.Usage, `no type ${pattern} in ${placeWords(heap)}${hint}`);
}

/** SQL that holds for objects (as `o`) of a filter, or for types of one that names only types, to stand after WHERE. */
export function filterSql({ include, exclude }: Filter): string {
  const terms: string[] = [];
  if (include) terms.push(selectionSql(include));
  // Of an object whose type was lost it is not known that it is of a type: then the condition is NULL.
  if (exclude.objects.size || exclude.types.size) terms.push(`(${selectionSql(exclude)}) IS NOT TRUE`);
  return terms.length ? terms.map((term) => `(${term})`).join(" AND ") : "TRUE";
}

function selectionSql({ objects, types }: Selection): string {
  const terms: string[] = [];
  if (objects.size) terms.push(`o.id IN (${[...objects].join(", ")})`);
  if (types.size) terms.push(`o.type IN (${[...types].join(", ")})`);
  return terms.join(" OR ");
}

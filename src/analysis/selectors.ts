// What a command line names: objects by address, types by name.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { checkSet, literal } from "../store/set.js";
import { isAddress, parseAddress } from "./address.js";
import { type Selection, select } from "./filter.js";

export type Selected = { object: bigint } | { types: bigint[] } | { set: string };

/** One object by its address, or types by their name. A term that finds nothing is an error with exit code 2. */
export function parseSelector(heap: Heap, term: string): Exclude<Selected, { set: string }> {
  const { objects, types } = select(heap, [term], refuse);
  const [object] = objects;
  return object === undefined ? { types: [...types] } : { object };
}

/** The same, or a set of objects (docs/sets.md). */
export function parseSelectorOrSet(heap: Heap, term: string): Selected {
  let mistake: HeapdumpError | undefined;
  const { objects, types } = select(heap, [term], (error) => {
    mistake = error;
  });
  if (!mistake) {
    const [object] = objects;
    return object === undefined ? { types: [...types] } : { object };
  }
  // A word that neither knows is more likely a type that is misspelt.
  const isWord = /^[\w.<>[\]*?-]+$/.test(term);
  try {
    checkSet(heap, term, "");
  } catch (error) {
    throw isWord && (error as Error).message.includes("no type ") ? mistake : error;
  }
  const members = heap.all<{ id: bigint }>("SELECT id FROM {heap}.members(?) LIMIT 2", term);
  const [only] = members;
  return only && members.length === 1 ? { object: only.id } : { set: term };
}

/** What a term selected, as a set (docs/sets.md). */
export function asSet(heap: Heap, selected: Selected, term: string): string {
  if ("set" in selected) return selected.set;
  if ("object" in selected) return `0x${heap.object(selected.object).address.toString(16)}`;
  try {
    checkSet(heap, term);
    return term;
  } catch {
    // A name with characters that mean something else in a set.
    return [...new Set(selected.types.map((type) => literal(heap.typeName(type))))].join(" | ");
  }
}

/** One object, by its address or as the only instance of a type. */
export function parseObject(heap: Heap, term: string): bigint {
  if (isAddress(term)) {
    const within = objectAround(heap, term);
    if (within) throw new HeapdumpError(ExitCode.Usage, within);
  }
  const selected = parseSelector(heap, term);
  if ("object" in selected) return selected.object;
  const instances = selected.types.flatMap((type) =>
    heap.all<{ id: bigint }>("SELECT id FROM {heap}.object WHERE type = ? LIMIT 2", type),
  );
  const [only] = instances;
  if (instances.length === 1 && only) return only.id;
  throw new HeapdumpError(
    ExitCode.Usage,
    `${term} names ${instances.length === 0 ? "a type without instances" : "more than one object"}: give an address (heapdump top --filter '${term}' ${heap.path} lists them)`,
  );
}

/** What to ask for instead of an address that lies within an object. */
function objectAround(heap: Heap, term: string): string | undefined {
  const address = parseAddress(term);
  const before = heap.get<{ address: bigint; size: bigint; type: bigint | null }>(
    "SELECT address, size, type FROM {heap}.object WHERE address <= ? ORDER BY address DESC LIMIT 1",
    address,
  );
  if (!before || before.address === address || address >= before.address + before.size) return undefined;
  const beginning = `${heap.typeName(before.type)} 0x${before.address.toString(16)}`;
  return `${term} lies within an object: ${beginning}, ${before.size} bytes`;
}

/**
 * What `--exclude ADDR,Type,.field` names, as the argument `avoid` of path_to_root; `missing` gets the error of a term that
 * finds nothing.
 */
export function parseAvoid(
  heap: Heap,
  text: string | undefined,
  missing: (error: HeapdumpError) => void,
): string | null {
  if (text === undefined) return null;
  const terms = text.split(",").map((term) => term.trim());
  if (terms.some((term) => term === "" || term === ".")) {
    throw new HeapdumpError(ExitCode.Usage, `--exclude '${text}' has an empty term`);
  }
  const labels = terms.filter((term) => term.startsWith(".")).map((term) => term.slice(1));
  const selected = select(
    heap,
    terms.filter((term) => !term.startsWith(".")),
    missing,
  );
  return avoidArgument(selected, labels);
}

/** The argument `avoid` of functions that look for paths. */
export function avoidArgument({ objects, types }: Selection, labels: string[] = []): string {
  return [
    ...[...objects].map((id) => `object:${id}`),
    ...[...types].map((id) => `type:${id}`),
    ...labels.map((label) => `label:${label}`),
  ].join(",");
}

function refuse(error: HeapdumpError): never {
  throw error;
}

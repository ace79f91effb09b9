// What a command is asked about.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { select } from "./filter.js";

export type Subject = { object: bigint } | { types: bigint[] };

/** One object by its address, or types by their name. A term that finds nothing is an error with exit code 2. */
export function parseSubject(heap: Heap, term: string): Subject {
  const { objects, types } = select(heap, [term], (error) => {
    throw error;
  });
  const [object] = objects;
  return object === undefined ? { types: [...types] } : { object };
}

/** An object by its address. */
export function parseAddress(heap: Heap, term: string): bigint {
  if (!/^0x/i.test(term)) {
    throw new HeapdumpError(ExitCode.Usage, `${term} is not an address: it is 0x and hexadecimal digits`);
  }
  const within = objectAround(heap, term);
  if (within) throw new HeapdumpError(ExitCode.Usage, within);
  const subject = parseSubject(heap, term);
  if (!("object" in subject)) throw new Error(`${term} names types`);
  return subject.object;
}

/** What to ask for instead of an address that lies within an object. */
function objectAround(heap: Heap, term: string): string | undefined {
  if (!/^0x[0-9a-f]{1,15}$/i.test(term)) return undefined;
  const address = BigInt(term);
  const before = heap.get<{ address: bigint; size: bigint; type: bigint | null }>(
    "SELECT address, size, type FROM {heap}.object WHERE address <= ? ORDER BY address DESC LIMIT 1",
    address,
  );
  if (!before || before.address === address || address >= before.address + before.size) return undefined;
  const beginning = `${heap.typeName(before.type)} 0x${before.address.toString(16)}`;
  return `${term} lies within an object: ${beginning}, ${before.size} bytes`;
}

/**
 * What `--exclude ADDR,Type,.field` names, as the argument `avoid` of path_to_root.
 */
export function parseAvoid(heap: Heap, text: string | undefined): string | null {
  if (text === undefined) return null;
  const terms = text.split(",").map((term) => term.trim());
  if (terms.some((term) => term === "" || term === ".")) {
    throw new HeapdumpError(ExitCode.Usage, `--exclude '${text}' has an empty term`);
  }
  const labels = terms.filter((term) => term.startsWith(".")).map((term) => term.slice(1));
  const { objects, types } = select(
    heap,
    terms.filter((term) => !term.startsWith(".")),
    (error) => {
      throw error;
    },
  );
  return [
    ...[...objects].map((id) => `object:${id}`),
    ...[...types].map((id) => `type:${id}`),
    ...labels.map((label) => `label:${label}`),
  ].join(",");
}

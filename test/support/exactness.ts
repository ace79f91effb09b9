// Where the size in a dump and sys.getsizeof differ, and why: docs/exactness.md tells of each. There is no other
// difference that has a reason.
import type { Differences } from "./compare.js";

type Sizes = [reported: number, dumped: number];

export interface Reason {
  /** The types to which it applies. */
  about: RegExp;
  /** The first version to which it applies, and the first to which it no longer does. */
  from?: string;
  before?: string;
  explains: (sizes: Sizes) => boolean;
  why: string;
}

const COLLECTOR_HEADER = 16;

export const reasons: Reason[] = [
  {
    about: /^(type|_ctypes\..*|.*Meta|.*Type)$/,
    from: "3.11",
    before: "3.13",
    explains: ([reported, dumped]) => reported - dumped === COLLECTOR_HEADER,
    why: "`sys.getsizeof` of 3.11 and 3.12 adds a collector header of 16 bytes to static types, which have none.",
  },
  {
    about: /^numpy\._DTypeMeta$/,
    from: "3.13",
    explains: ([reported, dumped]) => reported - dumped === COLLECTOR_HEADER,
    why: "`sys.getsizeof` of 3.13 and newer does that for static types with a metaclass of their own, such as numpy's data types.",
  },
  {
    about: /^/,
    from: "3.13",
    explains: ([reported, dumped]) => dumped > reported,
    why: "`sys.getsizeof` of 3.13 leaves out the values of attributes, which lie in the object itself.",
  },
  {
    about: /^code$/,
    before: "3.11",
    explains: ([reported, dumped]) => reported > dumped,
    why: "The dump does not count two tables of a code object up to 3.10: arguments that are cells, and the opcode cache.",
  },
  {
    about: /^numpy\.(bool|(float|int|uint|complex)\d+|c?longdouble|datetime64|timedelta64|str_|bytes_|void)$/,
    explains: ([reported, dumped]) => reported > dumped,
    why: "The `__sizeof__` of numpy's scalars counts the value twice: as part of the object, and separately.",
  },
  {
    about: /^pandas\._libs\.index\./,
    explains: ([reported]) => reported >= COLLECTOR_HEADER,
    why: "The `__sizeof__` of pandas' index engines is the size of their table, without the engine itself.",
  },
  {
    about:
      /^(StgDict|_ctypes\.Py.*|ctypes\._endian\..*|_io\.BytesIO|_pickle\.Unpickler|itertools\.(combinations|combinations_with_replacement|permutations|product))$/,
    explains: ([reported, dumped]) => reported > dumped,
    why: "The `__sizeof__` of some types of C extensions counts more than the object. heapdump does not reproduce it, because calling it would run foreign code.",
  },
  {
    about:
      /^(_thread\.R?Lock|_thread\.lock|_ctypes\..*|ctypes\..*|planted\.c_types\.Record(_Array_3)?|_io\.(StringIO|FileIO)|functools\._lru_cache_wrapper|mmap\.mmap|module|_queue\.SimpleQueue|ImagingCore|pandas\._libs\.hashtable\..*)$/,
    explains: ([reported, dumped]) => dumped > reported,
    why: "The dump counts memory that an object owns besides itself and that `sys.getsizeof` leaves out, where a types file tells of it.",
  },
];

export function isExplained(type: string, sizes: Sizes, version: string): boolean {
  return reasons.some(
    ({ about, from, before, explains }) =>
      (!from || compareVersions(version, from) >= 0) &&
      (!before || compareVersions(version, before) < 0) &&
      about.test(type) &&
      explains(sizes),
  );
}

/** The differences that no reason explains. */
export function unexplained(sizes: Differences, version: string): Differences {
  return Object.fromEntries(
    Object.entries(sizes).filter(
      ([type, { examples }]) => !examples.every((example) => isExplained(type, example as Sizes, version)),
    ),
  );
}

/** What `python` mode has and the others do not: the objects of its script, and text that only C code reads. */
const traces: Record<string, number> = { "object dict": 4, "object str": 1, "content of str": 4 };

export function withoutTraces(differences: Differences): Differences {
  return Object.fromEntries(
    Object.entries(differences).filter(([about, { count }]) => count > (traces[about] ?? 0)),
  );
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

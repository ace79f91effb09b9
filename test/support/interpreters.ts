// The CPythons that the tests run on: `describe.each(interpreters)("$version, $library", ({ path }) => …)`.
import { findInterpreters, type Interpreter, supportedRange } from "../../scripts/interpreters.mjs";

export { missingVersions, supportedVersions } from "../../scripts/interpreters.mjs";
export type { Interpreter };

/** Every CPython 3.8 to 3.14 of this machine, oldest first; never empty. */
export const interpreters: Interpreter[] = findInterpreters();

/** For what does not depend on the version. */
export const newest = interpreters.at(-1) as Interpreter;

if (interpreters.length === 0) {
  throw new Error(`no CPython ${supportedRange} on this machine: sudo apt-get install python3`);
}

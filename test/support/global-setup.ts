// Finds the CPythons that the tests run on, once for all test files, and says which they are and which are missing.
import type { TestProject } from "vitest/node";
import { findInterpreters, missingVersions, supportedRange } from "../../scripts/interpreters.mjs";

export default function setup({ provide }: TestProject): void {
  const interpreters = findInterpreters();
  if (interpreters.length === 0) {
    throw new Error(`no CPython ${supportedRange} on this machine: sudo apt-get install python3`);
  }
  provide("interpreters", interpreters);
  const found = interpreters.map(({ version, library }) =>
    library === "static" ? `${version} (static)` : version,
  );
  console.log(`CPythons of this machine: ${found.join(", ")}`);
  const missing = missingVersions(interpreters);
  if (missing.length > 0) {
    console.log(`Not tested, for want of an interpreter (pyenv install …): ${missing.join(", ")}`);
  }
}

// The CPythons that the tests run on: `describe.each(interpreters)("$version, $library", ({ path }) => …)`.
import { inject } from "vitest";
import type { Interpreter } from "../../scripts/interpreters.mjs";

export { supportedVersions } from "../../scripts/interpreters.mjs";
export type { Interpreter };

declare module "vitest" {
  interface ProvidedContext {
    interpreters: Interpreter[];
  }
}

/** Every CPython 3.8 to 3.14 of this machine, oldest first; never empty. */
export const interpreters = inject("interpreters");

export const oldest = interpreters[0] as Interpreter;

/** For what does not depend on the version. */
export const newest = interpreters.at(-1) as Interpreter;

function choose(...found: (Interpreter | undefined)[]): Interpreter[] {
  return [...new Set(found)].flatMap((interpreter) => interpreter ?? []);
}

// For what differs little between versions.
export const oldestAndNewest = choose(oldest, newest);
export const oldestMiddleNewest = choose(oldest, interpreters[interpreters.length >> 1], newest);
/** For what depends on registers, calls and libraries, and not on the version. */
export const oldestNewestStatic = choose(
  oldest,
  newest,
  interpreters.find(({ library }) => library === "static"),
);

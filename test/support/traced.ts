// Interpreters whose collector writes a log: those of this machine, with the patches of patches/.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Interpreter, interpreters } from "./interpreters.js";

const BUILD = fileURLToPath(new URL("../../patches/build", import.meta.url));
const PATCHED = ["3.11", "3.12", "3.13"];

/** One of each version that has a patch, the newest. */
export const patchable: Interpreter[] = PATCHED.flatMap(
  (version) => interpreters.filter(({ minor }) => minor === version).at(-1) ?? [],
);

export interface Traced {
  /** The interpreter; undefined if it could not be built. */
  python?: string;
  /** Why not, in a line. */
  why: string;
}

/** Takes some seconds. */
export function buildTraced({ path, minor }: Interpreter, folder: string): Traced {
  const { status, stdout, stderr } = spawnSync(BUILD, [path, "-o", join(folder, minor)], {
    encoding: "utf8",
  });
  const why = stderr.trim().split("\n").at(-1) ?? "";
  // A source and a static library are not on every machine; that they cannot be compiled is a failure.
  if (status !== 0 && !/no source of|has no static library/.test(why)) throw new Error(stderr);
  return status === 0 ? { python: stdout.trim(), why } : { why };
}

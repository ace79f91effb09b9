// What a program in C needs to have a Python in it.
import { execFileSync } from "node:child_process";
import { type Interpreter, interpreters } from "./interpreters.js";

export interface Libpython {
  folder: string;
  library: string;
  prefix: string;
  include: string;
  /** Options of the compiler. */
  link: string[];
}

const shared = interpreters.filter(
  ({ library, path }) => library === "shared" && !path.includes("/interpreters/"),
);

/** The oldest and the newest interpreter with a library to link with. */
export const withLibpython: Interpreter[] = [shared[0], shared.at(-1)].flatMap((found) => found ?? []);

export function libpython(python: string): Libpython {
  const asked =
    "import sys, sysconfig as s; print(s.get_config_var('LIBDIR'), s.get_config_var('INSTSONAME'), sys.prefix, s.get_path('include'), sep='\\n')";
  const answer = execFileSync(python, ["-I", "-c", asked], { encoding: "utf8" });
  const [folder = "", library = "", prefix = "", include = ""] = answer.trim().split("\n");
  return { folder, library, prefix, include, link: [`-L${folder}`, `-l:${library}`, `-Wl,-rpath,${folder}`] };
}

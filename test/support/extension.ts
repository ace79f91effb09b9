// A C extension of test/targets/, built with an interpreter's own headers.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Why an extension cannot be built for an interpreter; undefined where it can. */
export function whyNoExtension(python: string): string | undefined {
  const folder = include(python);
  return existsSync(join(folder, "Python.h")) ? undefined : `${python} has no headers in ${folder}`;
}

/** Builds `test/targets/NAME.c` into `folder`, from where the interpreter can import it. */
export function buildExtension(python: string, name: string, folder: string): void {
  const source = fileURLToPath(new URL(`../targets/${name}.c`, import.meta.url));
  const options = ["-shared", "-fPIC", "-O1", "-std=gnu11", "-Wall", "-Wextra", "-Wno-cast-function-type"];
  const compiler = process.env.CC ?? "cc";
  execFileSync(compiler, [...options, `-I${include(python)}`, source, "-o", join(folder, `${name}.so`)]);
}

function include(python: string): string {
  const code = "import sysconfig; print(sysconfig.get_path('include'))";
  return execFileSync(python, ["-I", "-S", "-c", code], { encoding: "utf8" }).trim();
}

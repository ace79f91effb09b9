// What test/targets/ has in C: an extension, built with an interpreter's own headers, or a library for ctypes.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TARGETS = fileURLToPath(new URL("../targets/", import.meta.url));

/** Why an extension cannot be built for an interpreter; undefined where it can. */
export function whyNoExtension(python: string): string | undefined {
  const folder = include(python);
  return existsSync(join(folder, "Python.h")) ? undefined : `${python} has no headers in ${folder}`;
}

/** Builds `test/targets/NAME.c`, or another file, into `folder`, from where the interpreter can import it. */
export function buildExtension(python: string, name: string, folder: string): void {
  buildLibrary(name, folder, ["-Wno-cast-function-type", `-I${include(python)}`]);
}

/** Builds `test/targets/NAME.c` into `folder`; returns its path. */
export function buildLibrary(name: string, folder: string, options: string[] = []): string {
  const source = resolve(TARGETS, name.endsWith(".c") ? name : `${name}.c`);
  const library = join(folder, `${basename(source, ".c")}.so`);
  const usual = ["-shared", "-fPIC", "-O1", "-std=gnu11", "-Wall", "-Wextra"];
  execFileSync(process.env.CC ?? "cc", [...usual, ...options, source, "-o", library]);
  return library;
}

function include(python: string): string {
  const code = "import sysconfig; print(sysconfig.get_path('include'))";
  return execFileSync(python, ["-I", "-S", "-c", code], { encoding: "utf8" }).trim();
}

// One CPython that the tables are made from: its headers and what a compiler makes of them.
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @param {string} name */
const sourceOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * @typedef {object} Installation
 * @property {number} minor
 * @property {number} micro
 * @property {Record<string, number>} constants what probe.c prints
 * @property {string} python runs it
 * @property {(expressions: Record<string, string>) => Record<string, number | null>} ask see structures.py
 * @property {Installation["ask"]} askOther the same of a build for another libc than glibc (3.12 and newer: it has no
 *   trampolines for perf)
 */

/**
 * @param {string} argument the folder of its headers; after a `=` the command that runs it, if that is not the
 *   executable beside them
 * @param {string} folder for what is compiled
 * @returns {Installation}
 */
export function examine(argument, folder) {
  const [include = "", command] = argument.split("=");
  const program = compile(include, folder);
  const other = compile(include, folder, "-DHD_WITHOUT_PERF");
  const lines = execFileSync(program, { encoding: "utf8" }).trim().split("\n");
  const constants = Object.fromEntries(lines.map((line) => line.split(" ")).map(([k, v]) => [k, Number(v)]));
  if (constants.free_threaded) throw new Error(`${include} is a free-threaded build`);
  const python = command ?? join(include, "../../bin", basename(include));
  return {
    minor: constants.minor,
    micro: constants.micro,
    constants,
    ask: (expressions) => ask(program, expressions),
    askOther: (expressions) => ask(other, expressions),
    python,
  };
}

/**
 * @param {string} include
 * @param {string} folder
 * @param {string[]} options
 */
function compile(include, folder, ...options) {
  const program = join(mkdtempSync(join(folder, "of-")), "probe");
  const debug = ["-g", "-fno-eliminate-unused-debug-types", "-w", ...options];
  const folders = ["-I", include, "-idirafter", dirname(include), "-I", join(include, "internal")];
  execFileSync("cc", [...debug, ...folders, sourceOf("probe.c"), "-o", program], { stdio: "inherit" });
  return program;
}

/**
 * @param {string} program
 * @param {Record<string, string>} expressions
 * @returns {Record<string, number | null>}
 */
function ask(program, expressions) {
  const questions = `${program}.json`;
  writeFileSync(questions, JSON.stringify(Object.entries(expressions)));
  const gdb = ["-nx", "-batch", program, "-x", sourceOf("structures.py")];
  const environment = { ...process.env, QUESTIONS: questions };
  return JSON.parse(
    execFileSync("gdb", gdb, { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "inherit"] }),
  );
}

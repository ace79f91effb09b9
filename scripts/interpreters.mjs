// Finds the CPythons of this machine: on PATH, pyenv's, uv's, the system's and fetched ones. Tests run on each, the demo on one.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StageError } from "./stage.mjs";

/**
 * @typedef {object} Interpreter
 * @property {string} path the executable, links resolved
 * @property {string} version such as `3.11.7`
 * @property {string} minor such as `3.11`
 * @property {"shared" | "static"} library whether the interpreter is in a libpython or in the executable itself
 */

/** Where fetch-interpreters.mjs puts them. */
export const fetchedInterpreters = fileURLToPath(new URL("../interpreters", import.meta.url));

/** The versions that heapdump supports. */
export const supportedVersions = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];
export const supportedRange = `${supportedVersions[0]} to ${supportedVersions.at(-1)}`;

// Written for any Python, also one that is too old: it says so instead of failing.
const probe = `
import json, os, platform, sys
print(json.dumps([
    os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "%d.%d.%d" % sys.version_info[:3],
    platform.python_implementation() == "CPython" and getattr(sys, "_is_gil_enabled", lambda: True)(),
    "/libpython3" in open("/proc/self/maps").read(),
]))`;

/**
 * @param {string} path
 * @returns {Interpreter | undefined} undefined for what is not a supported CPython
 */
export function inspectInterpreter(path) {
  let answer;
  try {
    answer = execFileSync(path, ["-I", "-S", "-c", probe], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
  const [executable, version, isCPython, shared] = JSON.parse(answer);
  const minor = version.split(".").slice(0, 2).join(".");
  if (!isCPython || !supportedVersions.includes(minor)) return undefined;
  return { path: executable, version, minor, library: shared ? "shared" : "static" };
}

/** @returns {Interpreter[]} each once, oldest version first */
export function findInterpreters() {
  /** @type {Map<string, Interpreter>} */
  const found = new Map();
  for (const path of new Set(candidates())) {
    const interpreter = inspectInterpreter(path);
    if (interpreter) found.set(interpreter.path, interpreter);
  }
  return [...found.values()].sort((a, b) => a.version.localeCompare(b.version, "en", { numeric: true }));
}

/**
 * The one that is asked for, else PATH's python3, else the newest.
 * @param {string} [wanted]
 * @returns {Interpreter}
 */
export function chooseInterpreter(wanted) {
  const found = inspectInterpreter(wanted ?? "python3") ?? (wanted ? undefined : findInterpreters().at(-1));
  if (found) return found;
  throw new StageError(
    wanted
      ? `${wanted} is no CPython ${supportedRange}`
      : `A CPython ${supportedRange} is needed, and there is none on this machine.\n` +
          "On Debian and Ubuntu: sudo apt-get install --yes python3",
  );
}

/**
 * @param {Interpreter[]} interpreters
 * @returns {string[]} the supported versions that are not among them
 */
export function missingVersions(interpreters) {
  return supportedVersions.filter((version) => !interpreters.some(({ minor }) => minor === version));
}

function* candidates() {
  const names = ["python3", ...supportedVersions.map((version) => `python${version}`)];
  // pyenv's shims start a shell and stand for the versions found below.
  const folders = (process.env.PATH ?? "")
    .split(":")
    .filter((folder) => folder && !folder.endsWith("/shims"));
  folders.push("/usr/local/bin", "/usr/bin");
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  for (const versions of [pyenv, join(homedir(), ".local/share/uv/python"), fetchedInterpreters]) {
    for (const version of entries(versions)) folders.push(join(versions, version, "bin"));
  }
  for (const folder of folders) {
    const present = new Set(entries(folder));
    for (const name of names) if (present.has(name)) yield join(folder, name);
  }
}

/** @param {string} folder */
function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

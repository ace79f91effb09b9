// What the machine itself must have before anything can be built: each thing that is missing is named at once,
// with the command that installs it.
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { StageError } from "./stage.mjs";

const root = new URL("../", import.meta.url);

/** Throws a StageError where the running Node is older than package.json asks for. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  const needed = engines.node.replace(">=", "");
  if (process.versions.node.localeCompare(needed, "en", { numeric: true }) < 0) {
    throw new StageError(
      `heapdump needs Node.js ${needed} or newer, and this is ${process.version} (${process.execPath}).\n` +
        "A newer one: https://nodejs.org/en/download",
    );
  }
}

/** Throws a StageError that names the packages without which the addon cannot be compiled. */
export function requireCompiler() {
  requirePackages({
    "g++": onPath(process.env.CXX?.split(" ")[0] ?? "g++"),
    make: onPath("make"),
    python3: onPath("python3"),
  });
}

/** Throws a StageError that names the packages without which the native unit tests cannot be compiled. */
export function requireTestPackages() {
  requirePackages({
    "g++": onPath("g++"),
    make: onPath("make"),
    python3: onPath("python3"),
    cmake: onPath("cmake"),
    "libgtest-dev": hasHeader("gtest/gtest.h"),
    "zlib1g-dev": hasHeader("zlib.h"),
  });
}

/** @param {Record<string, boolean>} present by the name of Debian's and Ubuntu's package */
function requirePackages(present) {
  const missing = Object.keys(present).filter((name) => !present[name]);
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  throw new StageError(
    `Missing on this machine: ${missing.join(", ")}. On Debian and Ubuntu this installs what is missing:\n\n` +
      `    ${sudo}apt-get update && ${sudo}apt-get install --yes ${missing.join(" ")}\n`,
  );
}

/** @param {string} command */
function onPath(command) {
  const folders = command.includes("/") ? [""] : (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @param {string} header */
function hasHeader(header) {
  const program = `#include <${header}>\n`;
  const { status } = spawnSync("g++", ["-M", "-x", "c++", "-"], { input: program });
  return status === 0;
}

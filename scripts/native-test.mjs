// Builds the native unit tests with sanitizers, through cmake-js, and runs them; arguments go to gtest.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const needed = [
  ["cmake", ["/usr/bin/cmake", "/usr/local/bin/cmake"]],
  ["g++", ["/usr/bin/g++"]],
  ["libgtest-dev", ["/usr/include/gtest/gtest.h", "/usr/local/include/gtest/gtest.h"]],
  ["zlib1g-dev", ["/usr/include/zlib.h", "/usr/local/include/zlib.h"]],
];

function requirePackages() {
  const missing = needed.filter(([, paths]) => !paths.some((path) => existsSync(path))).map(([name]) => name);
  if (missing.length === 0) return;
  console.error(`The native tests need ${missing.join(", ")}:\n\n    sudo apt-get install ${missing.join(" ")}\n`);
  process.exit(1);
}

/** Where npm is told of Node's headers, cmake-js takes them from there: it asks npm's configuration itself. */
function nodedir() {
  const told = process.env.npm_config_nodedir ?? process.env.npm_package_config_nodedir;
  if (told) return told;
  const answer = spawnSync("npm", ["config", "get", "nodedir"], { cwd: root, encoding: "utf8" }).stdout?.trim();
  return answer && answer !== "undefined" ? answer : undefined;
}

/**
 * Builds a target of native/CMakeLists.txt.
 * @param {string} target
 * @param {string} config
 * @param {boolean} sanitize
 * @returns {string} the folder with what was built
 */
export function buildNative(target, config, sanitize) {
  requirePackages();
  const out = join(root, "build-native", sanitize ? "sanitize" : config.toLowerCase());
  const headers = nodedir();
  const cmakeJs = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
  for (const command of ["configure", "build"]) {
    const { status } = spawnSync(
      process.execPath,
      [cmakeJs, command, "-l", "warn", "-d", join(root, "native"), "-O", out, "-T", target].concat(
        ["-B", config, "-p", "2", `--CDHEAPDUMP_SANITIZE=${sanitize ? "ON" : "OFF"}`],
      ),
      {
        cwd: root,
        stdio: ["ignore", 2, 2],
        env: { ...process.env, ...(headers ? { npm_config_nodedir: headers } : {}) },
      },
    );
    if (status !== 0) process.exit(1);
  }
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = buildNative("native_tests", "RelWithDebInfo", true);
  const { status } = spawnSync(join(out, "native_tests"), process.argv.slice(2), { stdio: "inherit" });
  process.exitCode = status ?? 1;
}

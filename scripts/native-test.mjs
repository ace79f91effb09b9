// Builds the native unit tests with sanitizers, through cmake-js, and runs them; arguments go to gtest.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { usableHeaders } from "./headers.mjs";
import { requireTestPackages } from "./requirements.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Builds a target of native/CMakeLists.txt.
 * @param {string} target
 * @param {string} config
 * @param {boolean} sanitize
 * @returns {string} the folder with what was built
 */
export function buildNative(target, config, sanitize) {
  requireTestPackages();
  const out = join(root, "build-native", sanitize ? "sanitize" : config.toLowerCase());
  const headers = usableHeaders();
  const cmakeJs = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
  for (const command of ["configure", "build"]) {
    const { status } = spawnSync(
      process.execPath,
      [cmakeJs, command, "-l", "warn", "-d", join(root, "native"), "-O", out, "-T", target].concat([
        "-B",
        config,
        "-p",
        "2",
        `--CDHEAPDUMP_SANITIZE=${sanitize ? "ON" : "OFF"}`,
      ]),
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

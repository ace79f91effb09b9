// Builds the native unit tests with sanitizers, through cmake-js, and runs them; arguments go to gtest.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { usableHeaders } from "./headers.mjs";
import { findInterpreters } from "./interpreters.mjs";
import { requireTestPackages } from "./requirements.mjs";
import { fail, run, stage } from "./stage.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Builds a target of native/CMakeLists.txt.
 * @param {string} target
 * @param {string} config
 * @param {boolean} sanitize
 * @returns {Promise<string>} the folder with what was built
 */
export async function buildNative(target, config, sanitize) {
  const out = await configureNative(config, sanitize);
  await cmake("build", out, config, sanitize, ["-T", target]);
  return out;
}

/**
 * Writes the build's files, with compile_commands.json among them.
 * @param {string} config
 * @param {boolean} sanitize
 * @returns {Promise<string>} the folder with them
 */
export async function configureNative(config, sanitize) {
  requireTestPackages();
  const out = join(root, "build-native", sanitize ? "sanitize" : config.toLowerCase());
  await cmake("configure", out, config, sanitize, []);
  return out;
}

/**
 * @param {"configure" | "build"} command
 * @param {string} out
 * @param {string} config
 * @param {boolean} sanitize
 * @param {string[]} more
 */
async function cmake(command, out, config, sanitize, more) {
  const headers = usableHeaders();
  const env = { ...process.env, ...(headers ? { npm_config_nodedir: headers } : {}) };
  const cmakeJs = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
  const place = ["-d", join(root, "native"), "-O", out, "-B", config];
  const options = ["-l", "warn", "-p", "2", `--CDHEAPDUMP_SANITIZE=${sanitize ? "ON" : "OFF"}`];
  await run(process.execPath, [cmakeJs, command, ...place, ...options, ...more], { cwd: root, env });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = () => buildNative("native_tests", "RelWithDebInfo", true);
  const out = await stage("Compiling the native unit tests, with sanitizers", build, {
    expectation: "a minute or two, the first time",
  }).catch(fail);
  const pythons = findInterpreters().map(({ path }) => path);
  const { status } = spawnSync(join(String(out), "native_tests"), process.argv.slice(2), {
    stdio: "inherit",
    env: { ...process.env, HEAPDUMP_PYTHONS: pythons.join(":") },
  });
  process.exitCode = status ?? 1;
}

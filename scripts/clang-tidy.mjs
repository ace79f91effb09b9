// Holds the C++ files of native/ to .clang-tidy. What was clean is not looked at again until it changes, or a header.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { clangTool } from "./clang-tools.mjs";
import { configureNative } from "./native-test.mjs";
import { fail, stage } from "./stage.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const memory = join(root, "build-native/clang-tidy.json");

const sources = readdirSync(join(root, "native"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".cc"))
  .map((name) => join("native", name));
const headers = ["native", "payload"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(h|inc)$/.test(name))
    .map((name) => join(folder, name)),
);
const common = hash([".clang-tidy", "native/CMakeLists.txt", ...headers.sort()]);

/** @returns {Promise<boolean>} whether all are clean */
async function check() {
  const build = await configureNative("RelWithDebInfo", false);
  /** @type {{ file: string }[]} */
  const commands = JSON.parse(readFileSync(join(build, "compile_commands.json"), "utf8"));
  const known = new Set(commands.map(({ file }) => relative(root, file)));
  const clean = remembered();
  const state = Object.fromEntries(sources.map((file) => [file, `${common} ${hash([file])}`]));
  const queue = sources.filter((file) => known.has(file) && clean[file] !== state[file]);
  let ok = true;
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      if (await tidy(build, file)) clean[file] = state[file] ?? "";
      else ok = false;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, JSON.stringify(clean));
  return ok;
}

/**
 * @param {string} build the folder of compile_commands.json
 * @param {string} file
 * @returns {Promise<boolean>}
 */
function tidy(build, file) {
  return new Promise((resolve, reject) => {
    // Its count of warnings in other files goes to standard error.
    const child = spawn(program, ["--quiet", "-p", build, file], {
      cwd: root,
      stdio: ["ignore", "inherit", "ignore"],
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}

/** @returns {Record<string, string>} */
function remembered() {
  try {
    return JSON.parse(readFileSync(memory, "utf8"));
  } catch {
    return {};
  }
}

/** @param {string[]} files */
function hash(files) {
  const sum = createHash("sha256");
  for (const file of files)
    sum
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return sum.digest("hex");
}

const program = clangTool("clang-tidy");
const ok = await stage("clang-tidy", check, { expectation: "two minutes, the first time" }).catch(fail);
process.exitCode = ok ? 0 : 1;

// Prints what binding.gyp and native/CMakeLists.txt are to build from, one a line: the C++ sources of the named folders
// of native/; with --payload the inputs of scripts/build-payload.mjs; with --live the parts of the walker that read a
// running process, too; with --sqlite the folder of SQLite's sources, as
// better-sqlite3 ships them.
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {string} folder
 * @param {RegExp} name
 * @returns {string[]}
 */
function files(folder, name) {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder)).sort();
  return names.filter((file) => name.test(file)).map((file) => `${folder}/${file}`);
}

/** A walk of the whole heap, and its system calls. */
const ONLY_IN_A_COPY = /\/(main|sweep|system)\.c$/;

/** @param {string} what */
function list(what) {
  if (what === "--payload")
    return ["payload", "payload/walk", "payload/live"].flatMap((folder) =>
      files(folder, /\.([chS]|inc|ld)$/),
    );
  if (what === "--live") {
    const walker = files("payload/walk", /\.c$/).filter((file) => !ONLY_IN_A_COPY.test(file));
    return [...walker, ...files("payload/live", /\.c$/)];
  }
  if (what !== "--sqlite") return files(`native/${what}`, /\.cc$/);
  const library = createRequire(import.meta.url).resolve("better-sqlite3/package.json");
  return [join(dirname(library), "deps/sqlite3")];
}

console.log(process.argv.slice(2).flatMap(list).join("\n"));

#!/usr/bin/env node
const { existsSync, statSync } = require("node:fs");
const { join } = require("node:path");

const bundle = join(__dirname, "../dist/heapdump.cjs");
if (existsSync(bundle)) {
  // A defect is reported with the lines of the source; to read the map for every command would cost time.
  if (process.env.HEAPDUMP_DEBUG === "1") process.setSourceMapsEnabled(true);
  keepCompiledCode(join(__dirname, "../dist"));
  require(bundle).run(process.argv.slice(2));
} else {
  const root = join(__dirname, "../");
  process.stderr.write(
    `heapdump: heapdump is not built (npm ran no install scripts): run \`npm run setup\` in ${root}\n`,
  );
  process.exitCode = 2;
}

/**
 * From Node 22.1 on. In the tool's own folder: in a shared one such as /tmp another user could leave code for root to
 * run. Root leaves no files in the folder of another user, who could not remove them.
 * @param {string} folder
 */
function keepCompiledCode(folder) {
  if (process.getuid?.() === 0 && statSync(folder).uid !== 0) return;
  /** @type {any} */
  const loader = require("node:module");
  loader.enableCompileCache?.(join(folder, "compile-cache"));
}

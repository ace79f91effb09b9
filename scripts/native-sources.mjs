// Prints the C++ sources of the named folders of native/, one a line, or with --walker what the walker is built
// from: the one list that binding.gyp and native/CMakeLists.txt share.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
for (const folder of process.argv.slice(2)) {
  if (folder === "--walker") {
    for (const file of readdirSync(join(root, "payload/walk")).sort()) console.log(`payload/walk/${file}`);
    continue;
  }
  const path = join(root, "native", folder);
  if (!existsSync(path)) continue;
  for (const file of readdirSync(path).sort()) {
    if (file.endsWith(".cc")) console.log(`native/${folder}/${file}`);
  }
}

// Makes dist/heapdump.cjs of src/: one file, since Node takes longer to find and load a hundred than to run them.
//   node scripts/bundle.mjs
// The types are checked by `npm run lint`.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export async function bundle() {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { heapdump: "src/cli/main.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    // better-sqlite3 is in the bundle, but for its native part (package.json names its exact version); viz-js is large.
    external: ["@viz-js/viz"],
    platform: "node",
    target: "node20",
    // Node starts a CommonJS program without its loader of ES modules, a tenth of its own start.
    format: "cjs",
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  });
  writeFileSync(join(root, "dist/licences.txt"), licences(Object.keys(metafile.inputs)));
}

/**
 * The licences of the libraries that are in the bundle, which have to be passed on with it.
 * @param {string[]} files relative to the checkout
 */
function licences(files) {
  const libraries = files.map((file) => file.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? "");
  return [...new Set(libraries)]
    .filter(Boolean)
    .sort()
    .map((folder) => {
      const name = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
      if (!name || !existsSync(join(root, folder, name))) throw new Error(`${folder} has no licence`);
      return `${folder.replace(/^.*node_modules\//, "")}\n\n${readFileSync(join(root, folder, name), "utf8")}`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();

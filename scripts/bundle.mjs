// Makes dist/heapdump.cjs of src/: one file, since Node takes longer to find and load a hundred than to run them.
//   node scripts/bundle.mjs
// The types are checked by `npm run lint`.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** For pictures in PNG and PDF. */
const FONTS = ["arimo/400Regular/Arimo_400Regular.ttf", "cousine/400Regular/Cousine_400Regular.ttf"];

export async function bundle() {
  rmSync(join(root, "dist"), { recursive: true, force: true });
  /** @satisfies {import("esbuild").BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: /** @type {const} */ ("node"),
    target: "node20",
    // Node starts a CommonJS program without its loader of ES modules, a tenth of its own start.
    format: /** @type {const} */ ("cjs"),
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    metafile: /** @type {const} */ (true),
    logLevel: /** @type {const} */ ("warning"),
  };
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/cli/main.ts"],
    outfile: "dist/heapdump.cjs",
    // better-sqlite3 is in the bundle, but for its native part (package.json names its exact version); what is large
    // and seldom used is not.
    external: ["@viz-js/viz", "@resvg/resvg-wasm", "./pdfkit.cjs"],
    alias: { pdfkit: "./pdfkit.cjs" },
    sourcemap: true,
    sourcesContent: false,
  });
  const pdfkit = await build({
    ...common,
    stdin: { contents: 'module.exports = require("pdfkit");', resolveDir: root },
    outfile: "dist/pdfkit.cjs",
    minify: true,
  });
  const fonts = FONTS.map((name) => `node_modules/@expo-google-fonts/${name}`);
  mkdirSync(join(root, "dist/fonts"));
  for (const name of fonts) copyFileSync(join(root, name), join(root, "dist/fonts", basename(name)));
  const inputs = [metafile, pdfkit.metafile].flatMap(({ inputs }) => Object.keys(inputs));
  writeFileSync(join(root, "dist/licences.txt"), licences([...inputs, ...fonts]));
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
      const names = readdirSync(join(root, folder)).filter((name) => /^licen[cs]e/i.test(name));
      const texts = names.map((name) => readFileSync(join(root, folder, name), "utf8"));
      // Some have no more than the name of one.
      const { license, author } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      if (!texts.length && !license) throw new Error(`${folder} has no licence`);
      const text = texts.length
        ? texts.join("\n")
        : `${license} licence. ${author?.name ?? author ?? ""}`.trim();
      return `${folder.replace(/^.*node_modules\//, "")}\n\n${text}`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();

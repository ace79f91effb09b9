// Installs and builds all that the checkout needs, and only what is missing or out of date: the packages from
// npm's registry, better-sqlite3, the addon and the SQLite extension, and the bundle.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { configuredHeaders, usableHeaders } from "./headers.mjs";
import { requireCompiler, requireNode, requireTestPackages } from "./requirements.mjs";
import { fail, run, StageError, stage } from "./stage.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeGyp = join(root, "node_modules/node-gyp/bin/node-gyp.js");
const addonStamp = join(root, "build/.setup-stamp.json");
const bundleStamp = join(root, "dist/.setup-stamp");

/** @param {{ forTests?: boolean }} [options] */
export async function setup({ forTests = false } = {}) {
  requireNode();
  if (forTests) requireTestPackages();
  const installed = packagesInstalled();
  if (!installed || !sqliteLoads() || !addonBuilt()) requireCompiler();

  if (!installed) await stage("Installing the packages from npm", install);
  const builds = [
    ...(sqliteLoads() ? [] : [{ name: "better-sqlite3", build: buildSqlite }]),
    ...(addonBuilt() ? [] : [{ name: "the addon", build: buildAddon }]),
  ];
  if (builds.length > 0) {
    const title = `Building ${builds.map(({ name }) => name).join(" and ")}`;
    await stage(title, () => buildAtOnce(builds), { expectation: "a few minutes" });
  }
  if (!bundleBuilt()) await stage("Bundling the TypeScript", buildBundle);
}

/** True where node_modules holds just what package-lock.json says, whoever installed it. */
function packagesInstalled() {
  const wanted = readJson("package-lock.json")?.packages;
  const present = readJson("node_modules/.package-lock.json")?.packages;
  if (!present) return false;
  return Object.keys(wanted).every(
    (path) =>
      path === "" ||
      present[path]?.version === wanted[path].version ||
      (present[path] === undefined && wanted[path].optional),
  );
}

async function install() {
  const modules = join(root, "node_modules");
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new StageError("node_modules is a link to packages that package-lock.json does not ask for");
  }
  // Scripts are ignored since some versions of npm would run them and others not: what has to be built is built below.
  const args = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  await npm(args);
}

/**
 * Compiling one leaves processors idle while another could use them. Waits for all, and tells what went wrong in each.
 * @param {{ build: () => Promise<void> }[]} builds
 */
async function buildAtOnce(builds) {
  // node-gyp fetches headers where there are none; two that do it at once would be in each other's way.
  if (!usableHeaders()) await run(process.execPath, [nodeGyp, "install", "--ensure"], { cwd: root });
  const outcomes = await Promise.allSettled(builds.map(({ build }) => build()));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  const unforeseen = failures.find((failure) => !(failure instanceof StageError));
  if (unforeseen) throw unforeseen;
  if (failures.length > 0) throw new StageError(failures.map(({ message }) => message).join("\n\n"));
}

function sqliteLoads() {
  const script = "new (require('better-sqlite3'))(':memory:').close()";
  return spawnSync(process.execPath, ["--input-type=commonjs", "-e", script], { cwd: root }).status === 0;
}

async function buildSqlite() {
  const cwd = join(root, "node_modules/better-sqlite3");
  if (!configuredHeaders()) {
    const prebuilt = join(root, "node_modules/prebuild-install/bin.js");
    const fetched = await run(process.execPath, [prebuilt], { cwd, timeout: 60_000 }).then(
      () => true,
      () => false,
    );
    if (fetched && sqliteLoads()) return;
  }
  await gyp(["rebuild", "--release"], cwd);
}

/**
 * What a build of the addon depends on.
 * @returns {{ abi: string, files: Record<string, string> }} files with the hashes of their contents
 */
function addonState() {
  const files = [
    ...filesUnder("native"),
    ...filesUnder("payload"),
    "binding.gyp",
    "scripts/build-payload.mjs",
    "scripts/native-sources.mjs",
  ];
  const sqlite = readJson("node_modules/better-sqlite3/package.json")?.version;
  return {
    abi: `Node ABI ${process.versions.modules}, SQLite of ${sqlite}`,
    files: Object.fromEntries(files.sort().map((file) => [file, hash([file])])),
  };
}

function addonBuilt() {
  return (
    ["heapdump", "heapdump_sqlite"].every((name) => existsSync(join(root, `build/Release/${name}.node`))) &&
    readText(addonStamp) === JSON.stringify(addonState())
  );
}

async function buildAddon() {
  const state = addonState();
  const built = JSON.parse(readText(addonStamp) ?? "null");
  const goOn = built?.abi === state.abi && Object.keys(built.files).every((file) => file in state.files);
  if (goOn) {
    // make goes by times, which a copied or restored checkout has wrong. An addon with objects of two versions in it
    // would be a danger to its targets.
    const changed = Object.keys(state.files).filter((file) => built.files[file] !== state.files[file]);
    for (const file of changed) utimesSync(join(root, file), new Date(), new Date());
  }
  await gyp(goOn ? ["configure", "build"] : ["rebuild"], root);
  writeFileSync(addonStamp, JSON.stringify(state));
}

function bundleState() {
  return hash([...filesUnder("src"), "tsconfig.json", "package-lock.json", "scripts/bundle.mjs"]);
}

function bundleBuilt() {
  return readText(bundleStamp) === bundleState();
}

async function buildBundle() {
  await run(process.execPath, [join(root, "scripts/bundle.mjs")], { cwd: root });
  writeFileSync(bundleStamp, bundleState());
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
async function gyp(args, cwd) {
  const headers = usableHeaders();
  const nodedir = headers ? [`--nodedir=${headers}`] : [];
  await run(process.execPath, [nodeGyp, ...args, ...nodedir, "--jobs=max"], { cwd });
}

/** @param {string[]} args */
async function npm(args) {
  const script = process.env.npm_execpath;
  await (script?.endsWith(".js")
    ? run(process.execPath, [script, ...args], { cwd: root })
    : run("npm", args, { cwd: root }));
}

/**
 * @param {string[]} files relative to the checkout
 * @returns {string} of their names and contents
 */
function hash(files) {
  const sum = createHash("sha256");
  for (const file of files.sort())
    sum
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return sum.digest("hex");
}

/** @param {string} folder */
function filesUnder(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** @param {string} path relative to the checkout */
function readJson(path) {
  const text = readText(join(root, path));
  return text === undefined ? undefined : JSON.parse(text);
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup({ forTests: process.argv.includes("--for-tests") }).catch(fail);
}

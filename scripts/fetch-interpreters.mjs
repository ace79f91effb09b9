// Fetches CPythons that run from a folder into interpreters/, where tests and the generator of layouts find them:
//   npm run interpreters            what pyenv does not have ready: 3.14
//   npm run interpreters -- --all   other patch releases of older versions, too
// They are those that the org.bytedeco:cpython packages carry, with their headers. Needs Maven (mvn).
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchedInterpreters } from "./interpreters.mjs";
import { fail, StageError, stage } from "./stage.mjs";

const usual = ["3.14.3-1.5.13"];
const others = [
  "3.9.2-1.5.5",
  "3.9.6-1.5.6",
  "3.10.2-1.5.7",
  "3.10.8-1.5.8",
  "3.11.3-1.5.9",
  "3.13.5-1.5.12",
];

/** @param {string} artifact its version: CPython's, and the package's own */
async function fetchInterpreter(artifact) {
  const [version = ""] = artifact.split("-");
  const place = join(fetchedInterpreters, version);
  if (existsSync(place)) return;
  mkdirSync(fetchedInterpreters, { recursive: true });
  const folder = mkdtempSync(join(fetchedInterpreters, ".fetching-"));
  try {
    const wanted = `-Dartifact=org.bytedeco:cpython:${artifact}:jar:linux-x86_64`;
    const options = ["-q", "-B", "dependency:copy", wanted, `-DoutputDirectory=${folder}`];
    const { error, status, stdout } = spawnSync("mvn", options, { encoding: "utf8" });
    if (error) throw new StageError("Maven is needed: sudo apt-get install --yes maven");
    if (status !== 0) throw new StageError(`mvn could not fetch CPython ${version}:\n${stdout}`);
    const [jar = ""] = readdirSync(folder);
    execFileSync("python3", ["-m", "zipfile", "-e", join(folder, jar), folder]);
    const root = join(folder, "org/bytedeco/cpython/linux-x86_64");
    for (const name of readdirSync(join(root, "bin"))) chmodSync(join(root, "bin", name), 0o755);
    // A copy of the other executable, which would count as an interpreter of its own.
    const minor = version.slice(0, version.lastIndexOf("."));
    rmSync(join(root, "bin/python3"));
    symlinkSync(`python${minor}`, join(root, "bin/python3"));
    renameSync(root, place);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.includes("--all") ? [...usual, ...others] : usual;
  for (const artifact of wanted) {
    await stage(`Fetching CPython ${artifact.split("-")[0]}`, () => fetchInterpreter(artifact), {
      expectation: "half a minute",
    }).catch(fail);
  }
}

// Formats the C and C++ files, or with --check fails where one is not formatted. Versions of clang-format differ in
// what they print, so it has to be the one below: CLANG_FORMAT, build-tools/bin (CONTRIBUTING.md) or PATH.
import { execFileSync, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const version = "18";
const root = dirname(dirname(fileURLToPath(import.meta.url)));

const candidates = [process.env.CLANG_FORMAT, join(root, "build-tools/bin/clang-format"), "clang-format"];
const clangFormat = candidates.find((command) => {
  const answer = command ? spawnSync(command, ["--version"], { encoding: "utf8" }) : undefined;
  return answer?.stdout?.includes(`version ${version}.`);
});
if (!clangFormat) {
  console.error(
    `clang-format ${version} is needed, for instance so:\n\n` +
      `    python3 -m venv build-tools && build-tools/bin/pip install 'clang-format==${version}.1.*'\n`,
  );
  process.exit(1);
}

const listing = execFileSync("git", ["ls-files", "-z", "*.cc", "*.h", "*.c"], {
  cwd: root,
  encoding: "utf8",
});
const files = listing.split("\0").filter(Boolean);
const mode = process.argv.includes("--check") ? ["--dry-run", "-Werror"] : ["-i"];
const { status } = spawnSync(clangFormat, [...mode, ...files], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;

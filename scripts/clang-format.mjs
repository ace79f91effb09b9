// Formats the C and C++ files, or with --check fails where one is not formatted.
import { execFileSync, spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { clangTool } from "./clang-tools.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const listing = execFileSync("git", ["ls-files", "-z", "*.cc", "*.h", "*.c"], {
  cwd: root,
  encoding: "utf8",
});
const files = listing.split("\0").filter(Boolean);
const mode = process.argv.includes("--check") ? ["--dry-run", "-Werror"] : ["-i"];
const { status } = spawnSync(clangTool("clang-format"), [...mode, ...files], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;

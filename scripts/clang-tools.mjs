// clang-format and clang-tidy: versions of them differ in what they say, so it has to be this one: that of CLANG_FORMAT
// or CLANG_TIDY, build-tools/bin (CONTRIBUTING.md) or PATH.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "18";
const folder = fileURLToPath(new URL("../build-tools/bin", import.meta.url));

/**
 * @param {"clang-format" | "clang-tidy"} name
 * @returns {string} the command; ends the program where there is none
 */
export function clangTool(name) {
  const candidates = [process.env[name.toUpperCase().replace("-", "_")], join(folder, name), name];
  const found = candidates.find((command) => {
    const answer = command ? spawnSync(command, ["--version"], { encoding: "utf8" }) : undefined;
    return answer?.stdout?.includes(`version ${VERSION}.`);
  });
  if (found) return found;
  console.error(
    `${name} ${VERSION} is needed, for instance so:\n\n` +
      `    python3 -m venv build-tools && build-tools/bin/pip install '${name}==${VERSION}.1.*'\n`,
  );
  process.exit(1);
}

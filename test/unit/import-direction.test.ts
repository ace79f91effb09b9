// ARCHITECTURE.md's arrows are held by biome.json; here are imports that it must and must not let through.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const FORBIDDEN = [
  ["view", "native"],
  ["view", "cli"],
  ["view", "capture"],
  ["analysis", "view"],
  ["analysis", "native"],
  ["analysis", "capture"],
  ["analysis", "cli"],
  ["store", "analysis"],
  ["store", "view"],
  ["store", "cli"],
  ["export", "cli"],
  ["export", "analysis"],
  ["export", "view"],
  ["export", "capture"],
  ["model", "store"],
  ["model", "capture"],
  ["capture", "store"],
  ["capture", "cli"],
  ["dump", "store"],
  ["dump", "cli"],
  ["native", "view"],
  ["native", "cli"],
];
const ALLOWED = [
  ["cli", "store"],
  ["cli", "capture"],
  ["cli", "analysis"],
  ["cli", "view"],
  ["analysis", "store"],
  ["cli", "export"],
  ["export", "store"],
  ["view", "model"],
  ["capture", "model"],
  ["store", "native"],
  ["capture", "native"],
];

test("the lint rules let an import through where the arrows do, and nowhere else", () => {
  const folder = mkdtempSync(join(tmpdir(), "heapdump-lint-"));
  try {
    copyFileSync(join(root, "biome.json"), join(folder, "biome.json"));
    const name = ([from, to]: string[]) => `src/${from}/uses-${to}.ts`;
    for (const pair of [...FORBIDDEN, ...ALLOWED]) {
      const file = join(folder, name(pair));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `import { x } from "../${pair[1]}/x.js";\n\nexport const y = x;\n`);
    }
    const biome = join(root, "node_modules/.bin/biome");
    const args = ["lint", "--reporter=github", "--max-diagnostics=none", "src"];
    const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: "utf8" });
    const refused = [...stdout.matchAll(/noRestrictedImports,file=([^,]+)/g)].map(([, file]) =>
      file?.slice(file.indexOf("src/")),
    );
    expect(refused.sort()).toEqual(FORBIDDEN.map(name).sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

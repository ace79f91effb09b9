// A tool whose compiled parts are missing, or are of another Node.js, says what to do.
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeDump } from "../support/dump-file.js";
import { shop } from "../support/sample-heaps.js";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
let installed: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
  installed = join(folder, "heapdump");
  for (const name of ["bin", "dist", "payload", "package.json", "build/Release/heapdump.node"]) {
    cpSync(join(checkout, name), join(installed, name), { recursive: true });
  }
  cpSync(
    join(checkout, "build/Release/heapdump_sqlite.node"),
    join(installed, "build/Release/heapdump_sqlite.node"),
  );
  mkdirSync(join(installed, "node_modules"));
  for (const name of readdirSync(join(checkout, "node_modules"))) {
    if (name.startsWith(".") || name === "better-sqlite3") continue;
    symlinkSync(join(checkout, "node_modules", name), join(installed, "node_modules", name));
  }
  const sqlite = "node_modules/better-sqlite3";
  for (const name of ["package.json", "lib", "build/Release/better_sqlite3.node"]) {
    cpSync(join(checkout, sqlite, name), join(installed, sqlite, name), { recursive: true });
  }
  writeFileSync(join(folder, "heap.bin"), encodeDump(shop().heap.parts()));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run() {
  const args = [join(installed, "bin/heapdump.js"), "top", "-n", "1", "heap.bin"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** Registers itself as a module of the first Node.js. */
const OLD_MODULE = `
struct module {
  int abi; unsigned flags; void *handle; const char *file; void *start; void *context; const char *name;
  void *data; struct module *next;
};
extern void node_module_register(void *);
static struct module self = {1, 0, 0, "old.c", 0, 0, "old", 0, 0};
__attribute__((constructor)) static void init(void) { node_module_register(&self); }
`;

const remedy = () => `run \`npm run setup\` in ${installed}/`;

test("the copy works as it is", () => {
  expect(run()).toMatchObject({ status: 0, stderr: "" });
});

test.each([
  "build/Release/heapdump.node",
  "build/Release/heapdump_sqlite.node",
  "node_modules/better-sqlite3/build/Release/better_sqlite3.node",
])("%s: missing, or of another Node.js", (name) => {
  const file = join(installed, name);
  const kept = join(folder, "kept.node");
  renameSync(file, kept);
  try {
    const missing = run();
    expect(missing).toMatchObject({ status: 2, stdout: "" });
    expect(missing.stderr).toBe(
      `heapdump: heapdump is not built (npm ran no install scripts): ${remedy()}\n`,
    );
    const source = join(folder, "old.c");
    writeFileSync(source, OLD_MODULE);
    if (!name.includes("sqlite.node")) {
      execFileSync("cc", ["-shared", "-fPIC", "-o", file, source]);
      const old = run();
      expect(old).toMatchObject({ status: 2, stdout: "" });
      expect(old.stderr).toBe(
        `heapdump: heapdump was built for another Node.js (ABI 1) than this one (${process.version}, ABI ` +
          `${process.versions.modules}): ${remedy()}, or use the Node.js that it was built for\n`,
      );
    }
    writeFileSync(file, "not a module");
    const broken = run();
    expect(broken.status).toBe(2);
    expect(broken.stderr).toMatch(
      /^heapdump: a module of heapdump cannot be loaded: .*: run `npm run setup` in .*\n$/,
    );
  } finally {
    rmSync(file, { force: true });
    renameSync(kept, file);
  }
});

test("not built at all", () => {
  renameSync(join(installed, "dist"), join(folder, "dist"));
  const { status, stderr } = run();
  renameSync(join(folder, "dist"), join(installed, "dist"));
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `heapdump: heapdump is not built (npm ran no install scripts): ${remedy()}\n`,
  });
});

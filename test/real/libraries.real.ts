// The heaps that well-known libraries make, in each mode, beside what the interpreter says of them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import { compareDumps, compareWithReport, missingFrom } from "../support/compare.js";
import { unexplained, withoutTraces } from "../support/exactness.js";
import { Target } from "../support/target.js";
import { environment, realInterpreters } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/libraries.py", import.meta.url));
const cases = realInterpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, interpreter) => {
  let folder: string;
  let target: Target;
  const dumps = { stop: "", fork: "", python: "" };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
    const { python, packages } = environment(interpreter);
    console.log(`${interpreter.version}: ${packages.join(", ")}`);
    // Not every version of Python has ready-made ones of all.
    expect(packages.length).toBeGreaterThan(5);
    target = await Target.start(python, PROGRAM, { args: [join(folder, "report"), ...packages] });
    for (const mode of ["stop", "fork", "python"] as const) {
      dumps[mode] = join(folder, `${mode}.bin`);
      const args = [target.pid, "--mode", mode, "--json", "-o", dumps[mode]];
      const { status, stdout, stderr } = await attach(args, { cwd: folder });
      expect({ mode, status, stderr }).toEqual({ mode, status: 0, stderr: "" });
      const { objects, pause_ms, elapsed_ms, bytes } = JSON.parse(stdout);
      console.log(`  ${mode}: ${objects} objects, ${bytes} bytes, ${elapsed_ms} ms, stop ${pause_ms} ms`);
    }
  });
  afterAll(async () => {
    await target?.kill();
    rmSync(folder, { recursive: true });
  });

  test("stop has what the interpreter reports", () => {
    const { missing, types, sizes, edges, dangling, complete } = compareWithReport(
      join(folder, "report"),
      dumps.stop,
    );
    expect({ missing, types, edges, dangling, complete }).toEqual({
      missing: {},
      types: {},
      edges: {},
      dangling: {},
      complete: true,
    });
    expect(unexplained(sizes, interpreter.version)).toEqual({});
  });

  test("fork and stop say the same", () => {
    expect(compareDumps(dumps.stop, dumps.fork)).toEqual({});
  });

  test("fork has what the mode python has", () => {
    expect(withoutTraces(missingFrom(dumps.fork, dumps.python))).toEqual({});
  });
});

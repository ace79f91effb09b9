import { describe, expect } from "vitest";
import { HEAPDUMP } from "../support/cli.js";
import { test } from "../support/fixtures.js";

describe("streams", () => {
  test("a query may come from standard input", ({ sampleDumps }) => {
    expect(sampleDumps.run(["sql", "after.bin"], { input: "SELECT 1 + 1 AS two" })).toMatchObject({
      status: 0,
      stdout: "two\n  2\n",
    });
    expect(sampleDumps.run(["sql", "after.bin"], { input: "" }).status).toBe(2);
  });

  test("a closed pipe is not an error", ({ sampleDumps }) => {
    const many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n";
    for (const json of ["", "--json"]) {
      const { status, stdout, stderr } = sampleDumps.shell(
        `heapdump sql ${json} after.bin '${many}' | head -n 2; echo "\${PIPESTATUS[0]}"`,
      );
      expect({ status, stderr, lines: stdout.trim().split("\n").length }).toEqual({
        status: 0,
        stderr: "",
        lines: 3,
      });
      expect(stdout).toMatch(/\n0\n$/);
    }
  });

  test("a full disk is reported in one line", ({ sampleDumps }) => {
    const { status, stderr } = sampleDumps.shell("heapdump top after.bin > /dev/full");
    expect(stderr).toBe("heapdump: output: no space is left on the device\n");
    expect(status).toBe(4);
  });

  test("a long result is printed whole", ({ sampleDumps }) => {
    const many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n";
    const { stdout } = sampleDumps.run(["sql", "after.bin", many]);
    expect(stdout.trimEnd().split("\n").slice(1).map(Number)).toEqual(
      Array.from({ length: 2500 }, (_, i) => i + 1),
    );
  });

  test("there are no colours in a pipe, even where they are forced", ({ sampleDumps }) => {
    expect(sampleDumps.run(["top", "after.bin"], { env: { FORCE_COLOR: "1" } }).stdout).not.toContain("\x1b");
  });

  test("there are colours on a terminal, but not with NO_COLOR", ({ sampleDumps }) => {
    const command = `script -qec "'${process.execPath}' '${HEAPDUMP}' top after.bin" /dev/null`;
    const onTerminal = (env: NodeJS.ProcessEnv) =>
      sampleDumps.shell(command, { TERM: "xterm", NO_COLOR: "", ...env });
    const coloured = onTerminal({});
    expect(coloured.status).toBe(0);
    expect(coloured.stdout).toContain("\x1b[");
    const plain = onTerminal({ NO_COLOR: "1" });
    expect(plain.stdout).toContain("bytes");
    expect(plain.stdout).not.toContain("\x1b");
  });
});

test("a defect is reported in one line with exit code 70, and where with HEAPDUMP_DEBUG", ({
  sampleDumps,
}) => {
  const NODE_OPTIONS = "--import=data:text/javascript,JSON.parse=()=>{throw(new(Error)('sprung'))}";
  const { status, stdout, stderr } = sampleDumps.run(["info", "after.bin"], { env: { NODE_OPTIONS } });
  expect({ status, stdout, stderr }).toEqual({
    status: 70,
    stdout: "",
    stderr: "heapdump: a defect of heapdump, please report it: sprung (HEAPDUMP_DEBUG=1 shows where)\n",
  });
  const debug = sampleDumps.run(["info", "after.bin"], { env: { NODE_OPTIONS, HEAPDUMP_DEBUG: "1" } });
  expect(debug.status).toBe(70);
  expect(debug.stderr).toMatch(/at .*main\.(js|ts|cjs)/);
});

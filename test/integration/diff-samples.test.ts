// Files of samples: what is in them, and what of them is read, added to and compared.
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordsOf, TempWorkspace } from "../support/cli.js";
import { encodeDump } from "../support/dump-file.js";
import { type DiffRow, heapOf, writeSeries } from "../support/planted-series.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
});
afterAll(() => workspace.remove());

describe("a file of samples", () => {
  const planted = { A: [1, 2, 3], B: [5, 5, 5] };
  let files: string[];
  const take = (name: string, count = 3) => {
    for (const file of files.slice(0, count)) workspace.json("export", file, "--to", "stat", "-o", name);
    return workspace.path(name);
  };
  beforeAll(() => {
    files = writeSeries(workspace, planted, "s-");
  });

  test("is private text of one line a sample, which says what it is", () => {
    const path = take("plain.stat");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines.pop()).toBe("");
    const samples = lines.map((line) => JSON.parse(line));
    expect(samples).toMatchObject(
      Array(3).fill({ format: "heapdump-stat", version: 1, by: "kind", of: null, meta: { pid: "4242" } }),
    );
    // As `top` counts them.
    const top = recordsOf<{ name: string; count: number; size: number }>(
      workspace.json("top", "--by", "kind", "-n", "1000", "s-3.bin"),
    );
    const counted = (rows: [string, number, number][]) =>
      new Map(rows.map(([name, ...figures]) => [name, figures]));
    expect(counted(samples[2].groups)).toEqual(
      counted(top.map(({ name, count, size }) => [name, count, size])),
    );
  });

  test("that is cut is read as far as it goes, and can be continued", () => {
    const path = take("cut.stat");
    const whole = readFileSync(path);
    for (let cut = whole.length - 1; cut > whole.indexOf("\n") + 2; cut -= 41) {
      writeFileSync(path, whole.subarray(0, cut));
      const { status, stderr, stdout } = workspace.run(["diff", "--json", "cut.stat", "s-3.bin"]);
      expect(status).toBe(0);
      // A line that lacks its end is whole without it.
      const isWhole = cut === whole.length - 1 || whole[cut - 1] === 10 || whole[cut] === 10;
      expect(stderr.includes("the last line of cut.stat is cut off")).toBe(!isWhole);
      const first = recordsOf<DiffRow>(JSON.parse(stdout)).find(({ name }) => name === "app.A");
      expect(first).toMatchObject({ count_old: 1, count: 3 });
    }
    workspace.json("export", "s-2.bin", "--to", "stat", "-o", "cut.stat");
    const { stdout, stderr } = workspace.run(["diff", "--json", "cut.stat"]);
    expect(stderr).toContain("cut.stat:2 is not a sample: it is left out");
    expect(recordsOf<DiffRow>(JSON.parse(stdout)).find(({ name }) => name === "app.A")?.counts).toEqual([
      1, 2,
    ]);
  });

  test.each([
    ["the same dump twice", ["s-1.bin"], "own.stat:1 is a sample of this dump already"],
    [
      "another partition",
      ["--by", "module", "s-2.bin"],
      "own.stat:1 was taken --by kind: take all samples of a file alike",
    ],
    [
      "another set",
      ["--of", "str", "s-2.bin"],
      "own.stat:1 was taken --by kind: take all samples of a file alike",
    ],
    [
      "another process",
      ["other.bin"],
      "own.stat:1 and other.bin are dumps of different processes (pid 4242 and 17)",
    ],
  ])("takes no sample of %s", (_, args, message) => {
    workspace.dump("other.bin", heapOf(planted, 0), { pid: "17" });
    const path = workspace.path("own.stat");
    writeFileSync(path, "");
    take("own.stat", 1);
    const before = readFileSync(path);
    const { status, stderr } = workspace.run(["export", "--to", "stat", "-o", "own.stat", ...args]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
    expect(readFileSync(path)).toEqual(before);
  });

  test.each([
    ["another process", ["own.stat", "other.bin"], /different processes/],
    [
      "another mode",
      ["own.stat", "forked.bin"],
      /were taken in different modes, which count different objects/,
    ],
    ["one sample alone", ["own.stat"], /diff needs two dumps/],
    [
      "another partition",
      ["--by", "type", "own.stat", "s-2.bin"],
      /own.stat:1 was taken --by kind: it cannot be divided otherwise/,
    ],
    ["another set", ["--of", "str", "own.stat", "s-2.bin"], /cannot be divided otherwise/],
    [
      "samples of other partitions",
      ["own.stat", "modules.stat"],
      /own.stat:1 was taken --by kind and modules.stat:1 --by module/,
    ],
  ])("is not compared with %s", (_, args, message) => {
    workspace.dump("other.bin", heapOf(planted, 0), { pid: "17" });
    workspace.dump("forked.bin", heapOf(planted, 1), { mode: "fork", time: "2026-03-01T12:30:00.000Z" });
    for (const name of ["own.stat", "modules.stat"]) writeFileSync(workspace.path(name), "");
    take("own.stat", 1);
    workspace.json("export", "s-2.bin", "--by", "module", "--to", "stat", "-o", "modules.stat");
    const { status, stderr } = workspace.run(["diff", ...args]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) });
  });

  test("of a newer version, and what is none, are refused in a line", () => {
    const path = take("newer.stat", 2);
    appendFileSync(
      path,
      readFileSync(path, "utf8").split("\n")[0]?.replace('"version":1', '"version":2') ?? "",
    );
    expect(workspace.run(["diff", "newer.stat"])).toMatchObject({
      status: 5,
      stderr: "heapdump: newer.stat:3: it is of version 2 of the format; this heapdump reads version 1\n",
    });
    for (const text of [
      "{",
      '{"format": "heapdump-stat"}\n',
      "{}\n{}\n",
      '{"format":"heapdump-stat","version":1,"by":"kind","of":null,"meta":{},"interpreter":null,"groups":[["x",-1,2]]}',
    ]) {
      writeFileSync(workspace.path("none.stat"), text);
      expect(workspace.run(["diff", "none.stat", "s-1.bin"])).toMatchObject({
        status: 5,
        stderr: "heapdump: none.stat: it has no sample that can be read\n",
      });
    }
    expect(workspace.run(["export", "s-1.bin", "--to", "stat", "-o", "s-2.bin"])).toMatchObject({
      status: 2,
      stderr: "heapdump: s-2.bin: it is there and no file of samples; choose another file\n",
    });
  });

  test("of a dump that is not complete says so", () => {
    const whole = encodeDump(heapOf(planted, 1).parts({ time: "2026-03-01T12:01:00.000Z" }));
    workspace.write("lossy.bin", whole.subarray(0, -40));
    workspace.run(["export", "lossy.bin", "--to", "stat", "-o", "lossy.stat"]);
    const { stderr } = workspace.run(["diff", "lossy.stat", "s-3.bin"]);
    const { stderr: ofDump } = workspace.run(["diff", "lossy.bin", "s-3.bin"]);
    expect(ofDump).toContain("lossy.bin is not complete");
    expect(stderr).toContain("lossy.stat:1 is not complete");
  });
});

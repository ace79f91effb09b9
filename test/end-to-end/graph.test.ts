// graph: its arguments, and the files that it writes.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TempWorkspace } from "../support/cli.js";
import { hex } from "../support/python-heap.js";
import { after, writeSampleDumps } from "../support/sample-dumps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  writeSampleDumps(workspace);
});
afterAll(() => workspace.remove());

describe("graph", () => {
  test("addresses may have leading zeros, and options stand before or after the file", () => {
    const address = after.cache.address.toString(16);
    const { stdout } = workspace.run(["graph", "--filter", `0x${address}`, "after.bin"]);
    expect(stdout).toContain("digraph");
    const padded = workspace.run(["graph", "after.bin", "--filter", `0x000${address}`]).stdout;
    expect(padded.replaceAll("0x000", "0x")).toBe(stdout);
  });

  test("terms of every kind stand together", () => {
    const filter = `${hex(after.cache)},!${hex(after.tasks[0] as never)},Session,!set`;
    const args = ["--filter", filter, "--highlight", "asyncio.Task", "--max-depth", "30", "after.bin"];
    const { status, stdout } = workspace.run(["graph", ...args]);
    expect(status).toBe(0);
    const colour = (address: string) => stdout.match(new RegExp(`${address}  .*fillcolor="(#\\w+)"`))?.[1];
    expect(colour(hex(after.cache))).toBe("#f4a6a0");
    expect(colour(hex(after.sessions[3] as never))).toBe("#f4a6a0");
    expect(colour(hex(after.tasks[0] as never))).toBe("#d9d9d9");
    expect(colour(hex(after.tasks[1] as never))).toBe("#fff2a8");
  });

  test("a highlight that finds nothing is a warning", () => {
    const { status, stdout, stderr } = workspace.run([
      "graph",
      "--filter",
      "Item",
      "--highlight",
      "Tusk",
      "after.bin",
    ]);
    expect(stderr).toBe(
      "heapdump: warning: --highlight: no type Tusk in after.bin; the nearest: _asyncio.Task\n",
    );
    expect({ status, drawn: stdout.startsWith("digraph") }).toEqual({ status: 0, drawn: true });
  });

  test("asyncio.Task finds _asyncio.Task", () => {
    const args = ["--filter", "frame", "--highlight", "asyncio.Task", "--max-depth", "30", "after.bin"];
    expect(workspace.run(["graph", ...args]).stdout).toMatch(/_asyncio\.Task.*#fff2a8/);
  });

  test.each(["svg", "html", "dot"])("-o x.%s writes a private file", (kind) => {
    const { status, stdout } = workspace.run([
      "graph",
      "--filter",
      "Session",
      "-o",
      `x.${kind}`,
      "after.bin",
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^x\\.${kind}: \\d+ objects, \\d+ references\n$`));
    const text = readFileSync(workspace.path(`x.${kind}`), "utf8");
    expect(text).toContain({ svg: "<svg", html: "<!doctype html>", dot: "digraph" }[kind]);
    expect(text).toContain("shop.models.Session");
    expect(statSync(workspace.path(`x.${kind}`)).mode & 0o777).toBe(0o600);
    expect(readdirSync(workspace.folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("hostile contents reach neither the SVG nor the page", () => {
    workspace.run(["graph", "--filter", hex(after.hostile), "-o", "hostile.html", "after.bin"]);
    const text = readFileSync(workspace.path("hostile.html"), "utf8");
    expect(text).toContain("\\x1b[31mred");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f\u202e]/);
  });

  test("a folder that does not exist is a usage error", () => {
    const { status, stderr } = workspace.run(["graph", "--filter", "dict", "-o", "none/x.svg", "after.bin"]);
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: "heapdump: none/x.svg: there is no folder none\n",
    });
  });
});

// graph: its arguments, and the files that it writes.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { noBrowser, render } from "../support/browser.js";
import { test } from "../support/fixtures.js";
import { hex } from "../support/python-heap.js";
import { after } from "../support/sample-dumps.js";

describe("graph", () => {
  test("addresses may have leading zeros, and options stand before or after the file", ({ sampleDumps }) => {
    const address = after.cache.address.toString(16);
    const { stdout } = sampleDumps.run(["graph", "--filter", `0x${address}`, "after.bin"]);
    expect(stdout).toContain("digraph");
    const padded = sampleDumps.run(["graph", "after.bin", "--filter", `0x000${address}`]).stdout;
    expect(padded.replaceAll("0x000", "0x")).toBe(stdout);
  });

  test("terms of every kind stand together", ({ sampleDumps }) => {
    const filter = `${hex(after.cache)},!${hex(after.tasks[0] as never)},Session,!set`;
    const args = ["--filter", filter, "--highlight", "asyncio.Task", "--max-depth", "30", "after.bin"];
    const { status, stdout } = sampleDumps.run(["graph", ...args]);
    expect(status).toBe(0);
    const colour = (address: string) => stdout.match(new RegExp(`${address}  .*fillcolor="(#\\w+)"`))?.[1];
    expect(colour(hex(after.cache))).toBe("#f4a6a0");
    expect(colour(hex(after.sessions[3] as never))).toBe("#f4a6a0");
    expect(colour(hex(after.tasks[0] as never))).toBe("#d9d9d9");
    expect(colour(hex(after.tasks[1] as never))).toBe("#fff2a8");
  });

  test("a highlight that finds nothing is a warning", ({ sampleDumps }) => {
    const { status, stdout, stderr } = sampleDumps.run([
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

  test("asyncio.Task finds _asyncio.Task", ({ sampleDumps }) => {
    const args = ["--filter", "frame", "--highlight", "asyncio.Task", "--max-depth", "30", "after.bin"];
    expect(sampleDumps.run(["graph", ...args]).stdout).toMatch(/_asyncio\.Task.*#fff2a8/);
  });

  test.for(["svg", "html", "dot"])("-o x.%s writes a private file", (kind, { sampleDumps }) => {
    const { status, stdout } = sampleDumps.run([
      "graph",
      "--filter",
      "Session",
      "-o",
      `x.${kind}`,
      "after.bin",
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^x\\.${kind}: \\d+ objects, \\d+ references\n$`));
    const text = readFileSync(sampleDumps.path(`x.${kind}`), "utf8");
    expect(text).toContain({ svg: "<svg", html: "<!doctype html>", dot: "digraph" }[kind]);
    expect(text).toContain("shop.models.Session");
    expect(statSync(sampleDumps.path(`x.${kind}`)).mode & 0o777).toBe(0o600);
    expect(readdirSync(sampleDumps.folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test.for([
    ["png", "\x89PNG"],
    ["pdf", "%PDF-1."],
  ] as const)("-o x.%s writes a private file", ([kind, start], { sampleDumps }) => {
    const { status, stdout } = sampleDumps.run(["graph", "after.bin", "Session", "-o", `x.${kind}`]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^x\\.${kind}: \\d+ objects, \\d+ references\n$`));
    expect(readFileSync(sampleDumps.path(`x.${kind}`), "latin1").slice(0, start.length)).toBe(start);
    expect(statSync(sampleDumps.path(`x.${kind}`)).mode & 0o777).toBe(0o600);
  });

  test("extra info is written under its column, in whatever format, and a bad file is told in one line", ({
    sampleDumps,
  }) => {
    const address = hex(after.cache);
    const columns = { "</text><script>": '"]; x [label="y', shape: [2, 3] };
    sampleDumps.write("one.json", JSON.stringify({ [address]: columns }));
    sampleDumps.write(
      "two.json",
      JSON.stringify({ [String(after.cache.address)]: { shape: "\u202e\u4e2d" } }),
    );
    const extra = ["--extra-info", "one.json", "--extra-info", "two.json"];
    const run = (...args: string[]) => sampleDumps.run(["graph", "after.bin", address, ...extra, ...args]);
    const { stdout } = run();
    expect(stdout).toContain('\\n</text><script>: \\"]; x [label=\\"y\\nshape: \\\\u202e中"');
    run("-o", "extra.svg");
    const svg = readFileSync(sampleDumps.path("extra.svg"), "utf8");
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;: &quot;]; x [label=&quot;y");
    expect(svg).not.toContain("<script>");
    const nodes = JSON.parse(run("--json").stdout).nodes.rows as unknown[][];
    expect(nodes[0]?.at(-1)).toEqual({ ...columns, shape: "\u202e\u4e2d" });
    sampleDumps.write("bad.json", '{"0x10": {"a":\n 1');
    const bad = sampleDumps.run(["graph", "after.bin", address, "--extra-info", "bad.json"]);
    expect(bad.status).toBe(2);
    expect(bad.stderr).toMatch(
      /^heapdump: cannot read the extra info of bad\.json: it is not JSON: [^\n]*\n$/,
    );
  });

  test("nothing of censored contents is in any format", ({ sampleDumps }) => {
    const args = [
      "graph",
      "after.bin",
      "Session",
      "--censor",
      "str,bytes,shop.",
      "--sources",
      "asyncio.Task",
    ];
    for (const more of [["--json"], [], ["-o", "c.svg"], ["-o", "c.html"]]) {
      const { stdout } = sampleDumps.run([...args, ...more]);
      const text = more[0] === "-o" ? readFileSync(sampleDumps.path(more[1] ?? ""), "utf8") : stdout;
      expect(text).toContain("Session");
      for (const content of ["user-0", "'k0'", "x00", "CACHE['"]) expect(text).not.toContain(content);
    }
  });

  test("the page runs its own script, and loads nothing", ({ sampleDumps, skip }) => {
    sampleDumps.run(["graph", "--filter", "Session", "-o", "page.html", "after.bin"]);
    const text = readFileSync(sampleDumps.path("page.html"), "utf8");
    expect(text).toContain("default-src 'none'");
    if (noBrowser) skip(noBrowser);
    const script = "stage.dispatchEvent(new MouseEvent('dblclick'));";
    const { html, complaints } = render(sampleDumps.path("page.html"), sampleDumps.folder);
    expect({ complaints, isDrawn: html.includes("shop.models.Session") }).toEqual({
      complaints: [],
      isDrawn: true,
    });
    // A script that is not its own does not run.
    sampleDumps.write("changed.html", text.replace("</script>", `${script}</script>`));
    expect(render(sampleDumps.path("changed.html"), sampleDumps.folder).complaints.join()).toMatch(
      /Content Security Policy/,
    );
  });

  test("hostile contents reach neither the SVG nor the page", ({ sampleDumps }) => {
    sampleDumps.run(["graph", "--filter", hex(after.hostile), "-o", "hostile.html", "after.bin"]);
    const text = readFileSync(sampleDumps.path("hostile.html"), "utf8");
    expect(text).toContain("\\x1b[31mred");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f\u202e]/);
  });

  test("a folder that does not exist is a usage error", ({ sampleDumps }) => {
    const { status, stderr } = sampleDumps.run([
      "graph",
      "--filter",
      "dict",
      "-o",
      "none/x.svg",
      "after.bin",
    ]);
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: "heapdump: none/x.svg: there is no folder none\n",
    });
  });
});

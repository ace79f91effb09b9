// heapdump gc: the pictures that it writes, and logs that mean harm.
import { readFileSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { noBrowser, render } from "../support/browser.js";
import { test } from "../support/fixtures.js";
import { addressOf, sampleLogText } from "../support/sample-log.js";

const EVIL = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>";

const hostile = JSON.stringify({
  legend: { t: EVIL, __proto__: EVIL, evil: EVIL },
  runs: [
    ["gc graphs"],
    [
      "gc_collect_main",
      EVIL,
      ["nodes", "young", { "0x10": { n: EVIL, t: EVIL, rc: 1e300 }, "0x20": { t: '"];\n}', rc: -5 } }],
      ["edges", "young", [["0x10", "0x20"], ["0x20", "0x30"], ["0x10", EVIL], EVIL]],
      [EVIL, EVIL, { "0x10": { gr: "99999999999999999999999" }, [EVIL]: { gr: 1 } }],
      ["subtract_refs", "base", EVIL],
    ],
  ],
});

describe("pictures", () => {
  test.for(["html", "svg", "dot"])("-o x.%s writes a private file", (kind, { sampleDumps }) => {
    const { status, stdout, stderr } = sampleDumps.run(["gc", "-o", `x.${kind}`, "collections.json"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `x.${kind}: 2 runs, 18 graphs\n` });
    expect(stderr).toBe("heapdump: omitted of a graph, at most: 2 objects of common types (--all-types)\n");
    const text = readFileSync(sampleDumps.path(`x.${kind}`), "utf8");
    for (const word of ["app.Session", addressOf.session, "still_unreachable", "update_refs (2)"]) {
      expect(text).toContain(word);
    }
    expect(statSync(sampleDumps.path(`x.${kind}`)).mode & 0o777).toBe(0o600);
  });

  test("the page loads nothing, and shows all graphs", ({ sampleDumps, skip }) => {
    sampleDumps.run(["gc", "-o", "page.html", "collections.json"]);
    const text = readFileSync(sampleDumps.path("page.html"), "utf8");
    expect(text).toMatch(/Content-Security-Policy" content="default-src 'none';/);
    expect(text).not.toMatch(/<(script|link|img|iframe)[^>]* (src|href)=/);
    if (noBrowser) skip(noBrowser);
    const { html, complaints } = render(sampleDumps.path("page.html"), sampleDumps.folder);
    expect(complaints).toEqual([]);
    expect(html).toContain('data-ready="18"');
    expect(html.match(/<button/g)).toHaveLength(18);
    expect(html).toContain("<canvas");
  });

  test("a click shows what is known of an object", ({ sampleDumps, skip }) => {
    sampleDumps.write(
      "sizes.json",
      JSON.stringify({ [addressOf.session as string]: { size: "4 <b>KiB</b>" } }),
    );
    sampleDumps.run(["gc", "--extra-info", "sizes.json", "-o", "page.html", "collections.json"]);
    if (noBrowser) skip(noBrowser);
    const click = `list.querySelectorAll("button")[1].click();
      cy.nodes('[label *= "app.Session"]')[0].emit("tap"); panel.dataset.graph = shown.title;`;
    const page = readFileSync(sampleDumps.path("page.html"), "utf8");
    // The policy lets no script of others run.
    const open = page.replace(/script-src [^"]*/, "script-src 'unsafe-inline'");
    const clicked = open.replace("if (first) first.click();", click);
    expect(clicked).not.toBe(open);
    sampleDumps.write("clicked.html", clicked);
    const { html, complaints } = render(sampleDumps.path("clicked.html"), sampleDumps.folder);
    expect(complaints).toEqual([]);
    const [, panel = ""] = /<aside[^>]*>(.*?)<\/aside>/s.exec(html) ?? [];
    const told = Object.fromEntries(
      [...panel.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, name = "", value]) => [name, value]),
    );
    expect(told).toMatchObject({
      address: addressOf.session,
      list: "base",
      "type name": "app.Session",
      "ref count": "1",
      "gc refcount": "1",
      "is collecting": "true",
      size: "4 &lt;b&gt;KiB&lt;/b&gt;",
    });
    expect(html).toContain('data-graph="update_refs (3 objects)"');
  });

  test("several logs, extra columns and a graph of one type", ({ sampleDumps }) => {
    sampleDumps.write(
      "sizes.json",
      JSON.stringify({ [addressOf.upload as string]: { size: 4096, "<b>": [1] } }),
    );
    sampleDumps.write(
      "more.json",
      JSON.stringify({ [BigInt(addressOf.upload as string).toString()]: { file: "x" } }),
    );
    const extra = ["--extra-info", "sizes.json", "--extra-info", "more.json"];
    const args = [
      "gc",
      "-t",
      "--type",
      "Upload",
      ...extra,
      "-o",
      "one.dot",
      "collections.json",
      "collections.json",
    ];
    expect(sampleDumps.run(args)).toMatchObject({
      status: 0,
      stdout: "one.dot: 4 runs, 4 graphs\n",
      stderr: "",
    });
    const text = readFileSync(sampleDumps.path("one.dot"), "utf8");
    expect(text).toContain(
      "size: 4096\\n&lt;b&gt;: [1]\\nfile: x".replaceAll("&lt;", "<").replaceAll("&gt;", ">"),
    );
    expect(text.match(/fillcolor/g)).toHaveLength(2);
    expect(sampleDumps.json("gc", "collections.json", "collections.json").runs).toHaveLength(5);
  });
});

describe("mistakes are told in a line", () => {
  test.for<[string[], number, RegExp]>([
    [
      ["after.bin"],
      2,
      /^heapdump: after\.bin: a dump of python mode does not tell what a collection goes by/,
    ],
    [["--generation", "1", "collections.json"], 2, /--generation is for a dump/],
    [["garbage.bin", "collections.json"], 2, /garbage\.bin is not a log of collections: give logs, or one/],
    [["no.bin"], 5, /no\.bin/],
    [["none.json"], 5, /^heapdump: none\.json: /],
    [["-o", "x.png", "collections.json"], 2, /^heapdump: x\.png: the name must end in/],
    [["-o", "none/x.dot", "collections.json"], 2, /there is no folder none\n$/],
    [
      ["--type", "Nothing", "-o", "x.dot", "collections.json"],
      2,
      /no object of the type Nothing was collected/,
    ],
    [["--extra-info", "none", "collections.json"], 2, /cannot read the extra info of none: /],
    [
      ["--extra-info", "after.bin", "collections.json"],
      2,
      /cannot read the extra info of after\.bin: it is not JSON/,
    ],
    [["--extra-info", "collections.json", "collections.json"], 2, /"legend" is not an address/],
    [["-l", "0", "collections.json"], 2, /must be an integer of at least 1/],
  ])("%s", ([args, code, line], { sampleDumps }) => {
    const { status, stderr, stdout } = sampleDumps.run(["gc", ...args]);
    expect({ status, stdout }).toEqual({ status: code, stdout: "" });
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("a hostile log", () => {
  test("reaches neither the page nor Graphviz nor the terminal", ({ sampleDumps, skip }) => {
    sampleDumps.write("hostile.json", hostile);
    for (const kind of ["html", "svg", "dot"]) {
      const { status, stderr } = sampleDumps.run(["gc", "-o", `hostile.${kind}`, "hostile.json"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    expect(sampleDumps.run(["gc", "hostile.json"]).status).toBe(0);
    expect(sampleDumps.json("gc", "hostile.json").runs).toHaveLength(2);
    const text = readFileSync(sampleDumps.path("hostile.html"), "utf8");
    expect(text).not.toContain("<img");
    expect(text.match(/<script>/g)).toHaveLength(2);
    expect(readFileSync(sampleDumps.path("hostile.svg"), "utf8")).not.toMatch(/<(script|img)/);
    if (noBrowser) skip(noBrowser);
    const { html, complaints } = render(sampleDumps.path("hostile.html"), sampleDumps.folder);
    expect(complaints).toEqual([]);
    expect(html).toContain('data-ready="3"');
    expect(html).toContain("<title>Collections of hostile.json</title>");
    expect(html).not.toContain("<img");
  });

  test("names of megabytes are cut in pictures", ({ sampleDumps }) => {
    sampleDumps.write(
      "long.json",
      sampleLogText.replaceAll(/"app\.Session"|"generation 2"/g, `"${"x".repeat(900_000)}"`),
    );
    for (const kind of ["html", "dot"]) {
      expect(sampleDumps.run(["gc", "-o", `long.${kind}`, "long.json"]).status).toBe(0);
      expect(statSync(sampleDumps.path(`long.${kind}`)).size).toBeLessThan(1 << 20);
    }
    const { status, stdout } = sampleDumps.run(["gc", "long.json"]);
    expect(status).toBe(0);
    expect(stdout).toContain("app.Request 1");
  });

  test("deep nesting, and text instead of a log, are read as far as they go", ({ sampleDumps }) => {
    const nested = sampleLogText.replace('["edges"', `${"[".repeat(50_000)}["edges"`);
    sampleDumps.write("nested.json", nested);
    const { status, stdout, stderr } = sampleDumps.run(["gc", "nested.json"]);
    expect(status).toBe(0);
    expect(stdout).toContain("run 1, generation 0: 3 objects, 0 references");
    expect(stderr).toMatch(
      /^heapdump: warning: nested\.json: the log is damaged at byte [\d,]+, in run 1 \(nodes\/young\)/,
    );
  });
});

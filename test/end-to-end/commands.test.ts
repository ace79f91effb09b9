import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HEAPDUMP, recordsOf, TempWorkspace } from "../support/cli.js";
import { dumpPieces, encodeDump } from "../support/dump-file.js";
import { hex } from "../support/python-heap.js";
import { after, before, writeSampleDumps } from "../support/sample-dumps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  writeSampleDumps(workspace);
});
afterAll(() => workspace.remove());

function json(...args: string[]) {
  const { status, stdout, stderr } = workspace.run([...args, "--json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("the index", () => {
  test("stands beside the dump, is private, and serves the next command", () => {
    expect(workspace.run(["top", "before.bin"]).status).toBe(0);
    const index = workspace.path("before.bin.index");
    const { mode, mtimeMs } = statSync(index);
    expect(mode & 0o777).toBe(0o600);
    expect(workspace.run(["top", "before.bin"]).status).toBe(0);
    expect(statSync(index).mtimeMs).toBe(mtimeMs);
  });

  test("goes to the cache folder when the dump's is not writable", () => {
    mkdirSync(workspace.path("read-only"));
    workspace.dump("read-only/heap.bin", before.heap);
    chmodSync(workspace.path("read-only"), 0o555);
    // Root may write everywhere, unless it is without that capability.
    const restricted = process.getuid?.() === 0 ? "setpriv --bounding-set=-dac_override" : "";
    const command = `${restricted} '${process.execPath}' '${HEAPDUMP}' top -n 1 read-only/heap.bin`;
    for (let i = 0; i < 2; i++) {
      const { status, stderr } = workspace.shell(command, { XDG_CACHE_HOME: workspace.path("cache") });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    expect(readdirSync(workspace.path("read-only"))).toEqual(["heap.bin"]);
    expect(readdirSync(workspace.path("cache/heapdump"))).toEqual([
      expect.stringMatching(/^heap\.bin\.[0-9a-f]{16}\.index$/),
    ]);
  });
});

test("a dump for whose index there is no place is a usage error", () => {
  const restricted = process.getuid?.() === 0 ? "setpriv --bounding-set=-dac_override" : "";
  const { status, stderr } = workspace.shell(
    `${restricted} '${process.execPath}' '${HEAPDUMP}' top read-only/heap.bin`,
    { XDG_CACHE_HOME: workspace.path("read-only") },
  );
  expect(stderr).toMatch(
    /^heapdump: read-only\/heap\.bin: there is no place for its index, neither beside it nor in /,
  );
  expect({ status, lines: stderr.trim().split("\n").length }).toEqual({ status: 2, lines: 1 });
});

describe("JSON", () => {
  test("info", () => {
    const document = json("info", "after.bin");
    expect(document).toMatchObject({
      file: "after.bin",
      format: 1,
      complete: true,
      problems: [],
      objects: after.heap.things.length,
      meta: { pid: "4242", route: "pending-call" },
    });
    expect(document.size).toBe(Number(after.heap.things.reduce((sum, { size }) => sum + size, 0n)));
    expect(document.types.columns).toEqual(["type", "address", "count", "size"]);
  });

  test("top, in .bin and .bin.gz alike", () => {
    const document = json("top", "after.bin", "-n", "3");
    expect(document).toEqual(json("top", "after.bin.gz", "-n", "3"));
    const largest = [...after.heap.things].sort((a, b) => Number(b.size - a.size)).slice(0, 3);
    expect(recordsOf(document).map(({ address, size }) => [address, size])).toEqual(
      largest.map((thing) => [hex(thing), Number(thing.size)]),
    );
  });

  test("top --show-parents nests lists", () => {
    const [row] = recordsOf(json("top", "--filter", hex(after.cache), "--show-parents", "after.bin"));
    const [parent] = recordsOf(row?.parents as never);
    expect(parent).toMatchObject({
      type: "module",
      kind: "attribute",
      label: "CACHE",
      roots: [{ kind: "module", name: "shop.service" }],
    });
  });

  test("top --by type counts what is in both, or new", () => {
    const count = (type: string, ...args: string[]) =>
      recordsOf(json("top", "--by", "type", "-n", "100", ...args, "after.bin")).find(
        (row) => row.type === type,
      )?.count;
    expect(count("shop.models.Session")).toBe(12);
    expect(count("shop.models.Session", "--previous", "before.bin")).toBe(3);
    expect(count("shop.models.Session", "--exclude", "before.bin")).toBe(9);
    expect(count("float", "--exclude", "before.bin")).toBe(1);
    expect(count("float", "--previous", "before.bin")).toBeUndefined();
  });

  test("graph names roles, edges and what is left out", () => {
    const filter = `${hex(after.chain.at(-1) as never)},!list`;
    const document = json("graph", "--filter", filter, "--max-depth", "30", "after.bin");
    const nodes = recordsOf(document.nodes);
    expect(nodes.map(({ role }) => role)).toEqual(["explain", ...Array(9).fill("plain"), "excluded"]);
    expect(nodes.map(({ depth }) => depth)).toEqual(nodes.map((_, depth) => depth));
    const edges = recordsOf(document.edges);
    expect(edges.map(({ labels }) => labels)).toEqual([
      ...Array(9).fill([{ kind: "slot", label: "next" }]),
      [{ kind: "item", label: "0" }],
    ]);
    expect(edges.map(({ only }) => only)).toEqual([...Array(9).fill(true), false]);
    expect(document.omitted).toEqual({ explained: 0, breadth: 0, depth: 0, nodes: 0 });
  });

  test("sql gives large integers as strings, and values as SQLite has them", () => {
    const query = "SELECT 9007199254740993, 9007199254740991, 1.5, NULL, 'x', x'00ff'";
    expect(json("sql", "after.bin", query).rows).toEqual([
      ["9007199254740993", 9007199254740991, 1.5, null, "x", "00ff"],
    ]);
    const sizes = json("sql", "huge.bin", "SELECT size FROM object ORDER BY size DESC LIMIT 3");
    expect(sizes).toEqual({
      columns: ["size"],
      rows: [[String(2n ** 60n + 1n)], [String(2n ** 53n + 3n)], [String(2n ** 53n + 1n)]],
    });
  });

  test("sql --schema", () => {
    const document = json("sql", "--schema");
    expect(document.columns).toEqual(["table", "column", "type", "description"]);
    expect(
      recordsOf(document).find(({ table, column }) => table === "object" && column === "address"),
    ).toBeDefined();
  });
});

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

describe("export", () => {
  test("writes an ordinary, private database of the same names", () => {
    const { status, stdout } = workspace.run(["export", "after.bin", "--to", "sqlite", "-o", "out.sqlite"]);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/^out\.sqlite: /) });
    expect(statSync(workspace.path("out.sqlite")).mode & 0o777).toBe(0o600);
    const db = new Database(workspace.path("out.sqlite"), { readonly: true });
    const query = "SELECT name, count, size FROM type ORDER BY size DESC, name";
    expect(db.prepare(query).raw().all()).toEqual(json("sql", "after.bin", query).rows);
    // `part` follows from the rest, and is not exported.
    const all = "SELECT * FROM reference ORDER BY source, target, kind, label";
    const { columns, rows } = json("sql", "after.bin", all);
    const part = columns.indexOf("part");
    expect(part).toBeGreaterThan(0);
    expect(db.prepare(all).raw().all()).toEqual(rows.map((row: unknown[]) => row.toSpliced(part, 1)));
    expect(db.prepare("SELECT count(*) FROM object").pluck().get()).toBe(after.heap.things.length);
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    const plan = JSON.stringify(
      db.prepare("EXPLAIN QUERY PLAN SELECT * FROM reference WHERE target = 1").all(),
    );
    expect(plan).toContain("USING INDEX reference_target");
    db.close();
  });

  test("keeps 64-bit values, and takes the place of what is there", () => {
    workspace.write("again.sqlite", "something else");
    expect(json("export", "huge.bin", "--to", "sqlite", "-o", "again.sqlite")).toMatchObject({
      file: "again.sqlite",
    });
    const db = new Database(workspace.path("again.sqlite"), { readonly: true });
    db.defaultSafeIntegers(true);
    expect(db.prepare("SELECT max(size) FROM object").pluck().get()).toBe(2n ** 60n + 1n);
    db.close();
  });

  test("a folder that does not exist is a usage error, and nothing is left behind", () => {
    const { status } = workspace.run(["export", "after.bin", "--to", "sqlite", "-o", "none/out.sqlite"]);
    expect(status).toBe(2);
    expect(existsSync(workspace.path("none"))).toBe(false);
  });
});

describe("a file that a command writes", () => {
  const commands = [
    ["graph", "--filter", "Item", "after.bin"],
    ["export", "after.bin", "--to", "sqlite"],
  ];

  test.each(commands)("%s: is not taken from another heapdump that is writing it", (...args) => {
    const name = `${args[0]}.svg`;
    const held = openSync(workspace.path(`${name}.partial`), "w");
    expect(workspace.run([...args, "-o", name])).toEqual({
      status: 2,
      stdout: "",
      stderr: `heapdump: ${name}.partial: another heapdump is writing it; choose another file\n`,
    });
    closeSync(held);
    expect(workspace.run([...args, "-o", name]).status).toBe(0);
    expect(readdirSync(workspace.folder).filter((file) => file.startsWith(name))).toEqual([name]);
  });

  test("that the disk does not take is told with exit code 4", () => {
    symlinkSync("/dev/full", workspace.path("device.svg"));
    expect(workspace.run(["graph", "--filter", "Item", "-o", "device.svg", "after.bin"])).toMatchObject({
      status: 4,
      stderr: "heapdump: device.svg: no space is left on the device\n",
    });
    expect(workspace.run(["export", "after.bin", "--to", "sqlite", "-o", "device.svg"])).toMatchObject({
      status: 2,
      stderr: "heapdump: device.svg: is not a regular file\n",
    });
  });
});

test("an interrupted export leaves nothing behind", () => {
  // The tool interrupts itself as soon as it has begun to write, so that nothing depends on time.
  const interrupt = `import { existsSync } from "node:fs";
    const timer = setInterval(() => {
      if (existsSync("stopped.sqlite.partial")) process.kill(process.pid, "SIGINT");
    });
    timer.unref();`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(interrupt)}`;
  const args = ["export", "after.bin", "--to", "sqlite", "-o", "stopped.sqlite"];
  expect(workspace.run(args, { env: { NODE_OPTIONS } })).toEqual({
    status: 4,
    stdout: "",
    stderr: "heapdump: stopped.sqlite: interrupted; nothing was written\n",
  });
  expect(readdirSync(workspace.folder).filter((name) => name.startsWith("stopped"))).toEqual([]);
});

test.runIf(process.getuid?.() === 0)("under sudo, files are the user's", () => {
  const env = { SUDO_UID: "1234", SUDO_GID: "1235" };
  workspace.dump("sudo.bin", before.heap);
  expect(workspace.run(["export", "sudo.bin", "--to", "sqlite", "-o", "sudo.sqlite"], { env }).status).toBe(
    0,
  );
  expect(workspace.run(["graph", "--filter", "Item", "-o", "sudo.svg", "sudo.bin"], { env }).status).toBe(0);
  for (const name of ["sudo.bin.index", "sudo.sqlite", "sudo.svg"]) {
    const { uid, gid } = statSync(workspace.path(name));
    expect({ name, uid, gid }).toEqual({ name, uid: 1234, gid: 1235 });
  }
});

describe("damage", () => {
  const pieces = dumpPieces(after.heap.parts());

  test.each(pieces.map((_, i) => i).slice(1, -1))(
    "a dump that ends after piece %i is read with a warning",
    (last) => {
      workspace.write(`cut-${last}.bin`, Buffer.concat(pieces.slice(0, last + 1)));
      const { status, stderr } = workspace.run(["top", `cut-${last}.bin`]);
      expect(stderr).toContain(`heapdump: warning: cut-${last}.bin is not complete`);
      expect(status).toBe(0);
    },
  );

  test("info says what is wrong", () => {
    workspace.write("cut.bin.gz", encodeDump(after.heap.parts(), true).subarray(0, 1500));
    const { status, stdout } = workspace.run(["info", "cut.bin.gz"]);
    expect(status).toBe(0);
    expect(stdout).toContain("not complete");
    expect(stdout).toContain("cut off");
  });
});

test("info tells of objects that are missing though every checksum is right", () => {
  workspace.dump("short.bin", before.heap, {}, { objects: "9999" });
  const { status, stdout } = workspace.run(["info", "short.bin"]);
  expect(status).toBe(0);
  expect(stdout).toContain(`no: its end tells of 9999 objects, and ${before.heap.things.length} can be read`);
});

describe("streams", () => {
  test("a query may come from standard input", () => {
    expect(workspace.run(["sql", "after.bin"], { input: "SELECT 1 + 1 AS two" })).toMatchObject({
      status: 0,
      stdout: "two\n  2\n",
    });
    expect(workspace.run(["sql", "after.bin"], { input: "" }).status).toBe(2);
  });

  test("a closed pipe is no error", () => {
    const many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n";
    for (const json of ["", "--json"]) {
      const { status, stdout, stderr } = workspace.shell(
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

  test("a full disk is told in one line", () => {
    const { status, stderr } = workspace.shell("heapdump top after.bin > /dev/full");
    expect(stderr).toMatch(/^heapdump: cannot write output: .*ENOSPC.*\n$/);
    expect(status).toBe(2);
  });

  test("a long result is told whole", () => {
    const many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT i FROM n";
    const { stdout } = workspace.run(["sql", "after.bin", many]);
    expect(stdout.trimEnd().split("\n").slice(1).map(Number)).toEqual(
      Array.from({ length: 2500 }, (_, i) => i + 1),
    );
  });

  test("there are no colours in a pipe, even where they are forced", () => {
    expect(workspace.run(["top", "after.bin"], { env: { FORCE_COLOR: "1" } }).stdout).not.toContain("\x1b");
  });

  test("there are colours on a terminal, but not with NO_COLOR", () => {
    const command = `script -qec "'${process.execPath}' '${HEAPDUMP}' top after.bin" /dev/null`;
    const onTerminal = (env: NodeJS.ProcessEnv) =>
      workspace.shell(command, { TERM: "xterm", NO_COLOR: "", ...env });
    const coloured = onTerminal({});
    expect(coloured.status).toBe(0);
    expect(coloured.stdout).toContain("\x1b[");
    const plain = onTerminal({ NO_COLOR: "1" });
    expect(plain.stdout).toContain("bytes");
    expect(plain.stdout).not.toContain("\x1b");
  });
});

describe("sql", () => {
  const sql = (query: string, ...args: string[]) => workspace.run(["sql", "after.bin", query, ...args]);

  test("addresses are printed as path and show take them", () => {
    const query = `SELECT address, max(address) FROM object WHERE address = ${hex(after.cache)}`;
    expect(sql(query).stdout.split("\n")[1]).toBe(`${hex(after.cache)}  ${after.cache.address}`);
    expect(JSON.parse(sql(query, "--json").stdout).rows).toEqual([
      [hex(after.cache), Number(after.cache.address)],
    ]);
    for (const spelling of [hex(after.cache), String(after.cache.address)]) {
      for (const command of ["path", "show"]) {
        expect(workspace.run([command, "after.bin", spelling])).toMatchObject({
          status: 0,
          stdout: expect.stringContaining(`dict ${hex(after.cache)}`),
        });
      }
    }
  });

  test("--csv is RFC 4180", () => {
    const query = `SELECT address, NULL AS n, '' AS e, 'a,"b"' AS "q,", char(10) AS l, x'00ff' AS b, 1.5 AS f FROM object WHERE id = 1`;
    const { stdout } = sql(query, "--csv");
    expect(stdout).toMatch(/^address,n,e,"q,",l,b,f\r\n0x[0-9a-f]+,,"","a,""b""","\n",00ff,1\.5\r\n$/);
    expect(sql("SELECT 1", "--csv", "--json")).toMatchObject({ status: 2, stdout: "" });
  });

  test.each([
    "ATTACH 'new.db' AS x",
    "VACUUM INTO 'new.db'",
    "VACUUM",
    "CREATE TABLE t(a)",
    "CREATE VIRTUAL TABLE v USING heapdump(object, 'new.db')",
    "INSERT INTO object(id) VALUES (1)",
    "DROP TABLE object",
    "DETACH main",
    "PRAGMA query_only = 0",
    "PRAGMA journal_mode = WAL",
    "PRAGMA temp_store_directory = '.'",
    "SELECT load_extension('x')",
  ])("is read-only: %s", (statement) => {
    const files = readdirSync(workspace.folder);
    expect(sql(statement)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^heapdump: SQL: .*authori.*\n$/),
    });
    expect(readdirSync(workspace.folder)).toEqual(files);
  });

  test("what only reads goes on working", () => {
    expect(sql("CREATE TEMP TABLE t AS SELECT 1")).toMatchObject({ status: 0, stderr: "" });
    expect(sql("PRAGMA table_info(object)").stdout).toMatch(/address +ADDRESS/);
    expect(sql("SELECT count(*) FROM json_each('[1, 2]')").stdout).toContain("2");
  });

  test.each([
    ["SELECT * FROM objects", "no such table: objects; the nearest: object"],
    ["SELECT adress FROM object", "no such column: adress; the nearest: address"],
    ["SELECT * FROM referents_of(1)", "no such table: referents_of; the nearest: referents"],
  ])("%s: the nearest name is told", (query, message) => {
    expect(sql(query)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });

  test("rows are printed as they are found: the first ones of a query that would never end, to a pipe that is closed", () => {
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    for (const format of ["", "--json", "--csv"]) {
      const { stdout, stderr } = workspace.shell(
        `heapdump sql ${format} after.bin '${endless}' | head -n 2; echo "\${PIPESTATUS[0]}"`,
      );
      expect({ format, stderr, lines: stdout.split("\n").length, end: stdout.endsWith("\n0\n") }).toEqual({
        format,
        stderr: "",
        lines: 4,
        end: true,
      });
    }
  });

  test("Ctrl-C ends a query that would never end", () => {
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    const { status, stdout } = workspace.shell(
      `'${process.execPath}' '${HEAPDUMP}' sql after.bin '${endless}' & sleep 2; kill -INT $!; wait $!; echo $?`,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: "130\n" });
  });
});

test("a defect is told in one line with exit code 70, and where with HEAPDUMP_DEBUG", () => {
  const NODE_OPTIONS = "--import=data:text/javascript,JSON.parse=()=>{throw(new(Error)('sprung'))}";
  const { status, stdout, stderr } = workspace.run(["info", "after.bin"], { env: { NODE_OPTIONS } });
  expect({ status, stdout, stderr }).toEqual({
    status: 70,
    stdout: "",
    stderr: "heapdump: a defect of heapdump, please report it: sprung (HEAPDUMP_DEBUG=1 shows where)\n",
  });
  const debug = workspace.run(["info", "after.bin"], { env: { NODE_OPTIONS, HEAPDUMP_DEBUG: "1" } });
  expect(debug.status).toBe(70);
  expect(debug.stderr).toMatch(/at .*main\.(js|ts|cjs)/);
});

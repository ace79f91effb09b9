// sql: what it prints, and what it refuses.
import { readdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { HEAPDUMP, type Outcome } from "../support/cli.js";
import { test as base } from "../support/fixtures.js";
import { hex } from "../support/python-heap.js";
import { after, before } from "../support/sample-dumps.js";

const test = base.extend<{ sql(query: string, ...args: string[]): Outcome }>({
  sql: ({ sampleDumps }, use) =>
    use((query, ...args) => sampleDumps.run(["sql", "after.bin", query, ...args])),
});

describe("sql", () => {
  test("addresses are printed as path and show take them", ({ sql, sampleDumps }) => {
    const query = `SELECT address, max(address) FROM object WHERE address = ${hex(after.cache)}`;
    expect(sql(query).stdout.split("\n")[1]).toBe(`${hex(after.cache)}  ${after.cache.address}`);
    expect(JSON.parse(sql(query, "--json").stdout).rows).toEqual([
      [hex(after.cache), Number(after.cache.address)],
    ]);
    for (const spelling of [hex(after.cache), String(after.cache.address)]) {
      for (const command of ["path", "show"]) {
        expect(sampleDumps.run([command, "after.bin", spelling])).toMatchObject({
          status: 0,
          stdout: expect.stringContaining(`dict ${hex(after.cache)}`),
        });
      }
    }
  });

  test("addresses of every table and of attached dumps are printed so, and can be compared", ({ sql }) => {
    const attached = ["--attach", "before=before.bin"];
    for (const query of [
      `SELECT b.address FROM before.object AS b WHERE b.address = ${hex(before.cache)}`,
      `SELECT b.address FROM before.object AS b JOIN main.object AS a ON a.address = b.address
        WHERE a.address = ${hex(before.cache)}`,
    ]) {
      expect(sql(query, "--json", ...attached).stdout).toContain(`"${hex(before.cache)}"`);
    }
    for (const table of ["before.type", "before.partition('type')", "main.type", "partition('type')"]) {
      const { stdout } = sql(`SELECT address FROM ${table} WHERE name = 'dict'`, "--csv", ...attached);
      expect(stdout).toMatch(/^address\r\n0x[0-9a-f]+\r\n$/);
    }
  });

  test("--csv is RFC 4180", ({ sql }) => {
    const query = `SELECT address, NULL AS n, '' AS e, 'a,"b"' AS "q,", char(10) AS l, x'00ff' AS b, 1.5 AS f FROM object WHERE id = 1`;
    const { stdout } = sql(query, "--csv");
    expect(stdout).toMatch(/^address,n,e,"q,",l,b,f\r\n0x[0-9a-f]+,,"","a,""b""","\n",00ff,1\.5\r\n$/);
    expect(sql("SELECT 1", "--csv", "--json")).toMatchObject({ status: 2, stdout: "" });
  });

  test.for([
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
  ])("is read-only: %s", (statement, { sql, sampleDumps }) => {
    const files = readdirSync(sampleDumps.folder);
    expect(sql(statement)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^heapdump: SQL: .*authori.*\n$/),
    });
    expect(readdirSync(sampleDumps.folder)).toEqual(files);
  });

  test("what only reads goes on working", ({ sql }) => {
    expect(sql("CREATE TEMP TABLE t AS SELECT 1")).toMatchObject({ status: 0, stderr: "" });
    expect(sql("PRAGMA table_info(object)").stdout).toMatch(/address +ADDRESS/);
    expect(sql("SELECT count(*) FROM json_each('[1, 2]')").stdout).toContain("2");
  });

  test.for<[query: string, message: string]>([
    ["SELECT * FROM objects", "no such table: objects; the nearest: object"],
    ["SELECT adress FROM object", "no such column: adress; the nearest: address"],
    ["SELECT survived FROM object", "no such column: survived: it is a column of leaks"],
    ["SELECT * FROM referents_of(1)", "no such table: referents_of; the nearest: referents"],
  ])("%s: the nearest name is suggested", ([query, message], { sql }) => {
    expect(sql(query)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });

  test("rows are printed as they are found: the first ones of a query that would never end, to a pipe that is closed", ({
    sampleDumps,
  }) => {
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    for (const format of ["", "--json", "--csv"]) {
      const { stdout, stderr } = sampleDumps.shell(
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

  test("Ctrl-C ends a query that would never end", ({ sampleDumps }) => {
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    const { status, stdout } = sampleDumps.shell(
      `'${process.execPath}' '${HEAPDUMP}' sql after.bin '${endless}' & sleep 2; kill -INT $!; wait $!; echo $?`,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: "130\n" });
  });
});

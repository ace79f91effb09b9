// export, and what holds for every file that a command writes.
import { closeSync, existsSync, openSync, readdirSync, statSync, symlinkSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { after, before } from "../support/sample-dumps.js";

describe("export", () => {
  test("writes an ordinary, private database of the same names", ({ sampleDumps }) => {
    const { status, stdout } = sampleDumps.run(["export", "after.bin", "--to", "sqlite", "-o", "out.sqlite"]);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/^out\.sqlite: /) });
    expect(statSync(sampleDumps.path("out.sqlite")).mode & 0o777).toBe(0o600);
    const db = new Database(sampleDumps.path("out.sqlite"), { readonly: true });
    const query = "SELECT name, count, size FROM type ORDER BY size DESC, name";
    expect(db.prepare(query).raw().all()).toEqual(sampleDumps.json("sql", "after.bin", query).rows);
    // `part` follows from the rest, and is not exported.
    const all = "SELECT * FROM reference ORDER BY source, target, kind, label";
    const { columns, rows } = sampleDumps.json("sql", "after.bin", all);
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

  test("never takes the place of the dump that it reads", ({ sampleDumps }) => {
    symlinkSync("before.bin", sampleDumps.path("link.bin"));
    const identity = () => {
      const { ino, size, mtimeMs } = statSync(sampleDumps.path("before.bin"));
      return { ino, size, mtimeMs };
    };
    const dump = identity();
    for (const output of ["before.bin", "./before.bin", "link.bin"]) {
      expect(sampleDumps.run(["export", "before.bin", "--to", "sqlite", "-o", output])).toMatchObject({
        status: 2,
        stderr: `heapdump: ${output}: is the dump that is read; give another file\n`,
      });
    }
    expect(identity()).toEqual(dump);
  });

  test("keeps 64-bit values, and takes the place of what is there", ({ sampleDumps }) => {
    sampleDumps.write("again.sqlite", "something else");
    expect(sampleDumps.json("export", "huge.bin", "--to", "sqlite", "-o", "again.sqlite")).toMatchObject({
      file: "again.sqlite",
    });
    const db = new Database(sampleDumps.path("again.sqlite"), { readonly: true });
    db.defaultSafeIntegers(true);
    expect(db.prepare("SELECT max(size) FROM object").pluck().get()).toBe(2n ** 60n + 1n);
    db.close();
  });

  test("a folder that does not exist is a usage error, and nothing is left behind", ({ sampleDumps }) => {
    const { status } = sampleDumps.run(["export", "after.bin", "--to", "sqlite", "-o", "none/out.sqlite"]);
    expect(status).toBe(2);
    expect(existsSync(sampleDumps.path("none"))).toBe(false);
  });
});

describe("a file that a command writes", () => {
  const commands = [
    ["graph", "--filter", "Item", "after.bin"],
    ["export", "after.bin", "--to", "sqlite"],
  ];

  test.for(commands)("%s: is not taken from another heapdump that is writing it", (args, { sampleDumps }) => {
    const name = `${args[0]}.svg`;
    const held = openSync(sampleDumps.path(`${name}.partial`), "w");
    expect(sampleDumps.run([...args, "-o", name])).toEqual({
      status: 2,
      stdout: "",
      stderr: `heapdump: ${name}.partial: another heapdump is writing it; choose another file\n`,
    });
    closeSync(held);
    expect(sampleDumps.run([...args, "-o", name]).status).toBe(0);
    expect(readdirSync(sampleDumps.folder).filter((file) => file.startsWith(name))).toEqual([name]);
  });

  test("that the disk does not take is reported with exit code 4", ({ sampleDumps }) => {
    symlinkSync("/dev/full", sampleDumps.path("device.svg"));
    expect(sampleDumps.run(["graph", "--filter", "Item", "-o", "device.svg", "after.bin"])).toMatchObject({
      status: 4,
      stderr: "heapdump: device.svg: no space is left on the device\n",
    });
    expect(sampleDumps.run(["export", "after.bin", "--to", "sqlite", "-o", "device.svg"])).toMatchObject({
      status: 2,
      stderr: "heapdump: device.svg: is not a regular file\n",
    });
  });
});

test("an interrupted export leaves nothing behind", ({ sampleDumps }) => {
  // The tool interrupts itself as soon as it has begun to write, so that nothing depends on time.
  const interrupt = `import { existsSync } from "node:fs";
    const timer = setInterval(() => {
      if (existsSync("stopped.sqlite.partial")) process.kill(process.pid, "SIGINT");
    });
    timer.unref();`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(interrupt)}`;
  const args = ["export", "after.bin", "--to", "sqlite", "-o", "stopped.sqlite"];
  expect(sampleDumps.run(args, { env: { NODE_OPTIONS } })).toEqual({
    status: 4,
    stdout: "",
    stderr: "heapdump: stopped.sqlite: interrupted; nothing was written\n",
  });
  expect(readdirSync(sampleDumps.folder).filter((name) => name.startsWith("stopped"))).toEqual([]);
});

test.runIf(process.getuid?.() === 0)("under sudo, files are the user's", ({ sampleDumps }) => {
  const env = { SUDO_UID: "1234", SUDO_GID: "1235" };
  sampleDumps.dump("sudo.bin", before.heap);
  expect(sampleDumps.run(["export", "sudo.bin", "--to", "sqlite", "-o", "sudo.sqlite"], { env }).status).toBe(
    0,
  );
  expect(sampleDumps.run(["graph", "--filter", "Item", "-o", "sudo.svg", "sudo.bin"], { env }).status).toBe(
    0,
  );
  for (const name of ["sudo.bin.index", "sudo.sqlite", "sudo.svg"]) {
    const { uid, gid } = statSync(sampleDumps.path(name));
    expect({ name, uid, gid }).toEqual({ name, uid: 1234, gid: 1235 });
  }
});

// What objects own besides themselves counts with them, as malloc's own account has it, or is said not to be known.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork } from "../support/target.js";

type Row = [address: string, retained: number, unknown: number];

const TOLERANCE = 0.1;
/** Bytes of a block that malloc adds: its header of 8 bytes, and up to a multiple of 16. */
const ROUNDING = 16;
/** Bytes in malloc's caches, which count as used. */
const CACHED = 100;

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test.for(["fork", "stop"])("%s", async (mode, { workspace }) => {
    const target = await workspace.startTarget(python, "owned_memory.py", {
      env: { PYTHONMALLOC: "malloc" },
    });
    const owned = (await target.ask("owned")) as Record<
      string,
      [address: number, bytes: number, blocks: number]
    >;
    const file = workspace.path(`${mode}.bin`);
    const { status, stderr } = await workspace.attach([target.pid, "--mode", mode, "--json", "-o", file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
    const { stdout } = workspace.run([
      "sql",
      "--json",
      file,
      "SELECT o.address, o.retained, t.memory_unknown FROM object AS o JOIN type AS t ON t.id = o.type",
    ]);
    const rows = new Map((JSON.parse(stdout).rows as Row[]).map((row) => [BigInt(row[0]), row]));
    const wrong = Object.entries(owned).flatMap(([name, [address, bytes, blocks]]) => {
      const [, retained, unknown] = rows.get(BigInt(address)) ?? ["", -1, 0];
      const isRight = Math.abs(retained - bytes) <= bytes * TOLERANCE + blocks * ROUNDING + CACHED;
      return isRight || unknown > 0 ? [] : [{ name, bytes, retained }];
    });
    expect(wrong).toEqual([]);
    const unknown = Object.entries(owned).flatMap(([name, [address]]) =>
      (rows.get(BigInt(address))?.[2] ?? 0) > 0 ? [name] : [],
    );
    expect(unknown.filter((name) => !STATES.includes(name))).toEqual([]);
  });
});

/** Of libraries, which no types file can tell of. */
const STATES = ["zlib", "bz2", "lzma", "sqlite3", "ssl", "pyexpat", "hashlib"];

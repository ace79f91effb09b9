// Where generators, coroutines and asynchronous generators wait, and for what: as the interpreter itself says it of all
// that it has.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

/** Address of what it awaits, or 0; the line. */
type Wait = [number, number | null];

const QUERY = `SELECT o.address + 0 AS address, iif(s.has_begun, ifnull(a.address + 0, 0), -1) AS awaits, s.line, s.function
  FROM suspended s JOIN object o ON o.id = s.object LEFT JOIN object a ON a.id = s.awaits`;

const LAYOUTS = readFileSync(new URL("../../native/python/layouts.inc", import.meta.url), "utf8");

/** A field of the first row of a version, or undefined. */
function layoutOf(minor: string, field: string): number | undefined {
  const row = LAYOUTS.split(/\.minor = /).find((text) => text.startsWith(`${minor.split(".")[1]},`));
  const value = Number(new RegExp(`\\.${field} = (\\d+),`).exec(row ?? "")?.[1] ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}

describe.each(interpreters)("CPython $version ($library)", ({ path: python, minor }) => {
  test.for(["fork", "stop"])("%s: the line of a wild frame is not known", async (mode, { workspace }) => {
    const inGenerator = layoutOf(minor, "gen_iframe");
    const isNumber = inGenerator === undefined;
    const at = layoutOf(minor, isNumber ? "frame_last_instruction" : "iframe_instruction");
    const args = [inGenerator ?? 0, at ?? 0, Number(isNumber)].map(String);
    const target = await workspace.startTarget(python, "wild_frames.py", { args });
    const { status, stdout } = await workspace.attach([
      target.pid,
      "--mode",
      mode,
      "--json",
      "-o",
      "wild.bin",
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, skipped: [] });
    const lines = new Map(
      recordsOf<{ address: number; line: number | null }>(workspace.json("sql", "wild.bin", QUERY)).map(
        ({ address, line }) => [address, line],
      ),
    );
    const [good, wild] = (await target.ask("generators")) as [number, number[]];
    expect(lines.get(good)).toBe(12);
    for (const address of wild) expect(lines.get(address) ?? null).toBeNull();
  });

  test.for(["fork", "stop", "python"])("%s", async (mode, { workspace }) => {
    const target = await workspace.startTarget(python, "async_tasks.py");
    await workspace.attachQuietly(target.pid, mode, "tasks.bin");
    const rows = recordsOf<{ address: number; awaits: number; line: number | null }>(
      workspace.json("sql", "tasks.bin", QUERY),
    );
    const found = new Map(rows.map(({ address, awaits, line }) => [address, [awaits, line] as Wait]));
    const told = (await target.ask("suspended")) as [number, ...Wait][];
    expect(told.length).toBeGreaterThan(60);

    const isScript = mode === "python" && !["3.8", "3.9", "3.10"].includes(minor);
    for (const [address, awaits, line] of told) {
      // A script sees no frames there: it does not know lines, nor what has not begun.
      if (isScript && awaits === -1) expect(found.get(address)).toBeUndefined();
      else expect([address, found.get(address)]).toEqual([address, [awaits, isScript ? null : line]]);
    }
    const known = new Set(told.map(([address]) => address));
    expect(rows.filter(({ address }) => !known.has(address))).toEqual([]);
  });
});

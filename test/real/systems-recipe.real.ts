// The three ways of the 2008 recipe from within a program, and what heapdump says of it from outside: new objects,
// garbage, differences of snapshots, and what lives now at an address.
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { realInterpreters } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/systems_recipe.py", import.meta.url));
const WATCHED = ["__main__.Session", "__main__.Cycle"];

interface Row {
  address: string;
  fate: string;
}

describe.each(realInterpreters)("CPython $version ($library)", (interpreter) => {
  test("the 2008 recipe", async ({ workspace }) => {
    const target = await workspace.startTarget(interpreter.path, PROGRAM);
    const top = (...args: string[]) => workspace.json("top", "-n", "100000", ...args);
    const addresses = (document: Parameters<typeof recordsOf>[0]) =>
      recordsOf<Row>(document)
        .map(({ address }) => Number(address))
        .sort((a, b) => a - b);
    const dump = (file: string) => workspace.attachQuietly(target.pid, "fork", file);
    const file = (name: string) => workspace.path(name);

    await target.ask(`snapshot ${file("1.json")}`);
    await dump("1.bin");
    await target.ask("grow");
    await target.ask(`snapshot ${file("2.json")}`);
    await dump("2.bin");

    // The first way, and the difference of the third.
    const isNew = WATCHED.map((name) => `(new & ${name})`).join(" | ");
    const fresh = addresses(top("--of", isNew, "--since", "1.bin", "2.bin"));
    expect(fresh).toHaveLength(70);
    const { new: came, gone } = (await target.ask(
      `difference ${file("1.json")} ${file("2.json")}`,
    )) as Record<string, number[]>;
    const scanned = (await target.ask("scan")) as number[];
    // The recipe takes an address that was used again for the same object, a scan whatever its type now: those are
    // among the new ones here.
    expect(fresh).toEqual(expect.arrayContaining(came as number[]));
    expect(came).toEqual(expect.arrayContaining(scanned));
    const reused = fresh.filter((address) => !(came as number[]).includes(address));
    expect(reused.length + (gone as number[]).length).toBe(10);

    // Back from a difference to what lives now.
    const old = addresses(top("--of", "__main__.Session", "1.bin"));
    const there = (await target.ask(`reach ${old.join(" ")}`)) as [number, string | null, string | null][];
    const { live } = top("--of", "__main__.Session", "--live", String(target.pid), "1.bin");
    const fates = new Map(recordsOf<Row>(live).map(({ address, fate }) => [Number(address), fate]));
    const kept = new Set(addresses(top("--of", "__main__.Session - new", "--since", "1.bin", "2.bin")));
    expect(old).toHaveLength(50);
    for (const [address, type, user] of there) {
      const fate = fates.get(address);
      if (type === null) expect(fate, String(address)).toMatch(/^(gone|other)$/);
      else if (!kept.has(address) || user?.startsWith("changed")) expect(fate).toMatch(/^(changed|other)$/);
      else expect(fate, String(address)).toBe("same");
    }

    // The second way: what the collector would put into gc.garbage is garbage of the dump before.
    const unreachable = addresses(top("--of", "garbage & __main__.Cycle", "2.bin"));
    expect(unreachable).toHaveLength(40);
    const told = recordsOf<{ type: string; count: number }>(workspace.json("garbage", "2.bin"));
    expect(told.find(({ type }) => type === "__main__.Cycle")?.count).toBe(40);
    expect(await target.ask("garbage")).toEqual(unreachable);
    await dump("3.bin");
    const saved = workspace.run(["garbage", "3.bin"]);
    expect(saved.stdout).toContain("gc.garbage");
  });
});

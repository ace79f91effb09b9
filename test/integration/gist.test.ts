// What is said in short of a container has its length, as Python says it.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

const LENGTH = /^([\d,]+) (?:key|item)s?: /;

describe.each(interpreters)("CPython $version ($library)", ({ path }) => {
  test.for(["fork", "python"])("%s", async (mode, { workspace }) => {
    const target = await workspace.startTarget(path, "lengths.py");
    const lengths = target.first as [address: number, length: number][];
    expect(await workspace.attach([target.pid, "--mode", mode, "-o", "heap.bin"])).toMatchObject({
      status: 0,
    });
    const rows: [number, string | null][] = workspace.json(
      "sql",
      "heap.bin",
      `SELECT address, gist FROM object WHERE address IN (${lengths.map(([address]) => address)})`,
    ).rows;
    const gists = new Map(rows.map(([address, gist]) => [Number(address), gist ?? ""]));
    const told = lengths.map(([address]) => {
      const gist = gists.get(address);
      return [address, gist === "empty" ? 0 : Number(LENGTH.exec(gist ?? "")?.[1]?.replaceAll(",", ""))];
    });
    expect(told).toEqual(lengths);
  });
});

// What heapy says of sets and partitions of them from within a program, and top --by … --of … of its dump.
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { environment, realInterpreters } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/systems_sets.py", import.meta.url));

type Rows = [name: string, count: number, size: number][];

interface Told {
  count: number;
  size: number;
  domisize: number;
  dominos: number;
  type: Rows;
  size_rows: Rows;
  rcs: Rows;
  via: Rows;
  referrers: Rows;
  referents: Rows;
}

interface Row {
  name: string;
  count: number;
  size: number;
}

const sorted = (rows: Rows): Rows => rows.sort(([a], [b]) => (a < b ? -1 : 1));

/** A name has several parts, which heapy quotes; a dict of a module is the module here. */
const asHere = (rows: Rows): Rows =>
  sorted(
    rows.map(([name, ...figures]) => {
      const parts = name.split(", ").map((part) => part.replace(/^'(.*)'$/, "$1").trim());
      return [
        parts
          .map((part) => (part === "dict of module" ? "module" : part))
          .sort()
          .join(", "),
        ...figures,
      ];
    }),
  );

/** From an object to its type is no step. */
const withoutTypes = (rows: Rows): Rows => rows.filter(([name]) => name !== "type");

describe.each(realInterpreters)("CPython $version ($library)", (interpreter) => {
  test("heapy's sets and partitions", async ({ workspace, skip }) => {
    const { python, packages } = environment(interpreter, ["guppy3"]);
    if (packages.length === 0) skip("there is no guppy3 for it");
    const target = await workspace.startTarget(python, PROGRAM);
    await workspace.attachQuietly(target.pid, "fork", "heap.bin");
    const partition = (by: string, of: string): Rows => {
      const document = workspace.json("top", "--by", by, "--of", of, "-n", "100000", "heap.bin");
      return sorted(recordsOf<Row>(document).map(({ name, count, size }) => [name, count, size]));
    };
    for (const name of ["Package", "Data", "Field"]) {
      const told = (await target.ask(`of ${name}`)) as Told;
      const of = `__main__.${name}`;
      const { total, freed } = workspace.json("top", "--by", "kind", "--of", of, "heap.bin");
      expect(total).toEqual({ count: told.count, size: told.size });
      expect(freed).toEqual({ count: told.dominos, size: told.domisize });
      expect(partition("type", of)).toEqual(asHere(told.type));
      expect(partition("size", of).map(([, ...figures]) => figures)).toEqual(
        told.size_rows.map(([, ...figures]) => figures),
      );
      expect(partition("type", `referents(${of})`)).toEqual(asHere(withoutTypes(told.referents)));
      // That of the packages is a list, and the locals of the function that asks heapy.
      if (name === "Package") continue;
      expect(partition("type", `referrers(${of})`)).toEqual(asHere(told.referrers));
      expect(partition("rcs", of)).toEqual(asHere(told.rcs));
      expect(partition("via", of)).toEqual(asHere(told.via));
    }
  });
});

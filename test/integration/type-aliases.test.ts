// Names that modules have for types of other modules, beside what the program itself finds in sys.modules.
import { describe, expect } from "vitest";
import { parseFilter } from "../../src/analysis/filter.js";
import { openHeaps } from "../../src/store/open.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

describe.each(interpreters)("CPython $version, $library", ({ path: python }) => {
  test("a type is found by the name that another module has for it", async ({ workspace }) => {
    const target = await workspace.startTarget(python, "type_names.py");
    const path = workspace.path("heap.bin");
    expect(await workspace.attach([target.pid, "-o", path])).toMatchObject({ status: 0 });
    const [heap] = await openHeaps([{ schema: "main", path }], { onProgress: () => {} });

    const types = new Map(
      heap
        ?.all<{ address: bigint; name: string }>("SELECT address, name FROM type")
        .map((t) => [t.address, t.name]),
    );
    const inProgram = ((await target.ask("aliases")) as [string, number][])
      .filter(([name, address]) => types.has(BigInt(address)) && types.get(BigInt(address)) !== name)
      .map(([name, address]) => `${name} ${address}`);
    const inDump = heap
      ?.all<{ name: string; address: bigint }>(
        "SELECT a.name, o.address FROM type_alias AS a JOIN object AS o ON o.id = a.type",
      )
      .map(({ name, address }) => `${name} ${address}`);
    expect(inDump?.length).toBeGreaterThan(50);
    expect(inDump?.sort()).toEqual(inProgram.sort());

    for (const [name, own] of [
      ["asyncio.Queue", "asyncio.queues.Queue"],
      ["asyncio.Future", "_asyncio.Future"],
      ["concurrent.futures.Future", "concurrent.futures._base.Future"],
      ["__main__.RENAMED", "elsewhere.Given"],
    ] as const) {
      const found = heap && [...(parseFilter(heap, name).include?.types ?? [])];
      expect(found?.map((type) => heap?.typeName(type))).toEqual([own]);
    }
    expect(() => heap && parseFilter(heap, "asyncio.Quue")).toThrow(/the nearest: .*asyncio\.Queue/);
  });
});

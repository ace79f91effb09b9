// `attach --types`: what a user declares of types of C code counts with their objects; what does not hold is unknown, and
// what nothing is declared of may be guessed at.
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, oldestAndNewest } from "../support/interpreters.js";
import { expectedWork, type Target } from "../support/target.js";

const TYPES = `# Of the tests.
type owning.Buffer size 40 python 3.8-
  check @32:i32 == 0x1234 and @36:u16 in 1 2 3
  owns @24 at *16 shared when *16 != 0 and outside(*16)
type owning.Chain
  owns 1008 * links(*16, 0)
type owning.Keeper
  owns 0
  ref kept @24
`;

interface Addresses {
  buffers: number[];
  lost: number;
  chains: number[];
  circle: number;
  secret: number;
  keeper: number;
}

async function start(
  workspace: CaptureWorkspace,
  python: string,
  skip: (condition: boolean, note?: string) => void,
) {
  const lacking = whyNoExtension(python);
  skip(lacking !== undefined, lacking);
  buildExtension(python, "owning", workspace.folder);
  const target = await workspace.startTarget(python, "owning.py", { args: [workspace.folder] });
  return { target, addresses: (await target.ask("addresses")) as Addresses };
}

async function dumped(workspace: CaptureWorkspace, target: Target, types: string, mode = "fork") {
  workspace.write("own.types", types);
  const given = types ? ["--types", workspace.path("own.types")] : [];
  const { status, stderr } = await workspace.attach([
    target.pid,
    "--mode",
    mode,
    ...given,
    "--json",
    "-o",
    "own.bin",
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  const query = (sql: string) => recordsOf(workspace.json("sql", "own.bin", sql));
  const sizes = query(
    "SELECT address, size FROM object WHERE type IN (SELECT id FROM type WHERE name GLOB 'owning.*')",
  );
  return {
    query,
    size: (address: number) =>
      Number(sizes.find((row) => BigInt(row.address as string) === BigInt(address))?.size),
    type: (name: string) =>
      query(`SELECT count, owned, memory_unknown FROM type WHERE name = 'owning.${name}'`)[0],
  };
}

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test.for(["fork", "stop"])("%s", async (mode, { workspace, skip }) => {
    const { target, addresses } = await start(workspace, python, skip);
    const { size, type, query } = await dumped(workspace, target, TYPES, mode);
    // Which of both that share its bytes is met first is not said.
    const [first, second, third, fourth] = addresses.buffers.map(size);
    expect([first, third]).toEqual([100_040, 740]);
    expect([second, fourth].sort()).toEqual([40, 500_040]);
    expect(type("Buffer")).toEqual({ count: 5, owned: 600_701, memory_unknown: 0 });
    expect(addresses.chains.map(size)).toEqual([24 + 50 * 1008, 24]);
    expect(size(addresses.circle)).toBe(24);
    expect(type("Chain")).toEqual({ count: 3003, owned: 50 * 1008, memory_unknown: 3001 });
    const path = query(`SELECT path FROM object WHERE address = ${addresses.secret}`);
    expect(path).toEqual([{ path: "sys.modules['__main__'].keeper<field kept>" }]);
  });
});

describe.each(oldestAndNewest)("CPython $version ($library)", ({ path: python }) => {
  test("what is of no use is said, and dumps of other types files are not compared in silence", async ({
    workspace,
    skip,
  }) => {
    const { target } = await start(workspace, python, skip);
    workspace.write("some.types", "type owning.Bufer\n  owns 1\ntype owning.Chain\n  check 0\n  owns 1\n");
    const { status, stdout } = await workspace.attach([
      target.pid,
      "--types",
      "some.types",
      "-o",
      "some.bin",
    ]);
    const why = "owning.Bufer: no object has such a type; owning.Chain: it holds for no object";
    expect({ status, stdout: stdout.replace(/\s+/g, " ") }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(why),
    });
    expect(workspace.run(["info", "some.bin"]).stdout).toContain("owning.Bufer: no object has such a type");
    const all = await dumped(workspace, target, TYPES);
    expect(all.query("SELECT value FROM meta WHERE key = 'types_useless'")).toEqual([]);
    const compared = workspace.run(["leaks", "some.bin", "own.bin"]);
    expect(compared.stderr).toContain("were taken with different types files");
  });

  test("a class is told of by the name that heapdump shows", async ({ workspace, skip }) => {
    const { target } = await start(workspace, python, skip);
    const { query } = await dumped(workspace, target, "type __main__.Secret\n  owns 12345\n");
    const [row] = query("SELECT owned FROM type WHERE name = '__main__.Secret'");
    expect(row).toEqual({ owned: 12_345 });
  });
});

const NOWHERE = ["0x10", "0x7fffffffe000", "0xffffffffffffff00", "0xdead000"];

describe.each(oldestAndNewest)("CPython $version ($library)", ({ path: python }) => {
  test("a declaration that does not hold makes memory unknown, and harms nothing", async ({
    workspace,
    skip,
  }) => {
    const { target, addresses } = await start(workspace, python, skip);
    const { status } = await workspace.attach([
      target.pid,
      "--types",
      workspace.path("own.types"),
      "-o",
      "x.bin",
    ]);
    expect(status).toBe(2); // there is no such file yet
    for (const place of NOWHERE) {
      await target.ask(`scramble ${place}`);
      const { size, type } = await dumped(workspace, target, TYPES);
      expect(size(addresses.lost)).toBe(40);
      expect(type("Buffer")).toMatchObject({ owned: 600_700, memory_unknown: 1 });
    }
    const wrong = [
      "check @32:i32 == 7\n  owns @24 at *16",
      "owns @(*(*(*16)))",
      "owns @24 * 0x7fffffffffff * 0x7fffffffffff",
      "owns 0x7fffffffffff at *16",
      "owns 0 - 5",
      "owns 1 / 0",
      "owns until0(self, 0)",
      "owns @24 at self + 0x100000000000",
      "unknown",
    ];
    for (const said of wrong) {
      const { size, type } = await dumped(workspace, target, `type owning.Buffer\n  ${said}\n`);
      expect({ said, size: size(addresses.buffers[0] ?? 0) }).toEqual({ said, size: 40 });
      expect({ said, type: type("Buffer") }).toMatchObject({
        said,
        type: { owned: null, memory_unknown: 5 },
      });
    }
  });

  test("without a declaration it is said whose memory is not known, and what may hold an object", async ({
    workspace,
    skip,
  }) => {
    const { target, addresses } = await start(workspace, python, skip);
    const { type, query } = await dumped(workspace, target, "");
    expect(type("Buffer")).toEqual({ count: 5, owned: null, memory_unknown: 5 });
    expect(type("Chain")).toEqual({ count: 3003, owned: null, memory_unknown: 3002 });
    expect(type("Keeper")).toEqual({ count: 1, owned: null, memory_unknown: 0 });
    const holders = query(
      `SELECT h.address AS holder, p."offset" FROM possible_holder AS p JOIN object AS o ON o.id = p.object
         JOIN object AS h ON h.id = p.holder WHERE o.address = ${addresses.secret}`,
    );
    expect(holders).toEqual([{ holder: `0x${addresses.keeper.toString(16)}`, offset: 24 }]);
    const shown = workspace.json("show", "own.bin", `0x${addresses.secret.toString(16)}`);
    expect(recordsOf(shown.possible_holders)).toEqual([
      { address: `0x${addresses.keeper.toString(16)}`, type: "owning.Keeper", offset: 24 },
    ]);
    const { status, stdout } = workspace.run(["top", "own.bin"]);
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/objects of C code own memory, or may,[^:]*: .*5\s+owning\.Buffer/s),
    });
  });

  test.for([
    [".", "it is no file"],
    ["/dev/zero", "it is no file"],
    ["nothing.types", "ENOENT"],
  ] as const)("%s is no types file", async ([name, why], { workspace }) => {
    const target = await workspace.startTarget(python, "idle.py");
    const outcome = await workspace.attach([target.pid, "--types", name, "-o", "own.bin"]);
    const stderr = `heapdump: cannot read the types file ${name}: ${why}\n`;
    expect(outcome).toMatchObject({ status: 2, stdout: "", stderr });
  });

  test.for([
    ["type owning.Buffer\n  owns @24 at\n", "own.types:2: expected `(`, at the end of the line"],
    ["  owns 1\n", "own.types:1: expected `type` before what is said of it, at `owns 1`"],
    ["type owning.Buffer python 2.7\n", "own.types:1: expected a version such as 3.11, at `.7`"],
  ] as const)("%j is refused, and nothing was done", async ([types, message], { workspace }) => {
    const target = await workspace.startTarget(python, "idle.py");
    workspace.write("own.types", types);
    const { status, stdout, stderr } = await workspace.attach([
      target.pid,
      "--types",
      "own.types",
      "-o",
      "own.bin",
    ]);
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: "", stderr: `heapdump: ${message}\n` });
    expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  });
});

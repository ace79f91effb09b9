// Every view of every command fits the screen that it is shown on, leaves no colour on, and keeps to ASCII where the
// locale has no more. A command that is registered and has no views here fails the first test.
import { spawn } from "node:child_process";
import { once } from "node:events";
import stringWidth from "fast-string-width";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { program } from "../../src/cli/main.js";
import { progress } from "../../src/view/progress.js";
import { TempWorkspace } from "../support/cli.js";
import { encodeDump } from "../support/dump-file.js";
import { newest } from "../support/interpreters.js";
import { LONG_PATH_START, LONG_TYPE, longNames } from "../support/long-names.js";
import { huge, shop, wasteful } from "../support/sample-heaps.js";
import { sampleLogText } from "../support/sample-log.js";
import { memoryUse } from "../support/sample-memory.js";
import { service } from "../support/sample-tasks.js";
import { onScreen, type Screen } from "../support/screen.js";

const WIDTHS = [60, 80, 100, 200];
const after = longNames({ count: 30, later: true });
const small = shop({ sessions: 12, later: true });
const hex = (thing: { address: bigint } | undefined) => `0x${(thing?.address ?? 0n).toString(16)}`;
const at = {
  deep: hex(after.deep),
  lost: hex(after.lost),
  local: hex(after.local),
  text: hex(after.text),
  session: hex(small.sessions[0]),
};

/** The text views of each command, errors among them. */
const views: Record<string, string[][]> = {
  attach: [["PID"], ["999999999"]],
  trace: [["PID"], ["999999999"], ["1", "--on", "--off"]],
  watch: [
    ["999999999", "--content", "full"],
    ["999999999", "--content", "names", "--every", "0.1"],
    ["999999999", "--content", "none", "--until", "growth"],
  ],
  info: [["long.bin"], ["small.bin"], ["fork.bin"], ["cut.bin"]],
  top: [
    ["long.bin"],
    ["small.bin"],
    ["huge.bin"],
    ["--by", "object", "long.bin"],
    ["--by", "retained", "long.bin"],
    ["--by", "type", "long.bin"],
    ["--by", "owner", "long.bin"],
    ["--by", "path", "long.bin"],
    ["--by", "module", "long.bin"],
    ["--by", "package", "long.bin"],
    ["--by", "line", "long.bin"],
    ["--by", "kind", "long.bin"],
    ["--by", "rcs", "--of", "str | dict", "--sort", "count", "long.bin"],
    ["--by", "via", "--sort", "retained", "long.bin"],
    ["--by", "type,size", "--sort", "size", "-n", "5", "long.bin"],
    ["--by", "content", "--of", "str", "-n", "5", "long.bin"],
    ["--by", "id", "-n", "5", "long.bin"],
    ["--by", "unity", "--of", "new", "--since", "before.bin", "long.bin"],
    ["--of", "str & (dict | ", "long.bin"],
    ["--previous", "before.bin", "--show-parents", "long.bin"],
    ["--by", "type", "--exclude", "before.bin", "long.bin"],
    ["--by", "owner", "--exclude", "before.bin", "long.bin"],
    ["--filter", at.lost, "--show-parents", "long.bin"],
    ["--filter", at.deep, "--show-parents", "--max-depth", "30", "long.bin"],
    ["--filter", "dict,!dict", "long.bin"],
    ["cut.bin"],
  ],
  graph: [
    ["--filter", at.deep, "long.bin"],
    ["--filter", at.deep, "--direction", "referrers", "--max-nodes", "3", "long.bin"],
    ["--filter", at.deep, "--direction", "referents", "long.bin"],
    ["--filter", at.session, "-o", "picture.svg", "small.bin"],
    ["--filter", "größe.Ändert", "long.bin"],
    ["--filter", at.deep, "--sources", "module", "--refcounts", "--long-names", "long.bin"],
  ],
  path: [
    ["long.bin", at.deep],
    ["long.bin", at.lost],
    ["long.bin", at.local],
    ["long.bin", at.text],
    ["long.bin", LONG_TYPE],
    ["long.bin", "*.AußergewöhnlichLangerTypenname"],
    ["small.bin", at.session],
    ["small.bin", at.session, "--exclude", ".CACHE,asyncio.Task"],
    ["long.bin", at.deep, "--from", "module"],
    ["long.bin", "str", "--from", LONG_TYPE],
    ["long.bin", at.lost, "--from", "module", "--max-depth", "2"],
    ["long.bin", "str", "--pattern"],
    ["long.bin", LONG_TYPE, "--pattern", "--max-breadth", "1"],
    ["long.bin", "größe.Ändert"],
  ],
  show: [
    ["long.bin", at.deep],
    ["long.bin", at.lost],
    ["long.bin", at.local],
    ["long.bin", at.text],
    ["small.bin", at.session],
  ],
  leaks: [
    ["long.bin"],
    ["before.bin", "long.bin"],
    ["before.bin", "middle.bin", "long.bin"],
    ["long.bin", "long.bin"],
    ["wasteful.bin"],
  ],
  diff: [
    ["before.bin", "long.bin"],
    ["before.bin", "middle.bin", "middle.bin", "middle.bin", "long.bin"],
    ["--by", "type", "--against", "base", "before.bin", "long.bin"],
    ["--by", "owner", "--against", "previous", "before.bin", "middle.bin", "long.bin"],
    ["--by", "path", "--against", "peak", "before.bin", "middle.bin", "long.bin"],
    ["--by", "package", "before.bin", "long.bin"],
    ["--by", "module", "--against", "peak", "before.bin", "middle.bin", "long.bin"],
    ["--by", "line", "before.bin", "long.bin"],
    ["--by", "kind", "before.bin", "long.bin"],
    ["--by", "rcs", "before.bin", "long.bin"],
    ["--by", "via", "before.bin", "long.bin"],
    ["--by", "size", "before.bin", "long.bin"],
    ["--by", "content", "before.bin", "long.bin"],
    ["--by", "id", "-n", "3", "before.bin", "long.bin"],
    ["--by", "unity", "before.bin", "long.bin"],
    ["long.bin", "long.bin"],
    ["--count", "--against", "peak", "before.bin", "middle.bin", "long.bin"],
    ["--by", "referrers(type)", "--count", "before.bin", "middle.bin", "long.bin"],
    ["series.stat"],
    ["--against", "peak", "--count", "series.stat", "long.bin"],
    ["--by", "type", "series.stat"],
    ["-o", "picture.svg", "before.bin", "middle.bin", "long.bin"],
  ],
  memory: [["used.bin"], ["used.bin", "grown.bin"]],
  waste: [["long.bin"], ["wasteful.bin"], ["huge.bin"]],
  tree: [["fork.bin"], ["long.bin", "--min", "0"], ["huge.bin"]],
  threads: [["wasteful.bin"], ["long.bin"]],
  tasks: [["service.bin"], ["service.bin", "--each"], ["long.bin"]],
  "held-by-c": [["wasteful.bin"], ["fork.bin"], ["long.bin"], ["--since", "wasteful.bin", "wasteful.bin"]],
  gc: [
    ["collections.json"],
    ["-t", "collections.json", "cut.json"],
    ["garbage.bin"],
    ["--generation", "0", "garbage.bin"],
    ["--generation", "1", "garbage.bin"],
    ["--generation", "2", "garbage.bin"],
    ["--type", "Session", "-o", "a-picture-with-a-name-that-is-longer-than-others.svg", "collections.json"],
    ["long.bin"],
  ],
  garbage: [["garbage.bin"], ["long.bin"]],
  sql: [
    ["--schema"],
    ["long.bin", "SELECT * FROM object LIMIT 5"],
    ["long.bin", "SELECT path, owner FROM object LIMIT 5"],
    ["long.bin", "SELECT name, content FROM type JOIN object USING (id) LIMIT 9"],
    ["long.bin", "SELECT file, line FROM frame"],
    ["long.bin", "SELECT größe FROM object"],
  ],
  export: [
    ["small.bin", "--to", "sqlite", "-o", "a-database-with-a-name-that-is-longer-than-others.sqlite"],
    ["small.bin", "--to", "stat", "-o", "series.stat"],
    ["small.bin", "--to", "stat", "-o", "before.bin"],
  ],
  redact: [["small.bin", "a-dump-with-a-name-that-is-longer-than-others.bin"]],
};

let place: TempWorkspace;
let target: number;
const home = process.cwd();

beforeAll(async () => {
  place = new TempWorkspace();
  place.dump("before.bin", longNames({ count: 3 }).heap, { mode: "fork" });
  place.dump("middle.bin", longNames({ count: 9 }).heap, { mode: "fork", time: "2026-03-01T12:30:00.000Z" });
  place.dump("long.bin", after.heap, { mode: "fork", time: "2026-03-01T13:00:00.000Z" });
  for (const dump of ["before.bin", "middle.bin"])
    place.run(["export", dump, "--to", "stat", "-o", "series.stat"]);
  place.dump("small.bin", small.heap, { time: "2026-03-01T13:00:00.000Z" });
  place.dump("wasteful.bin", wasteful(), { mode: "fork" });
  place.dump("huge.bin", huge().heap);
  const { heap, records } = service();
  place.dump("service.bin", heap, { mode: "fork" }, {}, 2, records);
  const path = `/opt/${"Überlange-Bibliothek-".repeat(8)}.so`;
  place.write("collections.json", sampleLogText.replaceAll("app.Session", LONG_TYPE));
  place.write("cut.json", sampleLogText.slice(0, -300));
  place.dump("used.bin", longNames({ count: 3 }).heap, { mode: "fork" }, {}, 2, memoryUse({ path }));
  const grown = memoryUse({ path, nodes: 1_000_000, usedBlocks: 20, pools: 9000 });
  place.dump("grown.bin", after.heap, { mode: "fork", time: "2026-03-01T13:00:00.000Z" }, {}, 2, grown);
  place.dump(
    "fork.bin",
    shop().heap,
    {
      mode: "python",
      container: "9f".repeat(32),
      command: "python -m größe ".repeat(20),
      omitted: "names; locals",
    },
    { skipped: "shop.Kaputt: 3 faults", consistent: "false" },
  );
  place.write("cut.bin", encodeDump(shop().heap.parts()).subarray(0, 2000));
  // Not this process's own child: Node waits for those, and would take the stops that the tool waits for.
  const program = "import os, time; print(os.getpid(), flush=True); time.sleep(1e6)";
  const { stdout } = spawn("sh", ["-c", '"$0" -c "$1" & wait', newest.path, program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  target = Number((await once(stdout, "data"))[0]);
  process.chdir(place.folder);
});
afterAll(() => {
  process.chdir(home);
  process.kill(target, "SIGKILL");
  place.remove();
});

const { commands: registered } = await program([]);
const commands = registered.map((command) => command.name());
const cases = commands.flatMap((name) => (views[name] ?? []).map((args) => ({ name, args })));

async function shown(name: string, args: string[], screen: Screen) {
  return onScreen([name, ...args.map((arg) => (arg === "PID" ? String(target) : arg))], screen);
}

/** What a line leaves switched on, by the codes of picocolors. */
function leftOn(line: string): string[] {
  const ends: Record<string, string> = { 1: "22", 2: "22", 31: "39", 32: "39", 33: "39", 36: "39" };
  const on: string[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape begins with one
  for (const [, code = ""] of line.matchAll(/\x1b\[(\d+)m/g)) {
    if (ends[code]) on.push(ends[code]);
    else if (on.at(-1) === code) on.pop();
    else on.push(`unexpected ${code}`);
  }
  return on;
}

test("every command has its views here, and every choice of what it lists", () => {
  expect(Object.keys(views).sort()).toEqual([...commands].sort());
  for (const command of registered) {
    for (const { long, argChoices = [] } of command.options) {
      if (long === "--mode" || long === "--to") continue;
      for (const choice of argChoices) {
        const used = views[command.name()]?.some((args) => args[args.indexOf(long ?? "") + 1] === choice);
        expect({ command: command.name(), long, choice, used }).toMatchObject({ used: true });
      }
    }
  }
});

describe.each(cases)("$name $args", ({ name, args }) => {
  test.each(WIDTHS)("fits in %i columns", async (columns) => {
    const { stdout } = await shown(name, args, { columns });
    for (const line of stdout.split("\n")) {
      expect({ line, left: leftOn(line) }).toEqual({ line, left: [] });
      // The text of a graph is for programs.
      if (!stdout.startsWith("digraph"))
        expect({ line, fits: stringWidth(line) <= columns }).toEqual({ line, fits: true });
    }
  });

  test("is as wide in a pipe with COLUMNS as on such a screen, and without colours", async () => {
    const screen = await shown(name, args, { columns: 80, env: { NO_COLOR: "1" } });
    const pipe = await shown(name, args, { env: { COLUMNS: "80" } });
    if (name !== "attach") expect(pipe.stdout).toBe(screen.stdout);
    expect(pipe.stdout).not.toContain("\x1b");
  });

  test("is nothing but ASCII with LC_ALL=C", async () => {
    for (const columns of [60, undefined]) {
      const { stdout, stderr } = await shown(name, args, { columns, env: { LC_ALL: "C" } });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
      expect(stdout + stderr).toMatch(/^[\x1b\n\x20-\x7e]*$/);
      if (columns && !stdout.startsWith("digraph"))
        expect(Math.max(...stdout.split("\n").map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
    }
  });
});

describe.each(["", ...commands])("%s --help", (name) => {
  const args = [...(name ? [name] : []), "--help"];

  test.each(WIDTHS)("fits in %i columns", async (columns) => {
    const { stdout, status } = await onScreen(args, { columns });
    expect(status).toBe(0);
    for (const line of stdout.split("\n"))
      expect({ line, fits: line.length <= columns }).toEqual({ line, fits: true });
  });

  test("is nothing but ASCII with LC_ALL=C, and fits into a pipe", async () => {
    const { stdout } = await onScreen(args, { env: { LC_ALL: "C" } });
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe("a pipe", () => {
  test.each([
    ["a path", LONG_PATH_START, ["path", "long.bin", at.deep]],
    ["the type in a path", LONG_TYPE, ["path", "long.bin", at.deep]],
    ["the paths of a type", LONG_PATH_START, ["path", "long.bin", LONG_TYPE]],
    ["a type", LONG_TYPE, ["top", "--by", "type", "long.bin"]],
    ["an object's type", LONG_TYPE, ["top", "--filter", LONG_TYPE, "long.bin"]],
    ["an owner", LONG_PATH_START, ["top", "--by", "owner", "long.bin"]],
    ["a suspect's path", LONG_PATH_START, ["leaks", "long.bin"]],
    ["a difference", LONG_TYPE, ["diff", "before.bin", "long.bin"]],
    ["a place", "/bedienung.py:1234", ["path", "long.bin", at.local]],
    ["a value of SQL", "/bedienung.py", ["sql", "long.bin", "SELECT file, function, line FROM frame"]],
  ])("shows %s whole", async (_, whole, args) => {
    const { stdout } = await onScreen(args, {});
    expect(stdout).toContain(whole);
  });
});

test.each(cases.filter(({ name }) => name !== "attach"))(
  "$name $args is not cut with --wide",
  async ({ name, args }) => {
    const marks = async (wide: string[], columns: number) => {
      const { stdout } = await shown(name, [...args, ...wide], { columns });
      return stdout.split("…").length;
    };
    expect(await marks(["--wide"], 60)).toBe(await marks([], 100_000));
  },
);

test.each([
  ["C", "#"],
  ["de_DE.UTF-8", "█"],
])("a bar of progress with LC_ALL=%s", async (locale, mark) => {
  let text = "";
  const stream = Object.assign(Object.create(process.stderr), {
    isTTY: true,
    columns: 60,
    write: (part: string) => {
      text += part;
      return true;
    },
    cursorTo() {},
    clearLine() {},
  });
  const before = process.env.LC_ALL;
  process.env.LC_ALL = locale;
  try {
    const bar = progress(`Indexing ${"größe/".repeat(20)}heap.bin`, stream, -1);
    bar.update(0.5);
    await vi.waitFor(() => expect(text).toContain("%"));
    bar.stop();
  } finally {
    if (before === undefined) delete process.env.LC_ALL;
    else process.env.LC_ALL = before;
  }
  expect(text).toContain(mark);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor begins with one
  const lines = text.replace(/\x1b([78]|\[[\d?;]*[A-Za-z])/g, "").split(/[\r\n]/);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(60);
  if (locale === "C") expect(lines.join("")).toMatch(/^[\x20-\x7e]*$/);
});

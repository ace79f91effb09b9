// Logs of the collector, whole and damaged.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { isGcLog, type ReadLog, readGcLog } from "../../src/analysis/gc-log.js";
import { readLooseJson } from "../../src/analysis/loose-json.js";
import { nodesOf, type Run, runsOf, stepsOf } from "../../src/model/gc-log.js";
import { addressOf, sampleLog, sampleLogText } from "../support/sample-log.js";

const folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string | Buffer): ReadLog {
  const path = join(folder, "log.json");
  writeFileSync(path, text);
  return readGcLog(path);
}

const loose = (text: string, size = text.length || 1) => {
  const bytes = Buffer.from(text);
  let at = 0;
  const piece = () => {
    const next = bytes.subarray(at, at + size);
    at += size;
    return next.length > 0 ? next : undefined;
  };
  return readLooseJson({ read: piece, shape: (value) => value });
};

describe("loose JSON", () => {
  test.for([1, 2, 3, 7, 1 << 20])("is what JSON.parse says, in pieces of %i bytes", (size) => {
    const value = { a: [1, -2, true, null, 'é\\"\n😀'], "b c": { "": {} }, d: [[], [[""]]] };
    for (const text of [JSON.stringify(value), JSON.stringify(value, undefined, 2)]) {
      expect(loose(text, size)).toEqual({ value });
    }
  });

  test("words need no quotes, and commas may be missing or too many", () => {
    const { value } = loose("{0x7f: {t: list_iterator, n: <lambda>, ntv: True, rc: 3, gc: None}, [x y] }");
    expect(value).toEqual({ "0x7f": { t: "list_iterator", n: "<lambda>", ntv: true, rc: 3, gc: null } });
    expect(loose('[1,, 2 , "a" "b",]').value).toEqual([1, 2, "a", "b"]);
  });

  test("a number that a double cannot hold stays a text", () => {
    expect(loose("[9007199254740993, 1e999, 12]").value).toEqual(["9007199254740993", "1e999", 12]);
  });

  test("nothing reaches a prototype", () => {
    const { value } = loose('{"__proto__": {"polluted": 1}, "a": 1}');
    expect(value).toEqual({ a: 1 });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("deep nesting and endless words are damage", () => {
    expect(loose("[".repeat(100_000)).stopped).toEqual({ why: "damage", offset: 64, depth: 64 });
    expect(loose(`["${"x".repeat(3 << 20)}"]`, 1 << 16).stopped?.why).toBe("damage");
  });
});

describe("logs", () => {
  test("a whole log is what was written, compressed or not", () => {
    expect(read(sampleLogText)).toEqual({ log: sampleLog });
    expect(read(gzipSync(sampleLogText))).toEqual({ log: sampleLog });
  });

  test("a log without quotes is the same", () => {
    expect(read(sampleLogText.replaceAll(/"([\w.]+)"/g, "$1")).log.runs).toEqual(sampleLog.runs);
  });

  test("cut anywhere it has what was whole, and says where it ends", () => {
    const [, first] = sampleLog.runs as unknown as [unknown, Run];
    const starts = [...sampleLogText.matchAll(/\["gc_collect_main"/g)].map(({ index }) => index);
    expect(starts).toHaveLength(2);
    for (let end = (starts[0] as number) + 30; end < sampleLogText.length - 4; end += 23) {
      const { log, stopped } = read(sampleLogText.slice(0, end));
      const runs = runsOf(log);
      expect(stopped, `${end}`).toBeDefined();
      if (end > (starts[1] as number) + 30) {
        expect(stopped).toMatchObject({ why: "end", run: 2 });
        expect(runs[0]).toEqual(first);
      }
      // What is there is what was written: no value is cut.
      for (const [i, run] of runs.entries()) {
        const whole = runsOf(sampleLog)[i] as Run;
        for (const [address, node] of Object.entries(nodesOf(run)))
          expect(nodesOf(whole)[address]).toMatchObject(node);
        for (const [step, [, list, states]] of stepsOf(run).entries()) {
          const [, , expected] = stepsOf(whole)[step] as (typeof sampleLog.runs)[1][2];
          if (list === "") continue;
          for (const [address, state] of Object.entries(states))
            expect((expected as Record<string, object>)[address]).toMatchObject(state);
        }
      }
    }
  });

  test("a log that was not closed has all its runs", () => {
    expect(read(sampleLogText.slice(0, -3))).toEqual({
      log: sampleLog,
      stopped: { why: "unclosed", offset: sampleLogText.length - 3 },
    });
  });

  test("GraalPy's phases, managed objects and numbers as addresses are read", () => {
    const { log } = read(`{"runs": [["gc graphs"], ["gc_collect_main", "",
      ["nodes", "young", {"139637976727552": {"t": "Foo", "ntv": false, "rc": 99999999999999999999}}],
      ["edges", "young", [[139637976727552, 0x7F0000000000], [1]]],
      ["move_unreachable", "weak_candidates", {"0x7f0000000000": {"gr": 0}}],
      ["move_weak_reachable", "young", {"0x7f0000000000": {"gr": 1}}], 7, ["odd"]]]}`);
    const at = "0x7f0000000000";
    expect(log.runs[1]?.slice(2)).toEqual([
      ["nodes", "young", { [at]: { t: "Foo", ntv: false, rc: "99999999999999999999" } }],
      ["edges", "young", [[at, at]]],
      ["move_unreachable", "weak_candidates", { [at]: { gr: 0 } }],
      ["move_weak_reachable", "young", { [at]: { gr: 1 } }],
      ["odd", "", {}],
    ]);
  });

  test("names of Object's own are no objects", () => {
    const { log } = read(
      '{"runs": [0, ["gc_collect_main", "", ["nodes", "x", {"constructor": {"t": "a"}}]]]}',
    );
    expect(Object.keys(nodesOf(runsOf(log)[0] as Run))).toEqual([]);
    expect(addressOf.session).toMatch(/^0x/);
  });

  test("what is no log is refused", () => {
    expect(() => read("{}")).toThrow(/is not a log of collections/);
    expect(() => read("")).toThrow(/is not a log of collections/);
    for (const [text, answer] of [
      [sampleLogText, true],
      [`\ufeff\n ${sampleLogText}`, true],
      [gzipSync(sampleLogText.repeat(1000)), true],
      [gzipSync(Buffer.concat([Buffer.from("HEAPDUMP"), Buffer.alloc(1 << 20)])), false],
      ["HEAPDUMP", false],
      ["", false],
    ] as const) {
      writeFileSync(join(folder, "some"), text);
      expect(isGcLog(join(folder, "some"))).toBe(answer);
    }
    expect(isGcLog(join(folder, "none"))).toBe(false);
  });
});

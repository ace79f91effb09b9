// A heap with objects of every kind, dumped in each mode while its program waits, beside what the program itself says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import {
  compareDumps,
  compareWithReport,
  missingFrom,
  type ReportComparison,
  readObjects,
} from "../support/compare.js";
import { isExplained, reasons, unexplained, withoutTraces } from "../support/exactness.js";
import { interpreters } from "../support/interpreters.js";
import { settledView, Target } from "../support/target.js";

type Path = [what: string, source: number, kind: string, label: string | number | null, target: number];

const cases = interpreters.flatMap((found) =>
  [[], ["freeze"]].map(
    (options) => [`${found.version} (${found.library}) ${options.join()}`, found, options] as const,
  ),
);

describe.each(cases)("CPython %s", (_, { path: python, version }, options) => {
  let folder: string;
  let target: Target;
  let walked: ReportComparison;
  /** Of what the dump has beyond the report. */
  let said: [type: number, size: number][];
  const views: unknown[] = [];
  const dumps = { stop: "", fork: "", forkLater: "", python: "" };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
    target = await Target.start(python, "exact.py", { args: [join(folder, "report"), ...options] });
    views.push(await settledView(target.pid));
    for (const name of ["stop", "fork", "forkLater", "python"] as const) {
      const mode = name === "forkLater" ? "fork" : name;
      if (name === "forkLater") {
        walked = compareWithReport(join(folder, "report"), dumps.stop);
        const addresses = join(folder, "addresses");
        writeFileSync(addresses, JSON.stringify(walked.more.map(([address]) => address)));
        said = (await target.ask(`describe ${addresses}`)) as typeof said;
      }
      dumps[name] = join(folder, `${name}.bin`);
      const args = [target.pid, "--mode", mode, "--json", "-o", dumps[name]];
      const { status, stdout, stderr } = await attach(args, { cwd: folder });
      expect({ mode, status, stderr }).toEqual({ mode, status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ mode, python_version: version });
      if (mode !== "python") expect(JSON.parse(stdout)).toMatchObject({ consistent: true });
      views.push(await settledView(target.pid));
    }
  }, 180_000);
  afterAll(async () => {
    await target?.kill();
    rmSync(folder, { recursive: true });
  });

  test("the target is as it was", () => {
    for (const view of views) expect(view).toEqual(views[0]);
  });

  test("every object that the program reports, with its type, size and references", () => {
    const { complete, missing, types, edges, sizes } = walked;
    expect({ complete, missing, types, edges }).toEqual({
      complete: true,
      missing: {},
      types: {},
      edges: {},
    });
    expect(unexplained(sizes, version)).toEqual({});
  });

  test("every reference leads to an object", () => {
    expect(walked.dangling).toEqual({});
  });

  test("fork and stop say the same", () => {
    expect(compareDumps(dumps.stop, dumps.fork)).toEqual({});
  });

  test("fork has what the mode python has", () => {
    expect(withoutTraces(missingFrom(dumps.forkLater, dumps.python))).toEqual({});
  });

  test("what the collector does not lead to is as the program says", () => {
    const { more } = walked;
    const differences = more
      .map(([address, type, size, name], i) => ({ address, type, size, name, said: said[i] ?? [0, 0] }))
      .filter(
        ({ type, size, name, said }) =>
          said[0] !== type || (said[1] !== size && !isExplained(name, [said[1], size], version)),
      );
    expect(differences).toEqual([]);
    expect(more.length).toBeGreaterThan(walked.reported / 10);
  });

  test("references are named as Python spells them", async () => {
    const paths = (await target.ask("paths")) as Path[];
    const sources = [...new Set(paths.map(([, source]) => source))];
    const objects = readObjects(dumps.fork, sources);
    expect(paths.length).toBeGreaterThan(400);
    const wrong = paths.filter(
      ([, source, kind, label, to]) =>
        !objects
          .get(source)
          ?.references.some(
            (reference) =>
              reference[0] === kind && reference[2] === to && (label === null || reference[1] === label),
          ),
    );
    expect(
      wrong.map((path) => [path, objects.get(path[1])?.references.filter(([, , to]) => to === path[4])]),
    ).toEqual([]);
  });
});

test("docs/exactness.md tells of each reason", () => {
  const page = readFileSync(new URL("../../docs/exactness.md", import.meta.url), "utf8").replaceAll(
    /\s+/g,
    " ",
  );
  expect(reasons.filter(({ why }) => !page.includes(why))).toEqual([]);
});

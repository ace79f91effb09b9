// Leaks of packages at the releases of public reports: the first suspect names what the fix touched.
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { suspectsOf } from "../support/leaks.js";
import { realInterpreters, release } from "./environment.js";

interface Report {
  program: string;
  releases: [name: string, version: string][];
  owner: string;
  /** Part of the path. */
  path: string;
  /** `NAME FILE:LINE`, without the folder of packages and the line. */
  code: string | null;
}

const module = (name: string) => `sys.modules['${name}']`;

const REPORTS: Report[] = [
  {
    program: "marshmallow_registry.py",
    releases: [["marshmallow", "2.16.1"]],
    owner: `${module("marshmallow.class_registry")}._registry`,
    path: "._registry['__main__.FooSchema'][*]",
    code: null,
  },
  {
    program: "schema_cache.py",
    releases: [
      ["marshmallow-dataclass", "8.5.7"],
      ["marshmallow", "3.19.0"],
      ["typing-inspect", "0.9.0"],
      ["mypy-extensions", "1.0.0"],
      ["typing-extensions", "4.12.2"],
      ["packaging", "24.1"],
    ],
    owner: `${module("marshmallow_dataclass")}._internal_class_schema`,
    path: "_internal_class_schema<lru_cache",
    code: "_internal_class_schema marshmallow_dataclass/__init__.py",
  },
  {
    program: "thread_storage.py",
    releases: [["asgiref", "3.2.7"]],
    owner: `${module("__main__")}.CURRENT`,
    path: ".CURRENT._context_refs",
    code: null,
  },
  {
    program: "method_cache.py",
    releases: [["async-lru", "1.0.3"]],
    owner: `${module("__main__")}.Service.answer`,
    path: ".Service.answer._cache<key *>",
    code: "Service.answer async_lru.py",
  },
];

const TARGETS = fileURLToPath(new URL("../targets", import.meta.url));

// Releases of that age do not run on newer ones.
const old = realInterpreters.filter(({ version }) => /^3\.[89]\./.test(version));
const cases = old.flatMap((found) =>
  REPORTS.map((report) => [found.version, report.program, found, report] as const),
);

test.for(cases)("CPython %s: %s", async ([, program, interpreter, report], { workspace }) => {
  const folders = report.releases.map(([name, version]) => release(interpreter, name, version));
  expect(folders, "releases that pip finds").not.toContain(undefined);
  const script = fileURLToPath(new URL(`programs/reports/${program}`, import.meta.url));
  const target = await workspace.startTarget(interpreter.path, script, {
    args: [TARGETS, ...(folders as string[])],
  });
  const files = ["1.bin", "2.bin", "3.bin"];
  for (const file of files) {
    await target.ask("go");
    expect(await workspace.attach([target.pid, "-o", file])).toMatchObject({ status: 0 });
  }
  const [first] = suspectsOf(workspace, files).suspects;
  expect(first?.owner).toBe(report.owner);
  expect(first?.path).toContain(report.path);
  expect(first?.code?.replace(/ \/.*?-[\d.]+\//, " ").replace(/:\d+$/, "") ?? null).toBe(report.code);
});

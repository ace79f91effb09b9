// Leaks in programs of well-known libraries.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { leakingDumps, suspectsOf } from "../support/leaks.js";
import { environment, realInterpreters } from "./environment.js";

const LEAKS = [
  {
    leak: "libraries numpy_views",
    needs: "numpy",
    type: "numpy.ndarray",
    path: "sys.modules['libraries'].VIEWS[*]",
    owner: "sys.modules['libraries'].VIEWS",
  },
  {
    leak: "sqlalchemy_orm orm_objects",
    needs: "SQLAlchemy",
    type: "sqlalchemy_orm.User",
    path: "sys.modules['sqlalchemy_orm'].RECENT[*]",
    owner: "sys.modules['sqlalchemy_orm'].RECENT",
  },
];

describe.each(realInterpreters.map((found) => [found.version, found] as const))(
  "CPython %s",
  (_, interpreter) => {
    test.for(LEAKS)("$leak", async ({ leak, needs, ...expected }, { workspace }) => {
      const { python, packages } = environment(interpreter);
      if (!packages.includes(needs)) return console.log(`${interpreter.version} has no ready-made ${needs}`);
      const { files, leaked } = await leakingDumps(workspace, python, leak);
      const [first] = suspectsOf(workspace, files).suspects;
      expect(first).toMatchObject(expected);
      expect(first?.count).toBeGreaterThanOrEqual(leaked);
    });
  },
);

// A global is named by the module that defines it, whoever imports it, on each version.
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { leakingDumps, suspectsOf } from "../support/leaks.js";

const module = (name: string) => `sys.modules['defining${name}']`;

const DEFINED = {
  by_import: {
    owner: `${module("._globals")}.CACHE`,
    also: [
      `${module("")}.CACHE`,
      `${module("")}.OTHER_NAME`,
      `${module(".reading")}.CACHE`,
      `${module(".writing")}.CACHE`,
    ],
  },
  by_package: { owner: `${module("")}.REGISTERED`, also: [`${module(".views")}.REGISTERED`] },
  by_class: {
    owner: `${module(".models")}.Model.known`,
    also: [`${module(".fields")}.Model`, `${module(".views")}.Model`],
  },
  by_function: {
    owner: `${module(".models")}.find`,
    also: [`${module(".fields")}.find`, `${module(".views")}.find`],
  },
};

const cases = interpreters.flatMap(({ path, version, library }) =>
  Object.entries(DEFINED).map(([name, defined]) => [version, library, name, path, defined] as const),
);

test.for(cases)("CPython %s (%s): %s", async ([, , name, python, { owner, also }], { workspace }) => {
  const { files } = await leakingDumps(workspace, python, `defining ${name}`);
  const { suspects } = suspectsOf(workspace, files);
  expect(suspects).toMatchObject([{ type: "records.Session", owner, also }]);
});

// A dump has what the collector is set to, as the module gc says it.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

const MODES = ["fork", "stop", "python"];

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test.for(["off threshold callback garbage", "never debug frozen"])(
    "set: %s",
    async (settings, { workspace }) => {
      const target = await workspace.startTarget(python, "collector.py");
      const told = await target.ask(`set ${settings}`);
      for (const mode of MODES) {
        const file = workspace.path(`${mode}.bin`);
        await workspace.attach([target.pid, "--mode", mode, "-o", file]);
        const { collector } = JSON.parse(workspace.run(["info", "--json", file]).stdout);
        expect(collector, mode).toEqual({
          ...(told as object),
          counts: [expect.any(Number), expect.any(Number), expect.any(Number)],
        });
      }
    },
  );
});

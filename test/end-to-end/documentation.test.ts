// What docs/commands.md shows of `attach` is what it prints of a real process; docs.test.ts runs the other examples.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { newest } from "../support/interpreters.js";
import { stable } from "../support/stable.js";

const page = fileURLToPath(new URL("../../docs/commands.md", import.meta.url));

/** `npx vitest run -u test/end-to-end/documentation` writes it anew. */
test("docs/commands.md shows what attach prints", async ({ workspace }) => {
  const { pid } = await workspace.startTarget(newest.path, "heap.py", { args: ["1000"] });
  const command = `heapdump attach ${pid} -o heap.bin`;
  const { status, stdout } = workspace.shell(`${command} 2>&1`);
  expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
  const now = `$ sudo ${command}\n${stdout}`;
  const text = readFileSync(page, "utf8").replace(/^\$ sudo heapdump attach [^`]*/m, (shown) =>
    stable(shown) === stable(now) ? shown : now,
  );
  await expect(text).toMatchFileSnapshot(page);
});

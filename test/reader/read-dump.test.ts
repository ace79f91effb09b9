// The reference reader on damaged files.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { newest } from "../support/interpreters.js";

test("the reader written from the format's page survives damage", { timeout: 300_000 }, async () => {
  const script = fileURLToPath(new URL("test_read_dump.py", import.meta.url));
  const result = await promisify(execFile)(newest.path, ["-I", script]).catch((error) => error);
  expect(result.stderr).toMatch(/\nOK\n$/);
});

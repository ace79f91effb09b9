// Programs in C with a Python in them: the dynamic linker copies variables of libpython into one that is linked with it,
// and a library that is opened RTLD_LOCAL is in no global scope.
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { libpython, withLibpython } from "../support/embedding.js";
import { test } from "../support/fixtures.js";
import { expectedWork, settledView } from "../support/target.js";

const source = fileURLToPath(new URL("../targets/embedding.c", import.meta.url));
// Of a library that is in no global scope no module works that is a library itself.
const SCRIPT = `
import sys
sys.path.insert(0, ${JSON.stringify(dirname(source))})
import harness
rows = [{"id": i, "name": "row-%d" % i} for i in range(1000)]
harness.say("ready")
while True:
    harness.answer(harness.read_line())
`;

describe.each(withLibpython)("CPython $version", ({ path: python }) => {
  test.for(["linked", "opened"])("%s", async (how, { workspace }) => {
    const { folder, library, prefix, link } = libpython(python);
    const program = workspace.path("program");
    const options = how === "linked" ? ["-no-pie", "-fno-pie", "-DLINKED", ...link] : ["-ldl"];
    execFileSync(process.env.CC ?? "cc", ["-Wall", "-Wextra", source, "-o", program, ...options]);
    if (how === "linked") {
      expect(execFileSync("readelf", ["-rW", program], { encoding: "utf8" })).toMatch(
        /R_X86_64_COPY.*PyLong_Type/,
      );
    }
    workspace.write("program.py", SCRIPT);
    const env = { PYTHONHOME: prefix, LIBPYTHON: `${folder}/${library}` };
    const target = await workspace.startTarget(program, workspace.path("program.py"), { env });
    const before = await settledView(target.pid);
    for (const mode of ["fork", "stop", "python"]) {
      const args = [target.pid, "--mode", mode, "--json", "-o", `${mode}.bin`];
      const { status, stdout, stderr } = await workspace.attach(args);
      expect({ mode, status, stderr }).toEqual({ mode, status: 0, stderr: "" });
      expect(JSON.parse(stdout).objects).toBeGreaterThan(1000);
      expect(await settledView(target.pid)).toEqual(before);
      expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000), errors: 0 });
    }
  });
});

// Programs in C with a Python in them: the dynamic linker copies variables of libpython into one that is linked with it,
// and a library that is opened RTLD_LOCAL is in no global scope.
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
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
const asked =
  "import os, sysconfig as s; print(s.get_config_var('LIBDIR')); print(s.get_config_var('INSTSONAME')); print(os.sys.prefix)";

const shared = interpreters.filter(
  ({ library, path }) => library === "shared" && !path.includes("/interpreters/"),
);
const cases = [shared[0], shared.at(-1)].flatMap((found) => found ?? []);

describe.each(cases)("CPython $version", ({ path: python }) => {
  test.for(["linked", "opened"])("%s", async (how, { workspace }) => {
    const answer = execFileSync(python, ["-I", "-c", asked], { encoding: "utf8" });
    const [folder = "", library = "", prefix = ""] = answer.trim().split("\n");
    const program = workspace.path("program");
    const linked = [
      "-no-pie",
      "-fno-pie",
      "-DLINKED",
      `-L${folder}`,
      `-l:${library}`,
      `-Wl,-rpath,${folder}`,
    ];
    const options = how === "linked" ? linked : ["-ldl"];
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

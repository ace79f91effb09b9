// An extension that writes sizes of its objects (patches/extension/), and the columns that they become.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { test } from "../support/fixtures.js";
import { oldestAndNewest } from "../support/interpreters.js";

const EXTENSION = join(import.meta.dirname, "../../patches/extension/tensors.c");

const PROGRAM = `
import gc, json, os, tensors
weight = tensors.Tensor((250, 4))
view = weight.view()
weight.grad, view.grad = view, weight
scalar = tensors.Tensor(())
for _ in range(1000):
    tensors.Tensor((1,))
for bad, error in (((2**62, 8), MemoryError), ((-1,), ValueError), (("x",), TypeError)):
    try:
        tensors.Tensor(bad)
    except error:
        pass
    else:
        raise SystemExit("no error")
if os.fork() == 0:
    mine = tensors.Tensor((3,))
    with open("child", "w") as file:
        file.write(hex(id(mine)))
    os._exit(0)
os.wait()
print(json.dumps([hex(id(each)) for each in (weight, view, scalar)]))
del weight, view
assert gc.collect() >= 2
`;

describe.each(oldestAndNewest)("$version", ({ path }) => {
  test("each tensor has the bytes of its storage", ({ workspace, skip }) => {
    const why = whyNoExtension(path);
    if (why) skip(why);
    buildExtension(path, EXTENSION, workspace.folder);
    workspace.write("program.py", PROGRAM);
    const { status, stdout, stderr } = workspace.shell(`GC_GRAPH_SIZES=sizes.json '${path}' program.py`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [weight, view, scalar] = JSON.parse(stdout);
    const sizes = JSON.parse(readFileSync(workspace.path("sizes.json"), "utf8"));
    expect(sizes).toMatchObject({ [weight]: { size: 4000 }, [view]: { size: 4000 }, [scalar]: { size: 4 } });
    const [forked = ""] = readdirSync(workspace.folder).filter((name) => /^sizes\.json\.\d+$/.test(name));
    const child = readFileSync(workspace.path("child"), "utf8");
    expect(JSON.parse(readFileSync(workspace.path(forked), "utf8"))).toEqual({ [child]: { size: 12 } });

    const run = ["gc_collect_main", "", ["nodes", "young", { [weight]: { t: "tensors.Tensor", rc: 1 } }]];
    workspace.write("log.json", JSON.stringify({ runs: [["gc graphs"], run] }));
    const args = ["--extra-info", "sizes.json", "--extra-info", forked, "-o", "x.dot", "log.json"];
    expect(workspace.run(["gc", ...args])).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(workspace.path("x.dot"), "utf8")).toContain("size: 4000");
  });
});

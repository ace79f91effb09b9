// What the collector's lists hold is in a dump, whatever the types of its members say; a dump that lacks some of it says
// that it is not complete.
import { describe, expect } from "vitest";
import { dumpFacts } from "../support/dump-facts.js";
import { buildExtension, whyNoExtension } from "../support/extension.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import { expectedWork, type Target } from "../support/target.js";

const COUNT = 500;
const OF_BOTH = 2 * COUNT;

async function dumped(workspace: CaptureWorkspace, target: Target, mode: string) {
  const file = workspace.path(`${mode}.bin`);
  const { status, stdout, stderr } = await workspace.attach([
    target.pid,
    "--mode",
    mode,
    "--json",
    "-o",
    file,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { types, meta } = dumpFacts([file])[0] ?? {};
  expect(await target.ask("work 1000")).toMatchObject({ result: expectedWork(1000) });
  return {
    told: JSON.parse(stdout).complete as boolean,
    file,
    requests: types?.["__main__.Request"],
    unread: meta?.unread_members,
  };
}

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test.for(["fork", "stop"])("%s", async (mode, { workspace, skip }) => {
    const lacking = whyNoExtension(python);
    skip(lacking !== undefined, lacking);
    buildExtension(python, "members", workspace.folder);
    const target = await workspace.startTarget(python, "members.py", {
      args: [workspace.folder, String(COUNT)],
    });

    await target.ask("wait");
    expect(await target.ask("count")).toBe(OF_BOTH);
    expect(await dumped(workspace, target, mode)).toMatchObject({
      told: true,
      requests: OF_BOTH,
      unread: undefined,
    });

    await target.ask("hide");
    const { file, ...lossy } = await dumped(workspace, target, mode);
    // Those that the hidden ones hold are in the collector's lists themselves.
    expect(lossy).toEqual({ told: false, requests: OF_BOTH, unread: String(COUNT) });
    const { stdout } = workspace.run(["info", "--json", file]);
    expect(JSON.parse(stdout)).toMatchObject({
      complete: false,
      problems: [`${COUNT} objects of the collector's lists could not be read`],
    });
    await target.ask("show");
    expect(await target.ask("count")).toBe(OF_BOTH);
  });
});

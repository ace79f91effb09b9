// The script of docs/ci.md, as it stands there but for the program: it fails of a leak, and of nothing else.
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { newest } from "../support/interpreters.js";

const PAGE = readFileSync(new URL("../../docs/ci.md", import.meta.url), "utf8");
const [, SCRIPT = ""] = /```bash\n([\s\S]*?)```/.exec(PAGE) ?? [];

const SERVICE = `
import os, sys, signal
kept = []
def serve(*_):
    work = [bytes(1000) for _ in range(300)]
    if sys.argv[1] == "leaks":
        kept.append(work)
    with open("answered", "w"): pass
signal.signal(signal.SIGUSR1, serve)
while True:
    signal.pause()
`;

test.for([
  ["leaks", 1],
  ["works", 0],
] as const)("a service that %s", async ([what, status], { workspace }) => {
  writeFileSync(workspace.path("service.py"), SERVICE);
  const script = SCRIPT.replace(/^start\(\) .*$/m, `start() { '${newest.path}' service.py ${what} & }`)
    .replace(
      /^work\(\) .*$/m,
      `work() { rm -f answered; kill -USR1 "$pid"; until [ -e answered ]; do sleep 0.01; done; }`,
    )
    .replaceAll("sudo heapdump", "heapdump");
  expect(script).not.toBe(SCRIPT);
  const outcome = workspace.shell(script);
  expect({ status: outcome.status, stderr: outcome.stderr }).toMatchObject({ status });
  if (status === 1) {
    expect(outcome.stdout).toMatch(/^### 1\. .*: \+\d/m);
    expect(outcome.stdout).toContain("sys.modules['\\_\\_main\\_\\_'].kept".replaceAll("\\", ""));
  }
});

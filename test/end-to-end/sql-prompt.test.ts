// The prompt of `heapdump sql`, on a terminal of 60 columns.
import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { HEAPDUMP } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { newest } from "../support/interpreters.js";

/** Types a line whenever the prompt is there; prints what the terminal shows. */
const TYPIST = `
import fcntl, os, pty, struct, sys, termios
node, program, dump, *lines = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
    os.execvp(node, [node, program, "sql", dump])
shown, answered = b"", 0
while True:
    try:
        shown += os.read(terminal, 65536)
    except OSError:
        break
    if shown.count(b"heapdump> ") > answered:
        answered += 1
        os.write(terminal, (lines.pop(0) if lines else ".quit").encode() + b"\\n")
os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
`;

test(".wide shows values that are wider than the screen, until .wide off", ({ sampleDumps }) => {
  const query = "SELECT path FROM object ORDER BY length(path) DESC LIMIT 1;";
  const lines = [query, ".wide", query, ".wide off", query, ".widely"];
  const { COLUMNS: _, ...env } = process.env;
  const { stdout } = spawnSync(
    newest.path,
    ["-c", TYPIST, process.execPath, HEAPDUMP, sampleDumps.path("after.bin"), ...lines],
    { encoding: "utf8", env: { ...env, NO_COLOR: "1", TERM: "xterm" }, timeout: 60_000 },
  );
  const [path] = sampleDumps.json("sql", "after.bin", query).rows[0] as [string];
  expect(path.length).toBeGreaterThan(60);
  const [, cut, , whole, , again, unknown] = stdout.split("heapdump> ").filter((part) => part.includes("\n"));
  for (const answer of [cut, again]) {
    expect(answer).toContain("…");
    expect(answer).not.toContain(path);
  }
  expect(whole).toContain(path);
  expect(unknown).toContain("there is no .widely: .help lists what there is");
});

test("--wide does so for one query", ({ sampleDumps }) => {
  const query = "SELECT path FROM object ORDER BY length(path) DESC LIMIT 1";
  const [path] = sampleDumps.json("sql", "after.bin", query).rows[0] as [string];
  const shown = (...args: string[]) =>
    sampleDumps.run(["sql", "after.bin", query, ...args], { env: { COLUMNS: "60" } }).stdout;
  expect(shown()).not.toContain(path);
  expect(shown("--wide")).toContain(path);
});

// Workers of uvicorn, gunicorn, uWSGI and Celery are dumped while they work: each dump is whole, and every answer right.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attach } from "../support/attach.js";
import { readMeta, readObjects } from "../support/compare.js";
import { environment, realInterpreters } from "./environment.js";

const PROGRAMS = fileURLToPath(new URL("programs/", import.meta.url));
const run = promisify(execFile);
const DUMPS = 5;

let folder: string;
let server: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
});
afterEach(async () => {
  const exited = new Promise((done) => (server ? server.once("exit", done) : done(0)));
  server?.kill("SIGTERM");
  await exited;
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const expected = (number: number) =>
  Array.from({ length: number % 50 }, (_, i) => i * i).reduce((sum, square) => sum + square, 0);

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => listener.once("listening", done));
  const { port } = listener.address() as { port: number };
  await new Promise((done) => listener.close(done));
  return port;
}

function start(python: string, args: string[]): void {
  server = spawn(python, args, {
    cwd: PROGRAMS,
    stdio: "ignore",
    env: { ...process.env, SERVICE_FOLDER: folder, PYTHONDONTWRITEBYTECODE: "1" },
  });
}

function children(pid: number): number[] {
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return own ? own.split(" ").map(Number) : [];
}

/** Asks on and on; the promise of `stop` tells how many answers there were, and rejects at a wrong one. */
function askOnAndOn(port: number) {
  let goesOn = true;
  const asking = Array.from({ length: 4 }, async (_, client) => {
    let answers = 0;
    for (let number = client; goesOn; number += 4, answers++) {
      const answer = await fetch(`http://127.0.0.1:${port}/${number}`);
      expect([answer.status, Number(await answer.text())]).toEqual([200, expected(number)]);
    }
    return answers;
  });
  return {
    stop: async () => {
      goesOn = false;
      return (await Promise.all(asking)).reduce((sum, answers) => sum + answers, 0);
    },
  };
}

async function untilItAnswers(port: number) {
  for (let i = 0; ; i++) {
    try {
      await fetch(`http://127.0.0.1:${port}/1`);
      return;
    } catch (error) {
      if (i > 300) throw error;
      await sleep(100);
    }
  }
}

async function dumpOften(pids: number[]) {
  for (let i = 0; i < DUMPS; i++) {
    for (const pid of pids) {
      const file = join(folder, `${pid}-${i}.bin`);
      const { status, stdout, stderr } = await attach([pid, "--mode", "fork", "--json", "-o", file], {
        cwd: folder,
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const { consistent, route, pause_ms, objects } = JSON.parse(stdout);
      console.log(`  ${pid}: ${objects} objects, ${route}, consistent ${consistent}, stop ${pause_ms} ms`);
      expect(consistent).toBe(true);
      const found = readObjects(file);
      expect(readMeta(file)).toMatchObject({ status: "ok", objects: String(found.size) });
      const dangling = [...found.values()].flatMap(({ type, references }) =>
        references.filter(([, , to]) => to !== null && !found.has(to)).map((reference) => [type, reference]),
      );
      expect(dangling).toEqual([]);
    }
  }
}

const cases = realInterpreters.map((found) => [`${found.version} (${found.library})`, found] as const);

describe.each(cases)("CPython %s", (_, interpreter) => {
  test.each([
    ["uvicorn", (port: number) => ["service:asgi", "--port", String(port), "--log-level", "error"]],
    ["gunicorn", (port: number) => ["-w", "2", "-b", `127.0.0.1:${port}`, "service:wsgi"]],
  ])("%s", async (name, options) => {
    const { python, packages } = environment(interpreter);
    expect(packages).toContain(name);
    const port = await freePort();
    start(python, ["-m", name, ...options(port)]);
    await untilItAnswers(port);
    const pid = server?.pid as number;
    const asking = askOnAndOn(port);
    await dumpOften(name === "gunicorn" ? [pid, ...children(pid)] : [pid]);
    expect(await asking.stop()).toBeGreaterThan(10);
    if (name === "gunicorn") expect(children(pid).length).toBe(2);
  });

  test("uWSGI, two processes of two threads", async () => {
    const { python, packages } = environment(interpreter, ["uWSGI", "Flask"]);
    expect(packages).toContain("uWSGI");
    const port = await freePort();
    const counts = ["--master", "--processes", "2", "--threads", "2"];
    const served = [
      "--http-socket",
      `127.0.0.1:${port}`,
      "--module",
      "service:make_wsgi()",
      "--disable-logging",
    ];
    start(join(dirname(python), "uwsgi"), [
      ...counts,
      ...served,
      "--die-on-term",
      "--virtualenv",
      dirname(dirname(python)),
    ]);
    await untilItAnswers(port);
    const pid = server?.pid as number;
    const workers = children(pid);
    expect(workers.length).toBe(2);
    const asking = askOnAndOn(port);
    await dumpOften([pid, ...workers]);
    expect(await asking.stop()).toBeGreaterThan(10);
    expect(children(pid)).toEqual(workers);
  });

  test("celery", async () => {
    const { python, packages } = environment(interpreter);
    expect(packages).toContain("celery");
    start(python, [
      "-m",
      "celery",
      "-A",
      "service:celery_app",
      "worker",
      "--concurrency",
      "2",
      "-l",
      "error",
    ]);
    const ask = async (first: number, count: number) =>
      (
        await run(python, ["service.py", String(first), String(count)], {
          cwd: PROGRAMS,
          env: { ...process.env, SERVICE_FOLDER: folder },
        })
      ).stdout;
    expect(await ask(0, 5)).toBe("0\n");
    const pid = server?.pid as number;
    const asking = ask(100, 60);
    await dumpOften([pid, ...children(pid)]);
    expect(await asking).toBe("0\n");
    expect(await ask(1000, 5)).toBe("0\n");
    expect(children(pid).length).toBe(2);
  });
});

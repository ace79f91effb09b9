// `npm run demo`: sets up, takes two dumps of a service that leaks, and shows what leaked and what holds it.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { chooseInterpreter } from "../scripts/interpreters.mjs";
import { setup } from "../scripts/setup.mjs";
import { fail, StageError, stage } from "../scripts/stage.mjs";
import { Service } from "./service.mjs";

const folder = "demo-output";
const files = {
  before: `${folder}/before.bin`,
  after: `${folder}/after.bin`,
  picture: `${folder}/leak.svg`,
  page: `${folder}/leak.html`,
};

async function demo() {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  await setup();
  emptyFolder();
  const python = chooseInterpreter();
  const service = new Service(python.path);
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  process.once("exit", () => service.stop());

  await stage("A chat server starts", () => service.serve(100), {
    outcome: (visitors) => `CPython ${python.version}, pid ${service.pid}, ${visitors} visitors so far`,
  });
  await dump(service, files.before);
  await stage("It goes on", () => service.serve(1000), {
    outcome: (visitors) => `${visitors} visitors so far`,
  });
  await dump(service, files.after);
  service.stop();

  // Only now is what they import built.
  const { findLeak } = await import("./leak.mjs");
  const { screen } = await import("./screen.mjs");
  const leak = await stage("Asking the two dumps", () => findLeak(files.before, files.after));
  const { owner } = leak;
  if (!owner) throw new StageError("nothing leaked between the two dumps");
  await stage("Drawing", () => draw(owner.entry));
  console.log(`\n${screen({ ...leak, owner }, files)}`);
}

function emptyFolder() {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  } catch (error) {
    throw new StageError(`${error}\nIt may be another user's: sudo rm -r ${folder}`);
  }
}

/**
 * @param {Service} service
 * @param {string} file
 */
async function dump(service, file) {
  await stage(
    `heapdump attach ${service.pid} -o ${file}`,
    async () => JSON.parse(await heapdump("attach", String(service.pid), "-o", file, "--json")),
    {
      outcome: ({ objects, bytes }) =>
        `${objects.toLocaleString("en-US")} objects, ${(bytes / 2 ** 20).toFixed(1)} MiB`,
    },
  );
}

/** @param {bigint} address */
async function draw(address) {
  const filter = `0x${address.toString(16)}`;
  const look = ["--filter", filter, "--highlight", "asyncio.Task", "--max-breadth", "4", "--max-depth", "6"];
  await heapdump("graph", ...look, "-o", files.picture, files.after);
}

/**
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
async function heapdump(...args) {
  const child = spawn(process.execPath, ["bin/heapdump.js", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await ended;
  if (code !== 0)
    throw new StageError(`heapdump ${args.join(" ")} failed with exit code ${code}:\n${errors}`);
  return output;
}

await demo().catch(fail);

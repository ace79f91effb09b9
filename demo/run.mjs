// `npm run demo`: sets up, takes two dumps of a service that leaks, and shows what leaked and what holds it.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { chooseInterpreter } from "../scripts/interpreters.mjs";
import { fail, setup } from "../scripts/setup.mjs";
import { StageError, stage } from "../scripts/stage.mjs";
import { Service } from "./service.mjs";

const folder = "demo-output";
const files = {
  before: `${folder}/before.bin`,
  after: `${folder}/after.bin`,
  picture: `${folder}/leak.svg`,
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

  await stage("A chat server is started", () => service.waves(3), {
    outcome: () => `CPython ${python.version}, pid ${service.pid}; 300 visitors came and went`,
  });
  await dump(service, files.before);
  await stage("It goes on", () => service.waves(6), { outcome: () => "600 more visitors" });
  await dump(service, files.after);
  service.stop();

  // Only now is what they import built.
  const { findLeak } = await import("./leak.mjs");
  const { screen } = await import("./screen.mjs");
  const leak = await stage("Asking the two dumps", () => findLeak(files.before, files.after));
  const culprit = leak.types.find(({ name, example }) => example && name.includes("."));
  const address = culprit?.example?.address ?? leak.owner?.address;
  if (address === undefined) throw new StageError("nothing leaked between the two dumps");
  await stage("Drawing", () => draw(`0x${address.toString(16)}`));
  console.log(`\n${screen(leak, files)}`);
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

/** @param {string} filter */
async function draw(filter) {
  await heapdump(
    "graph",
    "--filter",
    filter,
    "--highlight",
    "asyncio.Task",
    "-o",
    files.picture,
    files.after,
  );
}

/**
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
async function heapdump(...args) {
  const child = spawn(process.execPath, ["bin/heapdump.js", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const output = await text(child.stdout);
  const code = await ended;
  if (code !== 0) throw new StageError(`heapdump ${args.join(" ")} failed with exit code ${code}`);
  return output;
}

await demo().catch(fail);

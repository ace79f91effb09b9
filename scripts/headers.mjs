// Node's headers, which everything native is compiled against.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { StageError } from "./stage.mjs";

/** The folder of Node's headers in npm's configuration, if it names one. */
export function configuredHeaders() {
  const configured = process.env.npm_config_nodedir;
  if (configured) return configured;
  const answer = spawnSync("npm", ["config", "get", "nodedir"], { encoding: "utf8" }).stdout?.trim();
  return answer && answer !== "undefined" ? answer : undefined;
}

/** Headers on the machine that are of the running Node; undefined where they have to be fetched. */
export function usableHeaders() {
  const configured = configuredHeaders();
  const beside = dirname(dirname(process.execPath));
  const usable = [configured, beside].find(
    (folder) => folder && headersAbi(folder) === process.versions.modules,
  );
  if (configured && !usable) {
    throw new StageError(
      `npm's nodedir is ${configured}, which holds no headers of Node ${process.versions.node}.\n` +
        "Set it to the folder above this Node's include/node, or unset it: npm_config_nodedir=… npm run …",
    );
  }
  return usable;
}

/** @param {string} folder */
function headersAbi(folder) {
  try {
    const header = readFileSync(join(folder, "include/node/node_version.h"), "utf8");
    return header.match(/#define NODE_MODULE_VERSION (\d+)/)?.[1];
  } catch {
    return undefined;
  }
}

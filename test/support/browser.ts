// Pages in a browser without a screen: what their scripts made of them, and what they were refused.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const noBrowser =
  spawnSync("chromium", ["--version"]).status === 0 ? undefined : "there is no chromium on this machine";

export interface Rendered {
  /** The page's HTML after its scripts have run. */
  html: string;
  /** What the page's scripts and its policy complained of. */
  complaints: string[];
}

export function render(page: string, folder: string): Rendered {
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  const profile = `--user-data-dir=${join(folder, "browser")}`;
  const wait = ["--virtual-time-budget=10000", "--enable-logging=stderr", "--dump-dom"];
  const { stdout, stderr, status } = spawnSync("chromium", [...options, profile, ...wait, `file://${page}`], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return { html: stdout, complaints: stderr.split("\n").filter((line) => line.includes("CONSOLE")) };
}

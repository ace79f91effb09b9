import { readFileSync } from "node:fs";

interface Package {
  version: string;
  description: string;
}

let found: Package | undefined;

function ownPackage(): Package {
  found ??= JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Package;
  return found;
}

export const version = () => ownPackage().version;
export const description = () => ownPackage().description;

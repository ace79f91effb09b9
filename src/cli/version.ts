import { readFileSync } from "node:fs";
import { packageRoot } from "../package-root.js";

interface Package {
  version: string;
  description: string;
}

let found: Package | undefined;

function ownPackage(): Package {
  found ??= JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")) as Package;
  return found;
}

export const version = () => ownPackage().version;
export const description = () => ownPackage().description;

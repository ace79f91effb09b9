// Says once, before the tests, which CPythons they run on and which they miss.
import { interpreters, missingVersions } from "./interpreters.js";

export default function announce(): void {
  const found = interpreters.map(({ version, library }) =>
    library === "static" ? `${version} (static)` : version,
  );
  console.log(`CPythons of this machine: ${found.join(", ")}`);
  const missing = missingVersions(interpreters);
  if (missing.length > 0) {
    console.log(`Not tested, for want of an interpreter (pyenv install …): ${missing.join(", ")}`);
  }
}

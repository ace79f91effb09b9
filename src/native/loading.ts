import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ExitCode, HeapdumpError } from "../errors.js";
import { packageRoot } from "../package-root.js";

/**
 * What a compiled module gives; throws with exit code 2 if it was not built, or not for this Node.js. Of an extension of
 * SQLite, whose errors do not tell, `extension` is the file.
 */
export function loaded<T>(load: () => T, extension?: string): T {
  try {
    return load();
  } catch (error) {
    throw cannotLoad(error, extension);
  }
}

function cannotLoad(error: unknown, extension: string | undefined): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const missing = code === "MODULE_NOT_FOUND" || (extension !== undefined && !existsSync(extension));
  if (!missing && extension === undefined && code !== "ERR_DLOPEN_FAILED") return error;
  const root = fileURLToPath(packageRoot);
  const remedy = `run \`npm run setup\` in ${root}`;
  if (missing) {
    return new HeapdumpError(ExitCode.Usage, `heapdump is not built (npm ran no install scripts): ${remedy}`);
  }
  const built = /NODE_MODULE_VERSION (\d+)/.exec(message)?.[1];
  const why =
    built === undefined
      ? `a module of heapdump cannot be loaded: ${message.split("\n")[0]}`
      : `heapdump was built for another Node.js (ABI ${built}) than this one (${process.version}, ABI ${process.versions.modules})`;
  const other = built === undefined ? "" : ", or use the Node.js that it was built for";
  return new HeapdumpError(ExitCode.Usage, `${why}: ${remedy}${other}`);
}

import { accessSync, constants, mkdirSync, realpathSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { ExitCode, HeapdumpError } from "../errors.js";

/** Where the index of a dump goes: next to it, or into a cache folder if that is not writable. */
export function indexPath(dump: string): string {
  const nextToDump = `${dump}.index`;
  if (isWritable(dirname(nextToDump))) return nextToDump;
  const cache = cacheFolder();
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = `neither beside it nor in ${cache}: ${(error as Error).message}`;
    throw new HeapdumpError(ExitCode.Usage, `${dump}: there is no place for its index, ${why}`);
  }
  // The full path is part of the name, so that dumps of one name in two folders have an index each.
  const { createHash } = process.getBuiltinModule("node:crypto"); // loaded only here: it takes long
  const key = createHash("sha256").update(realPath(dump)).digest("hex").slice(0, 16);
  return join(cache, `${basename(dump)}.${key}.index`);
}

/** Of a dump that is gone, or that another file has replaced: its index has its contents. */
export function removeIndex(dump: string): void {
  rmSync(indexPath(dump), { force: true });
}

/** The tool's own. As the XDG Base Directory Specification says, a relative path counts as none. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: given, HOME: home } = process.env;
  return join(given && isAbsolute(given) ? given : join(home || userInfo().homedir, ".cache"), "heapdump");
}

/** Of a dump that is not there the name is good enough: whoever opens it says so. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

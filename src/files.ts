// Files of ours hold what a process had in its memory: nobody but the user may read them.
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ExitCode, HeapdumpError } from "./errors.js";

export const PRIVATE = 0o600;

/** An empty file that only its owner may read: under sudo the user's own. An existing one is emptied. */
export function createPrivateFile(path: string): void {
  try {
    rmSync(path, { force: true });
    closeSync(openSync(path, "wx", PRIVATE));
    const user = userUnderSudo();
    if (user) chownSync(path, user.uid, user.gid);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Whom our files belong to where the tool runs under sudo. */
export function userUnderSudo(): { uid: number; gid: number } | undefined {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (process.getuid?.() !== 0 || !SUDO_UID || !SUDO_GID) return undefined;
  return { uid: Number(SUDO_UID), gid: Number(SUDO_GID) };
}

/** Written beside and renamed, so that nobody finds half of it. */
export function writePrivateFile(path: string, text: string): void {
  const partial = `${path}.partial`;
  requireFolder(path);
  createPrivateFile(partial);
  try {
    writeFileSync(partial, text);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw cannotWrite(path, error);
  }
}

/** Throws with exit code 2 where the folder that a file is to go to does not exist. */
export function requireFolder(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new HeapdumpError(ExitCode.Usage, `${path}: there is no folder ${folder}`);
  }
}

export function cannotWrite(path: string, error: unknown): HeapdumpError {
  return new HeapdumpError(ExitCode.Usage, `${path}: cannot be written: ${(error as Error).message}`);
}

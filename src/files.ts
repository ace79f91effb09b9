// Files of ours hold what a process had in its memory: nobody but the user may read them.
import { constants, type Stats } from "node:fs";
import {
  chown,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from "node:fs/promises";
import { dirname } from "node:path";
import { cannotCreate, cannotWrite, ExitCode, HeapdumpError } from "./errors.js";

const PRIVATE = 0o600;

/**
 * A file that only the user may read: under a `.partial` name until it is whole, so that an earlier file of the name
 * stays until then, and nobody takes half of it for the whole. A pipe or a device is written to directly.
 */
export class PrivateFile {
  private constructor(
    /** As the user named it. */
    readonly path: string,
    readonly handle: FileHandle,
    private readonly partial?: { path: string; final: string; inode: bigint },
  ) {}

  /** Throws with exit code 2 if nothing can be written there, or if that would replace `source`, which is read. */
  static async create(path: string, source?: string): Promise<PrivateFile> {
    try {
      const folder = dirname(path);
      if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
        throw cannotCreate(path, `there is no folder ${folder}`);
      }
      const existing = await stat(path).catch(() => undefined);
      if (existing?.isDirectory()) throw cannotCreate(path, "is a folder; give a file in it");
      if (existing && !existing.isFile()) return new PrivateFile(path, await open(path, constants.O_WRONLY));
      const final = existing ? await realpath(path) : path;
      if (existing && source && final === (await realpath(source).catch(() => undefined))) {
        throw cannotCreate(path, "is the dump that is read; give another file");
      }
      return await PrivateFile.createPartial(path, final);
    } catch (error) {
      throw error instanceof HeapdumpError ? error : cannotWrite(path, error, ExitCode.Usage);
    }
  }

  private static async createPartial(path: string, final: string): Promise<PrivateFile> {
    const partial = `${final}.partial`;
    const handle = await createNew(partial);
    try {
      const { ino } = await handle.stat({ bigint: true });
      const user = userUnderSudo();
      if (user) await handle.chown(user.uid, user.gid);
      return new PrivateFile(path, handle, { path: partial, final, inode: ino });
    } catch (error) {
      await unlink(partial);
      await handle.close();
      throw error;
    }
  }

  /** Where the bytes go until they are all there; undefined for a pipe or a device. */
  get partialPath(): string | undefined {
    return this.partial?.path;
  }

  /** Makes the written bytes the file of that name. A crash of the machine leaves the old file or the whole new one. */
  async commit(): Promise<void> {
    try {
      if (this.partial) {
        await this.handle.sync();
        if (!(await this.isOwn())) throw new Error(`another program replaced ${this.partial.path}`);
      }
      await this.handle.close();
      if (this.partial) await rename(this.partial.path, this.partial.final);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Leaves nothing behind but what was there before. */
  async discard(): Promise<void> {
    if (this.partial && (await this.isOwn())) await rm(this.partial.path, { force: true }).catch(() => {});
    await this.handle.close().catch(() => {});
  }

  private async isOwn(): Promise<boolean> {
    const found = await stat(this.partial?.path ?? "", { bigint: true }).catch(() => undefined);
    return found?.ino === this.partial?.inode;
  }
}

export async function writePrivateFile(
  path: string,
  text: string | Uint8Array,
  source?: string,
): Promise<void> {
  const file = await PrivateFile.create(path, source);
  try {
    await file.handle.writeFile(text).catch((error) => {
      throw cannotWrite(path, error);
    });
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** A folder that only the user may look into, made if it is not there. Throws with exit code 2. */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    const user = userUnderSudo();
    if (made !== undefined && user) await chown(path, user.uid, user.gid);
  } catch (error) {
    throw cannotCreate(path, (error as Error).message);
  }
}

/** Whom our files belong to if the tool runs under sudo. */
function userUnderSudo(): { uid: number; gid: number } | undefined {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (process.getuid?.() !== 0 || !SUDO_UID || !SUDO_GID) return undefined;
  return { uid: Number(SUDO_UID), gid: Number(SUDO_GID) };
}

/** A file that was not there. What a killed heapdump left is removed; what a living one writes is not. */
async function createNew(partial: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, PRIVATE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const left = await lstat(partial).catch(() => undefined);
    if (left && (await isOpenSomewhere(left))) {
      throw cannotCreate(partial, "another heapdump is writing it; choose another file");
    }
    // If it is gone, it has got its name just now.
    if (left) await rm(partial, { force: true });
  }
}

/** True if a process, of those that this user may look into, has the file open. */
async function isOpenSomewhere(file: Stats): Promise<boolean> {
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of descriptors) {
      const open = await stat(`/proc/${pid}/fd/${fd}`).catch(() => undefined);
      if (open?.ino === file.ino && open.dev === file.dev) return true;
    }
  }
  return false;
}

// The file that a dump goes to: under a `.partial` name until it is whole, so that an earlier dump of the name stays
// until then, and nobody takes half a dump for one.
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath, rename, rm, stat, unlink } from "node:fs/promises";
import { ExitCode, HeapdumpError } from "../errors.js";
import { cannotWrite, PRIVATE, requireFolder, userUnderSudo } from "../files.js";

export class OutputFile {
  private constructor(
    /** As the user named it. */
    readonly path: string,
    readonly handle: FileHandle,
    /** Where the bytes go meanwhile; absent for a pipe or a device, which is written to directly. */
    private readonly partial?: { path: string; final: string; inode: bigint },
  ) {}

  /** Throws with exit code 2 where nothing can be written there. */
  static async create(path: string): Promise<OutputFile> {
    requireFolder(path);
    try {
      const existing = await stat(path).catch(() => undefined);
      if (existing?.isDirectory()) {
        throw new HeapdumpError(ExitCode.Usage, `${path}: is a folder; name a file in it`);
      }
      if (existing && !existing.isFile()) return new OutputFile(path, await open(path, constants.O_WRONLY));
      const final = existing ? await realpath(path) : path;
      return await OutputFile.createPartial(path, final);
    } catch (error) {
      throw error instanceof HeapdumpError ? error : writeFailure(path, error, ExitCode.Usage);
    }
  }

  private static async createPartial(path: string, final: string): Promise<OutputFile> {
    const partial = `${final}.partial`;
    const handle = await createNew(partial);
    try {
      const { ino } = await handle.stat({ bigint: true });
      const user = userUnderSudo();
      if (user) await handle.chown(user.uid, user.gid);
      return new OutputFile(path, handle, { path: partial, final, inode: ino });
    } catch (error) {
      await unlink(partial);
      await handle.close();
      throw error;
    }
  }

  /** Makes the written bytes the file of that name. A crash of the machine leaves the old file or the whole new one. */
  async commit(): Promise<void> {
    try {
      if (this.partial) {
        await this.handle.sync();
        if (!(await this.isOwn())) throw new Error(`somebody else replaced ${this.partial.path}`);
      }
      await this.handle.close();
      if (this.partial) await rename(this.partial.path, this.partial.final);
    } catch (error) {
      throw writeFailure(this.path, error, ExitCode.CaptureFailed);
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

/** What a failed write says, a full disk above all; `otherwise` is the exit code of any other reason. */
export function writeFailure(path: string, error: unknown, otherwise: ExitCode): HeapdumpError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    const why = code === "ENOSPC" ? "no space is left on the device" : `a limit is reached (${code})`;
    return new HeapdumpError(ExitCode.CaptureFailed, `${path}: ${why}; the process goes on unharmed`);
  }
  if (otherwise === ExitCode.Usage) return cannotWrite(path, error);
  return new HeapdumpError(otherwise, `${path}: cannot be written: ${message}; the process goes on unharmed`);
}

/** A file that was not there. What a killed heapdump left is taken away; what a living one writes is not. */
async function createNew(partial: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, PRIVATE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const left = await lstat(partial).catch(() => undefined);
    if (left && (await isOpenSomewhere(left))) {
      throw new HeapdumpError(
        ExitCode.Usage,
        `${partial}: another heapdump is writing it; name another file`,
      );
    }
    // Where it is gone, it has got its name just now.
    if (left) await rm(partial, { force: true });
  }
}

/** True where a process, of those that this user may look into, has the file open. */
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

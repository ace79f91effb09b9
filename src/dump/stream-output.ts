// Where a dump goes that is no file: a pipe, a device, standard output.
import { constants, fstatSync, write } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { cannotWrite, ExitCode, HeapdumpError } from "../errors.js";

const STANDARD_OUTPUT = 1;
/** For a pipe that is full, or that nobody reads yet. */
const PAUSE_MS = 2;
const writeSome = promisify(write);

export function isStandardOutput(path: string | undefined): boolean {
  return path === "-" || path === "/dev/stdout";
}

/**
 * Writes without ever blocking a thread of the tool on a reader that has stopped: such a thread could not be ended, and
 * the tool not with it.
 */
export class StreamOutput {
  readonly handle = {
    writeFile: (bytes: Uint8Array) => this.writeAll(bytes),
  };
  private closed = false;

  private constructor(
    /** As messages name it. */
    readonly path: string,
    private readonly fd: number,
    private readonly file?: FileHandle,
  ) {}

  /** Undefined for a file, or what is not there. Waits for a reader of a named pipe until `signal` says otherwise. */
  static async open(path: string, signal: AbortSignal): Promise<StreamOutput | undefined> {
    try {
      if (isStandardOutput(path)) return await StreamOutput.standard(signal);
      const existing = await stat(path).catch(() => undefined);
      if (!existing || existing.isFile() || existing.isDirectory()) return undefined;
      const file = await openUnblocked(path, signal);
      return new StreamOutput(path, file.fd, file);
    } catch (error) {
      throw error instanceof HeapdumpError || signal.aborted
        ? error
        : cannotWrite(path, error, ExitCode.Usage);
    }
  }

  private static async standard(signal: AbortSignal): Promise<StreamOutput> {
    if (process.stdout.isTTY) {
      throw new HeapdumpError(
        ExitCode.Usage,
        "a dump is not text: send standard output to a file or a pipe (> heap.bin)",
      );
    }
    // As a pipe of its own it does not block, and the one that other programs share is as it was.
    const file = fstatSync(STANDARD_OUTPUT).isFIFO()
      ? await openUnblocked("/proc/self/fd/1", signal)
      : undefined;
    return new StreamOutput("standard output", file?.fd ?? STANDARD_OUTPUT, file);
  }

  async commit(): Promise<void> {
    await this.close();
  }

  async discard(): Promise<void> {
    await this.close();
  }

  private async close(): Promise<void> {
    this.closed = true;
    await this.file?.close().catch(() => {});
  }

  private async writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.closed) throw new Error("given up");
      try {
        at += (await writeSome(this.fd, bytes, at)).bytesWritten;
      } catch (error) {
        if (!isCode(error, "EAGAIN")) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }
}

async function openUnblocked(path: string, signal: AbortSignal): Promise<FileHandle> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (!isCode(error, "ENXIO") || !(await stat(path)).isFIFO()) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { ExitCode, HeapdumpError } from "../errors.js";

/** The uncompressed bytes of a file, in order, with a look ahead. A read that fails ends it. */
export class ByteStream {
  /** Of the next byte, from the start of the uncompressed stream. */
  offset = 0;
  failure: string | undefined;
  private ahead: Buffer = Buffer.alloc(0);
  private ended = false;
  private source: AsyncIterator<Buffer>;

  private constructor(
    private readonly file: ReturnType<typeof createReadStream>,
    private readonly size: number,
    gzipped: boolean,
  ) {
    const stream = gzipped ? file.pipe(createGunzip()) : file;
    if (gzipped) file.on("error", (error) => stream.destroy(error));
    this.source = stream[Symbol.asyncIterator]();
  }

  static async open(path: string): Promise<ByteStream> {
    try {
      const handle = await open(path, "r");
      try {
        const status = await handle.stat();
        if (!status.isFile()) throw new HeapdumpError(ExitCode.Unreadable, `${path}: this is not a file`);
        const magic = Buffer.alloc(2);
        await handle.read(magic, 0, 2, 0);
        const file = createReadStream(path, { highWaterMark: 1 << 20 });
        return new ByteStream(file, status.size, magic.readUInt16BE() === 0x1f8b);
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (error instanceof HeapdumpError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      const why =
        code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "permission denied" : String(code);
      throw new HeapdumpError(ExitCode.Unreadable, `${path}: ${why}`);
    }
  }

  /** The next `count` bytes, fewer where the stream ends. */
  async peek(count: number): Promise<Buffer> {
    if (this.ahead.length < count && !this.ended) {
      const parts = [this.ahead];
      for (let have = this.ahead.length; have < count && !this.ended; ) {
        const part = await this.pull();
        if (part) {
          parts.push(part);
          have += part.length;
        }
      }
      this.ahead = Buffer.concat(parts);
    }
    return this.ahead.subarray(0, count);
  }

  /** Past bytes that were peeked at. */
  skip(count: number): void {
    this.ahead = this.ahead.subarray(count);
    this.offset += count;
  }

  /** How much of the file was read: 0 … 1. */
  fraction(): number {
    return this.size ? this.file.bytesRead / this.size : 1;
  }

  close(): void {
    this.file.destroy();
  }

  private async pull(): Promise<Buffer | undefined> {
    try {
      const next = await this.source.next();
      this.ended = next.done === true;
      return next.value;
    } catch (error) {
      this.ended = true;
      const { code, message } = error as NodeJS.ErrnoException;
      this.failure =
        code === "Z_BUF_ERROR" ? "the gzip stream is cut off" : `it cannot be read on: ${message}`;
      return undefined;
    }
  }
}

import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FILE_MAGIC } from "../dump/format.js";
import { cannotWrite, ExitCode, HeapdumpError } from "../errors.js";
import { cacheFolder } from "./location.js";

const PRIVATE = 0o600;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Copies the dump on standard input to a file of the cache folder, named by its content, and returns its path. */
export async function storeStandardInput(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new HeapdumpError(ExitCode.Usage, "standard input is a terminal: give the dump through a pipe");
  }
  const folder = cacheFolder();
  const partial = join(folder, `standard-input.${process.pid}.partial`);
  const hash = createHash("sha256");
  let beginning = Buffer.alloc(0);
  const hashing = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      if (beginning.length < FILE_MAGIC.length) {
        beginning = Buffer.concat([beginning, bytes.subarray(0, FILE_MAGIC.length)]);
        if (!mayBeDump(beginning))
          return done(new HeapdumpError(ExitCode.Unreadable, "standard input is not a heap dump"));
      }
      hash.update(bytes);
      done(null, bytes);
    },
  });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Not a stream of descriptor 0 beside it: Node does not let it block if it is a pipe.
    const file = await open(partial, "w", PRIVATE);
    await pipeline(process.stdin, hashing, file.createWriteStream());
    const stored = join(folder, `standard-input.${hash.digest("hex").slice(0, 16)}.bin`);
    renameSync(partial, stored);
    return stored;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error instanceof HeapdumpError ? error : cannotWrite(partial, error);
  }
}

/** As far as its first bytes tell. */
function mayBeDump(beginning: Buffer): boolean {
  return [Buffer.from(FILE_MAGIC, "latin1"), GZIP_MAGIC].some((magic) => {
    const length = Math.min(magic.length, beginning.length);
    return beginning.subarray(0, length).equals(magic.subarray(0, length));
  });
}

import { PrivateFile } from "../files.js";
import { StreamOutput } from "./stream-output.js";

/** Where a dump is written to: a file of its own, or what is no file. `source` is read, and must not be replaced. */
export async function openOutput(
  path: string,
  signal: AbortSignal,
  source?: string,
): Promise<StreamOutput | PrivateFile> {
  return (await StreamOutput.open(path, signal)) ?? PrivateFile.create(path, source);
}

// A dump as a command takes it that is not asked how.

import { join } from "node:path";
import { captureDump } from "../capture/capture.js";
import { readTypesFiles } from "../capture/types-files.js";
import type { ContentLevel, Mode } from "../model/dump.js";
import { captureProgress } from "./capture-progress.js";
import { DEFAULT_CONTENT_BYTES, DEFAULT_TIMEOUT_S } from "./options.js";
import { notStopped, untilSignal } from "./signals.js";
import { inTemporaryFolder } from "./temporary-folder.js";
import { version } from "./version.js";

export interface TakeDump {
  pid: number;
  file: string;
  mode: Mode;
  content: ContentLevel;
  types: ReturnType<typeof readTypesFiles>;
  signal: AbortSignal;
}

export async function takeDump({ pid, file, mode, content, types, signal }: TakeDump): Promise<void> {
  const observer = captureProgress(pid, file, false);
  const capture = notStopped(() =>
    captureDump(
      {
        pid,
        file,
        mode,
        content,
        contentLimit: content === "none" ? 0 : DEFAULT_CONTENT_BYTES,
        timeoutMs: DEFAULT_TIMEOUT_S * 1000,
        types,
        yes: false,
        toolVersion: version(),
        signal,
      },
      observer,
    ),
  );
  await capture.finally(() => observer.stop());
}

/** A dump of a running process, only for the answer of `body`. */
export async function withDumpOf<T>(pid: number, body: (file: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, `${pid}.bin`);
    await untilSignal((signal) =>
      takeDump({ pid, file, mode: "fork", content: "full", types: readTypesFiles([]), signal }),
    );
    return body(file);
  });
}

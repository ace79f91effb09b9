import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { OpenEvents } from "../store/open.js";
import { asciiOnly, toAscii } from "../view/charset.js";
import { jsonText } from "../view/json.js";
import { progress } from "../view/progress.js";
import { type Terminal, terminal } from "../view/terminal.js";

const warnings: string[] = [];

/** Prints the answer of a command: as one JSON document, which has the warnings too, or as text. */
export function output(
  { json }: { json?: boolean },
  document: () => object,
  text: (terminal: Terminal) => string,
): void {
  if (json) print(jsonText({ ...document(), ...documentWarnings() }));
  else print(text(terminal(process.stdout)));
}

/** What the user was warned of, as a part of a document; nothing if there was no warning. */
export function documentWarnings(): { warnings?: string[] } {
  const reported = warnings.splice(0);
  return reported.length === 0 ? {} : { warnings: reported };
}

export function print(text: string): void {
  write(process.stdout, text.endsWith("\n") ? text : `${text}\n`);
}

/** All output goes through here; it is ASCII alone if the locale shows no more. */
export function write(stream: NodeJS.WriteStream, text: string): boolean {
  return stream.write(asciiOnly() ? toAscii(text) : text);
}

/** To standard error, so that what stands on standard output stays a document. */
export function warn(text: string): void {
  warnings.push(text);
  write(process.stderr, `heapdump: warning: ${text}\n`);
}

export function note(text: string): void {
  write(process.stderr, `heapdump: ${text}\n`);
}

/** Writes what comes in parts that end as they must; between them a closed pipe and a full one are noticed. */
export async function printParts(parts: Iterable<string>): Promise<void> {
  for (const part of parts) {
    if (write(process.stdout, part)) await setImmediate();
    else await once(process.stdout, "drain");
  }
}

/** Progress of the heaps that a command opens. */
export function openEvents(): OpenEvents {
  const bars = new Map<string, ReturnType<typeof progress>>();
  return {
    onStored: (path) => note(`standard input is kept in ${path}`),
    onProgress(path, fraction) {
      const bar = bars.get(path) ?? progress(`Indexing ${path}`);
      bars.set(path, bar);
      if (fraction < 1) bar.update(fraction);
      else bar.stop();
    },
  };
}

import { readFileSync } from "node:fs";
import type { ContentLevel } from "../model/dump.js";
import type { VersionFacts } from "../native/addon.js";
import { packageRoot } from "../package-root.js";

const payload = (name: string) => readFileSync(new URL(`payload/${name}`, packageRoot), "latin1");

// One program of one namespace with dump.py, which comes last; what pristine.py binds comes first.
const parts: string[] = JSON.parse(payload("dump/parts.json"));

export interface ScriptOptions {
  /** Bytes of content kept of an object; 0: none is written. */
  contentLimit: number;
  content: ContentLevel;
  /** Most references of one container for which there is memory; 0: not known. */
  maxItems: number;
  /** That tracemalloc keeps of a stack; 0 if it does not trace. */
  tracedFrames: number;
  /** Longest time in which nothing can be written, in milliseconds. */
  timeoutMs: number;
}

/** The Python source that runs in the target; `@FD@` is left for the addon, which knows the descriptor. */
export function dumpScript(
  { contentLimit, content, maxItems, tracedFrames, timeoutMs }: ScriptOptions,
  facts: VersionFacts,
): string {
  const dump = [...parts.map((part) => `dump/${part}.py`), "dump.py"]
    .map(payload)
    .join("\n")
    .replaceAll("@CONTENT_LIMIT@", String(contentLimit))
    .replaceAll("@ONLY_NAMES@", String(Number(content === "names")))
    .replaceAll("@MAX_ITEMS@", String(maxItems))
    .replaceAll("@TRACED_FRAMES@", String(tracedFrames))
    .replaceAll("@TIMEOUT@", String(timeoutMs / 1000))
    .replaceAll("@PREHEADER_FLAGS@", String(facts.preheaderFlags))
    .replaceAll("@ATTRIBUTES_IN_DICTS@", String(Number(facts.attributesInDicts)))
    .replaceAll("@FRAMES_ARE_OBJECTS@", String(Number(facts.framesAreObjects)));
  return payload("launch.py").replaceAll("@SOURCE@", () => pythonString(dump));
}

/** The payload's files are ASCII, of which a JSON string is a Python string too. */
function pythonString(text: string): string {
  return JSON.stringify(text);
}

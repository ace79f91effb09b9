// A dump written again, without contents.
import { setImmediate as turn } from "node:timers/promises";
import { ExitCode, HeapdumpError } from "../errors.js";
import { contentOf } from "../model/dump.js";
import { native, type RedactedDump, type RedactionRules } from "../native/addon.js";
import { DumpWriter } from "./dump-writer.js";
import type { Pairs } from "./format.js";
import { openOutput } from "./output.js";

export interface Redaction {
  /** A dump, its index, and what is known to be missing of it, each as a clause. */
  source: { path: string; index: string; problems: string[] };
  /** Where the other one goes; not the source. */
  path: string;
  rules: RedactionRules;
  signal: AbortSignal;
}

/** Bytes of the new file. Throws with exit code 2, 4, 5 or 130, and then leaves no file. */
export async function redactDump({ source, path, rules, signal }: Redaction): Promise<number> {
  const { RedactedDump } = native();
  const dump = new RedactedDump(source.path, source.index, rules);
  const interrupted = () => new HeapdumpError(ExitCode.Interrupted, "interrupted");
  const output = await openOutput(path, signal, source.path).catch((error) => {
    throw signal.aborted ? interrupted() : error;
  });
  const writer = new DumpWriter(output, () => {});
  try {
    writer.begin(metaOf(dump, rules));
    for (let records = dump.next(); records; records = dump.next()) {
      const payload = records;
      await new Promise<void>((resolve) => writer.records(payload, resolve));
      // So that a signal is heard.
      await turn();
      if (writer.failure) throw writer.failure;
      if (signal.aborted) throw interrupted();
    }
    await writer.end(endOf(dump, source.problems));
    await output.commit();
    return writer.bytes;
  } catch (error) {
    writer.abort();
    await output.discard();
    throw writer.failure ?? error;
  }
}

function metaOf({ meta }: RedactedDump, rules: RedactionRules): Pairs {
  const { types, keys, names } = rules;
  const redacted = [meta.redacted, rulesText(rules)].filter(Boolean).join("; ");
  if (types.length > 0 || keys) return { ...meta, redacted };
  const none = names || contentOf((key) => meta[key]) === "none";
  return {
    ...meta,
    redacted,
    command: withoutArguments(meta.command ?? ""),
    content: none ? "none" : "names",
    ...(none ? { content_limit: "0" } : {}),
  };
}

function rulesText({ types, keys, names }: RedactionRules): string {
  const parts = [
    ...(types.length > 0 ? [`contents of ${types.map((type) => `${type}*`).join(", ")}`] : []),
    ...(keys ? ["keys of dicts"] : []),
  ];
  const texts = parts.length > 0 ? parts : ["all contents"];
  return [...texts, ...(names ? ["names"] : [])].join(", ");
}

/** The program, up to its first blank: the dump does not tell which blanks are between arguments. */
function withoutArguments(command: string): string {
  const [program = ""] = command.split(" ");
  return program === command ? command : `${program} …`;
}

/** A dump made of one that is not whole is not whole. */
function endOf({ end, cut }: RedactedDump, problems: string[]): Pairs {
  const unread = cut > 0 && problems.length === 0 ? [`${cut} chunks could not be read to their end`] : [];
  const all = [...problems, ...unread];
  if (all.length === 0) return end;
  return { ...end, status: `it was made of a dump that is not complete (${all.join("; ")})` };
}

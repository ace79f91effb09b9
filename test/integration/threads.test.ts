// `heapdump threads`: the frames of each thread have their own locals, also of a function that called itself.
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

const DEPTH = 20;

interface Frame {
  function: string;
  file: string;
  locals: { columns: string[]; rows: unknown[][] };
}

interface Thread {
  name: string | null;
  frames: Frame[];
}

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  test.for(["fork", "stop"])("%s", async (mode, { workspace }) => {
    const target = await workspace.startTarget(python, "deep_locals.py", { args: [String(DEPTH)] });
    await workspace.attachQuietly(target.pid, mode, "deep.bin");
    const { threads, locals_known } = workspace.json("threads", "deep.bin", "-n", "9", "--max-depth", "99");
    expect(locals_known).toBe(true);
    const named = (name: string) =>
      (threads as Thread[]).find((thread) => thread.name === name)?.frames ?? [];
    const localsOf = ({ locals }: Frame) => new Map(recordsOf(locals).map((row) => [row.name, row]));

    const deep = named("deep").filter((frame) => frame.function === "descend");
    expect(deep.map((frame) => localsOf(frame).get("payload")?.size)).toEqual(await target.ask("sizes"));
    expect(deep.map((frame) => localsOf(frame).get("depth")?.content)).toEqual(
      Array.from({ length: DEPTH }, (_, i) => String(DEPTH - i)),
    );
    expect(localsOf(deep[0] as Frame).get("captured")?.type).toBe("cell");
    expect(localsOf(deep[0] as Frame).get("unused")?.content).toBe("None");

    const [generator] = named("generator").filter((frame) => frame.function === "suspended");
    expect(localsOf(generator as Frame).get("inner")).toMatchObject({ type: "bytearray" });
    expect(named("MainThread").at(-1)?.file).toMatch(/deep_locals\.py$/);
  });
});

// docs/paths.md is held to what it promises, by Python's own compiler.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { interpreters } from "../support/interpreters.js";

const page = readFileSync(new URL("../../docs/paths.md", import.meta.url), "utf8");

/** What stands in backquotes in the first column of a section's table. */
function forms(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const cells = section.split("\n").flatMap((line) => line.match(/^\| (`.*?`) \|/)?.[1] ?? []);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, form]) => form ?? ""));
}

/** A form where it may stand: by itself, behind a holder, and before further steps. */
function paths(form: string): string[] {
  const starts = /^[.[(<…?]/.test(form) ? [`x${form}`] : [form];
  if (/^<\w+ \S+>/.test(form)) starts.push(form);
  return starts.flatMap((path) => [path, `${path}[3]`, `${path}.y`, `${path}['k'].y`]);
}

const JUDGE = `
import json, sys
def is_python(text):
    try:
        compile(text, "path", "eval")
    except SyntaxError:
        return False
    return True
print(json.dumps([is_python(text) for text in json.load(sys.stdin)]))`;

describe.each(interpreters)("$version, $library", ({ path: python }) => {
  const judged = (texts: string[]) => {
    const answer = execFileSync(python, ["-I", "-W", "ignore", "-c", JUDGE], {
      input: JSON.stringify(texts),
    });
    return texts.filter((_, i) => (JSON.parse(String(answer)) as boolean[])[i]);
  };

  test("the steps that are Python are compiled", () => {
    const texts = forms("Steps that are Python").flatMap(paths);
    expect(texts.length).toBeGreaterThan(20);
    expect(judged(texts)).toEqual(texts);
  });

  test.each([
    ["Steps that are not", 20],
    ["Many paths as one", 6],
  ])("%s: a path with any of them is refused", (heading, count) => {
    const all = forms(heading);
    expect(all.length).toBeGreaterThanOrEqual(count);
    expect(judged(all.flatMap(paths))).toEqual([]);
  });
});

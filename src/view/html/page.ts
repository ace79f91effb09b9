import { createHash } from "node:crypto";
import { escapeHtml } from "./escape.js";

export interface Page {
  title: string;
  /** CSS and JavaScript of the page's own; a library stands before it. */
  style: string;
  scripts: string[];
  /** HTML in which all that is from a dump is escaped. */
  body: string;
}

/** One file that loads nothing else, and in which no script runs but its own. */
export function pageHtml({ title, style, scripts, body }: Page): string {
  const contents = scripts.map((script) => `\n${script}`);
  const hashes = contents.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes.join(" ")}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
${body}
${contents.map((text) => `<script>${text}</script>`).join("\n")}
</html>
`;
}

/** A block of data for the page's script, which finds it by its id. */
export function dataBlock(id: string, value: unknown): string {
  const json = JSON.stringify(value).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="${id}">${json}</script>`;
}

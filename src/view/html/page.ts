import { escapeHtml } from "./escape.js";

export interface Page {
  title: string;
  /** CSS and JavaScript of the page's own. */
  style: string;
  script: string;
  /** HTML in which all that is from a dump is escaped. */
  body: string;
}

/** One file that loads nothing else. */
export function pageHtml({ title, style, script, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
${body}
<script>
${script}</script>
</html>
`;
}

// The last screen of the demo: at most 100 columns, colours only on a terminal.
import { table } from "../dist/view/table.js";
import { terminal } from "../dist/view/terminal.js";
import { countText, sizeText } from "../dist/view/units.js";

const WIDTH = 100;
const TYPES = 8;
const INDENT = "  ";

/**
 * @param {import("./leak.mjs").Leak & { owner: import("./leak.mjs").Owner }} leak
 * @param {{ before: string, after: string, picture: string, page: string }} files
 * @returns {string}
 */
export function screen({ count, size, types, owner }, files) {
  const { colors, width } = terminal(process.stdout);
  /** @param {string} text */
  const heading = (text) => colors.bold(colors.yellow(text.padEnd(14)));
  const shown = types.filter(({ example }) => example).slice(0, TYPES);
  const rows = shown.map(({ name, count, size, example }) => [
    `+${countText(count)}`,
    `+${sizeText(size)}`,
    name,
    below(example?.path ?? "", owner.path),
  ]);
  const leaked = table(
    [
      { title: "OBJECTS", align: "right" },
      { title: "SIZE", align: "right", paint: colors.bold },
      { title: "TYPE", most: 32, paint: colors.cyan },
      { title: "WHERE A NEW ONE IS", flexible: true },
    ],
    rows,
    { colors, width: Math.min(width, WIDTH) - INDENT.length },
  );
  return [
    `${heading("What leaked")}${colors.bold(`+${sizeText(size)}`)}, +${countText(count)} objects between the two dumps`,
    `${heading("Who holds it")}${colors.bold(colors.red(owner.path))}, a ${owner.typeName} with ` +
      `${countText(owner.entriesBefore)} entries before and ${countText(owner.entries)} after;`,
    `${heading("")}${Math.round(owner.share * 100)} % of what is new and in use hangs on it`,
    "",
    leaked.replaceAll(/^/gm, INDENT),
    "",
    `${heading("The picture")}${files.picture}`,
    "",
    heading("Try next").trimEnd(),
    `  bin/heapdump.js leaks ${files.before} ${files.after}`,
    `  bin/heapdump.js path ${files.after} ${owner.entryType}`,
    `  bin/heapdump.js graph --filter ${owner.entryType} -o ${files.page} ${files.after}`,
    `  bin/heapdump.js sql ${files.after} 'SELECT name, count FROM type ORDER BY 2 DESC LIMIT 9'`,
  ].join("\n");
}

/**
 * @param {string} path
 * @param {string} owner
 */
function below(path, owner) {
  return path.startsWith(owner) ? `…${path.slice(owner.length)}` : path;
}

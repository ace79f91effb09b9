// The last screen of the demo: at most 100 columns, colours only on a terminal.
import { table } from "../dist/view/table.js";
import { terminal } from "../dist/view/terminal.js";
import { countText, sizeText } from "../dist/view/units.js";

const WIDTH = 100;
const TYPES = 7;

/**
 * @param {import("./leak.mjs").Leak} leak
 * @param {{ before: string, after: string, picture: string }} files
 * @returns {string}
 */
export function screen({ count, size, types, owner }, files) {
  const { colors, width } = terminal(process.stdout);
  const view = { colors, width: Math.min(width, WIDTH) };
  /** @param {string} text */
  const heading = (text) => colors.bold(colors.yellow(text));
  const shown = types.filter(({ example }) => example).slice(0, TYPES);
  const rows = shown.map(({ name, count, size, example }) => [
    `+${countText(count)}`,
    `+${sizeText(size)}`,
    name,
    example?.path ?? "",
  ]);
  const leaked = table(
    [
      { title: "OBJECTS", align: "right" },
      { title: "SIZE", align: "right", paint: colors.bold },
      { title: "TYPE", most: 30, paint: colors.cyan },
      { title: "WHERE THE NEW ONES ARE, FOR EXAMPLE", flexible: true },
    ],
    rows,
    view,
  );
  const holder = owner && [
    heading("Who holds it"),
    `  ${colors.bold(colors.red(owner.path))}, a ${owner.typeName}: ` +
      `${countText(owner.entriesBefore)} entries before, ${countText(owner.entries)} after;`,
    `  ${Math.round(owner.share * 100)} % of what is new hangs on it.`,
    "",
  ];
  const type = shown.find(({ name }) => name.includes("."))?.name ?? shown[0]?.name ?? "dict";
  return [
    `${heading("What leaked")}  between the two dumps: ${colors.bold(`+${sizeText(size)}`)}, +${countText(count)} objects`,
    indent(leaked),
    "",
    ...(holder ?? []),
    `${heading("The picture")}  ${files.picture}`,
    "",
    heading("Try next"),
    `  bin/heapdump.js top --exclude ${files.before} --show-parents ${files.after}`,
    `  bin/heapdump.js graph --filter ${type} --max-breadth 3 -o ${files.after.replace(".bin", ".html")} ${files.after}`,
    `  bin/heapdump.js sql ${files.after} 'SELECT name, count, size FROM type ORDER BY size DESC LIMIT 9'`,
  ].join("\n");
}

/** @param {string} text */
function indent(text) {
  return text.replaceAll(/^/gm, "  ");
}

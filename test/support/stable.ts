/** What the tool prints of a real process, without what differs from run to run, such as numbers. */
export function stable(text: string): string {
  return text
    .replaceAll(
      /, [\d.]+ \w+ of garbage( \([+−][\d.]+ \w+\))?|^.*\(garbage\)\n|(?<=chat\.Session 0x\w+: ).*$/gm,
      "",
    )
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\S+ route/g, "… route")
    .replaceAll(/0x[0-9a-f]+|\d[\d.,]*( ([KMGT]i)?B\b| %)?/g, "#")
    .replaceAll(/# (path|stop)s/g, "# $1")
    .trim();
}

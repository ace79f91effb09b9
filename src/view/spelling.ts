// References as Python spells them.
import { escapeControls } from "./text.js";

export interface Spelled {
  kind: string;
  label: string | null;
}

/**
 * What stands behind the holder's name to reach what it holds: `['k']`, `[3]`, `.session`, `.f_locals['x']`.
 * `?` stands for a name that the dump does not have, `{…}` for an element of a set.
 */
export function spelling({ kind, label }: Spelled): string {
  const name = label === null ? null : escapeControls(label);
  switch (kind) {
    case "value":
      return `[${name ?? "?"}]`;
    case "item":
      return name === null ? "{…}" : `[${name}]`;
    case "key":
      return ".keys()[…]";
    case "local":
      return `.f_locals[${name === null ? "?" : `'${name}'`}]`;
    case "cell":
      return `.${name ?? "cell_contents"}`;
    case "other":
      return name === null ? " → " : `.${name}`;
    default:
      return `.${name ?? "?"}`;
  }
}

/** A module where a path begins. */
export function moduleSpelling(name: string): string {
  return `sys.modules['${escapeControls(name)}']`;
}

export const MODES = ["fork", "stop", "python"] as const;
export type Mode = (typeof MODES)[number];

/** The one place that decides how a dump is taken. */
export function chooseMode(asked: Mode | undefined): Mode {
  return asked ?? "fork";
}

import { ExitCode, HeapdumpError } from "../errors.js";

export const MODES = ["fork", "stop", "python"] as const;
export type Mode = (typeof MODES)[number];

/** What this version can do; the first is the default. */
const AVAILABLE = ["python"] as const satisfies readonly Mode[];
export type AvailableMode = (typeof AVAILABLE)[number];

/** The one place that decides how a dump is taken. */
export function chooseMode(asked: Mode | undefined): AvailableMode {
  if (asked === undefined) return AVAILABLE[0];
  const mode = AVAILABLE.find((available) => available === asked);
  if (mode) return mode;
  throw new HeapdumpError(
    ExitCode.Usage,
    `--mode ${asked} is not in this version of heapdump, which has ${AVAILABLE.join(", ")}`,
  );
}

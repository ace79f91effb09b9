/** The tool's exit codes; docs/commands.md explains them. */
export enum ExitCode {
  Done = 0,
  CheckFailed = 1,
  Usage = 2,
  CannotAttach = 3,
  CaptureFailed = 4,
  Unreadable = 5,
  Defect = 70,
  /** By a signal, as a shell says it of Ctrl-C. */
  Interrupted = 130,
}

/** A failure told to the user in one line; `main` turns it into an exit code. */
export class HeapdumpError extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

export function targetEnded(pid: number): HeapdumpError {
  return new HeapdumpError(ExitCode.CannotAttach, `process ${pid} has ended`);
}

/** A place where nothing can be written. */
export function cannotCreate(path: string, why: string): HeapdumpError {
  return new HeapdumpError(ExitCode.Usage, `${path}: ${why}`);
}

/** What a failed write says, a full disk above all; `otherwise` is the exit code of any other reason. */
export function cannotWrite(path: string, error: unknown, otherwise = ExitCode.CaptureFailed): HeapdumpError {
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || code === "SQLITE_FULL";
  const limited = code === "EDQUOT" || code === "EFBIG";
  const why = full
    ? "no space is left on the device"
    : limited
      ? `a limit is reached (${code})`
      : `cannot be written: ${message}`;
  return new HeapdumpError(full || limited ? ExitCode.CaptureFailed : otherwise, `${path}: ${why}`);
}

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

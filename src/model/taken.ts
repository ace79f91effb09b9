/** A process at one time: a dump, or a sample of one. */
export interface Taken {
  /** As a user names it. */
  readonly path: string;
  /** What the dump says of the process and of itself. */
  meta(): Map<string, string>;
  /** The address of the type `type`, which is part of the interpreter; undefined if it is not known. */
  interpreterAddress(): bigint | undefined;
}

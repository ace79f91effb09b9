/** For sort(): what is larger comes first. */
export const largerFirst = (a: bigint, b: bigint) => (a > b ? -1 : a < b ? 1 : 0);

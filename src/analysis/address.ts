// Addresses as users write them: `0x…`, as the tool prints them, and decimal, as id() gives them.
import { ExitCode, HeapdumpError } from "../errors.js";

const ADDRESS = /^(0x[0-9a-f]+|\d+)$/i;
const END = 1n << 63n;

/** Whether a term is meant as an address: names of types do not begin with a digit. */
export function isAddress(term: string): boolean {
  return /^\d/.test(term);
}

/** Anything else is an error with exit code 2. */
export function parseAddress(term: string): bigint {
  const address = ADDRESS.test(term) ? BigInt(term) : END;
  if (address >= END) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${term} is not an address: write 0x and hexadecimal digits, or a decimal number as id() gives it`,
    );
  }
  return address;
}

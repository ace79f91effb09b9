import { shellWord } from "./text.js";

/** A command to go on with, as it can be copied into a shell. */
export function nextStep(...words: string[]): string {
  return `Next: heapdump ${words.map(shellWord).join(" ")}`;
}

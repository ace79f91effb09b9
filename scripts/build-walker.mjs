// Builds the walker (payload/walk/) into one flat image, and an assembly file that embeds it:
//   node scripts/build-walker.mjs FOLDER
// makes FOLDER/walker.bin and FOLDER/walker.S, which defines hd_walker_start and hd_walker_end. The compiler is
// that of the environment variable CC, or cc. Fails where the image would need to be relocated or written to.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const payload = join(dirname(dirname(fileURLToPath(import.meta.url))), "payload");
const out = resolve(process.argv[2] ?? "");
mkdirSync(out, { recursive: true });

const sources = readdirSync(join(payload, "walk"))
  .filter((name) => /\.[cS]$/.test(name))
  .sort()
  .map((name) => join(payload, "walk", name));

const compile =
  "-std=c11 -O3 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fPIE -fvisibility=hidden " +
  "-fno-jump-tables -fcf-protection=none -mgeneral-regs-only -fno-asynchronous-unwind-tables " +
  "-fno-strict-aliasing -flto=auto -include walk/hidden.h";
const link =
  "-nostdlib -pie -Wl,--no-dynamic-linker -Wl,-z,noexecstack -Wl,--build-id=none -Wl,--no-relax " +
  "-Wl,-T,walk/walker.ld";
const image = join(out, "walker.elf");
const [compiler = "cc", ...given] = (process.env.CC ?? "cc").split(" ").filter(Boolean);
const options = `${compile} ${link}`.split(" ");
const inherit = /** @type {const} */ ({ cwd: payload, stdio: "inherit" });
execFileSync(compiler, [...given, ...options, "-I.", "-o", image, ...sources], inherit);

const binary = join(out, "walker.bin");
execFileSync("objcopy", ["-O", "binary", "--only-section=.text", image, binary], inherit);
writeFileSync(
  join(out, "walker.S"),
  `  .section .rodata
  .balign 16
  .globl hd_walker_start, hd_walker_end
hd_walker_start:
  .incbin ${JSON.stringify(binary)}
hd_walker_end:
  .section .note.GNU-stack, "", @progbits
`,
);

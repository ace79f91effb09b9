// Builds what is copied into targets, and assembly files that embed it; the one place that has the flags:
//   node scripts/build-payload.mjs FOLDER
// makes FOLDER/trampoline.s (payload/trampoline.c, whose section defines hd_trampoline_start and hd_trampoline_end), and
// of the walker (payload/walk/) one flat image FOLDER/walker.bin with FOLDER/walker.S, which defines hd_walker_start and
// hd_walker_end. The compiler is that of the environment variable CC, or cc. Fails if the walker's image would need
// to be relocated or written to.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const WARNINGS = ["-Wall", "-Wextra", "-Werror"];
/** No library, no table outside of the code, and no register that the target's thread may have in use. */
const INJECTED = [
  "-ffreestanding",
  "-fno-stack-protector",
  "-fno-jump-tables",
  "-fcf-protection=none",
  "-mgeneral-regs-only",
  "-fno-asynchronous-unwind-tables",
];
const TRAMPOLINE = ["-std=gnu11", "-O2", "-fPIC", "-fno-toplevel-reorder", "-fno-lto", "-S"];
const WALKER = [
  "-std=c11",
  "-O3",
  "-fPIE",
  "-fvisibility=hidden",
  "-fno-strict-aliasing",
  "-flto=auto",
  "-include",
  "walk/hidden.h",
];
const WALKER_LINK = [
  "-nostdlib",
  "-pie",
  "-Wl,--no-dynamic-linker",
  "-Wl,-z,noexecstack",
  "-Wl,--build-id=none",
  "-Wl,--no-relax",
  "-Wl,-T,walk/walker.ld",
];

const payload = join(dirname(dirname(fileURLToPath(import.meta.url))), "payload");
const out = resolve(process.argv[2] ?? "");
mkdirSync(out, { recursive: true });
const [compiler = "cc", ...given] = (process.env.CC ?? "cc").split(" ").filter(Boolean);

compile([...TRAMPOLINE, "-o", join(out, "trampoline.s"), "trampoline.c"]);

const sources = readdirSync(join(payload, "walk"))
  .filter((name) => /\.[cS]$/.test(name))
  .sort()
  .map((name) => join("walk", name));
const image = join(out, "walker.elf");
compile([...WALKER, ...WALKER_LINK, "-I.", "-o", image, ...sources]);
const binary = join(out, "walker.bin");
run("objcopy", ["-O", "binary", "--only-section=.text", image, binary]);
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

/** @param {string[]} args */
function compile(args) {
  run(compiler, [...given, ...WARNINGS, ...INJECTED, ...args]);
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  execFileSync(program, args, { cwd: payload, stdio: "inherit" });
}

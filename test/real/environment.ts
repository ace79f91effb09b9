// A virtual environment for each interpreter, kept between runs in HEAPDUMP_REAL (else /tmp/heapdump-real), with what
// of the packages its version can have.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Interpreter, interpreters } from "../support/interpreters.js";

const PACKAGES = [
  "numpy",
  "pandas",
  "Django",
  "SQLAlchemy",
  "pydantic",
  "sympy",
  "Flask",
  "uvicorn",
  "gunicorn",
  "celery",
];
/** Which no wheel exists of; they are compiled. */
const SOURCE_ONLY = ["uWSGI"];
const folder = process.env.HEAPDUMP_REAL ?? "/tmp/heapdump-real";

/** `HEAPDUMP_PYTHONS=3.11.7,3.13.0` chooses among the interpreters. */
const chosen = process.env.HEAPDUMP_PYTHONS?.split(",");
export const realInterpreters = interpreters.filter(({ version }) => chosen?.includes(version) ?? true);

export interface Environment {
  python: string;
  packages: string[];
}

/** Of `wanted` what this version can have. */
export function environment(
  { path, version, library }: Interpreter,
  wanted: readonly string[] = PACKAGES,
): Environment {
  mkdirSync(folder, { recursive: true });
  const venv = join(folder, `${version}-${library}`);
  const python = join(venv, "bin", "python");
  const pip = (...args: string[]) =>
    execFileSync(python, ["-m", "pip", "--disable-pip-version-check", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
    });
  if (!existsSync(python)) execFileSync(path, ["-m", "venv", venv]);
  const installed = () => pip("list", "--format=freeze").toLowerCase();
  const before = installed();
  for (const name of wanted.filter((each) => !before.includes(`${each.toLowerCase()}==`))) {
    try {
      const binary = SOURCE_ONLY.includes(name) ? [] : ["--only-binary=:all:"];
      pip("install", "--quiet", ...binary, name);
    } catch {
      // There is none for this version of Python.
    }
  }
  const found = installed();
  return { python, packages: wanted.filter((name) => found.includes(`${name.toLowerCase()}==`)) };
}

/**
 * A folder with one release of a package, and nothing else; undefined where there is none for this version of Python.
 * `source`: of pure Python, without a wheel.
 */
export function release(
  { path, version, library }: Interpreter,
  name: string,
  wanted: string,
  source = false,
): string | undefined {
  const target = join(folder, `${version}-${library}-${name}-${wanted}`);
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps"];
  if (!source) options.push("--only-binary=:all:");
  try {
    execFileSync(path, ["-m", "pip", "install", ...options, "--target", target, `${name}==${wanted}`], {
      stdio: "ignore",
    });
  } catch {
    return undefined;
  }
  return target;
}

// Prints the rows of native/python/layouts.inc, from the headers of the CPythons that it is given:
//   node scripts/generate-layouts.mjs ~/.pyenv/versions/3.*/include/python3.* > native/python/layouts.inc
// Each row is what a C compiler says of that version's own structures.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The one place that knows how the structures changed; the table is what comes out of it.
const probe = `
#define Py_BUILD_CORE 1
#include <Python.h>
#include <stddef.h>
#include <stdio.h>
#if PY_MINOR_VERSION == 8
#include "internal/pycore_pystate.h"
#else
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"
#endif
#if PY_MINOR_VERSION == 8
#define IN_INTERPRETER 0
#define PENDING offsetof(_PyRuntimeState, ceval.pending)
#elif PY_MINOR_VERSION < 12
#define IN_INTERPRETER 1
#define PENDING offsetof(PyInterpreterState, ceval.pending)
#else
#define IN_INTERPRETER 0
#define PENDING offsetof(_PyRuntimeState, ceval.pending_mainthread)
#endif
#if PY_MINOR_VERSION < 13
#define SEMAPHORE 1
#define LOCK offsetof(struct _pending_calls, lock)
#define LAST offsetof(struct _pending_calls, last)
#else
#define SEMAPHORE 0
#define LOCK offsetof(struct _pending_calls, mutex)
#define LAST offsetof(struct _pending_calls, next)
#endif
#if PY_MINOR_VERSION < 11
#define TRACING offsetof(PyThreadState, tracing)
#else
#define TRACING 0
#endif
#define CALLS ((struct _pending_calls *)0)->calls
int main(void) {
  printf("    {%d, %zu, %zu, %zu, %s, %zu, %s, %zu, %zu, %zu, %zu, %zu, %zu, %zu, %s},\\n", PY_MINOR_VERSION,
         offsetof(_PyRuntimeState, interpreters.head), offsetof(_PyRuntimeState, interpreters.main),
         offsetof(PyInterpreterState, next), IN_INTERPRETER ? "true" : "false", (size_t)PENDING,
         SEMAPHORE ? "true" : "false", LOCK, offsetof(struct _pending_calls, calls), sizeof CALLS[0],
         sizeof CALLS / sizeof CALLS[0], offsetof(struct _pending_calls, first), LAST, (size_t)TRACING,
         PY_MINOR_VERSION < 12 ? "false" : "true");
  return 0;
}
`;

const folder = mkdtempSync(join(tmpdir(), "layouts-"));
try {
  const source = join(folder, "probe.c");
  const program = join(folder, "probe");
  writeFileSync(source, probe);
  const rows = process.argv.slice(2).map((include) => {
    execFileSync("cc", ["-w", "-I", include, "-I", join(include, "internal"), source, "-o", program], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    return execFileSync(program, { encoding: "utf8" });
  });
  rows.sort((a, b) => Number(a.match(/\d+/)) - Number(b.match(/\d+/)));
  console.log(
    "// Made by scripts/generate-layouts.mjs from the headers of CPython; see native/python/layouts.h.",
  );
  process.stdout.write(rows.join(""));
} finally {
  rmSync(folder, { recursive: true });
}

"""tracer.py PID: traces a process, as a debugger does."""
import ctypes
import sys

import harness

PTRACE_SEIZE = 0x4206
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(PTRACE_SEIZE, int(sys.argv[1]), None, None) != 0:
    raise OSError(ctypes.get_errno(), "ptrace")
harness.say("ready")
harness.answer(harness.read_line())

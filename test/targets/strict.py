"""In seccomp's strict mode, in which the kernel kills it at any system call but read and write."""
import ctypes

import harness

PR_SET_SECCOMP, STRICT = 22, 1
set_seccomp = ctypes.CDLL(None).prctl
for _ in range(1000):  # what an answer takes of memory is there then
    harness.json.dumps({"result": harness.work(1000), "rounds": 0, "errors": 0})
harness.say("ready")
set_seccomp(PR_SET_SECCOMP, STRICT, 0, 0, 0)
while True:
    harness.answer(harness.read_line())

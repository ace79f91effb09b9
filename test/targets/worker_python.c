// A program whose main thread never runs Python: a worker of it initialises a Python and ends it, again and
// again. At each line of descriptor 3 it tells on 4 how often, and how often its main thread came by.
#include <Python.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char kProgram[] =
    "import sys, time\n"
    "rows = [[i] for i in range(60000)]\n"
    "class Late:\n"
    "    def __del__(self):\n"
    "        start = time.monotonic()\n"
    "        while time.monotonic() - start < 0.4: pass\n"
    "sys.modules['__main__'].late = Late()\n";

static volatile long rounds, beats;

static void* work(void* unused) {
  for (;; rounds++) {
    Py_InitializeEx(0);
    PyRun_SimpleString(kProgram);
    Py_FinalizeEx();
  }
  return unused;
}

static void* answer(void* unused) {
  for (char byte; read(3, &byte, 1) == 1;)
    if (byte == '\n') dprintf(4, "{\"rounds\": %ld, \"beats\": %ld}\n", rounds, beats);
  _exit(0);
  return unused;
}

int main(void) {
  pthread_t thread;
  dprintf(4, "\"ready\"\n");
  pthread_create(&thread, NULL, work, NULL);
  pthread_create(&thread, NULL, answer, NULL);
  for (;; beats++) {
    const struct timespec pause = {0, 2000000};
    nanosleep(&pause, NULL);
  }
}

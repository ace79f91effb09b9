/* A handler in C that runs for as long as the test asks. Without Python's headers: it is loaded with ctypes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <time.h>

enum { SECONDS = 2 };

static void run_long(int signal) {
  (void)signal;
  int saved_error = errno;
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += SECONDS;
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, 0) == EINTR) {
  }
  errno = saved_error;
}

void handle(int signal) {
  struct sigaction action = {.sa_handler = run_long, .sa_flags = SA_RESTART};
  sigaction(signal, &action, 0);
}

"""asgiref 3.2.7 (pull request 158): a Local keeps a weak reference to each thread that used it, and never frees it."""
import sys
import threading

sys.path[:0] = sys.argv[1:]
import harness  # noqa: E402
from asgiref.local import Local  # noqa: E402

CURRENT = Local()


def work(number):
    CURRENT.request = {"id": number, "body": "text %d" % number * 20}


def serve():
    threads = [threading.Thread(target=work, args=(i,)) for i in range(1500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


harness.say("ready")
while harness.read_line():
    serve()
    harness.say("done")

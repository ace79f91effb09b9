"""asgiref 3.2.7 (pull request 158): a Local keeps a weak reference to each thread that used it, and never frees it."""
import threading

import beside
import harness
from asgiref.local import Local

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
    beside.churn()
    serve()
    harness.say("done")

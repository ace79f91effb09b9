"""python-engineio before 4.7.0 (issue 328), in a gunicorn worker: a client that goes away stays in the server's dict."""
import ctypes
import http.client
import os
import signal
import socket
import time

import beside
import engineio
import gunicorn.app.base
import harness

server = engineio.Server(async_mode="threading", ping_interval=0.2, ping_timeout=0.2, cookie=None)


def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/engine.io/"):
        return server.handle_request(environ, start_response)
    if environ["PATH_INFO"] == "/churn":
        beside.churn()
    start_response("200 OK", [])
    return [b"%d %d" % (os.getpid(), sum(not client.closed for client in server.sockets.values()))]


class Gunicorn(gunicorn.app.base.BaseApplication):
    def load_config(self):
        options = {"bind": address, "worker_class": "gthread", "threads": 4, "preload_app": True, "graceful_timeout": 1}
        for key, value in {**options, "loglevel": "error"}.items():
            self.cfg.set(key, value)

    def load(self):
        return application


def get(path):
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse().read()
    connection.close()
    return answer


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    address = "127.0.0.1:%d" % free.getsockname()[1]
if os.fork() == 0:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    Gunicorn().run()
for _ in range(100):
    try:
        worker = int(get("/").split()[0])
        break
    except ConnectionError:
        time.sleep(0.1)
harness.say(worker)
while harness.read_line():
    get("/churn")
    for _ in range(300):
        get("/engine.io/?EIO=4&transport=polling")
    while int(get("/").split()[1]) > 0:
        time.sleep(0.2)
    harness.say("done")

"""Werkzeug 2.0.1 (issue 2205): the local storage that stands in for a ContextVar keeps each greenlet that used it."""
import beside
import eventlet

eventlet.monkey_patch()
import harness
from flask import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return ""


def serve(environ):
    return b"".join(app(environ, lambda status, headers: None))


def request(number):
    from werkzeug.test import EnvironBuilder

    return EnvironBuilder("/", headers={"X-Request": str(number)}).get_environ()


harness.say("ready")
while harness.read_line():
    beside.churn()
    pool = eventlet.GreenPool(50)
    for number in range(2000):
        pool.spawn(serve, request(number))
    pool.waitall()
    harness.say("done")

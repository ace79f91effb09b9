"""What the servers of servers.real.ts serve: an ASGI and a WSGI application with some state, and Celery tasks."""
import os

CACHE = {}
FOLDER = os.environ.get("SERVICE_FOLDER", "/tmp")


def answer(number):
    """Of which a client knows the right one."""
    CACHE[number % 1000] = {"number": number, "squares": [i * i for i in range(number % 50)]}
    return sum(CACHE[number % 1000]["squares"])


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    body = str(answer(int(scope["path"].lstrip("/")))).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


def make_wsgi():
    import flask

    app = flask.Flask("service")

    @app.route("/<int:number>")
    def index(number):
        return str(answer(number))

    return app


def make_celery():
    import celery

    folders = {name: os.path.join(FOLDER, name) for name in ("queue", "results", "control")}
    for folder in folders.values():
        os.makedirs(folder, exist_ok=True)
    app = celery.Celery("service", broker="filesystem://", backend="file://" + folders["results"])
    app.conf.broker_transport_options = {
        "data_folder_in": folders["queue"], "data_folder_out": folders["queue"], "control_folder": folders["control"]}

    @app.task(name="square_sum")
    def square_sum(number):
        return answer(number)

    return app


def __getattr__(name):
    """Each server imports what it needs."""
    makers = {"wsgi": make_wsgi, "celery_app": make_celery}
    if name not in makers:
        raise AttributeError(name)
    globals()[name] = makers[name]()
    return globals()[name]


def ask_celery(first, count):
    """Sends tasks, and says how many results were wrong."""
    sent = [(n, globals().get("celery_app") or __getattr__("celery_app")) for n in range(first, first + count)]
    results = [(n, app.send_task("square_sum", (n,))) for n, app in sent]
    return sum(result.get(timeout=120) != answer(n) for n, result in results)


if __name__ == "__main__":
    import sys

    print(ask_celery(int(sys.argv[1]), int(sys.argv[2])))

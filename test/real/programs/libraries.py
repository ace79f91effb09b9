"""A heap made by libraries: libraries.py REPORT PACKAGE…; reports it, and waits."""
import gc
import os
import sys
import warnings

warnings.simplefilter("ignore")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "targets"))

import harness  # noqa: E402
import report  # noqa: E402


def make_numpy():
    import numpy

    objects = numpy.array([[i, str(i), [i]] for i in range(500)], dtype=object)
    fields = numpy.zeros(50, dtype=[("n", "i4"), ("o", object)])
    fields["o"] = [[i] for i in range(50)]
    return [objects, objects.T, objects[::-2, 1:], fields, fields["o"], numpy.arange(10**6).reshape(1000, 1000)[5:, ::3],
            numpy.ma.masked_array([1, 2], [True, False]), numpy.random.default_rng(1), numpy.poly1d([1, 2])]


def make_pandas():
    import pandas

    frame = pandas.DataFrame({"n": range(2000), "text": [str(i) for i in range(2000)], "o": [[i] for i in range(2000)]})
    return [frame, frame.groupby(frame.n % 7), frame.set_index("text"), frame.text.astype("category"),
            frame.describe(), pandas.date_range("2020-01-01", periods=100), frame.merge(frame, on="n")]


def make_django():
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}], ROOT_URLCONF=__name__,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", SECRET_KEY="x")
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.template import engines

    call_command("migrate", verbosity=0)
    User.objects.bulk_create(User(username="user-%d" % i) for i in range(200))
    users = list(User.objects.select_related().all())
    template = engines["django"].from_string("{% for u in users %}{{ u.username }} {% endfor %}")
    return [users, User.objects.filter(username__contains="1"), template, template.render({"users": users})]


def make_sqlalchemy():
    from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
    from sqlalchemy.orm import declarative_base, relationship, sessionmaker

    Base = declarative_base()

    class Author(Base):
        __tablename__ = "author"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        books = relationship("Book", back_populates="author")

    class Book(Base):
        __tablename__ = "book"
        id = Column(Integer, primary_key=True)
        title = Column(String)
        author_id = Column(Integer, ForeignKey("author.id"))
        author = relationship("Author", back_populates="books")

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    session = sessionmaker(engine)()
    session.add_all(Author(name="a%d" % i, books=[Book(title="b%d" % j) for j in range(5)]) for i in range(100))
    session.commit()
    return [session, session.query(Author).join(Book).all(), engine]


def make_pydantic():
    from typing import Dict, List, Optional

    import pydantic

    class Inner(pydantic.BaseModel):
        number: int
        name: Optional[str] = None

    class Outer(pydantic.BaseModel):
        inner: List[Inner]
        by_name: Dict[str, Inner]

    return [Outer(inner=[{"number": i} for i in range(20)], by_name={"x": {"number": str(n)}}) for n in range(100)]


def make_sympy():
    import sympy

    x, y, z = sympy.symbols("x y z")
    return [sympy.expand((x + y + z) ** 8), sympy.integrate(sympy.sin(x) * sympy.exp(x), x), sympy.Matrix(4, 4, range(16)),
            sympy.solve(x**2 - y, x), sympy.lambdify([x, y], x * y + sympy.sin(x))]


def make_flask():
    import flask

    app = flask.Flask("app")

    @app.route("/<name>")
    def index(name):
        return flask.render_template_string("Hello {{ name }} {% for i in range(3) %}{{ i }}{% endfor %}", name=name)

    client = app.test_client()
    return [app, client, [client.get("/n%d" % i) for i in range(20)]]


def make_celery():
    import celery

    app = celery.Celery("app", broker="memory://", backend="cache+memory://")

    @app.task
    def add(a, b):
        return a + b

    return [app, add, add.s(1, 2) | add.s(3), celery.group(add.s(i, i) for i in range(10))]


def make_uvicorn():
    import uvicorn

    return [uvicorn.Config(lambda *_: None)]


def make_gunicorn():
    import gunicorn.app.base
    import gunicorn.config

    return [gunicorn.config.Config()]


if __name__ == "__main__":
    gc.disable()
    KEPT = {}
    for package in sys.argv[2:]:
        KEPT[package] = globals()["make_" + package.lower()]()
    gc.collect()
    report.write(sys.argv[1])
    harness.say("ready")
    while True:
        harness.answer(harness.read_line())

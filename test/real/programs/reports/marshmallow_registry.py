"""marshmallow before 2.16.2 (issue 732): each schema class that a function makes stays in the registry."""
import sys

sys.path[:0] = sys.argv[1:]
import harness  # noqa: E402
import marshmallow  # noqa: E402


def endpoint():
    class FooSchema(marshmallow.Schema):
        foo = marshmallow.fields.String()

    return FooSchema().dump({"foo": "x"})


harness.say("ready")
while harness.read_line():
    for _ in range(200):
        endpoint()
    harness.say("done")

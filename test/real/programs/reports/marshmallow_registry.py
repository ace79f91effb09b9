"""marshmallow before 2.16.2 (issue 732): each schema class that a function makes stays in the registry."""
import beside
import harness
import marshmallow


def endpoint():
    class FooSchema(marshmallow.Schema):
        foo = marshmallow.fields.String()

    return FooSchema().dump({"foo": "x"})


harness.say("ready")
while harness.read_line():
    beside.churn()
    for _ in range(200):
        endpoint()
    harness.say("done")

"""redisvl before 0.25.0 (issue 656): the finalizer of a search index has a method of the index."""
import beside
import harness
from redisvl.index import SearchIndex
from redisvl.schema import IndexSchema

FIELDS = [{"name": name, "type": "text"} for name in ("title", "body", "author", "tags")]


def search(user):
    schema = IndexSchema.from_dict({"index": {"name": user, "prefix": user}, "fields": FIELDS})
    index = SearchIndex(schema, redis_url="redis://localhost:6379")
    return index.key("1")


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(400):
        search("user-%d" % number)
    harness.say("done")

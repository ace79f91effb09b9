"""A package whose modules have each other's globals."""
from records import Session

REGISTERED = []

from . import views  # it imports REGISTERED from here, while this module is not complete
from .reading import CACHE
from .writing import CACHE as OTHER_NAME


def by_import(turn):
    for i in range(3000):
        CACHE[turn, i] = Session(i)
    return 3000


def by_package(turn):
    views.REGISTERED.extend(Session(i) for i in range(3000))
    return 3000


def by_class(turn):
    views.Model.known.extend(Session(i) for i in range(3000))
    return 3000


def by_function(turn):
    views.find.known.extend(Session(i) for i in range(3000))
    return 3000

class Model:
    known = []


def find():
    pass


find.known = []

from . import fields  # it imports Model and find from here, while this module is not complete

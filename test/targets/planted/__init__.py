"""A heap with objects of every kind: each module plants one family; `plant()` makes them all and returns them."""
from planted import c_types, classes, code, containers, programs, scalars

FAMILIES = [scalars, containers, classes, code, c_types, programs]


def plant():
    """What is planted, by the name of the function that made it."""
    planted = {}
    for family in FAMILIES:
        for name, make in list(vars(family).items()):
            if name.startswith("plant_"):
                planted[name[len("plant_"):]] = make()
    return planted

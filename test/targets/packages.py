"""The heap of heapy's tutorial: packages whose metadata is read from a cache, with the strings of its keys made anew for
each. "packages" answers what there is of them, as sys.getsizeof says; "grow" makes more.
"""
import sys
import weakref

import harness

COUNT = 2500
# Held by the metadata of all packages together, and by nothing else.
NOTICE = bytearray(300000)


class Repository:
    pass


class Package:
    def __init__(self, repo, number):
        self.cpvstr = join("cat-", number % 40, "/pkg-", number)
        self.repo = repo
        self.data = metadata(number)


def join(*parts):
    return "".join(map(str, parts))


def metadata(number):
    return {
        join("DESC", "RIPTION"): join("what it is for: ", number),
        join("_ecl", "asses_"): {
            name: (join("/usr/portage/eclass/", number), number + 1000000.5, join("x", number))
            for name in ("eutils", "flag-o-matic", "multilib")
        },
        "SLOT": "0",
        "KEYWORDS": "x86",
        "IUSE": "",
        "DEPEND": NOTICE,
        "RDEPEND": "",
        "LICENSE": "GPL-2",
        "EAPI": "0",
    }


REPO = Repository()
PACKAGES = [Package(REPO, number) for number in range(COUNT)]
BY_NAME = weakref.WeakValueDictionary((package.cpvstr, package) for package in PACKAGES)
NOTICE = None


def total(objects):
    objects = {id(one): one for one in objects}.values()
    return {"count": len(objects), "size": sum(map(sys.getsizeof, objects))}


def fresh_keys(data):
    return [key for key in data if key in ("DESCRIPTION", "_eclasses_")]


def held_by_data(data):
    """What is there for this dict alone, and what all of them share."""
    yield data
    yield from fresh_keys(data)
    yield data["DESCRIPTION"]
    yield data["DEPEND"]
    yield data["_eclasses_"]
    for entry in data["_eclasses_"].values():
        yield entry
        yield from entry


def answers():
    return {
        "names": total([package.cpvstr for package in PACKAGES]),
        "data": total([package.data for package in PACKAGES]),
        "keys": total([key for package in PACKAGES for key in fresh_keys(package.data)]),
        "freed": total([one for package in PACKAGES for one in held_by_data(package.data)]),
        "notice": sys.getsizeof(PACKAGES[0].data["DEPEND"]),
        "packages": len(PACKAGES),
    }


harness.say("ready")
while True:
    line = harness.read_line()
    if line == "packages\n":
        harness.say(answers())
    elif line == "grow\n":
        NOTICE = PACKAGES[0].data["DEPEND"]
        for number in range(COUNT, COUNT + 100):
            package = Package(REPO, number)
            PACKAGES.append(package)
            BY_NAME[package.cpvstr] = package
        NOTICE = None
        harness.say("grown")
    else:
        harness.answer(line)

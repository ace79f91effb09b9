# Runs in gdb, which has loaded a compiled probe.c: reads questions, one JSON list of [name, expression], from the
# file named in $QUESTIONS, and prints one JSON object of name: value, null where no such field is.
#
# An expression is alternatives, " | " between them; the first that this version has counts. An alternative is
# `references Type` (a list of [path, distance] of all pointers to objects in it),
# `Type.path` (its distance in bytes), `sizeof Type`, `sizeof Type.path`, `shift Type.path` or `mask Type.path` (of a
# bit field within the structure that it is in), `has Type.path` (1), a number, or several of these with " + " between them. It may end in ` if Type.path`: it then counts only where that field is.
import json
import os

import gdb


def field_of(path):
    structure, _, rest = path.partition(".")
    names = rest.split(".")
    kind = gdb.lookup_type(structure)
    for name in names[:-1]:
        kind = kind.strip_typedefs()[name].type
    return kind.strip_typedefs()[names[-1]]


def term(text):
    word, _, path = text.partition(" ")
    if word.lstrip("-").isdigit():
        return int(word)
    if word == "sizeof" and "." not in path:
        return gdb.lookup_type(path).sizeof
    if word == "sizeof":
        structure, _, rest = path.partition(".")
        return gdb.parse_and_eval(f"(({structure} *)0)->{rest}").type.sizeof
    if word == "has":
        return int(field_of(path) is not None)
    if word == "shift":
        return field_of(path).bitpos % 32
    if word == "mask":
        found = field_of(path)
        bits = found.bitsize or found.type.sizeof * 8
        return ((1 << bits) - 1) << found.bitpos % 32
    structure, _, rest = text.partition(".")
    return int(gdb.parse_and_eval(f"(unsigned long)&(({structure} *)0)->{rest}"))


def is_object(kind):
    kind = kind.strip_typedefs()
    if kind.code != gdb.TYPE_CODE_STRUCT:
        return False
    return kind.tag in ("_object", "_typeobject") or any(f.name == "ob_base" for f in kind.fields()[:1])


def references(kind, base=0, path=""):
    for part in kind.strip_typedefs().fields():
        if part.bitsize:
            continue
        of, at = part.type.strip_typedefs(), base + part.bitpos // 8
        name = path + (part.name or "")
        if of.code == gdb.TYPE_CODE_PTR and is_object(of.target()):
            yield name, at
        elif of.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            yield from references(of, at, name + "." if part.name else name)
        elif of.code == gdb.TYPE_CODE_ARRAY:
            element = of.target().strip_typedefs()
            if element.code == gdb.TYPE_CODE_PTR and is_object(element.target()):
                for index in range(of.range()[1] + 1):
                    yield f"{name}[{index}]", at + index * element.sizeof


def answer(expression):
    if expression.startswith("references "):
        try:
            return list(references(gdb.lookup_type(expression.split()[1])))
        except gdb.error:
            return None
    for alternative in expression.split(" | "):
        try:
            value, _, condition = alternative.partition(" if ")
            if condition:
                term(condition)
            return sum(map(term, value.split(" + ")))
        except (gdb.error, KeyError, TypeError):
            continue
    return None


with open(os.environ["QUESTIONS"]) as questions:
    print(json.dumps({name: answer(text) for name, text in json.load(questions)}))

"""Suspended generators whose frames say nonsense of where they stand. Arguments: the offset in a generator (0: its frame
is an object of its own) and that of the instruction, and 1 if it is a number and not a pointer."""
import ctypes

import harness

in_generator, at, is_number = map(int, harness.sys.argv[1:4])


def numbers():
    for i in range(3):
        yield i


def made():
    generator = numbers()
    next(generator)
    return generator


# None: in the midst of an instruction.
WILD = [-77, 1 << 20, (1 << 31) - 2] if is_number else [0, 8, 1 << 60, (1 << 47) - 16, -1, None]
good, wild = made(), [made() for _ in WILD]
for generator, value in zip(wild, WILD):
    base = id(generator) + in_generator if in_generator else id(generator.gi_frame)
    kind = ctypes.c_int32 if is_number else ctypes.c_int64
    word = kind.from_address(base + at)
    word.value = word.value + 1 if value is None else value
harness.say("ready")
while True:
    line = harness.read_line()
    if line.strip() == "generators":
        harness.say([id(good), [id(generator) for generator in wild]])
    else:
        harness.answer(line)

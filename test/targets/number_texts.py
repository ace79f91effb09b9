"""Holds many numbers, and says where each is and how Python writes it: number_texts.py FILE."""
import json
import random
import struct
import sys

import harness

DECIMAL_BITS = 256
LIMIT = 1 << 10


def as_shown(number):
    """repr(), but of an int beyond 256 bits its hexadecimal digits."""
    if isinstance(number, int) and number.bit_length() > DECIMAL_BITS:
        return hex(number)[:LIMIT]
    return repr(number)


def from_bits(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def floats(chance):
    yield from (0.0, -0.0, 1e15, 1e16, 1e17, 123456789012345680.0, 0.0001, 0.00001, 5e-324, 2.2250738585072014e-308)
    yield from (float("inf"), float("-inf"), float("nan"), from_bits(0xFFF8000000000001), sys.float_info.max)
    for exponent in range(0x7FF):
        for fraction in (0, 1, (1 << 52) - 1, chance.getrandbits(52)):
            yield from_bits(chance.getrandbits(1) << 63 | exponent << 52 | fraction)
    for _ in range(5000):
        yield chance.randrange(-(10**9), 10**9) / chance.randrange(1, 10**4)
        yield float("%de%d" % (chance.randrange(10**6), chance.randrange(-30, 30)))
        yield float(chance.getrandbits(chance.randrange(1, 70)))


def ints(chance):
    for bits in list(range(0, 300)) + [1000, 5000, 100000]:
        for value in (1 << bits, (1 << bits) - 1, chance.getrandbits(bits + 1)):
            yield from (value, -value)
    for power in range(100):
        yield from (10**power, 10**power - 1, -(10**power))


def complexes(chance):
    parts = [0.0, -0.0, 1.0, -1.5, 1e16, 1e-05, float("inf"), float("-inf"), float("nan"), 1e300]
    for real in parts:
        for imaginary in parts:
            yield complex(real, imaginary)
    for _ in range(500):
        yield complex(chance.uniform(-1e5, 1e5), chance.gauss(0, 1))


chance = random.Random(5)
numbers = [*floats(chance), *ints(chance), *complexes(chance)]
with open(sys.argv[1], "w") as file:
    json.dump([(id(number), as_shown(number)) for number in numbers], file)
harness.say("ready")
harness.read_line()

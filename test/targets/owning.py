"""Keeps objects of the extension `owning`: owning.py FOLDER, where that was built. "addresses" tells of them."""
import sys

import harness

sys.path.insert(0, sys.argv[1])
import owning  # noqa: E402


class Secret:
    def __init__(self):
        self.texts = ["text %d" % i for i in range(100)]


buffers = [owning.Buffer(100000), owning.Buffer(500000), owning.Buffer(700)]
buffers.append(owning.Buffer(buffers[1]))
lost = owning.Buffer(1)
chains = [owning.Chain(50, False), owning.Chain(0, False)]
circle = owning.Chain(50, True)
circles = [owning.Chain(50, True) for _ in range(3000)]
secret = Secret()
keeper = owning.Keeper(secret)
ADDRESSES = {
    "buffers": list(map(id, buffers)),
    "lost": id(lost),
    "chains": list(map(id, chains)),
    "circle": id(circle),
    "secret": id(secret),
    "keeper": id(keeper),
}
del secret
harness.say("ready")
while True:
    line = harness.read_line()
    if line == "addresses\n":
        harness.say(ADDRESSES)
    elif line.startswith("scramble "):
        harness.say(lost.scramble(int(line.split()[1], 16)))
    else:
        harness.answer(line)

"""A program with a second interpreter."""
import harness

try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters

other = interpreters.create()
harness.say("ready")
while True:
    harness.answer(harness.read_line())

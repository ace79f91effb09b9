"""Imported first: finds the packages and the harness. And what each program has beside its leak: about 50 MB that are
replaced in each round, sometimes by more and sometimes by less, and a large table that stays."""
import itertools
import sys

# The folder of the targets has names of the standard library (secrets), so it comes last.
sys.path[:0] = sys.argv[2:]
sys.path.append(sys.argv[1])

TABLE = {number: "row %d " % number * 40 for number in range(60_000)}
recent = []
requests = itertools.cycle([46_000, 42_000, 51_000])


def churn():
    global recent
    recent = [{"id": number, "body": "text %d " % number * 80} for number in range(next(requests))]

"""Imported first: finds the packages and the harness. And what each program has beside its leak: 50 MB that are
replaced in each round, and a large table that stays."""
import sys

# The folder of the targets has names of the standard library (secrets), so it comes last.
sys.path[:0] = sys.argv[2:]
sys.path.append(sys.argv[1])

TABLE = {number: "row %d " % number * 40 for number in range(60_000)}
recent = []


def churn():
    global recent
    recent = [{"id": number, "body": "text %d " % number * 80} for number in range(50_000)]

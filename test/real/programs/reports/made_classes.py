"""SymPy before 1.12 (issue 24581, pull request 24598): the metaclass adds each class to a set, and functions are classes."""
import beside
import harness
import sympy

x = sympy.Symbol("x")


def solve(number):
    f = sympy.Function("f_%d" % number)
    return sympy.Eq(f(x).diff(x), f(x))


number = 0
harness.say("ready")
while harness.read_line():
    beside.churn()
    for _ in range(1500):
        solve(number)
        number += 1
    harness.say("done")

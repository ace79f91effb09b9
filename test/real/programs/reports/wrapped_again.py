"""agno before 1.7.2 (issue 3727): each run of an agent wraps the functions of its tools once more."""
import beside
import harness
from agno.tools import FunctionCall, Toolkit


def weather(city: str) -> str:
    """Of a city."""
    return "sunny in " + city


def opening_hours(shop: str) -> str:
    """Of a shop."""
    return "always, " + shop


toolkit = Toolkit(name="city", tools=[weather, opening_hours])


def run(number):
    """What Agent.determine_tools_for_model does for each run, and one call."""
    for function in toolkit.functions.values():
        function.process_entrypoint()
    call = FunctionCall(function=toolkit.functions["weather"], arguments={"city": str(number)})
    return call.execute()


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(50):
        run(number)
    harness.say("done")

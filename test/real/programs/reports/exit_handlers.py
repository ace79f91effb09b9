"""uplink before 0.8.0 (issue 130): each client registers a method of its session to be called at exit."""
import beside
import harness
import uplink


class GitHub(uplink.Consumer):
    @uplink.get("users/{user}/repos")
    def repositories(self, user: uplink.Path):
        """Of one user."""


def serve(number):
    return GitHub(base_url="https://api.github.com/%d" % number).repositories


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(100):
        serve(number)
    harness.say("done")

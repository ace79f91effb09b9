"""attrs before 21.3.0 (issue 826, pull request 828): the source of each method it writes stays in linecache."""
import beside
import harness
import attr


def login(token):
    @attr.s
    class Credentials:
        access_token = attr.ib()
        expires = attr.ib()
        refresh_token = attr.ib()
        user = attr.ib()

    return Credentials(token, 3600, token, "someone")


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(150):
        login(str(number))
    harness.say("done")

"""annotated-logger before 1.3.0 (pull request 83): each call of a decorated function gets a logger of its own name."""
import logging

import beside
import harness
from annotated_logger import AnnotatedLogger

logging.disable(logging.INFO)
annotate_logs = AnnotatedLogger(name="shop").annotate_logs


@annotate_logs(_typing_requested=True)
def order(annotated_logger, number):
    annotated_logger.annotate(order=number)
    return number


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(500):
        order(number)
    harness.say("done")

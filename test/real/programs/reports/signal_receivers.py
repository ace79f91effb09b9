"""django-dirtyfields before 1.3 (pull request 111): each instance of a model connects a receiver, with a finalizer."""
import beside
import django
import harness
from django.conf import settings

settings.configure(INSTALLED_APPS=["django.contrib.contenttypes"])
django.setup()
from dirtyfields import DirtyFieldsMixin
from django.db import models


class Order(DirtyFieldsMixin, models.Model):
    number = models.IntegerField()
    text = models.TextField()

    class Meta:
        app_label = "shop"


def view(number):
    order = Order(number=number, text="x")
    order.text = "y"
    return order.is_dirty()


harness.say("ready")
while harness.read_line():
    beside.churn()
    for number in range(3000):
        view(number)
    harness.say("done")

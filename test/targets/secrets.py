"""Names and data: what is called SECRET… is data, and what is called name… is the key of a namespace."""
import collections
import functools
import mmap
import os
import tempfile
import threading
import time
import types

import harness


class Held:
    pass


class HeldByC:
    """By an object whose class is C code's."""


class Failure(Exception):
    pass


def function():
    pass


class WithSlots:
    __slots__ = ("name_of_slot", "__dict__")


class OwnDict(dict):
    def __init__(self):
        self.__dict__ = self


class Many:
    """Whose attributes lie in a dict in each version."""


def fresh(text):
    return "".join(list(text))


name_of_global = {fresh("SECRET key"): [Held()], fresh("SECRET value"): fresh("SECRET text")}
Many.name_of_class_attribute = [Held()]
name_of_instance = Many()
for i in range(40):
    setattr(name_of_instance, "name_of_attribute_%d" % i, fresh("SECRET %d" % i))
name_of_instance.name_of_list = [Held()]
vars(name_of_instance)[fresh("name_of_entry")] = Held()
vars(name_of_instance)[fresh("SECRET@example.org")] = 1
name_of_own_dict = OwnDict()
name_of_own_dict[fresh("SECRET_of_own_dict")] = Held()
name_of_slotted = WithSlots()
name_of_slotted.name_of_slot = Held()
name_of_slotted.name_in_dict = Held()
name_of_module = types.ModuleType(fresh("name_of_loose_module"))
name_of_module.name_in_module = [Held()]
name_of_numbers = [1234567890123, 0.12345, b"SECRET bytes", bytearray(b"SECRET array"), 3j]
name_of_tuple = (fresh("SECRET in a tuple"), {fresh("SECRET in a set")})
name_of_failure = Failure()
name_of_namespace = types.SimpleNamespace()
name_of_partial = functools.partial(function)
name_of_ordered = collections.OrderedDict()
for holder in name_of_failure, name_of_namespace, name_of_partial, name_of_ordered, function:
    holder.name_of_attribute = HeldByC()

threading.Thread(target=time.sleep, args=(1e6,), name=fresh("SECRET thread"), daemon=True).start()
file = tempfile.NamedTemporaryFile(prefix="SECRET", delete=False)
file.write(b"x")
file.flush()
name_of_mapping = mmap.mmap(file.fileno(), 1)
os.unlink(file.name)
del file

harness.say("ready")
while True:
    harness.answer(harness.read_line())

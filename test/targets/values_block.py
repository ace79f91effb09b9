"""Of CPython 3.11 and 3.12: the block of attribute values that an instance has apart from itself."""
import ctypes
import sys

MANAGED_DICT = 1 << 4  # Py_TPFLAGS_MANAGED_DICT
APART = (3, 11) <= sys.version_info < (3, 13)
# PyHeapTypeObject.ht_cached_keys; struct _dictkeysobject: dk_usable, dk_nentries.
CACHED_KEYS = 872 if sys.version_info < (3, 12) else 880
USABLE, ENTRIES = 16, 24


def word(address):
    return ctypes.c_uint64.from_address(address).value


def values_of(o):
    """The address of the values; 0 if there are none, or a dict has taken them over."""
    if not APART or not type(o).__flags__ & MANAGED_DICT:
        return 0
    if sys.version_info < (3, 12):
        return word(id(o) - 32)
    tagged = word(id(o) - 24)
    return tagged + 1 if tagged & 1 else 0


def prefix_size(values):
    return ctypes.c_uint8.from_address(values - 1).value


def room(cls):
    """For attribute values, that the class gives to a new instance."""
    keys = word(id(cls) + CACHED_KEYS)
    return word(keys + USABLE) + word(keys + ENTRIES)


def size(o):
    """As many values as the class still gives to new instances, or as the prefix of an older instance tells at least."""
    values = values_of(o)
    if not values:
        return 0
    prefix = prefix_size(values)
    # Two bytes more than there are values, in whole words.
    possible = [count for count in range(1, 31) if (count + 2 + 7) // 8 * 8 == prefix]
    now = room(type(o))
    return prefix + 8 * (now if now in possible else possible[0] if now < possible[0] else possible[-1])

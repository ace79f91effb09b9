# Where names are all that is kept of contents: which strs are names, the keys of the dicts of modules, classes and
# instances. That is known when all dicts have been written, so strs are written last.
# Needs: pristine, types, objects, contents.

def put_strs_aside():
    """Those that are met go to a list of their own."""
    global strs
    learn(str)
    strs = lists.pop(id(str))
    for cls in (int, float, complex, bool, bytes, bytearray):
        content_by_type.pop(id(cls), None)
    content_by_type[id(str)] = name_contents


def note_names(named, width, flat):
    """The dicts in the columns of rows that are called `__dict__` are namespaces; what could be no name is data there."""
    if not ONLY_NAMES:
        return
    for column in range(len(named)):
        if named[column][1] == '__dict__':
            for found in flat[column::width]:
                if type(found) is dict:
                    known_names.update((id(name), True) for name in dict_keys(found)
                                       if type(name) is str and is_identifier(name))


def name_contents(batch, flags):
    bare = flags[:]
    encoded, lengths = text_contents(batch, flags)
    for i in range(len(batch)):
        if id(batch[i]) not in known_names:
            encoded[i], lengths[i], flags[i] = b'', 0, bare[i]
    return encoded, lengths


def write_strs():
    while strs:
        part = strs[-BATCH:]
        del strs[-BATCH:]
        write_batch(id(str), part, 0)

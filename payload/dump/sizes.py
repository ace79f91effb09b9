# Shallow sizes, as sys.getsizeof gives them, without running a __sizeof__ of the program.
# Needs: pristine, types.

def size_mode(cls, flags):
    """None: sys.getsizeof; a number: all alike; else the C function below a __sizeof__ of the program's, and headers."""
    resolved = class_attribute(cls, '__sizeof__')
    if type(resolved) is MethodDescriptor:
        return 0 if resolved is object_sizeof and not get_itemsize(cls) else None
    for base in get_mro(cls):
        candidate = own_dict(base).get('__sizeof__') if is_c_type(base) else None
        if type(candidate) is MethodDescriptor:
            return candidate, header_size(cls, flags)
    return object_sizeof, header_size(cls, flags)


def header_size(cls, flags):
    """What sys.getsizeof adds to __sizeof__ for what stands before an object."""
    size = 16 if flags & HAS_COLLECTOR_HEADER else 0
    return size + (16 if flags & PREHEADER_FLAGS else 0)


def sizes_of(key, batch):
    mode = size_modes[key]
    if mode is None:
        return list(map(getsizeof, batch))
    if type(mode) is int:
        if not mode:
            mode = size_modes[key] = getsizeof(batch[0])
        return [mode] * len(batch)
    return [mode[0](o) + mode[1] for o in batch]

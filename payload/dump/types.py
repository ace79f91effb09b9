# What is known of a type, by its address.
# Needs: pristine, sizes, objects, writers.

def is_c_type(cls):
    """Whether C code defines a type. Only there do methods in C name the type as theirs."""
    if not get_flags(cls) & HEAP_TYPE or get_flags(cls) & IMMUTABLE_TYPE:
        return True
    key = id(cls)
    if key not in c_defined:
        c_defined[key] = False
        for value in own_dict(cls).values():
            if type(value) in (MethodDescriptor, WrapperDescriptor) and value.__objclass__ is cls:
                c_defined[key] = True
                break
    return c_defined[key]


def get_mro(cls):
    """A static type that was never made ready (CPython has some) has none, and must not be asked for its bases."""
    return read_mro(cls) or (cls, object)


def own_dict(cls):
    found = type_dicts.get(id(cls))
    if found is None:
        proxy = get_proxy(cls)
        found = type_dicts[id(cls)] = {} if proxy is None else referents(proxy)[0]
    return found


def class_attribute(cls, name):
    """As the interpreter finds it in the classes of `cls`; no key of a program's own type is compared."""
    for base in get_mro(cls):
        for key, value in own_dict(base).items():
            if type(key) is str and key == name:
                return value
    return None


def type_label(cls):
    module, name = get_module(cls), get_qualname(cls)
    module = module[:] if type(module) is str else ''
    return module, name if type(name) is str else '?'


def learn(cls):
    """Chooses how objects of a type are written, when its first one is met."""
    key = id(cls)
    flags = get_flags(cls)
    types[key] = cls
    if flags & TYPE_SUBCLASS:
        handler = write_types
    elif flags & DICT and cls is not dict:
        handler = write_dict_subclass
    elif flags & (LIST | TUPLE) and cls is not list and cls is not tuple:
        handler = write_sequence_subclass
    else:
        handler = handlers_by_type.get(key)
        if handler is None and subclass_of(cls, Weakref):
            handler = write_weakrefs
        elif handler is None and subclass_of(cls, Module):
            handler = write_modules
        elif handler is None and type_label(cls) == ('numpy', 'ndarray') and is_c_type(cls):
            handler = write_arrays
        elif handler is None:
            handler = write_generic if flags & HAS_COLLECTOR_HEADER else write_leaves
    handlers[key] = handler
    size_modes[key] = size_mode(cls, flags)
    new_list = lists[key] = []
    appends[key] = new_list.append
    discover([cls], [key])
    return appends[key]


def subclass_of(cls, ancestor):
    for base in get_mro(cls):
        if base is ancestor:
            return True
    return False

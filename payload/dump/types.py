# What is known of a type, by its address.

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
    if version >= (3, 12):
        return size + (16 if flags & (1 << 3 | 1 << 4) else 0)
    if version >= (3, 11):
        return size + (16 if flags & 1 << 4 else 0)
    return size


def sizes_of(key, batch):
    mode = size_modes[key]
    if mode is None:
        return list(map(getsizeof, batch))
    if type(mode) is int:
        if not mode:
            mode = size_modes[key] = getsizeof(batch[0])
        return [mode] * len(batch)
    return [mode[0](o) + mode[1] for o in batch]


def shape_of(key, named, tail):
    """The id of a shape; defines it, and its type, when it is new."""
    identity = key, named, tail
    number = shapes.get(identity)
    if number is None:
        if named:
            if shape_counts.get(key, 0) >= MOST_SHAPES:
                return shape_of(key, (), (OTHER,))
            shape_counts[key] = shape_counts.get(key, 0) + 1
        number = shapes[identity] = len(shapes) + 1
        if key not in typed:
            typed[key] = True
            cls = types[key]
            module, name = type_label(cls)
            definitions.append(b''.join((varint(TYPE), varint(key), varint(get_flags(cls)), string(module), string(name))))
        parts = [varint(SHAPE), varint(number), varint(key), varint(len(named))]
        for kind, label in named:
            parts.append(bytes((kind,)) + string(label))
        parts.append(varint(len(tail)) + bytes(tail))
        definitions.append(b''.join(parts))
    return number

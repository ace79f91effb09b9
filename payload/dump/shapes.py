# Shapes: the names of references that objects have in common.
# Needs: pristine, types, writing.

def shape_of(key, named, tail):
    """The id of a shape; defines it, and its type, when it is new."""
    identity = key, named, tail
    number = shapes.get(identity)
    if number is None:
        if named:
            if shape_counts.get(key, 0) >= MAX_SHAPES:
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

# How the objects of types that are not written as the others are get their records: what each refers to, where the
# collector does not learn of it, or not in that order.
# Needs: pristine, writing, types, naming, shapes, objects, names, sites.

def write_deques(key, batch, refcounts, flag):
    for o, refcount in zip(batch, refcounts):
        targets = list(Deque.__iter__(o))
        ids = list(map(id, targets))
        emit(shape_of(key, (), (ITEM | INDEXED,)), key, [o], [refcount], flag, [len(ids)], ids)
        discover(targets, ids)


def write_weakrefs(key, batch, refcounts, flag):
    """What a weak reference points to is not reported to the collector."""
    heap_type = get_flags(types[key]) & HEAP_TYPE
    for indexes, width, flat, ids in rows(batch):
        part, part_refcounts = batch, refcounts
        if indexes is not None:
            part = [batch[i] for i in indexes]
            part_refcounts = [refcounts[i] for i in indexes]
        n = len(part)
        if heap_type and width:
            width = without_type(key, n, width, flat, ids)
        names = [None] * width
        label_columns(names, [('__callback__', get_callback)], part, width, ids, FIELD)
        names = ((WEAK, ''),) + tuple(name or (FIELD, '') for name in names)
        referenced = list(map(dereference, part))
        all_ids = [0] * (n * (width + 1))
        all_ids[::width + 1] = [0 if o is None else id(o) for o in referenced]
        for column in range(width):
            all_ids[column + 1::width + 1] = ids[column::width]
        emit(shape_of(key, names, (FIELD,)), key, part, part_refcounts, flag, [width + 1] * n, all_ids)
        discover(flat, ids)
        referenced = [o for o in referenced if o is not None]
        discover(referenced, list(map(id, referenced)))


def write_codes(key, batch, refcounts, flag):
    write_fields(key, batch, refcounts, flag, code_fields)
    if stack_of is not None:
        write_functions(batch)


def write_generators(key, batch, refcounts, flag):
    write_generic(key, batch, refcounts, flag)
    read_running, read_suspended, read_frame, read_awaited = generator_fields[key]
    parts, previous = [], 0
    for o in batch:
        awaited = read_awaited(o)
        begun, line = True, 0
        if FRAMES_ARE_OBJECTS:
            # An asynchronous generator counts as running also while its asend() waits.
            frame = read_frame(o)
            if frame is None or awaited is None and read_running(o):
                continue
            begun, line = frame.f_lasti >= 0, frame.f_lineno or 0
        elif awaited is None and not (read_suspended and read_suspended(o)):
            continue
        parts += [varint(zigzag(id(o) - previous)), varint(line * 2 + begun),
                  varint(0 if awaited is None else zigzag(id(awaited) - id(o)))]
        previous = id(o)
    if parts:
        send([varint(SUSPENDED), varint(len(parts) // 3)] + parts)


def zigzag(distance):
    """Of addresses, as a record has it."""
    step = distance // 8
    return step * 2 if step >= 0 else -step * 2 - 1


def write_fields(key, batch, refcounts, flag, fields):
    """Objects that the collector does not ask, by fields that always hold a reference."""
    width = len(fields)
    targets = [None] * (width * len(batch))
    for column in range(width):
        targets[column::width] = map(fields[column][1], batch)
    ids = list(map(id, targets))
    named = tuple((FIELD, name) for name, read in fields)
    note_names(named, width, targets)
    emit(shape_of(key, named, ()), key, batch, refcounts, flag, [width] * len(batch), ids)
    discover(targets, ids)


def write_modules(key, batch, refcounts, flag):
    """What else a module's C code holds is not asked for: up to 3.13.0 _asyncio tells the collector of iterators that
    are freed already, and who is given one frees it again, which ends the program (python/cpython issue 122695)."""
    write_fields(key, batch, refcounts, flag, (('__dict__', module_dict),))


def write_slices(key, batch, refcounts, flag):
    write_fields(key, batch, refcounts, flag, range_fields if key == id(range) else slice_fields)


def fields_of(cls, names):
    found = own_dict(cls)
    return [(name, found[name].__get__) for name in names if type(found.get(name)) is MemberDescriptor]


def write_arrays(key, batch, refcounts, flag):
    """numpy: what an array is a view of, and its elements if they are objects."""
    cls = types[key]
    read_base, read_dtype = own_dict(cls)['base'].__get__, own_dict(cls)['dtype'].__get__
    for o, refcount in zip(batch, refcounts):
        dtype, base = read_dtype(o), read_base(o)
        targets = [dtype] if base is None else [dtype, base]
        named = ((FIELD, 'dtype'),) if base is None else ((FIELD, 'dtype'), (FIELD, 'base'))
        if base is None and class_attribute(type(dtype), 'char').__get__(dtype) == 'O':
            found = [own_dict(cls)['tolist'](o)]
            for dimension in range(own_dict(cls)['ndim'].__get__(o)):
                outer, found = found, []
                any(map(found.extend, outer))
            targets += found
        ids = list(map(id, targets))
        emit(shape_of(key, named, (ITEM | INDEXED,)), key, [o], [refcount], flag, [len(ids)], ids)
        discover(targets, ids)


def write_dict_subclass(key, batch, refcounts, flag):
    write_container_subclass(key, batch, refcounts, flag, entries, (KEY, VALUE))


def write_sequence_subclass(key, batch, refcounts, flag):
    if get_flags(types[key]) & LIST:
        write_container_subclass(key, batch, refcounts, flag, list_items, (ITEM | INDEXED,))
    else:
        write_container_subclass(key, batch, refcounts, flag, tuple_items, (ITEM | INDEXED,))


def list_items(o):
    return list(list.__iter__(o))


def tuple_items(o):
    return list(tuple.__iter__(o))


def write_container_subclass(key, batch, refcounts, flag, read, tail):
    """Objects of a program's subclass of a container: what else they refer to, then their items."""
    name_row = (namers.get(key) or learn_namer(key))[0]
    groups = {}
    flat = referents_of(batch)
    ids = list(map(id, flat))
    start = 0
    heap_type = get_flags(types[key]) & HEAP_TYPE
    for i in range(len(batch)):
        end = ids.index(id(separator), start)
        items = read(batch[i])
        item_ids = list(map(id, items))
        extra, extra_ids = without_items(flat[start:end], ids[start:end], item_ids)
        if heap_type:
            without_type(key, 1, len(extra_ids), extra, extra_ids)
        start = end + 1
        group = groups.get(len(extra))
        if group is None:
            group = groups[len(extra)] = [], [], [], [], []
        group[0].append(i)
        group[1].extend(extra)
        group[2].extend(extra_ids)
        group[3].append(items)
        group[4].append(item_ids)
    for width, (indexes, extras, extra_ids, items, item_ids) in groups.items():
        part = [batch[i] for i in indexes]
        named, width, extras, extra_ids = name_row(key, part, width, extras, extra_ids)
        named = named or ((unnamed_kind(key), ''),) * width
        note_names(named, width, extras)
        targets, target_ids = [], []
        for i in range(len(part)):
            targets += extras[i * width:(i + 1) * width] + items[i]
            target_ids += extra_ids[i * width:(i + 1) * width] + item_ids[i]
        counts = [width + len(found) for found in items]
        emit(shape_of(key, named, tail), key, part, [refcounts[i] for i in indexes], flag, counts, target_ids)
        discover(targets, target_ids)


def without_items(found, found_ids, item_ids):
    """A container's items are reported to the collector too, a dict's keys only if some are not str."""
    held = {}
    for address in item_ids:
        held[address] = held.get(address, 0) + 1
    rest, rest_ids = [], []
    for i in range(len(found)):
        if held.get(found_ids[i]):
            held[found_ids[i]] -= 1
        else:
            rest.append(found[i])
            rest_ids.append(found_ids[i])
    return rest, rest_ids


def write_types(key, batch, refcounts, flag):
    """Static types tell the collector nothing; their contents are had like those of the others."""
    for cls, refcount in zip(batch, refcounts):
        named, targets = [], []
        if read_mro(cls) is not None:
            targets = [own_dict(cls), get_mro(cls), get_bases(cls), get_base(cls)]
            named = [(FIELD, '__dict__'), (FIELD, '__mro__'), (FIELD, '__bases__'), (FIELD, '__base__')]
            note_names(named, len(targets), targets)
        if cls is object:
            del named[3], targets[3]
        ids = list(map(id, targets))
        if get_flags(cls) & HEAP_TYPE:
            more = [target for target in referents(cls) if id(target) not in ids and id(target) != key]
            targets += more
            ids += map(id, more)
        held = 1 if id(cls) in types else 0
        emit(shape_of(key, tuple(named), (FIELD,)), key, [cls], [refcount - held], flag, [len(ids)], ids)
        discover(targets, ids)

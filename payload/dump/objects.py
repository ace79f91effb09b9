# What is written of an object.
# Needs: pristine, writing, types, sizes, shapes, naming, contents, names, sites.

def emit(shape, key, batch, refcounts, flag, counts, targets, content=None):
    """Writes objects of one shape; `targets` are addresses, `counts` how many of them are each object's."""
    global objects_written, references_written
    n = len(batch)
    sizes = sizes_of(key, batch)
    flags = [flag] * n
    if max(refcounts) >= 1 << 31:
        for i in range(n):
            if refcounts[i] >= 1 << 31:
                refcounts[i] = refcounts_held
                flags[i] |= IMMORTAL
    if refcounts_held:
        refcounts = [count - refcounts_held for count in refcounts]
    contents = lengths = None
    content = content or content_by_type.get(key)
    if content is not None and CONTENT_LIMIT:
        contents, lengths = content(batch, flags)
    parts = definitions[:]
    definitions.clear()
    parts.append(varint(COLUMNS))
    parts.append(pack32([shape, n, len(targets), sum(lengths) if lengths else 0]))
    parts.append(pack64(list(map(id, batch)) + sizes + refcounts))
    parts.append(bytes(flags))
    parts.append(pack32(counts) if counts else bytes(4 * n))
    parts.append(pack64(targets))
    parts.append(pack32(lengths) if lengths else bytes(4 * n))
    if contents:
        parts.extend(contents)
    objects_written += n
    references_written += len(targets) - targets.count(0)
    parts.append(progress())
    send(parts)


def progress():
    """Objects written, and all that are known by now: what refers to the others has to be written first."""
    global objects_known, counted_at
    if objects_written >= counted_at:
        counted_at = objects_written + 8192
        objects_known = objects_written + tracked_left + untracked_left + len(late) + sum(map(len, lists.values())) + len(strs)
    return varint(PROGRESS) + varint(objects_written) + varint(max(objects_written, objects_known))


def discover(targets, ids):
    """Puts what was not met before on the lists to write."""
    found = dict(zip(ids, targets))
    found.pop(0, None)
    for address, target in found.items():
        slot = address >> 4 & 65535
        try:
            region = regions[address >> 20]
        except KeyError:
            region = regions[address >> 20] = bytearray(65536)
        if region[slot]:
            continue
        region[slot] = 1
        if is_tracked(target):
            late.append(target)
            continue
        key = id(type(target))
        try:
            appends[key](target)
        except KeyError:
            learn(type(target))(target)


def mark(ids):
    for address in ids:
        try:
            regions[address >> 20][address >> 4 & 65535] = 1
        except KeyError:
            regions[address >> 20] = region = bytearray(65536)
            region[address >> 4 & 65535] = 1


def write_batch(key, batch, flag):
    refcounts = list(map(getrefcount, batch))
    handlers[key](key, batch, refcounts, flag)
    if stack_of is not None:
        write_sites(batch)


def write_leaves(key, batch, refcounts, flag):
    emit(shape_of(key, (), ()), key, batch, refcounts, flag, None, [])


def require_memory(references):
    """What one object refers to is written at once."""
    if MAX_ITEMS and references > MAX_ITEMS:
        give_up('memory is short for one object with %d references' % references)


def in_parts(counts, total, write):
    """Calls `write(start, end)` for parts of a batch none of which has too many references."""
    if total <= MAX_REFERENCES:
        return write(0, len(counts))
    require_memory(total // sum(counts) * max(counts))
    start = held = 0
    for end in range(len(counts)):
        if held and held + counts[end] > MAX_REFERENCES:
            write(start, end)
            start, held = end, 0
        held += counts[end]
    write(start, len(counts))


def write_sequences(key, batch, refcounts, flag):
    counts = list(map(len, batch))
    shape = shape_of(key, (), (ITEM | (0 if key in unordered else INDEXED),))

    def write(start, end):
        part, own_counts = batch[start:end], counts[start:end]
        targets = []
        if key in unordered or len(audited(get_referents, part)) == sum(own_counts):
            any(map(targets.extend, part))
        if len(targets) != sum(own_counts):
            targets, own_counts = consistent(part, list if key in unordered else items_that_are_set)
        ids = list(map(id, targets))
        emit(shape, key, part, refcounts[start:end], flag, own_counts, ids)
        discover(targets, ids)

    in_parts(counts, sum(counts), write)


def items_that_are_set(sequence):
    """Of a tuple that a generator is filling, or a list that is C code's own: to read an item that is not set yet ends
    the program. The collector learns of the others, from the last to the first."""
    items = audited(get_referents, (sequence,))
    return list(sequence) if len(items) == len(sequence) else items[::-1]


def consistent(batch, read):
    """If other threads may change the objects: each is read at once."""
    targets, counts = [], []
    for o in batch:
        found = read(o)
        counts.append(len(found))
        targets += found
    return targets, counts


def write_dicts(key, batch, refcounts, flag):
    counts = list(map(len, batch))
    shape = shape_of(key, (), (KEY, VALUE))

    def write(start, end):
        part = batch[start:end]
        keys, values = [], []
        any(map(keys.extend, map(dict_keys, part)))
        any(map(values.extend, map(dict_values, part)))
        own_counts = counts[start:end]
        if len(keys) != len(values) or len(keys) != sum(own_counts):
            targets, own_counts = consistent(part, entries)
        else:
            targets = [None] * (2 * len(keys))
            targets[::2] = keys
            targets[1::2] = values
            own_counts = [2 * count for count in own_counts]
        ids = list(map(id, targets))
        emit(shape, key, part, refcounts[start:end], flag, own_counts, ids)
        discover(targets, ids)

    in_parts(counts, 2 * sum(counts), write)


def entries(mapping):
    out = []
    any(map(out.extend, dict_items(mapping)))
    return out


def referents_of(batch):
    """What is reported to the collector of each object: one list, `separator` behind each."""
    arguments = [separators] * (2 * len(batch))
    arguments[::2] = batch
    return audited(get_referents, arguments)


def rows(batch, patterned=False):
    """(indexes in the batch, width, referents in a row, their addresses): objects of equal width (and, where
    `patterned`, of equal types of referents) together."""
    flat = referents_of(batch)
    if len(flat) > MAX_REFERENCES:
        require_memory(len(flat) // len(batch))
    ids = list(map(id, flat))
    n = len(batch)
    separator_id = id(separator)
    width = ids.index(separator_id) + 1
    if not patterned and len(ids) == n * width and ids[width - 1::width] == [separator_id] * n:
        del flat[width - 1::width], ids[width - 1::width]
        return [(None, width - 1, flat, ids)]
    groups = {}
    start = 0
    find = ids.index
    for i in range(n):
        end = find(separator_id, start)
        pattern = tuple(map(id, map(type, flat[start:end]))) if patterned else end - start
        try:
            group = groups[pattern]
        except KeyError:
            group = groups[pattern] = [], end - start, [], []
        group[0].append(i)
        group[2].extend(flat[start:end])
        group[3].extend(ids[start:end])
        start = end + 1
    return list(groups.values())


def without_type(key, n, width, flat, ids):
    """Takes the reference to the type out, which the shape implies."""
    for column in range(width - 1, -1, -1):
        if ids[column] == key and ids[column::width] == [key] * n:
            del flat[column::width], ids[column::width]
            return width - 1
    return width


def write_generic(key, batch, refcounts, flag):
    """Objects of a type that the collector asks for its references; their names are found column by column."""
    name_row, patterned = namers.get(key) or learn_namer(key)
    heap_type = get_flags(types[key]) & HEAP_TYPE
    tail = (unnamed_kind(key),)
    for indexes, width, flat, ids in rows(batch, patterned):
        part, part_refcounts = batch, refcounts
        if indexes is not None:
            part = [batch[i] for i in indexes]
            part_refcounts = [refcounts[i] for i in indexes]
        if heap_type and width:
            width = without_type(key, len(part), width, flat, ids)
        for members_at, named, width_now, flat_now, ids_now in layouts_of(key, name_row, part, width, flat, ids):
            these, these_refcounts = part, part_refcounts
            if members_at is not None:
                these = [part[i] for i in members_at]
                these_refcounts = [part_refcounts[i] for i in members_at]
            note_names(named, width_now, flat_now)
            content = content_of_code(these, width_now, flat_now) if key in shown_by_code else None
            emit(shape_of(key, named, tail), key, these, these_refcounts, flag, [width_now] * len(these), ids_now, content)
        discover(flat, ids)


def unnamed_kind(key):
    return FIELD if is_c_type(types[key]) else ATTRIBUTE


def layouts_of(key, name_row, part, width, flat, ids):
    """(indexes or None for all, names, width, referents, addresses) of rows that have the same names. Rows go one by
    one if a few of them by themselves get other names than all together."""
    together = name_row(key, part, width, flat, ids)
    n = len(part)
    if n == 1 or not width:
        return [(None,) + together]
    for i in range(0, n, max(1, n // 5)):
        alone = name_row(key, part[i:i + 1], width, flat[i * width:(i + 1) * width], ids[i * width:(i + 1) * width])
        if alone[0] != together[0]:
            break
    else:
        return [(None,) + together]
    groups = {}
    known = []
    for i in range(n):
        row, row_ids = flat[i * width:(i + 1) * width], ids[i * width:(i + 1) * width]
        found = None
        if name_row is name_instances:
            for layout in known:
                if fits(layout, part[i], row_ids):
                    found = layout, width, row, row_ids
                    break
        if found is None:
            if len(known) >= MAX_SHAPES:
                found = (), width, row, row_ids
            else:
                found = name_row(key, part[i:i + 1], width, row, row_ids)
                if found[1] == width:
                    known.append(found[0])
        group = groups.get(found[:2])
        if group is None:
            group = groups[found[:2]] = [], [], []
        group[0].append(i)
        group[1].extend(found[2])
        group[2].extend(found[3])
    return [(indexes, named, wide, targets, target_ids)
            for (named, wide), (indexes, targets, target_ids) in groups.items()]


def fits(layout, o, row_ids):
    """Whether a layout whose every column is a named attribute is that of an object."""
    column = 0
    for kind, name in layout:
        if kind != ATTRIBUTE or not name:
            return False
        try:
            if id(get_attribute(o, name)) != row_ids[column]:
                return False
        except AttributeError:
            return False
        column += 1
    return column == len(row_ids)

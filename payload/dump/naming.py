# Names of references. A namer gets rows of equal width, column by column at `ids[column::width]`, and gives their
# names and the rows again, with null references if they make the rows alike. A name is given only if reading
# it from every object of the rows gives what stands there.
# Needs: pristine, types.

def learn_namer(key):
    cls = types[key]
    found = namers_by_type.get(key)
    if found is None:
        if is_c_type(cls):
            members[key] = readable_members(cls)
            found = name_members, len(members[key]) > 1
        else:
            slots[key] = slots_of(cls)
            candidates[key] = attribute_candidates(cls)
            members[key] = inherited_members(cls)
            found = name_instances, False
    namers[key] = found
    return found


def readable_members(cls):
    """(label, reader) of a C type's references that can be read by name; reading them has no effect."""
    found = []
    for name, value in own_dict(cls).items():
        if type(value) is MemberDescriptor and type(name) is str:
            found.append((name, value.__get__))
        elif type(value) is GetSetDescriptor and (type_label(cls)[1], name) in safe_getters:
            found.append((name, value.__get__))
    return found


def inherited_members(cls):
    """Those of the C types among the classes of one that a program made."""
    found = []
    for base in get_mro(cls):
        if is_c_type(base):
            found += readable_members(base)
    return found


def column_is(ids, column, width, read, part):
    try:
        return ids[column::width] == list(map(id, map(read, part)))
    except AttributeError:
        return False


def label_columns(names, readers, part, width, ids, kind):
    """Fills in the names of the columns that one of the readers reads."""
    for label, read in readers:
        for column in range(width):
            if names[column] is None and column_is(ids, column, width, read, part):
                names[column] = kind, label
                break


def name_members(key, part, width, flat, ids):
    names = [None] * width
    label_columns(names, members[key], part, width, ids, FIELD)
    return tuple(name or (FIELD, '') for name in names) if any(names) else (), width, flat, ids


def slots_of(cls):
    """(name, reader) of the slots of a program's class, in the order in which tp_traverse reports them."""
    found = []
    while not is_c_type(cls):
        found += sorted([(name, value.__get__) for name, value in own_dict(cls).items()
                         if type(value) is MemberDescriptor and type(name) is str and value.__objclass__ is cls],
                        key=first_of)
        cls = get_base(cls)
    return found


def first_of(pair):
    return pair[0]


def attribute_candidates(cls):
    """Names that attributes may have if values stand in the object without theirs: those that the methods of its
    classes use, unless reading one could run code."""
    if ATTRIBUTES_IN_DICTS:
        return []
    found = {}
    for base in get_mro(cls):
        if is_c_type(base):
            continue
        for name, value in own_dict(base).items():
            if type(value) is dict and type(name) is str and name == '__annotations__':
                found.update((key, True) for key in dict_keys(value) if type(key) is str)
            elif type(value) is Function:
                code = referents(value)[0]
                if type(code) is Code:
                    found.update((used, True) for used in code.co_names)
    for base in get_mro(cls):
        for name, value in own_dict(base).items():
            if type(name) is str and name in found and class_attribute(type(value), '__get__') is not None:
                del found[name]
    return list(found)


def name_instances(key, part, width, flat, ids):
    own_slots = slots[key]
    set_slots = len(own_slots)
    for column in range(len(own_slots)):
        if column >= width or not column_is(ids, column, width, own_slots[column][1], part):
            width, flat, ids, set_slots = with_unset_slots(own_slots, part, width, flat, ids)
            break
    names = [None] * width
    names[:set_slots] = [(SLOT, name) for name, read in own_slots[:set_slots]]
    label_columns(names, members[key], part, width, ids, FIELD)
    if ATTRIBUTES_IN_DICTS:
        name_dict(types[key], names, part, width, flat)
    elif None in names:
        name_attributes(key, names, part, width, flat, ids)
    return tuple(name or (ATTRIBUTE, '') for name in names) if any(names) else (), width, flat, ids


def with_unset_slots(own_slots, part, width, flat, ids):
    """The rows with a null reference for each slot that is not set; as they were, if they do not fit the slots."""
    new_flat, new_ids = [], []
    new_width = None
    for i in range(len(part)):
        row, row_ids = flat[i * width:(i + 1) * width], ids[i * width:(i + 1) * width]
        at = 0
        for name, read in own_slots:
            try:
                address = id(read(part[i]))
            except AttributeError:
                row.insert(at, None)
                row_ids.insert(at, 0)
            else:
                if at >= len(row_ids) or row_ids[at] != address:
                    return width, flat, ids, 0
            at += 1
        if new_width is not None and len(row) != new_width:
            return width, flat, ids, 0
        new_width = len(row)
        new_flat += row
        new_ids += row_ids
    return new_width, new_flat, new_ids, len(own_slots)


def name_dict(cls, names, part, width, flat):
    """An object's __dict__ stands behind its slots."""
    if None in names and get_dictoffset(cls):
        column = names.index(None)
        for value in flat[column::width]:
            if type(value) is not dict:
                return
        names[column] = FIELD, '__dict__'


def name_attributes(key, names, part, width, flat, ids):
    """Finds attributes whose values stand in the columns: by some objects, then proved on all."""
    n = len(part)
    last = width - 1
    if names[last] is None and n and type(flat[last]) is dict:
        entry = next(iter(dict_items(flat[last])), None)
        if entry is not None and type(entry[0]) is str and all_dicts(flat[last::width]) and holds(part[0], entry):
            names[last] = FIELD, '__dict__'
    step = max(1, n // 4)
    samples = [(part[i], ids[i * width:(i + 1) * width]) for i in range(0, n, step)]
    readable = {}
    for name in candidates[key]:
        values = []
        for o, row in samples:
            try:
                values.append(id(get_attribute(o, name)))
            except AttributeError:
                values.append(0)
                break
        if values[-1]:
            readable[name] = values
    for column in range(width):
        if names[column] is None:
            for name, values in readable.items():
                if values == [row[column] for o, row in samples] and proved(part, ids, column, width, name):
                    names[column] = ATTRIBUTE, name
                    del readable[name]
                    break


def proved(part, ids, column, width, name):
    try:
        return ids[column::width] == list(map(id, map(get_attribute, part, [name] * len(part))))
    except AttributeError:
        return False


def all_dicts(values):
    for value in values:
        if type(value) is not dict:
            return False
    return True


def holds(o, entry):
    """Whether an attribute of `o` is that entry of a dict, so that the dict is its __dict__."""
    name, value = entry
    if class_attribute(type(o), name) is not None:
        return False
    try:
        return get_attribute(o, name) is value
    except AttributeError:
        return False


def name_functions(key, part, width, flat, ids):
    """The rows are of one pattern of types; the fields stand in this order, and may be missing if marked."""
    names = [(FIELD, '')] * width
    first = part[0]
    row = flat[:width]
    name_at = find_last(ids[:width], id(first.__name__), width - 1)
    fixed = '__code__', '__globals__'
    if '__builtins__' in own_dict(Function):
        fixed += '__builtins__',
    if name_at is None or name_at <= len(fixed):
        return (), width, flat, ids
    for column in range(len(fixed)):
        names[column] = FIELD, fixed[column]
    names[name_at] = FIELD, '__name__'
    names[width - 1] = FIELD, '__qualname__'
    names[name_at - 1] = FIELD, '__doc__'
    between = list(range(len(fixed), name_at - 1))
    for column in between:
        kind = type(row[column])
        if kind is str and column == len(fixed):
            names[column] = FIELD, '__module__'
        elif kind is tuple:
            names[column] = FIELD, '__defaults__'
        elif kind is dict:
            names[column] = FIELD, '__kwdefaults__'
    tuple_seen = False
    dicts = []
    for column in range(name_at + 1, width - 1):
        kind = type(row[column])
        if kind is tuple:
            names[column] = FIELD, name_tuples(flat[column::width])
            tuple_seen = True
        elif kind is dict and tuple_seen:
            names[column] = FIELD, '__annotations__'
        elif kind is dict:
            dicts.append(column)
    if len(dicts) == 2:
        names[dicts[0]], names[dicts[1]] = (FIELD, '__dict__'), (FIELD, '__annotations__')
    elif dicts:
        label = None
        for i in range(len(part)):
            entry = next(iter(dict_items(flat[i * width + dicts[0]])), None)
            this = ''
            if entry is not None and type(entry[0]) is str:
                this = '__dict__' if holds(part[i], entry) else '__annotations__'
            label = this if label in (None, this) else ''
        names[dicts[0]] = FIELD, label
    return tuple(names), width, flat, ids


def name_tuples(values):
    """The field of functions that one of these tuples is in each; '' if it is not the same in all."""
    label = None
    for value in values:
        first = type(value[0]) if value else None
        this = '__closure__' if first is Cell else '__annotations__' if first is str else '__type_params__'
        label = this if label in (None, this) else ''
    return label


def find_last(numbers, number, end):
    for i in range(end - 1, -1, -1):
        if numbers[i] == number:
            return i
    return None


def name_by_type(labels, default):
    """A namer for rows of one pattern of types: the first column of a type that `labels` names is that field."""
    def name_row(key, part, width, flat, ids):
        names = [None] * width
        label_columns(names, members.get(key, ()), part, width, ids, FIELD)
        left = dict(labels)
        for column in range(width):
            label = left.pop(id(type(flat[column])), None)
            if label and names[column] is None:
                names[column] = FIELD, label
        return tuple(name or default for name in names), width, flat, ids
    return name_row


def name_in_order(*labels):
    def name_row(key, part, width, flat, ids):
        return (tuple((kind, label) for kind, label in labels) if width == len(labels) else ()), width, flat, ids
    return name_row


def name_frames(key, part, width, flat, ids):
    """Of frames that are objects with their locals; which of them are set is not known, so that they go unnamed."""
    names = [None] * width
    label_columns(names, frame_fields, part, width, ids, FIELD)
    return tuple(name or (LOCAL, '') for name in names), width, flat, ids

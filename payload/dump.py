# Walks the heap of the CPython that runs it, and writes records (protocol.h) to a pipe. launch.py runs it with an
# empty __builtins__: every name here is bound here, to C code that a program cannot have replaced unnoticed.
# README.md says what it may do. ASCII only, no import statement, no class, no closure that refers to itself.

FD = @FD@
CONTENT_LIMIT = @CONTENT_LIMIT@  # bytes of content kept of an object
TIMEOUT = @TIMEOUT@  # seconds without progress in writing

TYPE, SHAPE, ROOT, MODULE, THREAD, FRAME, COLUMNS, META, PROGRESS, END = 1, 2, 4, 5, 6, 7, 64, 65, 66, 67
KEY, VALUE, ITEM, ATTRIBUTE, SLOT, CELL, LOCAL, FIELD, WEAK, OTHER, INDEXED = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 128
ROOT_MODULE, ROOT_FRAME, ROOT_THREAD, ROOT_INTERPRETER, ROOT_STATIC = 1, 2, 3, 4, 5
TRACKED, KNOWN_GENERATION, IMMORTAL, HAS_CONTENT, CONTENT_CUT, IS_TEXT = 1, 8, 16, 32, 64, 128
IMMUTABLE_TYPE, HEAP_TYPE, HAS_COLLECTOR_HEADER = 1 << 8, 1 << 9, 1 << 14
LIST, TUPLE, DICT, EXCEPTION, TYPE_SUBCLASS = 1 << 25, 1 << 26, 1 << 29, 1 << 30, 1 << 31

BATCH = 4096  # objects of one type that are written together
MOST_REFERENCES = 1 << 17  # of a batch that has more than one object
MOST_SHAPES = 64  # of one type; beyond it references go without names

object = ().__class__.__base__
type = object.__class__
str, bytes, int, float, complex, bool = ''.__class__, b''.__class__, (0).__class__, 0.0.__class__, 0j.__class__, (0 == 0).__class__
list, tuple, dict, set = [].__class__, ().__class__, {}.__class__, {0}.__class__
Function, BuiltinFunction = (lambda: 0).__class__, ''.join.__class__
MethodDescriptor, MemberDescriptor = str.__dict__['join'].__class__, type.__dict__['__basicsize__'].__class__
WrapperDescriptor, GetSetDescriptor = object.__dict__['__init__'].__class__, type.__dict__['__name__'].__class__
MappingProxy = type.__dict__['__dict__'].__get__(object).__class__
Module = sys.__class__
encode = str.encode

get_name = type.__dict__['__name__'].__get__
get_qualname = type.__dict__['__qualname__'].__get__
get_module = type.__dict__['__module__'].__get__
get_flags = type.__dict__['__flags__'].__get__
read_mro = type.__dict__['__mro__'].__get__
get_base = type.__dict__['__base__'].__get__
get_bases = type.__dict__['__bases__'].__get__
get_proxy = type.__dict__['__dict__'].__get__
get_itemsize = type.__dict__['__itemsize__'].__get__
get_dictoffset = type.__dict__['__dictoffset__'].__get__
subclasses = type.__dict__['__subclasses__']
get_attribute = object.__dict__['__getattribute__']



# Pristine things.

def genuine(module, name):
    """A function of a C module as the interpreter made it; None where a program replaced it."""
    if type(module) is not Module:
        return None
    function = module_dict(module).get(name)
    if type(function) is BuiltinFunction and function.__name__ == name and same_module(function.__self__, module):
        return function
    return None


def same_module(a, b):
    """A module that is made again, as gc is, has the functions of the first one (up to 3.10)."""
    if a is b or type(a) is not Module:
        return a is b
    a, b = module_dict(a).get('__name__'), module_dict(b).get('__name__')
    return type(a) is type(b) is str and a == b


def needed(module, name):
    function = genuine(module, name)
    if function is None:
        # The collector knows builtin functions, and whoever replaces one mostly keeps it.
        for candidate in audited(get_objects):
            if type(candidate) is BuiltinFunction and candidate.__name__ == name and candidate.__self__ is module:
                return candidate
        give_up('the program replaced ' + name + ' of ' + module_dict(module)['__name__'])
    return function


def give_up(why):
    global own_failure
    own_failure = RuntimeError(why)
    raise own_failure


def every_type():
    """All types by address, static ones too."""
    found = {}
    waiting = [object]
    while waiting:
        cls = waiting.pop()
        key = id(cls)
        if key not in found:
            found[key] = cls
            waiting.extend(subclasses(cls))
    return found


def find_static_types():
    found = {}
    waiting = [object]
    while waiting:
        cls = waiting.pop()
        name = get_name(cls)
        if not get_flags(cls) & HEAP_TYPE and name not in found:
            found[name] = cls
            waiting += subclasses(cls)
    return found


# Writing.

def varint(number):
    out = []
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def string(text):
    data = encode(text, 'utf-8', 'backslashreplace')
    return varint(data.__len__()) + data


def find_packers():
    """Functions that make a list of integers fixed-width little-endian bytes, from what the program has loaded."""
    module = sys.modules.get('array')
    array = module_dict(module).get('array') if type(module) is Module else None
    if type(array) is type and is_c_type(array):
        return (lambda numbers: array('Q', numbers).tobytes()), (lambda numbers: array('I', numbers).tobytes())
    module = sys.modules.get('_struct')
    struct = module_dict(module).get('Struct') if type(module) is Module else None
    if type(struct) is type and is_c_type(struct):
        return (lambda numbers: struct('<%dQ' % len(numbers)).pack(*numbers)), (
            lambda numbers: struct('<%dI' % len(numbers)).pack(*numbers))
    return (lambda numbers: pack_slowly(numbers, 8, 'Q')), (lambda numbers: pack_slowly(numbers, 4, 'I'))


def pack_slowly(numbers, width, code):
    data = bytearray(width * len(numbers))
    view = memoryview(data).cast(code)
    i = 0
    for number in numbers:
        view[i] = number
        i += 1
    view.release()
    return data


def send(parts):
    global in_message
    body = b''.join(parts)
    view = memoryview(pack32([len(body)]) + body)
    in_message = True
    start = 0
    deadline = 0
    while start < len(view):
        try:
            start += posix_write(FD, view[start:])
            deadline = 0
        except BlockingIOError:
            now = monotonic()
            deadline = deadline or now + TIMEOUT
            if now > deadline:
                give_up('nothing was read from the pipe in time')
            wait_a_moment()
    in_message = False


def wait_a_moment():
    lock = allocate_lock()
    lock.acquire()
    lock.acquire(True, 0.001)


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


# Objects.

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
    parts.append(varint(PROGRESS) + varint(objects_written) + varint(objects_expected))
    send(parts)


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
    handlers[key](key, batch, list(map(getrefcount, batch)), flag)


def write_leaves(key, batch, refcounts, flag):
    emit(shape_of(key, (), ()), key, batch, refcounts, flag, None, [])


def in_parts(counts, total, write):
    """Calls `write(start, end)` for parts of a batch none of which has too many references."""
    if total <= MOST_REFERENCES:
        return write(0, len(counts))
    start = held = 0
    for end in range(len(counts)):
        if held and held + counts[end] > MOST_REFERENCES:
            write(start, end)
            start, held = end, 0
        held += counts[end]
    write(start, len(counts))


def write_sequences(key, batch, refcounts, flag):
    counts = list(map(len, batch))
    shape = shape_of(key, (), (ITEM | (0 if key in unordered else INDEXED),))

    def write(start, end):
        targets = []
        any(map(targets.extend, batch[start:end]))
        own_counts = counts[start:end]
        if len(targets) != sum(own_counts):
            targets, own_counts = consistent(batch[start:end], list)
        ids = list(map(id, targets))
        emit(shape, key, batch[start:end], refcounts[start:end], flag, own_counts, ids)
        discover(targets, ids)

    in_parts(counts, sum(counts), write)


def consistent(batch, read):
    """Where other threads change the objects meanwhile: each is read at once."""
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
    """What the collector is told of each object: one list, `separator` behind each."""
    arguments = [separators] * (2 * len(batch))
    arguments[::2] = batch
    return audited(get_referents, arguments)


def rows(batch, patterned=False):
    """(indexes in the batch, width, referents in a row, their addresses): objects of equal width (and, where
    `patterned`, of equal types of referents) together."""
    flat = referents_of(batch)
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
            content = content_of_code(these, width_now, flat_now) if key in shown_by_code else None
            emit(shape_of(key, named, tail), key, these, these_refcounts, flag, [width_now] * len(these), ids_now, content)
        discover(flat, ids)


def unnamed_kind(key):
    return FIELD if is_c_type(types[key]) else ATTRIBUTE


def layouts_of(key, name_row, part, width, flat, ids):
    """(indexes or None for all, names, width, referents, addresses) of rows that have the same names. Rows go one by
    one where a few of them by themselves get other names than all together."""
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
            if len(known) >= MOST_SHAPES:
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


# Names of references. A namer gets rows of equal width, column by column at `ids[column::width]`, and gives their
# names and the rows again, with null references where they make the rows alike. A name is given only where reading
# it from every object of the rows gives what stands there.

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
    """(name, reader) of the slots of a program's class, in the order in which the collector is told of them."""
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
    """Names that attributes may have on 3.11 and newer, where values stand in the object without theirs: those that
    the methods of its classes use, unless reading one could run code."""
    if version < (3, 11):
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
    if version < (3, 11):
        name_dict(types[key], names, part, width, flat)
    elif None in names:
        name_attributes(key, names, part, width, flat, ids)
    return tuple(name or (ATTRIBUTE, '') for name in names) if any(names) else (), width, flat, ids


def with_unset_slots(own_slots, part, width, flat, ids):
    """The rows with a null reference for each slot that is not set; as they were, where they do not fit the slots."""
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
    """Before 3.11 an object's __dict__ stands behind its slots."""
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
    """The rows are of one pattern of types; the fields stand in this order, and may miss where marked."""
    names = [(FIELD, '')] * width
    first = part[0]
    row = flat[:width]
    name_at = find_last(ids[:width], id(first.__name__), width - 1)
    fixed = ('__code__', '__globals__', '__builtins__') if version >= (3, 10) else ('__code__', '__globals__')
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
    closure_seen = False
    dicts = []
    for column in range(name_at + 1, width - 1):
        kind = type(row[column])
        if kind is tuple and row[column] and type(row[column][0]) is Cell:
            names[column] = FIELD, '__closure__'
            closure_seen = True
        elif kind is tuple or kind is dict and closure_seen:
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


def write_deques(key, batch, refcounts, flag):
    for o, refcount in zip(batch, refcounts):
        targets = list(Deque.__iter__(o))
        ids = list(map(id, targets))
        emit(shape_of(key, (), (ITEM | INDEXED,)), key, [o], [refcount], flag, [len(ids)], ids)
        discover(targets, ids)


def write_weakrefs(key, batch, refcounts, flag):
    """What a weak reference points to is not among what the collector is told."""
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


def write_fields(key, batch, refcounts, flag, fields):
    """Objects that the collector does not ask, by fields that always hold a reference."""
    width = len(fields)
    targets = [None] * (width * len(batch))
    for column in range(width):
        targets[column::width] = map(fields[column][1], batch)
    ids = list(map(id, targets))
    named = tuple((FIELD, name) for name, read in fields)
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
    """numpy: what an array is a view of, and its elements where they are objects."""
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
        targets, target_ids = [], []
        for i in range(len(part)):
            targets += extras[i * width:(i + 1) * width] + items[i]
            target_ids += extra_ids[i * width:(i + 1) * width] + item_ids[i]
        counts = [width + len(found) for found in items]
        emit(shape_of(key, named, tail), key, part, [refcounts[i] for i in indexes], flag, counts, target_ids)
        discover(targets, target_ids)


def without_items(found, found_ids, item_ids):
    """The collector is told of a container's items too, of a dict's keys only where some are not str."""
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


def referents(o):
    return audited(get_referents, (o,))


def audited(function, arguments=()):
    """Calls what a program's audit hook sees. One that objects does so every time; a signal handler's exception that
    comes out of the call is another matter, and the program's."""
    try:
        return function(*arguments)
    except BaseException as first:
        try:
            function(*arguments)
        except BaseException as error:
            give_up('an audit hook of the program objects: ' + get_name(type(error)))
        raise first


# Contents.

def text_contents(batch, flags):
    cut = [text[:CONTENT_LIMIT] for text in batch]
    try:
        encoded = list(map(encode, cut))
    except UnicodeEncodeError:
        encoded = [encode(text, 'utf-8', 'backslashreplace') for text in cut]
    lengths = list(map(len, encoded))
    if max(map(len, batch)) > CONTENT_LIMIT or max(lengths) > CONTENT_LIMIT:
        for i in range(len(batch)):
            if lengths[i] > CONTENT_LIMIT:
                encoded[i] = encoded[i][:CONTENT_LIMIT].decode('utf-8', 'ignore').encode()
                lengths[i] = len(encoded[i])
                flags[i] |= CONTENT_CUT
            elif len(batch[i]) > CONTENT_LIMIT:
                flags[i] |= CONTENT_CUT
    flags[:] = [flag | HAS_CONTENT | IS_TEXT for flag in flags]
    return encoded, lengths


def shown(show):
    """Contents as `show` gives them, cut at the limit."""
    def contents(batch, flags):
        encoded = []
        for i in range(len(batch)):
            data = encode(show(batch[i]), 'utf-8', 'backslashreplace')
            flags[i] |= HAS_CONTENT
            if len(data) > CONTENT_LIMIT:
                data = data[:CONTENT_LIMIT].decode('utf-8', 'ignore').encode()
                flags[i] |= CONTENT_CUT
            encoded.append(data)
        return encoded, list(map(len, encoded))
    return contents


def show_int(number):
    if number.bit_length() <= 256:
        return int.__repr__(number)
    digits = CONTENT_LIMIT + 1
    shift = max(0, (number.bit_length() + 3) // 4 - digits) * 4
    return ('-' if number < 0 else '') + '0x%x' % (abs(number) >> shift)


def show_bytes(data):
    return bytes.__repr__(data[:CONTENT_LIMIT + 1])


def show_bytearray(data):
    return bytearray.__repr__(data[:CONTENT_LIMIT + 1])


def content_of_code(batch, width, flat):
    """Contents of functions, coroutines and frames: the code stands in their rows, always in the same column."""
    for column in range(width):
        if type(flat[column]) is Code:
            codes = flat[column::width]
            return lambda objects, flags: shown(show_code)(list(zip(objects, codes)), flags)
    return None


def show_code(pair):
    o, code = pair
    name = code.co_name if type(o) in (Code, Frame) else o.__qualname__
    file = code.co_filename
    return '%s %s:%d' % (name if type(name) is str else '?', file if type(file) is str else '?', code.co_firstlineno)


def show_type(cls):
    module, name = type_label(cls)
    return name if module in ('', 'builtins') else module + '.' + name


def show_module(module):
    name = module_dict(module).get('__name__')
    return name if type(name) is str else '?'


# The whole.

def main():
    global own, late, objects_expected
    generations = [audited(get_objects, (2,)), audited(get_objects, (1,)), audited(get_objects, (0,))]
    for found in generations:
        objects_expected += len(found)
    own = own_objects(generations)
    own.update({id(o): True for o in generations + [generations, own]})
    for found in generations:
        mark(map(id, found))
    mark(own)
    write_meta()
    discover_all([cls for cls in every_type().values()])
    discover_all([None, True, False, ..., sys.modules, builtins_dict])
    write_roots()
    for generation in (0, 1, 2):
        found = generations.pop()
        write_tracked(found, TRACKED | KNOWN_GENERATION | generation << 1)
    while late or any(lists.values()):
        found, late = late, []
        write_tracked(found, TRACKED | (KNOWN_GENERATION | 6 if frozen else 0))
    send([varint(END), string('ok'), varint(objects_written), varint(references_written)])


def discover_all(targets):
    discover(targets, list(map(id, targets)))


def write_tracked(found, flag):
    """Writes the objects of `found`, which becomes empty, and all that is only reached from them."""
    pending, add = {}, {}
    while found:
        chunk = found[-8192:]
        del found[-8192:]
        for o, key in zip(chunk, map(id, map(type, chunk))):
            try:
                add[key](o)
            except KeyError:
                if key not in types:
                    learn(type(o))
                pending[key] = new = []
                add[key] = new.append
                new.append(o)
        o = chunk = None
        for key, batch in pending.items():
            if len(batch) >= BATCH or not found and batch:
                pending[key] = new = []
                add[key] = new.append
                write_own_free(key, batch, flag)
        write_untracked(BATCH if found else 1)
    write_untracked(1)


def write_own_free(key, batch, flag):
    for address in map(id, batch):
        if address in own:
            batch = [o for o in batch if id(o) not in own]
            break
    if batch:
        write_batch(key, batch, flag)


def write_untracked(least):
    again = True
    while again:
        again = False
        for key in list(lists):
            batch = lists[key]
            if len(batch) >= least:
                again = True
                new = lists[key] = []
                appends[key] = new.append
                while batch:
                    part = batch[-BATCH:]
                    del batch[-BATCH:]
                    write_batch(key, part, 0)


def list_items(o):
    return list(list.__iter__(o))


def tuple_items(o):
    return list(tuple.__iter__(o))


def own_objects(generations):
    """Addresses of what this code consists of, which is no part of the program."""
    found = {}
    waiting = [space] + [value for name, value in dict_items(space) if value is not builtins_dict]
    for holder in audited(get_referrers, [source]):
        if type(holder) is list:
            found[id(holder)] = True  # what the compiler made of the launcher, kept until it has run
        elif type(holder) is tuple:
            waiting.append(holder)
    codes = {}
    while waiting:
        follow(waiting, found, codes)
        # The functions that run this code, which the interpreter makes for it.
        for holder in audited(get_referrers, [space] + list(codes.values())):
            if type(holder) is Function and id(holder) not in found:
                waiting.append(holder)
            elif type(holder) is tuple:
                found[id(holder)] = True
    found[id(codes)] = found[id(waiting)] = found[id(found)] = True
    names = {code.co_varnames + tuple(name for name in code.co_cellvars if name not in code.co_varnames)
             + code.co_freevars: True for code in codes.values()}
    for generation in generations:
        # The collector's lists are in the order in which objects were made.
        newest = generation[-8192:]
        first = 0
        while first < len(newest) and id(newest[first]) not in found:
            first += 1
        for o in newest[max(first - 64, 0):]:
            if is_leftover(o, names, codes, found):
                found[id(o)] = True
    return found


def follow(waiting, found, codes):
    while waiting:
        o = waiting.pop()
        if id(o) in found or type(o) not in followed or o is builtins_dict or not o and type(o) is tuple:
            continue
        found[id(o)] = True
        if o is type_dicts:
            continue
        if type(o) is Function:
            waiting += [part for part in referents(o) if type(part) in (tuple, Code)]
        elif type(o) is Code:
            codes[id(o)] = o
            waiting += [part for part in o.co_consts if type(part) in (tuple, Code)]
            waiting += [o.co_consts, o.co_names, o.co_varnames, o.co_freevars, o.co_cellvars]
        else:
            waiting += referents(o)


def is_leftover(o, names, codes, found):
    """Whether an object that is as new as this code is a part of it that nothing known leads to: names as the compiler
    keeps them, the launcher's outermost function with its closures, frames of this call."""
    if type(o) is tuple:
        if o and type(o[0]) is Cell:
            return all_in(o, found)
        return all_strings(o) and (o in names or 'own_objects' in o)
    if type(o) is Function:
        return is_launcher(referents(o)[0])
    if type(o) is Frame:
        return id(o.f_code) in codes or is_launcher(o.f_code)
    return False


def is_launcher(code):
    for constant in code.co_consts:
        if constant is source:
            return True
    return (type(code.co_filename) is str and code.co_filename == '<stdin>' and code.co_argcount == 3
            and 'heapdump_call' in code.co_varnames)


def all_in(values, found):
    for value in values:
        if id(value) not in found:
            return False
    return True


def all_strings(values):
    for value in values:
        if type(value) is not str:
            return False
    return True


def write_meta():
    pairs = [
        ('python_version', '%d.%d.%d' % sys.version_info[:3]),
        ('python_version_text', sys.version),
        ('collector_enabled', 'true' if was_enabled else 'false'),
        ('collector_thresholds', '%d %d %d' % get_threshold()),
        ('collector_counts', '%d %d %d' % counts_before),
        ('collector_tracked', '%d' % objects_expected),
        ('collector_frozen', '%d' % frozen),
        ('left_out', '; '.join(left_out())),
    ]
    parts = []
    for name, value in pairs:
        parts += [varint(META), string(name), string(value if type(value) is str else '?')]
    send(parts)


def left_out():
    found = ['what only C code refers to and the collector does not know', 'the subclasses that a type lists',
             'which dict entries and attributes changed while other threads ran']
    if version >= (3, 11):
        found += ['names of attributes that no method of the class uses', 'locals of running functions, and frames',
                  'names of locals of suspended coroutines and generators']
    else:
        found.append('names of locals')
    if frozen:
        found.append('frozen objects to which nothing known refers')
    return found


def root(o, kind, name):
    return varint(ROOT) + varint(id(o)) + bytes((kind,)) + string(name)


def write_roots():
    parts = [root(sys.modules, ROOT_INTERPRETER, 'sys.modules'), root(builtins_dict, ROOT_INTERPRETER, 'builtins')]
    for o, name in ((None, 'None'), (True, 'True'), (False, 'False'), (..., 'Ellipsis')):
        parts.append(root(o, ROOT_STATIC, name))
    for name, cls in static_types.items():
        parts.append(root(cls, ROOT_STATIC, name))
    for name, module in list(dict_items(sys.modules)):
        if type(name) is not str or module is None:
            continue
        discover([module], [id(module)])
        parts.append(root(module, ROOT_MODULE, name))
        file = module_dict(module).get('__file__') if type(module) is Module else None
        file = string(file if type(file) is str else '')
        parts += [varint(MODULE), varint(id(module)), string(name), file]
    native_ids = write_threads(parts)
    if version < (3, 11):
        write_frames(parts, native_ids)
    send(parts)


def write_threads(parts):
    """The threads that `threading` knows. Returns their native ids by identity."""
    threading = sys.modules.get('threading')
    active = module_dict(threading).get('_active') if type(threading) is Module else None
    native_ids = {get_ident(): getpid()}
    for ident, thread in list(dict_items(active)) if type(active) is dict else []:
        name, native_id = plain_attribute(thread, '_name'), plain_attribute(thread, '_native_id')
        if type(name) is str and type(native_id) is int and type(ident) is int:
            native_ids[ident] = native_id
            parts += [varint(THREAD), varint(native_id), string(name), root(thread, ROOT_THREAD, name)]
    return native_ids


def plain_attribute(o, name):
    """An attribute that stands in the object itself; None where its class has something of that name."""
    if class_attribute(type(o), name) is not None or class_attribute(type(o), '__getattribute__') is not get_attribute:
        return None
    try:
        return get_attribute(o, name)
    except AttributeError:
        return None


def write_frames(parts, native_ids):
    for ident, frame in dict_items(audited(current_frames)):
        depth = 0
        while frame is not None:
            code = frame.f_code
            if id(code) not in own and not is_launcher(code):
                discover([frame], [id(frame)])
                name, file = code.co_name, code.co_filename
                name, file = name if type(name) is str else '?', file if type(file) is str else '?'
                native_id = native_ids.get(ident, 0)
                parts += [varint(FRAME), varint(id(frame)), varint(native_id), varint(depth), string(name),
                          string(file), varint(frame.f_lineno or 0), root(frame, ROOT_FRAME, name)]
                depth += 1
            frame = frame.f_back


def prepare():
    global separator, separators, refcounts_held, frozen, dereference, get_callback, Frame, Cell, Weakref, Deque
    global code_fields, range_fields, slice_fields
    separator = object()
    separators = [separator]
    refcounts_held = list(map(getrefcount, [object()]))[0]
    frozen = get_freeze_count()
    found = every_type()
    proxies = [get_proxy(cls) for cls in found.values() if read_mro(cls) is not None]
    keys = [key for key, cls in found.items() if read_mro(cls) is not None]
    type_dicts.update(zip(keys, audited(get_referents, proxies)))
    c_types = {type_label(cls): cls for cls in found.values() if is_c_type(cls)}
    Frame, Cell = static_types['frame'], static_types['cell']
    Weakref = c_types.get(('weakref', 'ReferenceType')) or static_types['weakref']
    Deque = c_types.get(('collections', 'deque'))
    dereference, get_callback = own_dict(Weakref)['__call__'], own_dict(Weakref)['__callback__'].__get__

    code_fields = fields_of(Code, (
        'co_code', 'co_consts', 'co_names', 'co_varnames', 'co_freevars', 'co_cellvars', 'co_filename', 'co_name',
        'co_qualname', 'co_lnotab', 'co_linetable', 'co_exceptiontable'))
    slice_fields = fields_of(static_types['slice'], ('start', 'stop', 'step'))
    range_fields = fields_of(range, ('start', 'stop', 'step'))
    handlers_by_type.update({
        id(dict): write_dicts, id(Code): write_codes, id(range): write_slices, id(static_types['slice']): write_slices})
    for cls in (list, tuple, set, frozenset):
        handlers_by_type[id(cls)] = write_sequences
    unordered.update({id(set): True, id(frozenset): True})
    if Deque is not None:
        handlers_by_type[id(Deque)] = write_deques

    code, frame, function = id(Code), id(Frame), id(Function)
    field = FIELD, ''
    followed.extend((dict, list, tuple, set, Function, Code, Cell, type(get_name)))
    frame_fields[:] = fields_of(Frame, ('f_back', 'f_code', 'f_builtins', 'f_globals', 'f_trace'))
    namers_by_type.update({
        function: (name_functions, True),
        id(static_types['method']): (name_in_order((FIELD, '__func__'), (FIELD, '__self__')), False),
        id(Cell): (name_in_order((CELL, 'cell_contents')), False),
        id(MappingProxy): (name_in_order((FIELD, 'mapping')), False),
        frame: (name_frames, True),
    })
    for name, prefix, awaited in (('generator', 'gi_', 'gi_yieldfrom'), ('coroutine', 'cr_', 'cr_await'),
                                  ('async_generator', 'ag_', 'ag_await')):
        cls = static_types[name]
        members[id(cls)] = [(awaited, own_dict(cls)[awaited].__get__)]
        labels = {code: prefix + 'code', frame: prefix + 'frame'}
        namers_by_type[id(cls)] = name_by_type(labels, field if version < (3, 11) else (LOCAL, '')), True
        shown_by_code[id(cls)] = True
    shown_by_code.update({function: True, frame: True})
    content_by_type.update({
        id(str): text_contents, id(int): shown(show_int), id(float): shown(float.__repr__),
        id(complex): shown(complex.__repr__), id(bool): shown(bool.__repr__), id(type): shown(show_type),
        id(bytes): shown(show_bytes), id(bytearray): shown(show_bytearray), id(Module): shown(show_module),
        id(None.__class__): shown(None.__class__.__repr__), code: shown(lambda o: show_code((o, o))),
    })


def name_frames(key, part, width, flat, ids):
    """Before 3.11 a frame is an object with its locals; which of them are set is not known, so that they go unnamed."""
    names = [None] * width
    label_columns(names, frame_fields, part, width, ids, FIELD)
    return tuple(name or (LOCAL, '') for name in names), width, flat, ids


def finish(error):
    """Ends a dump that failed; an exception that is the program's own goes back to it."""
    line, ours, foreign = where_from(error)
    if error is own_failure:
        status = error.args[0]
    elif ours and subclass_of(type(error), Exception):
        first = error.args[0] if error.args else ''
        status = 'line %d: %s%s' % (line, get_name(type(error)), ': ' + first if type(first) is str else '')
    else:
        status = 'an exception of the program came between: ' + type_label(type(error))[1]
        set_traceback(error, foreign)
        context = get_context(error)
        if context is not None and where_from(context)[1]:
            set_context(error, None)
        sys.__dict__['__heapdump_exception__'] = error
    if in_message:
        return  # how much of it was written is not known where a signal came during the call
    try:
        # By itself, because it may be `send` or what it needs that is missing; a pipe that is full is given up.
        body = b''.join((varint(END), string(status), varint(objects_written), varint(references_written)))
        posix_write(FD, bytes((body.__len__() & 255, body.__len__() >> 8 & 255, 0, 0)) + body)
    except:
        pass


def where_from(error):
    """(the last line of this file in the traceback, whether it ends in this file, the part behind this file)"""
    traceback = get_traceback(error)
    line, ours, foreign = 0, False, None
    while traceback is not None:
        ours = traceback.tb_frame.f_globals is space
        if ours:
            line, foreign = traceback.tb_lineno, traceback.tb_next
        traceback = traceback.tb_next
    return line, ours, foreign


# What the functions above need, by name. Nothing can be told to the tool before `posix_write` is bound.

module_dict = Module.__dict__['__dict__'].__get__
builtins_dict = module_dict(builtins)
object_sizeof = object.__dict__['__sizeof__']
dict_keys, dict_values, dict_items = dict.keys, dict.values, dict.items
version = sys.version_info[:2]
own_failure, in_message = None, False
own, late = (), []
objects_expected = objects_written = references_written = refcounts_held = 0
types, handlers, size_modes, lists, appends, c_defined = {}, {}, {}, {}, {}, {}
handlers_by_type, namers_by_type, content_by_type, namers, members, slots, candidates = {}, {}, {}, {}, {}, {}, {}
unordered, shown_by_code, frame_fields, followed = {}, {}, [], []
safe_getters = {
    ('BaseException', name): True for name in ('args', '__traceback__', '__cause__', '__context__')}
safe_getters.update({('Task', name): True for name in ('_coro', '_fut_waiter', '_loop', '_result', '_exception')})
safe_getters.update({('Future', name): True for name in ('_loop', '_result', '_exception')})
safe_getters.update({('builtin_function_or_method', '__self__'): True})
shapes, shape_counts, typed, definitions, regions, type_dicts = {}, {}, {}, [], {}, {}

static_types = find_static_types()
Code, Exception = static_types['code'], static_types['Exception']
(map, zip, range, bytearray, memoryview, frozenset, BaseException, RuntimeError, KeyError, BlockingIOError,
 UnicodeEncodeError, AttributeError) = [static_types[name] for name in (
    'map', 'zip', 'range', 'bytearray', 'memoryview', 'frozenset', 'BaseException', 'RuntimeError', 'KeyError',
    'BlockingIOError', 'UnicodeEncodeError', 'AttributeError')]
get_traceback, set_traceback = BaseException.__dict__['__traceback__'].__get__, BaseException.__dict__['__traceback__'].__set__
get_context, set_context = BaseException.__dict__['__context__'].__get__, BaseException.__dict__['__context__'].__set__
posix_write = genuine(sys.modules['posix'], 'write')
try:
    get_objects, get_referents, get_referrers, is_tracked, get_count, get_threshold, get_freeze_count = [
        needed(gc, name) for name in (
            'get_objects', 'get_referents', 'get_referrers', 'is_tracked', 'get_count', 'get_threshold',
            'get_freeze_count')]
    counts_before = get_count()
    any, id, iter, len, max, next, sorted, sum, abs = [
        needed(builtins, name) for name in ('any', 'id', 'iter', 'len', 'max', 'next', 'sorted', 'sum', 'abs')]
    getsizeof, getrefcount, current_frames = [
        needed(sys, name) for name in ('getsizeof', 'getrefcount', '_current_frames')]
    allocate_lock, get_ident = needed(sys.modules['_thread'], 'allocate_lock'), needed(sys.modules['_thread'], 'get_ident')
    monotonic, getpid = needed(sys.modules['time'], 'monotonic'), needed(sys.modules['posix'], 'getpid')
    pack64, pack32 = find_packers()
    prepare()
    main()
except:
    finish(sys.exc_info()[1])

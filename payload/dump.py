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
    if type(function) is BuiltinFunction and function.__name__ == name and function.__self__ is module:
        return function
    return None


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


def loaded_gc():
    """The module gc; made, and not left in sys.modules, where the program has not imported it."""
    if 'gc' in sys.modules:
        return sys.modules['gc']
    module = sys.modules['_imp'].create_builtin(static_types['SimpleNamespace'](name='gc'))
    sys.modules.pop('gc', None)
    return module


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
    return varint(len(data)) + data


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
    body = b''.join(parts)
    view = memoryview(pack32([len(body)]) + body)
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


def wait_a_moment():
    lock = allocate_lock()
    lock.acquire()
    lock.acquire(True, 0.001)


# What is known of a type, by its address.

def is_c_type(cls):
    flags = get_flags(cls)
    return not flags & HEAP_TYPE or flags & IMMUTABLE_TYPE


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
        handler = handlers_by_type.get(key) or (write_generic if flags & HAS_COLLECTOR_HEADER else write_leaves)
    handlers[key] = handler
    size_modes[key] = size_mode(cls, flags)
    new_list = lists[key] = []
    appends[key] = new_list.append
    discover([cls], [key])
    return appends[key]


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

def emit(shape, key, batch, refcounts, flag, counts, targets):
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
    content = content_by_type.get(key) if CONTENT_LIMIT else None
    if content is not None:
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
    references_written += len(targets)
    parts.append(varint(PROGRESS) + varint(objects_written) + varint(objects_expected))
    send(parts)


def discover(targets, ids):
    """Puts what was not met before on the lists to write."""
    for address, target in dict(zip(ids, targets)).items():
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
    cls = types[key]
    heap_type = get_flags(cls) & HEAP_TYPE
    tail = (ATTRIBUTE,) if heap_type and not is_c_type(cls) else (FIELD,)
    for indexes, width, flat, ids in rows(batch):
        part, part_refcounts = batch, refcounts
        if indexes is not None:
            part = [batch[i] for i in indexes]
            part_refcounts = [refcounts[i] for i in indexes]
        if heap_type and width:
            width = without_type(key, len(part), width, flat, ids)
        emit(shape_of(key, (), tail), key, part, part_refcounts, flag, [width] * len(part), ids)
        discover(flat, ids)


def write_dict_subclass(key, batch, refcounts, flag):
    write_container_subclass(key, batch, refcounts, flag, entries, (KEY, VALUE))


def write_sequence_subclass(key, batch, refcounts, flag):
    if get_flags(types[key]) & LIST:
        write_container_subclass(key, batch, refcounts, flag, list_items, (ITEM | INDEXED,))
    else:
        write_container_subclass(key, batch, refcounts, flag, tuple_items, (ITEM | INDEXED,))


def write_container_subclass(key, batch, refcounts, flag, read, tail):
    """Objects of a program's subclass of a container: what else they refer to stands before their items."""
    groups = {}
    flat = referents_of(batch)
    ids = list(map(id, flat))
    start = 0
    heap_type = get_flags(types[key]) & HEAP_TYPE
    for i in range(len(batch)):
        end = ids.index(id(separator), start)
        items = read(batch[i])
        item_ids = list(map(id, items))
        extra = flat[start:end]
        extra_ids = ids[start:end]
        start = end + 1
        for address in item_ids:
            if address in extra_ids:
                at = extra_ids.index(address)
                del extra[at], extra_ids[at]
        if heap_type and key in extra_ids:
            at = extra_ids.index(key)
            del extra[at], extra_ids[at]
        try:
            group = groups[len(extra)]
        except KeyError:
            group = groups[len(extra)] = [], [], [], []
        group[0].append(i)
        group[1].append(len(extra) + len(items))
        group[2].extend(extra)
        group[2].extend(items)
        group[3].extend(extra_ids)
        group[3].extend(item_ids)
    for width, (indexes, counts, targets, target_ids) in groups.items():
        shape = shape_of(key, ((FIELD, ''),) * width, tail)
        emit(shape, key, [batch[i] for i in indexes], [refcounts[i] for i in indexes], flag, counts, target_ids)
        discover(targets, target_ids)


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


def show_type(cls):
    module, name = type_label(cls)
    return name if module in ('', 'builtins') else module + '.' + name


def show_module(module):
    name = module_dict(module).get('__name__')
    return name if type(name) is str else '?'


# The whole.

def main():
    global own, late, objects_expected, left_out
    generations = []
    for generation in (2, 1, 0):
        generations.append(audited(get_objects, (generation,)))
    for found in generations:
        objects_expected += len(found)
    own = own_objects()
    own.update(map(id, generations))
    own.add(id(generations))
    for found in generations:
        mark(map(id, found))
    mark(own)
    write_meta()
    discover_all([cls for cls in every_type().values()])
    discover_all([None, True, False, sys.modules, builtins_dict])
    write_roots()
    for generation in (0, 1, 2):
        found = generations.pop()
        write_tracked(found, TRACKED | KNOWN_GENERATION | generation << 1)
    while late or any(lists.values()):
        found, late = late, []
        write_tracked(found, TRACKED | (KNOWN_GENERATION | 6 if frozen else 0))
    send([varint(META), string('left_out'), string('; '.join(left_out))])
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
                for start in range(0, len(batch), BATCH):
                    write_batch(key, batch[start:start + BATCH], 0)


def list_items(o):
    return list(list.__iter__(o))


def tuple_items(o):
    return list(tuple.__iter__(o))


def own_objects():
    """Addresses of what this code consists of: it is no part of the program."""
    found = {}
    waiting = [space, launcher]
    waiting.extend(value for value in list(space.values()) if type(value) in (list, dict, Function, tuple))
    while waiting:
        o = waiting.pop()
        if id(o) in found:
            continue
        found[id(o)] = True
        if type(o) is Function:
            waiting.extend(part for part in referents(o) if type(part) in (tuple, dict, Code) and part is not builtins_dict
                           and part is not module_dict(sys.modules['__main__']))
        elif type(o) is Code:
            waiting.extend(part for part in o.co_consts if type(part) in (tuple, Code))
            waiting += [o.co_consts, o.co_names]
    # The launcher's own constants hold its code, and nothing else does.
    for holder in audited(get_referrers, [referents(launcher)[0]]):
        if type(holder) is tuple:
            found[id(holder)] = True
    return {address for address in found}


def write_meta():
    pairs = (('python_version', sys.version), ('collector_enabled', 'true' if was_enabled else 'false'))
    for name, value in pairs:
        send([varint(META), string(name), string(value)])


def write_roots():
    parts = [varint(ROOT), varint(id(sys.modules)), bytes((ROOT_INTERPRETER,)), string('sys.modules')]
    for name, module in list(dict_items(sys.modules)):
        if type(name) is str and module is not None:
            parts += [varint(ROOT), varint(id(module)), bytes((ROOT_MODULE,)), string(name)]
            if type(module) is Module:
                file = module_dict(module).get('__file__')
                parts += [varint(MODULE), varint(id(module)), string(name), string(file if type(file) is str else '')]
    send(parts)


def prepare():
    global separator, separators, refcounts_held, handlers_by_type, content_by_type, unordered, frozen
    separator = object()
    separators = [separator]
    refcounts_held = list(map(getrefcount, [object()]))[0]
    unordered = {id(set), id(frozenset)}
    frozen = genuine(gc, 'get_freeze_count')()
    handlers_by_type = {id(dict): write_dicts}
    for cls in (list, tuple, set, frozenset):
        handlers_by_type[id(cls)] = write_sequences
    content_by_type = {
        id(str): text_contents, id(int): shown(show_int), id(float): shown(float.__repr__),
        id(complex): shown(complex.__repr__), id(bool): shown(bool.__repr__), id(type): shown(show_type),
        id(bytes): shown(show_bytes), id(bytearray): shown(show_bytearray), id(Module): shown(show_module),
        id(type(None)): shown(type(None).__repr__),
    }


def finish(error):
    """Ends a dump that failed; an exception that is the program's own goes back to it."""
    traceback = BaseException.__dict__['__traceback__'].__get__(error)
    line = innermost = 0
    while traceback is not None:
        innermost = traceback.tb_frame.f_globals is space
        line = traceback.tb_lineno if innermost else line
        traceback = traceback.tb_next
    if error is own_failure:
        status = error.args[0]
    elif innermost and id(type(error)) in our_failures:
        first = error.args[0] if error.args else ''
        status = 'line %d: %s%s' % (line, get_name(type(error)), ': ' + first if type(first) is str else '')
    else:
        status = 'an exception of the program came between: ' + type_label(type(error))[1]
        sys.__dict__['__heapdump_exception__'] = error
    try:
        send([varint(END), string(status), varint(objects_written), varint(references_written)])
    except:
        pass


# What the functions above need, by name. Nothing can be told to the tool before `posix_write` is bound.

module_dict = Module.__dict__['__dict__'].__get__
builtins_dict = module_dict(builtins)
object_sizeof = object.__dict__['__sizeof__']
dict_keys, dict_values, dict_items = dict.keys, dict.values, dict.items
own_failure = None
own, late, left_out = (), [], []
objects_expected = objects_written = references_written = refcounts_held = 0
types, handlers, size_modes, lists, appends = {}, {}, {}, {}, {}
shapes, shape_counts, typed, definitions, regions, type_dicts = {}, {}, {}, [], {}, {}

static_types = find_static_types()
Code, Exception = static_types['code'], static_types['Exception']
our_failures = {builtins_dict['id'](cls) for cls in static_types.values() if Exception in get_mro(cls)}
(map, zip, range, bytearray, memoryview, frozenset, BaseException, RuntimeError, KeyError, BlockingIOError,
 UnicodeEncodeError) = [static_types[name] for name in (
    'map', 'zip', 'range', 'bytearray', 'memoryview', 'frozenset', 'BaseException', 'RuntimeError', 'KeyError',
    'BlockingIOError', 'UnicodeEncodeError')]
posix_write = genuine(sys.modules['posix'], 'write')
try:
    gc = loaded_gc()
    get_objects, get_referents, get_referrers, is_tracked, disable, enable, isenabled = [
        needed(gc, name) for name in (
            'get_objects', 'get_referents', 'get_referrers', 'is_tracked', 'disable', 'enable', 'isenabled')]
    was_enabled = isenabled()
    disable()
    try:
        any, id, len, max, sum, abs = [
            needed(builtins, name) for name in ('any', 'id', 'len', 'max', 'sum', 'abs')]
        getsizeof, getrefcount = [needed(sys, name) for name in ('getsizeof', 'getrefcount')]
        allocate_lock, monotonic = needed(sys.modules['_thread'], 'allocate_lock'), needed(sys.modules['time'], 'monotonic')
        pack64, pack32 = find_packers()
        prepare()
        main()
    finally:
        if was_enabled:
            enable()
except:
    finish(sys.exc_info()[1])

# The walk from its first object to its last record. This file comes last: what the others need is bound here, by
# name. Nothing can be reported to the tool before `posix_write` is bound.

def walk():
    try:
        prepare()
        main()
    except:
        finish(sys.exc_info()[1])


def finished():
    pass


def main():
    global own, late, objects_tracked, tracked_left
    generations = [audited(get_objects, (2,)), audited(get_objects, (1,)), audited(get_objects, (0,))]
    for found in generations:
        objects_tracked += len(found)
    tracked_left = objects_tracked
    own = own_objects(generations)
    own.update({id(o): True for o in generations + [generations, own]})
    for found in generations:
        mark(map(id, found))
    mark(own)
    find_traces()
    write_meta()
    if ONLY_NAMES:
        put_strs_aside()
    discover_all([cls for cls in every_type().values()])
    discover_all([None, True, False, ..., sys.modules, builtins_dict])
    write_roots()
    for generation in (0, 1, 2):
        found = generations.pop()
        write_tracked(found, TRACKED | KNOWN_GENERATION | generation << 1)
    while late or any(lists.values()):
        found, late = late, []
        tracked_left = len(found)
        write_tracked(found, TRACKED | (KNOWN_GENERATION | 6 if frozen else 0))
    write_strs()
    send([varint(END), string('ok'), varint(objects_written), varint(references_written)])


def discover_all(targets):
    discover(targets, list(map(id, targets)))


def write_tracked(found, flag):
    """Writes the objects of `found`, which becomes empty, and all that is only reached from them."""
    global tracked_left
    pending, add = {}, {}
    while found:
        chunk = found[-8192:]
        del found[-8192:]
        tracked_left -= len(chunk)
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
            # In place: a second list would be a second reference to each.
            batch[:] = [o for o in batch if id(o) not in own]
            break
    if batch:
        write_batch(key, batch, flag)


def write_untracked(min_count):
    global untracked_left
    again = True
    while again:
        again = False
        for key in list(lists):
            batch = lists[key]
            if len(batch) >= min_count:
                again = True
                new = lists[key] = []
                appends[key] = new.append
                while batch:
                    part = batch[-BATCH:]
                    del batch[-BATCH:]
                    untracked_left = len(batch)
                    write_batch(key, part, 0)


def prepare():
    global separator, separators, refcounts_held, frozen, dereference, get_callback, Frame, Cell, Weakref, Deque
    global code_fields, range_fields, slice_fields, qualified
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
    qualified = 'co_qualname' in own_dict(Code)
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
    followed.extend((dict, list, tuple, set, Function, Code, Cell, type(get_name), static_types['slice']))
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
        found = own_dict(cls)
        members[id(cls)] = [(awaited, found[awaited].__get__)]
        suspended = found.get(prefix + 'suspended')
        generator_fields[id(cls)] = (
            found[prefix + 'running'].__get__, None if suspended is None else suspended.__get__,
            found[prefix + 'frame'].__get__, found[awaited].__get__)
        handlers_by_type[id(cls)] = write_generators
        labels = {code: prefix + 'code', frame: prefix + 'frame'}
        namers_by_type[id(cls)] = name_by_type(labels, field if FRAMES_ARE_OBJECTS else (LOCAL, '')), True
        shown_by_code[id(cls)] = True
    shown_by_code.update({function: True, frame: True})
    content_by_type.update({
        id(str): text_contents, id(int): shown(show_int), id(float): shown(float.__repr__),
        id(complex): shown(complex.__repr__), id(bool): shown(bool.__repr__), id(type): shown(show_type, NAMING_CONTENT),
        id(bytes): shown(show_bytes), id(bytearray): shown(show_bytearray), id(Module): shown(show_module, NAMING_CONTENT),
        id(None.__class__): shown(None.__class__.__repr__), code: shown(lambda o: show_code((o, o)), NAMING_CONTENT),
    })


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
        return  # how much of it was written is not known if a signal came during the call
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


module_dict = Module.__dict__['__dict__'].__get__
builtins_dict = module_dict(builtins)
object_sizeof = object.__dict__['__sizeof__']
dict_keys, dict_values, dict_items = dict.keys, dict.values, dict.items
own_failure, in_message = None, False
own, late, strs, known_names = (), [], [], {}
objects_tracked = objects_written = references_written = refcounts_held = 0
objects_known = counted_at = tracked_left = untracked_left = 0  # progress
types, handlers, size_modes, lists, appends, c_defined = {}, {}, {}, {}, {}, {}
handlers_by_type, namers_by_type, content_by_type, namers, members, slots, candidates = {}, {}, {}, {}, {}, {}, {}
unordered, shown_by_code, frame_fields, followed = {}, {}, [], []
sites, sources, stack_of, qualified = {}, {}, None, False
generator_fields = {}
safe_getters = {
    ('BaseException', name): True for name in ('args', '__traceback__', '__cause__', '__context__')}
safe_getters.update({('Task', name): True for name in ('_coro', '_fut_waiter')})
safe_getters.update({
    (cls, name): True for cls in ('Task', 'Future') for name in ('_loop', '_result', '_exception', '_source_traceback')})
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
    get_objects, get_referents, get_referrers, is_tracked, get_count, get_threshold, get_debug, get_freeze_count = [
        needed(gc, name) for name in (
            'get_objects', 'get_referents', 'get_referrers', 'is_tracked', 'get_count', 'get_threshold', 'get_debug',
            'get_freeze_count')]
    counts_before = get_count()
    any, id, iter, len, max, next, sorted, sum, abs = [
        needed(builtins, name) for name in ('any', 'id', 'iter', 'len', 'max', 'next', 'sorted', 'sum', 'abs')]
    getsizeof, getrefcount, current_frames = [
        needed(sys, name) for name in ('getsizeof', 'getrefcount', '_current_frames')]
    allocate_lock, get_ident = needed(sys.modules['_thread'], 'allocate_lock'), needed(sys.modules['_thread'], 'get_ident')
    monotonic, getpid = needed(sys.modules['time'], 'monotonic'), needed(sys.modules['posix'], 'getpid')
    pack64, pack32 = find_packers()
except:
    finish(sys.exc_info()[1])
    walk = finished

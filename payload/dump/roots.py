# What holds the heap: modules, threads and frames; and what the dump says of itself.
# Needs: pristine, writing, types, objects, own.

def write_meta():
    pairs = [
        ('python_version', '%d.%d.%d' % sys.version_info[:3]),
        ('python_version_text', sys.version),
        ('collector_enabled', 'true' if was_enabled else 'false'),
        ('collector_thresholds', '%d %d %d' % get_threshold()),
        ('collector_counts', '%d %d %d' % counts_before),
        ('collector_tracked', '%d' % objects_tracked),
        ('collector_debug', '%d' % get_debug()),
        ('collector_frozen', '%d' % frozen),
        ('collector_garbage', length_of('garbage')),
        ('collector_callbacks', length_of('callbacks')),
        ('omitted', '; '.join(omitted())),
    ]
    if TRACED_FRAMES and stack_of is None:
        pairs.append(('tracemalloc_unread', 'the program replaced _get_object_traceback of _tracemalloc'))
    parts = []
    for name, value in pairs:
        parts += [varint(META), string(name), string(value if type(value) is str else '?')]
    send(parts)


def length_of(name):
    found = gc.__dict__.get(name)
    return '%d' % len(found) if type(found) is list else '?'


def omitted():
    found = ['what only C code refers to and the collector does not know', 'the subclasses that a type lists',
             'which dict entries and attributes changed while other threads ran']
    if not FRAMES_ARE_OBJECTS:
        found += ['names of attributes that no method of the class uses', 'locals of running functions, and frames',
                  'names of locals of suspended coroutines and generators, and the lines at which they wait']
    else:
        found.append('names of locals')
    if 'greenlet' in sys.modules:
        found.append('the stacks of suspended greenlets')
    if stack_of is not None and sys.version_info[:2] == (3, 11):
        found.append('where instances of Python classes were allocated, which CPython 3.11 does not find')
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
    if FRAMES_ARE_OBJECTS:
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
            if (ONLY_NAMES or not CONTENT_LIMIT) and name != 'MainThread':
                name = ''
            parts += [varint(THREAD), varint(native_id), string(name), root(thread, ROOT_THREAD, name)]
    return native_ids


def plain_attribute(o, name):
    """An attribute that stands in the object itself; None if its class has something of that name."""
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

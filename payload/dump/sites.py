# Where objects were allocated, as tracemalloc says it.
# Needs: pristine, writing, types.

def find_traces():
    """Binds the function that tells the stack of an object, if tracemalloc traces."""
    global stack_of
    if not TRACED_FRAMES:
        return
    module = sys.modules.get('_tracemalloc')
    if module is None:
        # It was started by a variable of the environment or an option, and nothing has imported it.
        module = sys.modules['_imp'].create_builtin(sys.implementation.__class__(name='_tracemalloc'))
        sys.modules.pop('_tracemalloc', None)
    stack_of = genuine(module, '_get_object_traceback')


def write_sites(batch):
    allocated, parts = [], []
    previous = 0
    for o in batch:
        stack = stack_of(o)
        if not stack:
            continue
        site = sites.get(stack)
        if site is None:
            site = sites[stack] = len(sites)
            frames = []
            for file, line in stack[:MAX_SITE_FRAMES]:
                frames += [varint(source_of(file, parts)), varint(line)]
            parts += [varint(SITE), varint(site), varint(len(stack)), varint(len(frames) // 2)] + frames
        step = (id(o) - previous) // 8
        previous = id(o)
        allocated += [varint(step * 2 if step >= 0 else -step * 2 - 1), varint(site)]
    if allocated:
        send(parts + [varint(ALLOCATED), varint(len(allocated) // 2)] + allocated)


def source_of(file, parts):
    number = sources.get(file)
    if number is None:
        number = sources[file] = len(sources)
        parts += [varint(SOURCE), varint(number), string(file)]
    return number


def write_functions(batch):
    parts = []
    for code in batch:
        name = code.co_qualname if qualified else code.co_name
        file = code.co_filename
        if type(name) is not str or type(file) is not str:
            continue
        ranges, end = [], code.co_firstlineno
        for line in sorted(lines_of(code)):
            if line < end:
                continue
            if line == end and ranges:
                ranges[-1] += 1
            else:
                ranges += [line - end, 1]
            end = line + 1
        number = source_of(file[:], parts)
        parts += [varint(FUNCTION), varint(number), string(name), varint(code.co_firstlineno), varint(len(ranges) // 2)]
        parts += map(varint, ranges)
    if parts:
        send(parts)


def lines_of(code):
    """The lines that have instructions."""
    found = {}
    if 'co_lines' in own_dict(Code):
        for start, end, line in code.co_lines():
            if line and end > start:
                found[line] = True
        return found
    line = code.co_firstlineno
    steps = code.co_lnotab
    for i in range(0, len(steps), 2):
        if steps[i]:
            found[line] = True
        line += steps[i + 1] - (256 if steps[i + 1] > 127 else 0)
    found[line] = True
    return found

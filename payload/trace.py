# Starts or stops tracemalloc, for `heapdump trace`. It runs as dump.py does (launch.py): `sys` is there and no builtins.
# Nothing is imported, and that heapdump began it is kept in sys.__dict__: what the program began, it does not end.

def walk():
    try:
        answer = act(genuine_tracemalloc())
    except:
        answer = b'failed', encode(get_name(sys.exc_info()[0]))
    tell(*answer)


def act(tracemalloc):
    if tracemalloc is None:
        return b'failed', b'the program replaced _tracemalloc'
    state = sys.__dict__
    is_tracing = tracemalloc['is_tracing']()
    if ON:
        if is_tracing:
            return b'already', decimal(tracemalloc['get_traceback_limit']())
        tracemalloc['start'](FRAMES)
        state[MARK] = FRAMES
        return b'started', decimal(FRAMES)
    if not is_tracing:
        state.pop(MARK, None)
        return b'already', b'0'
    # The program may have stopped it, and begun it again.
    if state.get(MARK) != tracemalloc['get_traceback_limit']() and not FORCE:
        return b'foreign', decimal(tracemalloc['get_traceback_limit']())
    tracemalloc['stop']()
    state.pop(MARK, None)
    return b'stopped', b'0'


def genuine_tracemalloc():
    """The functions of the C module by name; None if a program replaced one."""
    name = '_tracemalloc'
    module = sys.modules.get(name)
    if module is None:
        module = sys.modules['_imp'].create_builtin(sys.implementation.__class__(name=name))
        sys.modules.pop(name, None)
    if type(module) is not type(sys):
        return None
    found = {}
    for wanted in ('is_tracing', 'start', 'stop', 'get_traceback_limit'):
        one = type.__dict__['__dict__'].__get__(type(sys))['__dict__'].__get__(module).get(wanted)
        if type(one) is not function or one.__name__ != wanted:
            return None
        found[wanted] = one
    return found


def encode(text):
    return text.encode('ascii', 'replace')


def decimal(number):
    return b'%d' % number


def tell(key, value):
    """A META record and the END, in one message (protocol.h); neither text is longer than a byte says."""
    value = value[:100]
    body = b'\x41%c%b%c%b' % (key.__len__(), key, value.__len__(), value) + b'\x43\x02ok\0\0'
    sys.modules['posix'].write(FD, b'%c\0\0\0' % body.__len__() + body)


FD, ON, FRAMES, FORCE = @FD@, @ON@, @FRAMES@, @FORCE@
MARK = '__heapdump_trace__'
get_name = type.__dict__['__name__'].__get__

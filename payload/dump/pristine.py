# The numbers of the protocol, and C code that a program cannot have replaced unnoticed. Comes first: it binds names
# as it runs, the other parts define functions only.
# Needs: nothing.

FD = @FD@
CONTENT_LIMIT = @CONTENT_LIMIT@  # bytes of content kept of an object
ONLY_NAMES = @ONLY_NAMES@  # of data, the keys of the dicts of modules, classes and instances alone
MAX_ITEMS = @MAX_ITEMS@  # references of one container for which there is memory; 0: not known
TIMEOUT = @TIMEOUT@  # seconds without progress in writing
# Of this version of CPython, from the row of its layout (native/python/layouts.h).
PREHEADER_FLAGS = @PREHEADER_FLAGS@  # of types before whose objects stand two more words
ATTRIBUTES_IN_DICTS = @ATTRIBUTES_IN_DICTS@  # 0: values of attributes can stand in the object, without their names
FRAMES_ARE_OBJECTS = @FRAMES_ARE_OBJECTS@  # with their locals

TRACED_FRAMES = @TRACED_FRAMES@  # that tracemalloc keeps of a stack; 0: it does not trace

TYPE, SHAPE, ROOT, MODULE, THREAD, FRAME, COLUMNS, META, PROGRESS, END = 1, 2, 4, 5, 6, 7, 64, 65, 66, 67
SOURCE, FUNCTION, SITE, ALLOCATED, SUSPENDED = 15, 16, 17, 18, 22
MAX_SITE_FRAMES = 128
KEY, VALUE, ITEM, ATTRIBUTE, SLOT, CELL, LOCAL, FIELD, WEAK, OTHER, INDEXED = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 128
ROOT_MODULE, ROOT_FRAME, ROOT_THREAD, ROOT_INTERPRETER, ROOT_STATIC = 1, 2, 3, 4, 5
TRACKED, KNOWN_GENERATION, IMMORTAL, HAS_CONTENT, CONTENT_CUT, IS_TEXT = 1, 8, 16, 32, 64, 128
IMMUTABLE_TYPE, HEAP_TYPE, HAS_COLLECTOR_HEADER = 1 << 8, 1 << 9, 1 << 14
LIST, TUPLE, DICT, EXCEPTION, TYPE_SUBCLASS = 1 << 25, 1 << 26, 1 << 29, 1 << 30, 1 << 31

BATCH = 4096  # objects of one type that are written together
MAX_REFERENCES = 1 << 17  # of a batch that has more than one object
MAX_SHAPES = 64  # of one type; beyond it references go without names

object = ().__class__.__base__
type = object.__class__
str, bytes, int, float, complex, bool = ''.__class__, b''.__class__, (0).__class__, 0.0.__class__, 0j.__class__, (0 == 0).__class__
list, tuple, dict, set = [].__class__, ().__class__, {}.__class__, {0}.__class__
Function, BuiltinFunction = (lambda: 0).__class__, ''.join.__class__
MethodDescriptor, MemberDescriptor = str.__dict__['join'].__class__, type.__dict__['__basicsize__'].__class__
WrapperDescriptor, GetSetDescriptor = object.__dict__['__init__'].__class__, type.__dict__['__name__'].__class__
MappingProxy = type.__dict__['__dict__'].__get__(object).__class__
Module = sys.__class__
encode, is_identifier = str.encode, str.isidentifier

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


def genuine(module, name):
    """A function of a C module as the interpreter made it; None if a program replaced it."""
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
    """By name, with its module unless that is `builtins`. The oldest comes first: an extension may call one of its own
    `memoryview`."""
    found = {}
    waiting = [object]
    for cls in waiting:
        if not get_flags(cls) & HEAP_TYPE:
            module, name = get_module(cls), get_name(cls)
            name = name if module == 'builtins' else module + '.' + name
            if name not in found:
                found[name] = cls
                waiting += subclasses(cls)
    return found


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


def referents(o):
    return audited(get_referents, (o,))

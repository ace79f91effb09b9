try:
    (lambda source, type, string, function: [
        [space.update({'space': space}), run(source, space), space.clear()]
        if type(run) is function and run.__name__ == 'exec' and run.__self__ is builtins
        else sys.modules['posix'].write(@FD@, b'\x20\0\0\0\x43\x1cbuiltins.exec is not its own\0\0')
        for importer in type.__subclasses__(().__class__.__base__)
        for name in [type.__dict__['__name__'].__get__(importer), type.__dict__['__module__'].__get__(importer)]
        if type(name) is string and name == '_frozen_importlib'
        and string.__eq__(type.__dict__['__name__'].__get__(importer), 'BuiltinImporter') is (0 == 0)
        for sys in [type.__dict__['__dict__'].__get__(importer)['find_spec'].__func__.__globals__['sys']]
        for builtins in [sys.modules['builtins']]
        for run in [builtins.__dict__['exec']]
        for space in [{'__builtins__': {}, 'sys': sys, 'builtins': builtins, 'launcher': lambda: 0}]
    ])(@SOURCE@, ().__class__.__class__, ''.__class__, ''.join.__class__)
except:
    pass

try:
    (lambda source: (lambda type, string, function: (lambda sys: (lambda builtins, compile, run, space: (
        space.update({'__builtins__': {}, 'sys': sys, 'builtins': builtins, 'source': source, 'space': space}),
        space.update({'code': compile(source, '<heapdump>', 'exec', 0, 1)}),
        run(space['code'], space),
        space.clear(),
    ) if type(run) is type(compile) is function and run.__self__ is compile.__self__ is builtins
      and run.__name__ == 'exec' and compile.__name__ == 'compile' else (
        sys.modules['posix'].write(@FD@, b'\x28\0\0\0\x43\x24the program replaced compile or exec\0\0')
    ))(sys.modules['builtins'], sys.modules['builtins'].__dict__['compile'], sys.modules['builtins'].__dict__['exec'], {}))([
        type.__dict__['__dict__'].__get__(importer)['find_spec'].__func__.__globals__['sys']
        for importer in type.__subclasses__(().__class__.__base__)
        if type(type.__dict__['__name__'].__get__(importer)) is string
        and type.__dict__['__name__'].__get__(importer) == 'BuiltinImporter'
        and type(type.__dict__['__module__'].__get__(importer)) is string
        and type.__dict__['__module__'].__get__(importer) == '_frozen_importlib'
    ][0]))(().__class__.__class__, ''.__class__, ''.join.__class__))(@SOURCE@)
except:
    pass

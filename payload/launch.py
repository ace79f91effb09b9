try:
    (lambda heapdump_call, source, stage: heapdump_call(heapdump_call, source, stage))(
        lambda launch, source, stage: (lambda type, function: (lambda sys: (lambda builtins, run, space: (
            space.update({'__builtins__': {}, 'sys': sys, 'builtins': builtins, 'source': source, 'space': space,
                          'launch': launch, 'run': run, 'type': type, 'function': function}),
            run(stage, space),
            space['start'](),
            space.clear(),
        ) if type(run) is function and run.__self__ is builtins and run.__name__ == 'exec' else (
            sys.modules['posix'].write(@FD@, b'\x1d\0\0\0\x43\x19the program replaced exec\0\0')
        ))(sys.modules['builtins'], sys.modules['builtins'].__dict__['exec'], {}))([
            type.__dict__['__dict__'].__get__(importer)['find_spec'].__func__.__globals__['sys']
            for string in [''.__class__]
            for importer in type.__subclasses__(().__class__.__base__)
            if type(type.__dict__['__name__'].__get__(importer)) is string
            and type.__dict__['__name__'].__get__(importer) == 'BuiltinImporter'
            and type(type.__dict__['__module__'].__get__(importer)) is string
            and type.__dict__['__module__'].__get__(importer) == '_frozen_importlib'
        ][0]))(().__class__.__class__, ''.join.__class__),
        @SOURCE@, '''
def start():
    global gc, was_enabled
    gc = sys.modules.get('gc')
    if gc is None:
        gc = sys.modules['_imp'].create_builtin(sys.implementation.__class__(name='gc'))
        sys.modules.pop('gc', None)
    was_enabled = False
    try:
        if type(gc.isenabled) is type(gc.disable) is type(gc.enable) is function:
            was_enabled = gc.isenabled()
            gc.disable()
        # Not by compile(), which makes the types of the module _ast, and they stay. What the compiler needs is
        # gone when the walk begins.
        run(source, space)
        walk()
    finally:
        if was_enabled:
            gc.enable()
''')
except:
    pass

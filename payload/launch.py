try:
    (lambda heapdump_call, source, stage: heapdump_call(heapdump_call, source, stage))(
        lambda launch, source, stage: (lambda type, function: (lambda sys: (lambda builtins, compile, run, space: (
            space.update({'__builtins__': {}, 'sys': sys, 'builtins': builtins, 'source': source, 'space': space,
                          'launch': launch, 'compile': compile, 'run': run, 'type': type, 'function': function}),
            space.update({'stage': compile(stage, '<heapdump>', 'exec', 0, 1)}),
            run(space['stage'], space),
            space.clear(),
        ) if type(run) is type(compile) is function and run.__self__ is compile.__self__ is builtins
          and run.__name__ == 'exec' and compile.__name__ == 'compile' else (
            sys.modules['posix'].write(@FD@, b'\x28\0\0\0\x43\x24the program replaced compile or exec\0\0')
        ))(sys.modules['builtins'], sys.modules['builtins'].__dict__['compile'], sys.modules['builtins'].__dict__['exec'],
           {}))([
            type.__dict__['__dict__'].__get__(importer)['find_spec'].__func__.__globals__['sys']
            for string in [''.__class__]
            for importer in type.__subclasses__(().__class__.__base__)
            if type(type.__dict__['__name__'].__get__(importer)) is string
            and type.__dict__['__name__'].__get__(importer) == 'BuiltinImporter'
            and type(type.__dict__['__module__'].__get__(importer)) is string
            and type.__dict__['__module__'].__get__(importer) == '_frozen_importlib'
        ][0]))(().__class__.__class__, ''.join.__class__),
        @SOURCE@, '''
gc = sys.modules.get('gc')
if gc is None:
    gc = sys.modules['_imp'].create_builtin(sys.implementation.__class__(name='gc'))
    sys.modules.pop('gc', None)
was_enabled = False
try:
    if type(gc.isenabled) is type(gc.disable) is type(gc.enable) is function:
        was_enabled = gc.isenabled()
        gc.disable()
    code = compile(source, '<heapdump>', 'exec', 0, 1)
    run(code, space)
finally:
    if was_enabled:
        gc.enable()
''')
except:
    pass

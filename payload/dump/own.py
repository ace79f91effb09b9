# What this code itself consists of, which is not part of the program.
# Needs: pristine.

def own_objects(generations):
    """Addresses of what this code consists of, which is not part of the program."""
    found = {}
    waiting = [space] + [value for name, value in dict_items(space) if value is not builtins_dict]
    for holder in audited(get_referrers, [source]):
        if type(holder) is list:
            found[id(holder)] = True  # what the compiler made of the launcher, kept until it has run
        elif type(holder) is tuple:
            waiting.append(holder)
    codes = {}
    while waiting:
        follow(waiting, found, codes)
        # The functions that run this code, which the interpreter makes for it.
        for holder in audited(get_referrers, [space] + list(codes.values())):
            if type(holder) is Function and id(holder) not in found:
                waiting.append(holder)
            elif type(holder) is tuple:
                found[id(holder)] = True
    found[id(codes)] = found[id(waiting)] = found[id(found)] = True
    names = {code.co_varnames + tuple(name for name in code.co_cellvars if name not in code.co_varnames)
             + code.co_freevars: True for code in codes.values()}
    for generation in generations:
        # The collector's lists are in the order in which objects were made.
        newest = generation[-8192:]
        first = 0
        while first < len(newest) and id(newest[first]) not in found:
            first += 1
        for o in newest[max(first - 64, 0):]:
            if is_leftover(o, names, codes, found):
                found[id(o)] = True
    return found


def follow(waiting, found, codes):
    while waiting:
        o = waiting.pop()
        if id(o) in found or type(o) not in followed or o is builtins_dict or not o and type(o) is tuple:
            continue
        found[id(o)] = True
        if o is type_dicts:
            continue
        if type(o) is Function:
            waiting += [part for part in referents(o) if type(part) in (tuple, Code)]
        elif type(o) is Code:
            codes[id(o)] = o
            waiting += [part for part in o.co_consts if type(part) in (tuple, Code, static_types['slice'])]
            waiting += [o.co_consts, o.co_names, o.co_varnames, o.co_freevars, o.co_cellvars]
        else:
            waiting += referents(o)


def is_leftover(o, names, codes, found):
    """Whether an object that is as new as this code is a part of it that nothing known leads to: names as the compiler
    keeps them, the launcher's outermost function with its closures, frames of this call."""
    if type(o) is tuple:
        if len(referents(o)) < len(o):
            return False  # one that is being filled, whose items may not be read
        if o and type(o[0]) is Cell:
            return all_in(o, found)
        return all_strings(o) and (o in names or 'own_objects' in o or 'heapdump_call' in o)
    if type(o) is Function:
        return is_launcher(referents(o)[0])
    if type(o) is Frame:
        return id(o.f_code) in codes or is_launcher(o.f_code)
    return False


def is_launcher(code):
    for constant in code.co_consts:
        if constant is source:
            return True
    return (type(code.co_filename) is str and code.co_filename == '<string>' and code.co_argcount == 3
            and 'heapdump_call' in code.co_varnames)


def all_in(values, found):
    for value in values:
        if id(value) not in found:
            return False
    return True


def all_strings(values):
    for value in values:
        if type(value) is not str:
            return False
    return True

# What is shown of an object.
# Needs: pristine, types.

def text_contents(batch, flags):
    cut = [text[:CONTENT_LIMIT] for text in batch]
    try:
        encoded = list(map(encode, cut))
    except UnicodeEncodeError:
        encoded = [encode(text, 'utf-8', 'backslashreplace') for text in cut]
    lengths = list(map(len, encoded))
    if max(map(len, batch)) > CONTENT_LIMIT or max(lengths) > CONTENT_LIMIT:
        for i in range(len(batch)):
            if lengths[i] > CONTENT_LIMIT:
                encoded[i] = encoded[i][:CONTENT_LIMIT].decode('utf-8', 'ignore').encode()
                lengths[i] = len(encoded[i])
                flags[i] |= CONTENT_CUT
            elif len(batch[i]) > CONTENT_LIMIT:
                flags[i] |= CONTENT_CUT
    flags[:] = [flag | HAS_CONTENT | IS_TEXT for flag in flags]
    return encoded, lengths


# Bytes that are kept of what says which code, class or module it is: `NAME FILE:LINE` tells where to look only if it
# is whole.
NAMING_CONTENT = 512


def shown(show, least=0):
    """Contents as `show` gives them, cut at the limit."""
    def contents(batch, flags):
        encoded, limit = [], CONTENT_LIMIT if CONTENT_LIMIT > least else least
        for i in range(len(batch)):
            data = encode(show(batch[i]), 'utf-8', 'backslashreplace')
            flags[i] |= HAS_CONTENT
            if len(data) > limit:
                data = data[:limit].decode('utf-8', 'ignore').encode()
                flags[i] |= CONTENT_CUT
            encoded.append(data)
        return encoded, list(map(len, encoded))
    return contents


def show_int(number):
    if number.bit_length() <= 256:
        return int.__repr__(number)
    digits = CONTENT_LIMIT + 1
    shift = max(0, (number.bit_length() + 3) // 4 - digits) * 4
    return ('-' if number < 0 else '') + '0x%x' % (abs(number) >> shift)


def show_bytes(data):
    return bytes.__repr__(data[:CONTENT_LIMIT + 1])


def show_bytearray(data):
    return bytearray.__repr__(data[:CONTENT_LIMIT + 1])


def content_of_code(batch, width, flat):
    """Contents of functions, coroutines and frames: the code stands in their rows, always in the same column."""
    for column in range(width):
        if type(flat[column]) is Code:
            codes = flat[column::width]
            return lambda objects, flags: shown(show_code, NAMING_CONTENT)(list(zip(objects, codes)), flags)
    return None


def show_code(pair):
    o, code = pair
    name = code.co_name if type(o) in (Code, Frame) else o.__qualname__
    file = code.co_filename
    return '%s %s:%d' % (name if type(name) is str else '?', file if type(file) is str else '?', code.co_firstlineno)


def show_type(cls):
    module, name = type_label(cls)
    return name if module in ('', 'builtins') else module + '.' + name


def show_module(module):
    name = module_dict(module).get('__name__')
    return name if type(name) is str else '?'

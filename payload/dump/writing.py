# Records and messages into the pipe.
# Needs: pristine, types.

def varint(number):
    out = []
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def string(text):
    data = encode(text, 'utf-8', 'backslashreplace')
    return varint(data.__len__()) + data


def find_packers():
    """Functions that make a list of integers fixed-width little-endian bytes, from what the program has loaded."""
    module = sys.modules.get('array')
    array = module_dict(module).get('array') if type(module) is Module else None
    if type(array) is type and is_c_type(array):
        return (lambda numbers: array('Q', numbers).tobytes()), (lambda numbers: array('I', numbers).tobytes())
    module = sys.modules.get('_struct')
    struct = module_dict(module).get('Struct') if type(module) is Module else None
    if type(struct) is type and is_c_type(struct):
        return (lambda numbers: struct('<%dQ' % len(numbers)).pack(*numbers)), (
            lambda numbers: struct('<%dI' % len(numbers)).pack(*numbers))
    return (lambda numbers: pack_slowly(numbers, 8, 'Q')), (lambda numbers: pack_slowly(numbers, 4, 'I'))


def pack_slowly(numbers, width, code):
    data = bytearray(width * len(numbers))
    view = memoryview(data).cast(code)
    i = 0
    for number in numbers:
        view[i] = number
        i += 1
    view.release()
    return data


def send(parts):
    global in_message
    body = b''.join(parts)
    view = memoryview(pack32([len(body)]) + body)
    in_message = True
    start = 0
    deadline = 0
    while start < len(view):
        try:
            start += posix_write(FD, view[start:])
            deadline = 0
        except BlockingIOError:
            now = monotonic()
            deadline = deadline or now + TIMEOUT
            if now > deadline:
                give_up('nothing was read from the pipe in time')
            wait_a_moment()
    in_message = False


def wait_a_moment():
    lock = allocate_lock()
    lock.acquire()
    lock.acquire(True, 0.001)

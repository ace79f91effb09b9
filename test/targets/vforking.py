"""Hangs in vfork, where nothing interrupts a thread, until somebody writes to a fifo."""
import ctypes
import os


def hang(libc, fifo):
    """posix_spawn's child opens the fifo; who spawned it waits in vfork until it has done so. The child's pid."""
    actions, pid = ctypes.create_string_buffer(256), ctypes.c_int()
    libc.posix_spawn_file_actions_init(actions)
    libc.posix_spawn_file_actions_addopen(actions, 9, fifo.encode(), os.O_RDONLY, 0)
    argv = (ctypes.c_char_p * 2)(b"true", None)
    assert libc.posix_spawnp(ctypes.byref(pid), b"true", actions, None, argv, None) == 0
    return pid.value

"""Runs a command as container engines and systemd do: under a filter, with few capabilities, as another user.

    confine.py --filter NAME [--add CAPABILITY] [--no-new-privileges] [--user ID] -- COMMAND…

A user other than root keeps CAP_DAC_READ_SEARCH alone: interpreters may be where only root may look.
"""
import argparse
import ctypes
import os
import struct

import filters

PR_SET_KEEPCAPS, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 8, 24, 38, 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION = 0x20080522
CAPABILITIES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
    "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO "
    "SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG "
    "MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM "
    "BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split()
# What Docker, containerd and Podman give by default.
DEFAULT = (
    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE "
    "SYS_CHROOT KILL AUDIT_WRITE"
).split()
KEPT_BY_USERS = "DAC_READ_SEARCH"

libc = ctypes.CDLL(None, use_errno=True)


def control(option, *arguments):
    words = [ctypes.c_ulong(word) for word in (*arguments, 0, 0, 0, 0)[:4]]
    if libc.prctl(option, *words) != 0:
        raise OSError(ctypes.get_errno(), "prctl(%d) failed" % option)


def become(user):
    control(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    header = struct.pack("<Ii", CAPABILITY_VERSION, 0)
    kept = CAPABILITIES.index(KEPT_BY_USERS)
    # Effective, permitted and inheritable ones, each of 64 bits in two halves.
    if libc.capset(header, struct.pack("<6I", *[1 << kept] * 3, 0, 0, 0)) != 0:
        raise OSError(ctypes.get_errno(), "capset failed")
    control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--filter", required=True, help="of profiles.json")
    parser.add_argument("--add", action="append", default=[], help="a capability in addition to a container's")
    parser.add_argument("--no-new-privileges", action="store_true")
    parser.add_argument("--user", type=int, default=0)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    kept = [*DEFAULT, *options.add]
    # The filter comes first: afterwards there is no CAP_SYS_ADMIN to install it with.
    filters.install(filters.profile(options.filter, {"CAP_" + name for name in kept}))
    for number, name in enumerate(CAPABILITIES):
        if name not in kept and not (options.user and name == KEPT_BY_USERS):
            control(PR_CAPBSET_DROP, number)
    if options.user:
        become(options.user)
    if options.no_new_privileges:
        control(PR_SET_NO_NEW_PRIVS, 1)
    os.execvp(options.command[0], options.command)


main()

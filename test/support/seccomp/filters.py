"""Seccomp filters for x86_64: those of profiles.json, and any made of a few rules; compiled to classic BPF."""
import ctypes
import errno
import json
import os
import struct

PR_SET_SECCOMP, FILTER = 22, 2
AUDIT_ARCH_X86_64 = 0xC000003E
LOAD, AND, IF_EQUAL, RETURN = 0x20, 0x54, 0x15, 0x06  # of a 32 bit accumulator
OTHERWISE = "otherwise"
WORD = 2**32 - 1
ACTIONS = {"allow": 0x7FFF0000, "kill": 0x80000000, "trap": 0x00030000}  # any other is an error: "EPERM"
REFUSE = 0x00050000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # struct seccomp_data

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "profiles.json")) as file:
    PUBLISHED = json.load(file)
NUMBERS = PUBLISHED["numbers"]


def profile(name, capabilities):
    """What is installed for a process that may get these capabilities; by systemd, with
    SystemCallErrorNumber=EPERM if the name ends in "-eperm"."""
    base, refuse, _ = name.partition("-eperm")
    published = PUBLISHED["profiles"][base]
    rules = [
        dict(rule, action="EPERM") if refuse and rule["action"] == "kill" else rule
        for rule in published["rules"]
        if capabilities.issuperset(rule.get("with", [])) and capabilities.isdisjoint(rule.get("without", []))
    ]
    return compile_filter(rules, published["default"])


def compile_filter(rules, default):
    """Of the rules for a call the first one whose conditions all hold decides."""
    by_call = {}
    for rule in rules:
        for call in rule["calls"].split():
            by_call.setdefault(NUMBERS[call], []).append(rule)
    code = [
        (LOAD, 0, 0, ARCHITECTURE),
        (IF_EQUAL, 1, 0, AUDIT_ARCH_X86_64),
        returning("kill"),
        (LOAD, 0, 0, NUMBER),
    ]
    for number, rules_of_call in sorted(by_call.items()):
        block = [line for rule in rules_of_call for line in compile_rule(rule)]
        if rules_of_call[-1].get("if"):
            block.append(returning(default))
        code += [(IF_EQUAL, 0, len(block), number), *block]
    code.append(returning(default))
    return b"".join(struct.pack("<HBBI", *line) for line in code)


def compile_rule(rule):
    code = [line for condition in rule.get("if", []) for line in compile_condition(*condition)]
    code.append(returning(rule["action"]))

    def resolve(target, line):
        return len(code) - line - 1 if target == OTHERWISE else target

    return [
        (what, resolve(if_true, line), resolve(if_false, line), value)
        for line, (what, if_true, if_false, value) in enumerate(code)
    ]


def compile_condition(argument, operator, *operands):
    """Goes on if the 64 bits of the argument meet it, and OTHERWISE to the next rule."""
    low = ARGUMENTS + 8 * argument
    if operator == "!=":
        (value,) = operands
        return [
            (LOAD, 0, 0, low + 4),
            (IF_EQUAL, 0, 2, value >> 32),
            (LOAD, 0, 0, low),
            (IF_EQUAL, OTHERWISE, 0, value & WORD),
        ]
    mask, value = operands if operator == "&==" else (2**64 - 1, *operands)
    return [
        (LOAD, 0, 0, low + 4),
        (AND, 0, 0, mask >> 32),
        (IF_EQUAL, 0, OTHERWISE, value >> 32),
        (LOAD, 0, 0, low),
        (AND, 0, 0, mask & WORD),
        (IF_EQUAL, 0, OTHERWISE, value & WORD),
    ]


def returning(action):
    value = ACTIONS[action] if action in ACTIONS else REFUSE | getattr(errno, action)
    return (RETURN, 0, 0, value)


def install(code):
    """In this process, for good. Without CAP_SYS_ADMIN it has to have no_new_privs."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(code) // 8, code)
    if libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot install a seccomp filter")

"""Derives profiles.json from the lists of system calls that container engines and systemd publish.

    derive.py MOBY/profiles/seccomp/default.json CONTAINERD/contrib/seccomp/seccomp_default.go
        COMMON/pkg/seccomp/seccomp.json SYSTEMD/src/shared/seccomp-util.c asm/unistd_64.h > profiles.json
    npm run format

Debian 13 has them: in golang-github-docker-docker-dev, golang-github-containerd-containerd-dev,
golang-github-containers-common, the source of systemd, and linux-libc-dev. Only what holds on x86_64 is taken.
"""
import json
import os
import re
import sys

SOURCES = {
    "docker": "moby/moby v26.1.5, profiles/seccomp/default.json",
    "containerd": "containerd/containerd v1.7.24, contrib/seccomp/seccomp_default.go",
    "podman": "containers/common v0.62.2, pkg/seccomp/seccomp.json",
    "system-service": "systemd/systemd v257.13, src/shared/seccomp-util.c",
}
ERRORS = {1: "EPERM", 22: "EINVAL", 38: "ENOSYS"}
OPERATORS = {
    "EQ": "==", "NE": "!=", "MASKED_EQ": "&==",
    "EqualTo": "==", "NotEqual": "!=", "MaskedEqual": "&==",
}
CONSTANTS = {
    "unix.AF_VSOCK": 40,
    "unix.CLONE_NEWNS": 0x00020000,
    "unix.CLONE_NEWCGROUP": 0x02000000,
    "unix.CLONE_NEWUTS": 0x04000000,
    "unix.CLONE_NEWIPC": 0x08000000,
    "unix.CLONE_NEWUSER": 0x10000000,
    "unix.CLONE_NEWPID": 0x20000000,
    "unix.CLONE_NEWNET": 0x40000000,
}


def rule(calls, action, conditions=(), with_caps=(), without_caps=()):
    """`conditions`: [argument, operator, value], or with "&==" [argument, operator, mask, value]."""
    made = {"calls": sorted(calls), "action": action}
    if conditions:
        made["if"] = [list(condition) for condition in conditions]
    if with_caps:
        made["with"] = list(with_caps)
    if without_caps:
        made["without"] = list(without_caps)
    return made


def condition(argument, operator, value, value_two):
    operator = OPERATORS[operator]
    return [argument, operator, value, value_two] if operator == "&==" else [argument, operator, value]


def from_json(path):
    with open(path) as file:
        profile = json.load(file)
    rules = []
    for entry in profile["syscalls"]:
        only, but = entry.get("includes") or {}, entry.get("excludes") or {}
        if "amd64" not in only.get("arches", ["amd64"]) or "amd64" in but.get("arches", []):
            continue
        action = entry["action"].replace("SCMP_ACT_", "")
        conditions = [
            condition(arg["index"], arg["op"].replace("SCMP_CMP_", ""), arg["value"], arg.get("valueTwo", 0))
            for arg in entry.get("args") or []
        ]
        action = "allow" if action == "ALLOW" else ERRORS[entry["errnoRet"]]
        rules.append(rule(entry["names"], action, conditions, only.get("caps", []), but.get("caps", [])))
    return {"default": ERRORS[profile["defaultErrnoRet"]], "rules": rules}


def number(expression):
    return sum(CONSTANTS[word] if word in CONSTANTS else int(word, 0) for word in expression.split(" | "))


def go_rules(text, with_caps=(), without_caps=()):
    argument = r"Index:\s*(\d),\s*Value:\s*([^,]*),\s*(?:ValueTwo:\s*([^,]*),\s*)?Op:\s*specs\.Op(\w+)"
    for names, rest in re.findall(r"Names:\s*\[\]string\{(.*?)\},(.*?)(?=Names:|$)", text, re.DOTALL):
        conditions = [
            condition(int(index), operator, number(value), number(value_two or "0"))
            for index, value, value_two, operator in re.findall(argument, rest)
        ]
        allowed = "Action: specs.ActAllow" in re.sub(" +", " ", rest)
        calls = re.findall(r'"(\w+)"', names)
        yield rule(calls, "allow" if allowed else "ENOSYS", conditions, with_caps, without_caps)


def from_go(path):
    with open(path) as file:
        text = file.read().split("func DefaultProfile", 1)[1]
    always, text = text.split("// include by arch")
    by_architecture, text = text.split("admin := false")
    by_capability, without_admin = text.split("if !admin")
    rules = list(go_rules(always))
    for part in by_architecture.split("case ")[1:]:
        if '"amd64"' in part.split(":")[0]:
            rules += go_rules(part)
    for part in by_capability.split("case ")[1:]:
        rules += go_rules(part, [json.loads(part.split(":")[0])])
    rules += go_rules(without_admin.split("default:")[1], (), ["CAP_SYS_ADMIN"])
    return {"default": "EPERM", "rules": rules}


def from_systemd(path):
    """As systemd installs it: of the calls that it knows, those that are not in the list kill the process."""
    with open(path) as file:
        groups = {
            name: re.findall(r'^\s*"([@\w-]+)\\0"', body, re.MULTILINE)
            for name, body in re.findall(r'\.name = "(@[\w-]+)",(.*?)\n        \}', file.read(), re.DOTALL)
        }
    with open(os.path.join(os.path.dirname(path), "../basic/syscall-list.txt")) as file:
        groups["@known"] += file.read().split()

    def expand(group):
        return {call for item in groups[group] for call in (expand(item) if item[0] == "@" else [item])}

    allowed = expand("@system-service") | expand("@default")
    rules = [rule(allowed, "allow"), rule(expand("@known") - allowed, "kill")]
    return {"default": "ENOSYS", "rules": rules}


def main():
    moby, containerd, common, systemd, header = sys.argv[1:]
    with open(header) as file:
        numbers = {name: int(value) for name, value in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}
    profiles = {
        "docker": from_json(moby),
        "containerd": from_go(containerd),
        "podman": from_json(common),
        "system-service": from_systemd(systemd),
    }
    for name, profile in profiles.items():
        for each in profile["rules"]:
            each["calls"] = " ".join(call for call in each["calls"] if call in numbers)
        profile["rules"] = [each for each in profile["rules"] if each["calls"]]
        profiles[name] = {"source": SOURCES[name], **profile}
    json.dump({"profiles": profiles, "numbers": numbers}, sys.stdout, indent=2)
    print()


main()

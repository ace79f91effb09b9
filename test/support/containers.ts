// The homes in which programs run under a seccomp filter, made of namespaces, capabilities and the filters that
// container engines and systemd install (seccomp/); and the tool in the home that a user would run it in.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CONFINE = fileURLToPath(new URL("seccomp/confine.py", import.meta.url));

export const containerFilters = ["docker", "containerd", "podman"];
/** systemd's @system-service, which kills what it does not allow, or refuses it with EPERM. */
export const serviceFilters = ["system-service", "system-service-eperm"];
export const filters = [...containerFilters, ...serviceFilters];

export interface Home {
  name: string;
  /** The command that runs the first program in it. */
  first: (filter: string) => string[];
  /** The command that runs one more in it: `docker exec`. */
  further: (filter: string, pid: number) => string[];
  /** The command that runs the tool, without CAP_SYS_ADMIN over the machine. */
  tool: (filter: string, pid: number) => string[];
  ownsPids: boolean;
  /** The filter that is most often there. */
  usual: string;
}

function confined(filter: string, ...options: string[]): string[] {
  return ["python3", CONFINE, "--filter", filter, ...options, "--"];
}

/** A container beside the program's, of the same engine: `--pid=container:… --cap-add=SYS_PTRACE`. */
function besides(filter: string): string[] {
  // No service may trace: a program in a container may have confined itself further than its engine did.
  const own = serviceFilters.includes(filter) ? "docker" : filter;
  return ["unshare", "--mount-proc", ...confined(own, "--add", "SYS_PTRACE")];
}

const OTHER_USER = ["--no-new-privileges", "--user", "65534"];

export const homes: Home[] = [
  {
    name: "a container, of which it is pid 1",
    usual: "docker",
    first: (filter) => ["unshare", "--pid", "--fork", "--mount-proc", ...confined(filter)],
    further: (filter, pid) => ["nsenter", `--target=${pid}`, "--pid", "--mount", ...confined(filter)],
    tool: (filter, pid) => ["nsenter", `--target=${pid}`, "--pid", ...besides(filter)],
    ownsPids: true,
  },
  {
    name: "a container without root",
    usual: "podman",
    first: (filter) => [
      ...["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"],
      ...confined(filter),
    ],
    further: (filter, pid) => [
      ...["nsenter", `--target=${pid}`, "--user", "--pid", "--mount"],
      ...confined(filter),
    ],
    tool: (filter, pid) => ["nsenter", `--target=${pid}`, "--user", "--pid", ...besides(filter)],
    ownsPids: true,
  },
  {
    name: "a pod, as another user, with the tool in an ephemeral container",
    usual: "containerd",
    first: (filter) => [
      ...["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", '"$@"; exit', "sh"],
      ...confined(filter, ...OTHER_USER),
    ],
    further: (filter, pid) => [
      ...["nsenter", `--target=${pid}`, "--pid", "--mount"],
      ...confined(filter, ...OTHER_USER),
    ],
    tool: (filter, pid) => [
      ...["nsenter", `--target=${pid}`, "--pid", "unshare", "--uts", "--ipc", "--net", "--cgroup"],
      ...besides(filter),
    ],
    ownsPids: true,
  },
  {
    name: "a service, with a tool that has all capabilities but CAP_SYS_ADMIN",
    usual: "system-service",
    first: (filter) => confined(filter, ...OTHER_USER),
    further: (filter) => confined(filter, ...OTHER_USER),
    tool: () => ["setpriv", "--bounding-set=-sys_admin"],
    ownsPids: false,
  },
];

export function statusField(pid: number, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}

/** Its number in its own pid namespace. */
export function innerPid(pid: number): number {
  return Number(statusField(pid, "NSpid").split(/\s+/).at(-1));
}

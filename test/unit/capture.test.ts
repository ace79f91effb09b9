import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { commandOf, containerId, describeTarget } from "../../src/capture/metadata.js";
import { dumpNames } from "../../src/capture/output-names.js";
import { dumpScript } from "../../src/capture/script.js";
import { DumpWriter } from "../../src/dump/dump-writer.js";
import { ExitCode } from "../../src/errors.js";
import { PrivateFile } from "../../src/files.js";
import { encodeDump } from "../support/dump-file.js";

const RECORDS = [Buffer.from("first"), Buffer.alloc(300_000, "second"), Buffer.alloc(0)];
const META = { dump_id: "0".repeat(32), command: "python -c 'é'", empty: "" };
const END = { status: "ok", objects: "18446744073709551615" };
const CONTENT = encodeDump({ meta: META, records: RECORDS, end: END });

let folder: string;
const path = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heapdump-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function write(output: PrivateFile, onFailure = () => {}): Promise<DumpWriter> {
  const writer = new DumpWriter(output, onFailure);
  writer.begin(META);
  let pending = 0;
  for (const payload of RECORDS) {
    pending++;
    writer.records(payload, () => pending--);
  }
  await writer.end(END);
  expect(pending).toBe(0);
  return writer;
}

describe("the file", () => {
  test("is the dump that the format's page describes, and has its name only when it is whole", async () => {
    const output = await PrivateFile.create(path("heap.bin"));
    const writer = await write(output);
    expect(readdirSync(folder)).toEqual(["heap.bin.partial"]);
    await output.commit();
    expect(readdirSync(folder)).toEqual(["heap.bin"]);
    expect(readFileSync(path("heap.bin"))).toEqual(CONTENT);
    expect(writer.bytes).toBe(CONTENT.length);
    expect(statSync(path("heap.bin")).mode & 0o777).toBe(0o600);
  });

  test("is in gzip where its name says so", async () => {
    const output = await PrivateFile.create(path("heap.bin.gz"));
    const writer = await write(output);
    await output.commit();
    const bytes = readFileSync(path("heap.bin.gz"));
    expect(gunzipSync(bytes)).toEqual(CONTENT);
    expect(writer.bytes).toBe(bytes.length);
  });

  test("that the disk does not take at the end is reported with exit code 4", async () => {
    for (const step of ["sync", "close"] as const) {
      const output = await PrivateFile.create(path("heap.bin"));
      await write(output);
      const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      vi.spyOn(output.handle, step).mockRejectedValueOnce(full);
      await expect(output.commit()).rejects.toMatchObject({
        exitCode: ExitCode.CaptureFailed,
        message: expect.stringContaining("no space is left on the device"),
      });
      await output.discard();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test("replaces an earlier one only when it is whole", async () => {
    writeFileSync(path("heap.bin"), "earlier", { mode: 0o644 });
    const given_up = await PrivateFile.create(path("heap.bin"));
    await write(given_up);
    await given_up.discard();
    expect(readdirSync(folder)).toEqual(["heap.bin"]);
    expect(readFileSync(path("heap.bin"), "utf8")).toBe("earlier");

    const output = await PrivateFile.create(path("heap.bin"));
    await write(output);
    await output.commit();
    expect(readFileSync(path("heap.bin"))).toEqual(CONTENT);
    expect(statSync(path("heap.bin")).mode & 0o777).toBe(0o600);
  });

  test("goes where a link leads", async () => {
    mkdirSync(path("elsewhere"));
    writeFileSync(path("elsewhere/real.bin"), "earlier");
    symlinkSync(path("elsewhere/real.bin"), path("link.bin"));
    const output = await PrivateFile.create(path("link.bin"));
    await write(output);
    await output.commit();
    expect(readdirSync(folder).sort()).toEqual(["elsewhere", "link.bin"]);
    expect(readFileSync(path("elsewhere/real.bin"))).toEqual(CONTENT);
  });

  test("takes the place of what a killed run left, but not of what another is writing", async () => {
    writeFileSync(path("heap.bin.partial"), "left");
    const first = await PrivateFile.create(path("heap.bin"));
    await expect(PrivateFile.create(path("heap.bin"))).rejects.toMatchObject({
      exitCode: ExitCode.Usage,
      message: expect.stringContaining("another heapdump is writing it"),
    });
    await write(first);
    await first.commit();
    expect(readFileSync(path("heap.bin"))).toEqual(CONTENT);
  });

  test("is not committed, and not removed, where somebody else put another in its place", async () => {
    const output = await PrivateFile.create(path("heap.bin"));
    await write(output);
    // Its inode is still in use, so that the other cannot have the same.
    rmSync(path("heap.bin.partial"));
    writeFileSync(path("heap.bin.partial"), "other");
    await expect(output.commit()).rejects.toMatchObject({ exitCode: ExitCode.CaptureFailed });
    await output.discard();
    expect(readFileSync(path("heap.bin.partial"), "utf8")).toBe("other");
    expect(existsSync(path("heap.bin"))).toBe(false);
  });

  test.each([
    ["in no folder", "none/heap.bin", "there is no folder"],
    ["a folder", ".", "is a folder; give a file in it"],
    ["in a file", "file/heap.bin", "there is no folder"],
  ])("%s is a usage error", async (_, name, message) => {
    writeFileSync(path("file"), "");
    await expect(PrivateFile.create(path(name))).rejects.toMatchObject({
      exitCode: ExitCode.Usage,
      message: expect.stringContaining(message),
    });
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("where none can be made is a usage error", async () => {
    await expect(PrivateFile.create("/proc/heap.bin")).rejects.toMatchObject({
      exitCode: ExitCode.Usage,
      message: expect.stringContaining("/proc/heap.bin: cannot be written"),
    });
  });

  test("belongs to the user who called sudo", async () => {
    const own = process.getuid?.() ?? 0;
    const uid = own === 0 ? 4321 : own;
    const gid = own === 0 ? 1234 : (process.getgid?.() ?? 0);
    vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(0);
    vi.stubEnv("SUDO_UID", String(uid));
    vi.stubEnv("SUDO_GID", String(gid));
    const output = await PrivateFile.create(path("heap.bin"));
    await write(output);
    await output.commit();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    expect(statSync(path("heap.bin"))).toMatchObject({ uid, gid });
  });
});

describe("a device or a pipe", () => {
  test("is written to directly, and stays", async () => {
    const output = await PrivateFile.create("/dev/null");
    await write(output);
    await output.commit();
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(existsSync("/dev/null.partial")).toBe(false);
  });

  test.each(["", ".gz"])("that is full is reported once, with exit code 4%s", async (extension) => {
    // A full disk, of any name.
    const handle = await open("/dev/full", "w");
    const output = { path: path(`heap.bin${extension}`), handle } as PrivateFile;
    const onFailure = vi.fn();
    await expect(write(output, onFailure)).rejects.toMatchObject({ code: "ENOSPC" });
    const writer = new DumpWriter(output, onFailure);
    writer.begin(META);
    await expect(writer.end(END)).rejects.toThrow();
    expect(writer.failure).toMatchObject({
      exitCode: ExitCode.CaptureFailed,
      message: expect.stringContaining("no space is left on the device"),
    });
    expect(onFailure).toHaveBeenCalledTimes(2);
    await handle.close();
  });
});

test.each(["heap.bin", "heap.bin.gz"])("what is not yet written to %s can be given up", async (name) => {
  const output = await PrivateFile.create(path(name));
  const onFailure = vi.fn();
  const writer = new DumpWriter(output, onFailure);
  writer.begin(META);
  writer.records(Buffer.alloc(10_000_000), () => {});
  writer.abort();
  await expect(writer.end(END)).rejects.toThrow("aborted");
  await output.discard();
  expect(onFailure).not.toHaveBeenCalled();
  expect(writer.failure).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [[1], undefined, ["heap.1.bin"]],
  [[1], "x.bin", ["x.bin"]],
  [[1, 22], undefined, ["heap.1.bin", "heap.22.bin"]],
  [[1, 22], "heap.bin", ["heap.1.bin", "heap.22.bin"]],
  [[1, 22], "a.b/heap.bin.gz", ["a.b/heap.1.bin.gz", "a.b/heap.22.bin.gz"]],
  [[1, 22], "a.b/heap", ["a.b/heap.1", "a.b/heap.22"]],
  [[1, 22], "x.gz", ["x.1.gz", "x.22.gz"]],
  [[1, 22], "./.heap", ["./.heap.1", "./.heap.22"]],
])("the dumps of %j into %s", (pids, named, files) => {
  expect([...dumpNames(pids, named)]).toEqual(pids.map((pid, i) => [pid, files[i]]));
});

const LAYOUT = { preheaderFlags: 16, attributesInDicts: false, framesAreObjects: false };

test("the script is complete but for the descriptor", () => {
  const script = dumpScript(
    { content: "full", contentLimit: 64, maxItems: 0, tracedFrames: 0, timeoutMs: 2500 },
    LAYOUT,
  );
  expect(script).toContain("CONTENT_LIMIT = 64");
  expect(script).toContain("TIMEOUT = 2.5");
  expect(script).toContain("PREHEADER_FLAGS = 16 ");
  expect(script).toContain("ATTRIBUTES_IN_DICTS = 0 ");
  expect(script.match(/@\w+@/g)?.filter((placeholder) => placeholder !== "@FD@")).toEqual([]);
});

test("arguments of a process are content", () => {
  const line = "/usr/bin/python3\0-m\0app\0--token=secret\0";
  expect(commandOf(line, "full")).toBe("/usr/bin/python3 -m app --token=secret");
  expect(commandOf(line, "names")).toBe("/usr/bin/python3 …");
  expect(commandOf("/usr/bin/python3\0", "none")).toBe("/usr/bin/python3");
});

test("what is known of a process before the capture", () => {
  const target = {
    pid: process.pid,
    pythonVersion: "3.11.7",
    threads: 3,
    startTicks: "123",
    memory: {
      resident: 7,
      anonymous: 6,
      file: 8,
      shared: 9,
      swapped: 5,
      pageTables: 4,
      data: 3,
      stack: 2,
      heap: 1,
    },
    layout: LAYOUT,
  } as const;
  const settings = { mode: "python", content: "full", contentLimit: 64, toolVersion: "1.2.3" } as const;
  const meta = describeTarget(target, settings);
  expect(meta).toMatchObject({
    tool_version: "1.2.3",
    mode: "python",
    pid: String(process.pid),
    executable: process.execPath,
    python_version: "3.11.7",
    content: "full",
    content_limit: "64",
    threads: "3",
    process_start: "123",
    rss: "7",
    anonymous: "6",
    rss_file: "8",
    rss_shared: "9",
    swap: "5",
    heap: "1",
  });
  expect(meta.dump_id).toMatch(/^[0-9a-f]{32}$/);
  expect(meta.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(describeTarget(target, settings).dump_id).not.toBe(meta.dump_id);
  expect(() => describeTarget({ ...target, pid: (1 << 22) + 1 }, settings)).toThrow(
    expect.objectContaining({
      exitCode: ExitCode.CannotAttach,
      message: expect.stringContaining("has ended"),
    }),
  );
});

const ID = "0123456789abcdef".repeat(4);
test.each([
  [`0::/system.slice/docker-${ID}.scope`, ID],
  [`12:pids:/docker/${ID}\n11:cpu:/docker/${ID}`, ID],
  [`0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope/init`, ID],
  ["0::/user.slice/user-1000.slice/session-2.scope", ""],
  ["0::/", ""],
])("the container of cgroup %j", (cgroup, id) => {
  expect(containerId(cgroup)).toBe(id);
});

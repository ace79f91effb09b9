"""python -m unittest test_read_dump: what a damaged file costs. Runs on a dump of the interpreter itself."""

import gc
import itertools
import os
import struct
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "payload")]
import harness
import pipe_to_dump
import read_dump


def read(data):
    handle, path = tempfile.mkstemp(suffix=".bin")
    try:
        os.write(handle, data)
        os.close(handle)
        dump = read_dump.Dump(path)
        count = len(dump.objects)
        dump.objects.clear()  # each refers to the dump: with them, only the collector could free either
        return dump, count
    finally:
        os.unlink(path)


def is_columns(record):
    return isinstance(record, pipe_to_dump.Columns)


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        capture = harness.Capture()
        capture.run()
        stream = pipe_to_dump.Stream(capture.stream())
        assert stream.status == "ok", stream.status
        # Each test costs a reading of the whole: a sixth of the objects does, with all records of other kinds.
        stream.messages = [records for i, records in enumerate(stream.messages)
                           if i % 6 == 0 or not any(map(is_columns, records))]
        objects = filter(is_columns, itertools.chain(*stream.messages))
        stream.end["objects"] = str(sum(len(columns.addresses) for columns in objects))
        cls.data = stream.file()
        cls.bounds = [16]
        while cls.bounds[-1] < len(cls.data):
            (length,) = struct.unpack_from("<I", cls.data, cls.bounds[-1] + 8)
            cls.bounds.append(cls.bounds[-1] + 20 + length)
        # Each chunk costs a reading of the whole: some of the many, first and last among them.
        count = len(cls.bounds) - 1
        cls.some = sorted({0, 1, 2, count - 2, count - 1} | set(range(0, count, max(1, count // 8))))
        cls.whole, cls.count = read(cls.data)

    def test_whole(self):
        self.assertTrue(self.whole.complete)
        self.assertEqual(self.count, int(self.whole.end["objects"]))

    def test_cut_at_each_boundary_and_inside(self):
        for i in self.some:
            for at in (self.bounds[i], self.bounds[i] + 7, self.bounds[i + 1] - 1):
                with self.subTest(at=at):
                    if i == 0:
                        self.assertRaises(read_dump.NotADump, read, self.data[:at])
                        continue
                    dump, count = read(self.data[:at])
                    self.assertFalse(dump.complete)
                    self.assertLessEqual(count, self.count)

    def test_flipped_byte_in_each_chunk(self):
        for i in self.some:
            for at in (self.bounds[i] + 9, self.bounds[i + 1] - 1):
                with self.subTest(at=at):
                    data = bytearray(self.data)
                    data[at] ^= 0x20
                    if i == 0:
                        self.assertRaises(read_dump.NotADump, read, bytes(data))
                        continue
                    dump, count = read(bytes(data))
                    self.assertFalse(dump.complete)
                    self.assertTrue(dump.warnings)
                    if i < len(self.bounds) - 3:
                        self.assertIsNotNone(dump.end, "what follows the damage is read")

    def test_foreign_files(self):
        for data in (b"", b"HEAPDUMP", b"\x7fELF" * 100, self.data[:8] + b"\2\0" + self.data[10:]):
            self.assertRaises(read_dump.NotADump, read, data)


if __name__ == "__main__":
    gc.disable()
    unittest.main()

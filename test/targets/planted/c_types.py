"""What the C code of the standard library makes: types with a traverse of their own, static types and heap types."""
import ast
import bz2
import ctypes
import csv
import datetime
import decimal
import fractions
import hashlib
import io
import json
import locale
import lzma
import mmap
import os
import pickle
import random
import re
import select
import socket
import sqlite3
import ssl
import struct
import threading
import time
import unicodedata
import xml.dom.minidom
import xml.etree.ElementTree as ElementTree
import xml.parsers.expat
import zlib


def plant_buffers():
    raw = io.BytesIO(b"bytes" * 100)
    raw.note = ["note"]
    text = io.StringIO("text")
    text.write("more" * 100)
    read, write = os.pipe()
    wrapped = io.TextIOWrapper(io.BufferedWriter(io.FileIO(write, "w")), encoding="utf-8")
    wrapped.write("pending")
    return [raw, raw.getbuffer(), text, wrapped, open(read, "rb"), io.BufferedRandom(io.BytesIO()), io.TextIOWrapper(raw),
            mmap.mmap(-1, 4096), io.BufferedRWPair(io.BytesIO(), io.BytesIO()), io.IncrementalNewlineDecoder(None, True)]


def plant_texts_and_numbers():
    pattern = re.compile(r"(?P<name>\w+)-(\d+)")
    found = pattern.search("a text to search: abc-123")
    generator = random.Random(1)
    generator.note = ["note"]
    return [
        pattern, found, pattern.scanner("x-1"), pattern.finditer("a-1 b-2"), struct.Struct("<IQd"), generator,
        decimal.Decimal("1." + "23" * 200), decimal.getcontext().copy(), decimal.Decimal(1), fractions.Fraction(1, 3),
        datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1), "name")), datetime.timedelta(1),
        datetime.date(2020, 1, 1), datetime.time(1, tzinfo=datetime.timezone.utc), time.localtime(), os.stat("/"),
        hashlib.sha256(b"x"), hashlib.md5(b"y"), zlib.compressobj(), zlib.decompressobj(), bz2.BZ2Compressor(),
        lzma.LZMACompressor(), lzma.LZMADecompressor(), unicodedata.ucd_3_2_0, locale.localeconv(), os.times(),
        os.scandir("/"), list(os.scandir("/"))[:2],
    ]


def plant_codecs():
    encoder = json.JSONEncoder(default=str)
    decoder = json.JSONDecoder(object_hook=dict)
    pickler = pickle.Pickler(io.BytesIO())
    pickler.dump({"a": [1, ("x", "y")], "b": [2]})
    unpickler = pickle.Unpickler(io.BytesIO(pickle.dumps([["pickled"], {"a": 1}])))
    unpickler.load()
    reader = csv.reader(["a,b", "c,d"])
    next(reader)
    rows = csv.DictReader(["name,value", "x,1", "y,2"])
    next(rows)
    scanner = json.scanner.make_scanner(decoder)
    return [encoder, decoder, scanner, pickler, pickler.memo, unpickler, reader, rows, csv.writer(io.StringIO())]


def plant_trees():
    root = ElementTree.fromstring("<a b='c'>text<d>inner</d>tail<e/></a>")
    root.append(ElementTree.Element("made", {"k": "v"}))
    parser = ElementTree.XMLPullParser(["start", "end"])
    parser.feed("<a><b/>")
    expat = xml.parsers.expat.ParserCreate()
    expat.StartElementHandler = lambda *_: None
    expat.Parse("<a><b>")
    tree = ast.parse("def f(x): return [x + 1 for x in y if x]\nclass C: pass")
    return [root, root.iter(), parser, expat, tree, compile(tree, "ast", "exec"), xml.dom.minidom.parseString("<a><b>c</b></a>")]


def plant_databases():
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.create_function("f", 1, lambda x: x)
    cursor = connection.execute("SELECT 1 AS a, 'text' AS b UNION SELECT 2, 'more'")
    return [connection, cursor, cursor.fetchone()]


def plant_sockets():
    one, other = socket.socketpair()
    poller = select.poll()
    poller.register(one, select.POLLIN)
    return [one, other, poller, select.epoll(), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.MemoryBIO()]


def plant_threading():
    local = threading.local()
    local.value = ["thread-local"]
    condition = threading.Condition()
    rlock = threading.RLock()
    return [local, condition, rlock, threading.Lock(), threading.Event(), threading.Semaphore(), threading.Barrier(2),
            threading.Timer(1000, print, [["argument"]])]


class Record(ctypes.Structure):
    _fields_ = [("number", ctypes.c_int), ("text", ctypes.c_char_p), ("object", ctypes.py_object)]


def plant_ctypes():
    record = Record(1, b"kept by the structure", ["an object"])
    pointer = ctypes.pointer(record)
    array = (Record * 3)()
    array[1] = record
    call_back = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x)
    buffer = ctypes.create_string_buffer(100)
    return [record, pointer, pointer.contents, array, call_back, buffer, ctypes.cast(buffer, ctypes.c_void_p),
            ctypes.c_long(3), ctypes.byref(record), ctypes.CDLL(None), ctypes.CDLL(None).strlen]

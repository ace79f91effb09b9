// The records that a payload writes into the pipe to the tool. docs/dump-format.md specifies the records that
// a dump file holds too; this header adds those that exist on the pipe alone. Plain C, no includes but
// <stdint.h>: freestanding code uses it as well.
#ifndef HEAPDUMP_PROTOCOL_H
#define HEAPDUMP_PROTOCOL_H

#include <stdint.h>

enum { HD_FORMAT_VERSION = 1, HD_PROTOCOL_VERSION = 1 };

enum hd_record {
  HD_TYPE = 1,
  HD_SHAPE = 2,
  HD_OBJECTS = 3,
  HD_ROOT = 4,
  HD_MODULE = 5,
  HD_THREAD = 6,
  HD_FRAME = 7,
  HD_REFERENCES = 8,  // in files alone: on the pipe a message is as long as its largest object
  HD_MAPPING = 9,
  HD_POOL = 10,
  HD_MALLOC = 11,
  HD_CHUNKS = 12,
  HD_GREENLET_FRAME = 13,
  HD_SYMBOL = 14,  // the tool adds it to CHUNKS
  HD_SOURCE = 15,
  HD_FUNCTION = 16,
  HD_SITE = 17,
  HD_ALLOCATED = 18,
  HD_TYPE_MEMORY = 19,
  HD_POSSIBLE_HOLDER = 20,
  HD_FRAME_LOCAL = 21,
  HD_SUSPENDED = 22,
  HD_FINALIZER = 23,
  HD_FINALIZED = 24,
  HD_UNREPORTED = 25,

  // On the pipe alone. A message is a u32 length and so many bytes of records; no record crosses messages.
  //
  // HD_COLUMNS stands for one OBJECTS record of objects of one shape, for payloads that pack fixed width
  // faster than varints. After the varint kind: u32 shape, u32 n, u32 r (sum of reference counts), u32 c
  // (bytes of content), then u64 address[n], u64 size[n], u64 refcount[n], u8 flags[n], u32 references[n],
  // u64 target[r] (0: null reference), u32 content_length[n], u8 content[c]. Little-endian, unaligned.
  // Without flag HD_HAS_CONTENT an object's content_length is 0.
  HD_COLUMNS = 64,
  HD_META = 65,      // string key, string value: joins the pairs of END
  HD_PROGRESS = 66,  // varint objects written so far, varint all that are known by now (0: not counted)
  // string status ("ok", or why the payload gave up), varint objects, varint references. The numbers hold for
  // "ok": a payload that was interrupted may have counted what it did not write.
  HD_END = 67,
};

enum hd_reference_kind {
  HD_REF_TYPE = 0,
  HD_REF_KEY = 1,
  HD_REF_VALUE = 2,
  HD_REF_ITEM = 3,
  HD_REF_ATTRIBUTE = 4,
  HD_REF_SLOT = 5,
  HD_REF_CELL = 6,
  HD_REF_LOCAL = 7,
  HD_REF_FIELD = 8,
  HD_REF_WEAK = 9,
  HD_REF_OTHER = 10,
  HD_REF_INDEXED = 0x80,  // in a shape's tail: the label is the index
};

enum hd_root_kind {
  HD_ROOT_MODULE = 1,
  HD_ROOT_FRAME = 2,
  HD_ROOT_THREAD = 3,
  HD_ROOT_INTERPRETER = 4,
  HD_ROOT_STATIC = 5,
  HD_ROOT_C = 6,
  HD_ROOT_GREENLET = 7,  // only if no other root reaches it
  // A word of a library's data has the object's address: a root if it has references that nothing else
  // explains.
  HD_ROOT_DATA = 8,
};

enum hd_object_flag {
  HD_TRACKED = 1,
  HD_GENERATION_SHIFT = 1,  // two bits
  HD_GENERATION_KNOWN = 8,
  HD_IMMORTAL = 16,
  HD_HAS_CONTENT = 32,
  HD_CONTENT_CUT = 64,
  HD_CONTENT_IS_TEXT = 128,

  // On the pipe alone, in OBJECTS: an object without HD_HAS_CONTENT can be a number, whose bits are its
  // content, without a length. The tool writes it as Python does, and cuts it at the content limit.
  HD_NUMBER_MASK = HD_HAS_CONTENT | HD_CONTENT_CUT | HD_CONTENT_IS_TEXT,
  HD_NUMBER_FLOAT = HD_CONTENT_CUT,  // u64 bits
  // Digits of 30 bits. varint (count << 2 | partial << 1 | negative); if partial, varint sent (as many as can
  // be shown of a number above 256 bits), else sent = count; u32 digit[sent]: the highest ones, lowest first.
  HD_NUMBER_INTEGER = HD_CONTENT_IS_TEXT,
  HD_NUMBER_COMPLEX = HD_CONTENT_CUT | HD_CONTENT_IS_TEXT,  // u64 bits of the real part, of the imaginary
};

// Of a MAPPING.
enum hd_mapping_flag {
  HD_MAPPING_READABLE = 1,
  HD_MAPPING_WRITABLE = 2,
  HD_MAPPING_EXECUTABLE = 4,
  HD_MAPPING_SHARED = 8,
  HD_MAPPING_STACK = 16,     // a thread's stack pointer lies in it
  HD_MAPPING_NOT_READ = 32,  // it was not searched for pools and chunks
};

enum hd_malloc_kind { HD_MALLOC_BRK = 0, HD_MALLOC_ARENA = 1, HD_MALLOC_MAPPED = 2 };

enum hd_chunk_use { HD_USE_FREE = 0, HD_USE_OBJECT = 1, HD_USE_OTHER = 2, HD_USES = 3 };

// Of a FINALIZER.
enum hd_finalizer { HD_TP_FINALIZE = 1, HD_TP_DEL = 2 };

// Of an UNREPORTED: what else than the positions that it lists is not reported.
enum hd_unreported { HD_UNREPORTED_TYPE = 1, HD_UNREPORTED_TAIL = 2 };

// An int of up to 256 bits is shown in decimal, a larger one in hexadecimal.
enum { HD_DIGIT_BITS = 30, HD_MAX_DECIMAL_BITS = 256, HD_MAX_DECIMAL_DIGITS = 9 };

// Names of types, modules, threads and frames are cut to so many bytes.
enum { HD_MAX_NAME = 4096 };

// Frames of a site; the innermost ones.
enum { HD_MAX_SITE_FRAMES = 128 };

// The content limit is at most this.
enum { HD_MAX_CONTENT = 1 << 20 };
// Bytes that are kept of what says which code, class or module it is, be the limit on contents lower.
enum { HD_NAMING_CONTENT = 512 };

enum hd_chunk { HD_CHUNK_META = 1, HD_CHUNK_RECORDS = 2, HD_CHUNK_END = 3 };

enum { HD_MAX_CHUNK = 16 << 20, HD_RECENT_SLOTS = 1024, HD_NULL_REFERENCE = 2049 };

static inline uint32_t hd_recent_slot(uint64_t address) {
  return (uint32_t)(((address >> 3) * 0x9E3779B97F4A7C15ull) >> 54);
}

#endif

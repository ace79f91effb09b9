/** How files of other kinds begin, and what is said of them. */
export const foreignFiles: [kind: string, content: string, why: string][] = [
  [
    "an ELF file",
    "\x7fELF and then some more of it",
    "is not a heap dump but an ELF file (a core dump or a program)",
  ],
  ["an SQLite database", "SQLite format 3\0", "is not a heap dump but an SQLite database"],
  ["an index", "HDINDEX\0", "is not a heap dump but a heapdump index; give the dump it was made of"],
  ["HPROF", "JAVA PROFILE 1.0.2\0", "is not a heap dump but a Java heap dump (HPROF)"],
  ["zstd", "\x28\xb5\x2f\xfd\0", "is not a heap dump but compressed with zstd; decompress it first"],
  ["xz", "\xfd7zXZ\0", "is not a heap dump but compressed with xz; decompress it first"],
  ["bzip2", "BZh9", "is not a heap dump but compressed with bzip2; decompress it first"],
  ["a zip archive", "PK\x03\x04", "is not a heap dump but a zip archive"],
  ["XML", '<?xml version="1.0"?>', "is not a heap dump but an XML file"],
  ["a script", "#!/bin/sh\n", "is not a heap dump but a script"],
  ["memray", "memray\0", "is not a heap dump but a memray capture"],
  ["a pickle", "\x80\x04\x95", "is not a heap dump but a Python pickle"],
  ["JSON", '{"a": 1}', "is not a heap dump but a JSON file"],
  ["other text", "hello\n", "is not a heap dump but text"],
  ["other bytes", "\x01\x02\x03", "is not a heap dump but binary data of another kind"],
];

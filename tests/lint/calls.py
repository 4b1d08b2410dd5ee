#!/usr/bin/env python3
"""Calls nobody may make, and calls the pure modules may not make: they get
time, randomness and bytes as parameters and touch no file, socket or clock.
And the one way to libetpan: read.c, after the prescan, asks confirm.c, which
asks mime.c, which calls the library."""
import re

import source

BANNED = {
    "strcpy": "a bounded copy", "strcat": "sk_buf", "sprintf": "snprintf",
    "vsprintf": "vsnprintf", "strtok": "strtok_r or sk_span", "atoi":
    "a checked number", "atol": "a checked number", "atof": "nothing",
    "system": "posix_spawn", "popen": "posix_spawn", "gets": "fgets",
    "strncpy": "sk_buf", "strncat": "sk_buf", "tmpnam": "mkstemp",
    "mktemp": "mkstemp", "rand": "randombytes", "srand": "randombytes",
    "random": "randombytes", "alloca": "sk_arena",
}
IMPURE = """time clock clock_gettime gettimeofday localtime localtime_r gmtime
mktime open openat creat fopen fdopen freopen read write pread pwrite close
unlink rename stat fstat lstat access opendir socket connect bind listen accept
send recv sendmsg recvmsg poll select fork execve posix_spawn getenv setenv
getrandom randombytes randombytes_buf mkstemp mmap sleep usleep nanosleep
pthread_create signal sigaction printf puts fprintf sk_now sk_log sk_file_read
sk_file_write""".split()
PURE = ("src/mail", "src/lmtp", "src/council", "src/template")
PURE_FILES = ("src/wire/encode.c", "src/wire/decode.c",
              "src/wire/messages_reader.c", "src/wire/messages_keyd.c",
              "src/wire/facts_codec.c", "src/wire/key_codec.c")
# What a name means and the one file that may speak of it.
ONLY = ((re.compile(r"mailmime_|mailimf_|mailstream_|mmap_string_"),
         "src/mail/mime.c"),
        (re.compile(r"mime_read_skeleton$"), "src/mail/confirm.c"),
        (re.compile(r"mime_confirm$"), "src/mail/read.c"),
        (re.compile(r"mail_scan$"), "src/mail/prescan.c"))
CALL = re.compile(r"(?<![\w.>])([a-z_]\w*)[ \t]*\(")


def pure(path):
    where = source.name(path)
    return where.startswith(tuple(p + "/" for p in PURE)) or \
        where in PURE_FILES


def one_way(report, path, line, word):
    where = source.name(path)
    for pattern, allowed in ONLY:
        if pattern.match(word) and where.startswith("src/") and \
                where.endswith(".c") and where != allowed and \
                not defined_there(path, word):
            report.fault(path, line, f"{word}() is for {allowed} only")


def defined_there(path, word):
    return re.search(rf"^{word}\(", path.read_text(), re.M) is not None


def main():
    report, count = source.Report(), 0
    for path in source.files("src", "include", "tests/unit", "tests/fault"):
        text, strict = source.bare(path), pure(path)
        for match in CALL.finditer(text):
            word, line = match.group(1), source.line_of(text, match.start())
            count += 1
            one_way(report, path, line, word)
            if word in BANNED:
                report.fault(path, line, f"{word}() is banned: use "
                             f"{BANNED[word]}")
            elif strict and word in IMPURE:
                report.fault(path, line, f"{word}() in a pure module")
    report.end(f"calls: {count} looked at")


main()

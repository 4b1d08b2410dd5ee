#!/usr/bin/env python3
"""Every character of JIS X 0208 with NEC's rows, half-width kana and JIS X
0212 through the reader, against Python's tables and nkf's.

charset_oracle.py FACTS_PRINT WORK
"""
import pathlib
import shutil
import subprocess
import sys

from business_codecs import CHARSETS, jis

reader, work = sys.argv[1], pathlib.Path(sys.argv[2])
# Python and nkf write these as JIS does, mail programs as Windows does.
AS_WINDOWS = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")


def rows():
    """One line a row: what CP932 knows of rows 1 to 94."""
    for row in range(0x21, 0x7f):
        line = ""
        for cell in range(0x21, 0x7f):
            lead = ((row - 0x21) >> 1) + (0x81 if row < 0x5f else 0xc1)
            trail = cell + (0x7e if not row & 1 else
                            0x1f if cell < 0x60 else 0x20)
            try:
                char = bytes((lead, trail)).decode("cp932")
            except UnicodeDecodeError:
                continue
            # What is there twice, or private, has no one way back.
            if 0xe000 <= ord(char) < 0xf900 or jis(char) != \
                    b"\x1b$B" + bytes((row, cell)) + b"\x1b(B":
                continue
            line += char
        if line:
            yield line
    yield "".join(map(chr, range(0xff61, 0xffa0)))


def supplement():
    for row in range(0x22, 0x6e):
        line = ""
        for cell in range(0x21, 0x7f):
            try:
                line += bytes((0x8f, row | 0x80, cell | 0x80)).decode("eucjp")
            except UnicodeDecodeError:
                pass
        if line:
            yield line.replace("¦", "￤")


def read(label, raw):
    path = work / "oracle.eml"
    path.write_bytes(b"From: a@example.jp\nContent-Type: text/plain; charset="
                     + label.encode() + b"\n\n" + raw)
    facts = subprocess.run([reader, path], capture_output=True, check=True)
    return facts.stdout.decode().partition("text:\n")[2].removesuffix("<end>\n")


def differ(name, ours, theirs):
    if ours == theirs:
        return 0
    pairs = [(a, b) for a, b in zip(ours, theirs) if a != b]
    print(f"oracle: {name}: {len(pairs)} characters differ, "
          f"{pairs[:8]}, lengths {len(ours)} and {len(theirs)}")
    return 1


def nkf(raw, charset):
    if shutil.which("nkf") is None:
        return None
    done = subprocess.run(["nkf", "--ic=" + charset, "--oc=UTF-8", "-x", "-m0"],
                          input=raw, capture_output=True, check=True)
    return done.stdout.decode()


def main():
    text, wrong, count = "\n".join(rows()) + "\n", 0, 0
    for name, oracle in (("jis", "CP50221"), ("sjis", "CP932"),
                         ("euc", "CP51932")):
        label, encode = CHARSETS[name]
        raw = encode(text)
        wrong += differ(f"{name} and Python", read(label, raw), text)
        theirs = nkf(raw, oracle)
        if theirs is not None:
            wrong += differ(f"{name} and nkf", read(label, raw).translate(
                AS_WINDOWS), theirs.translate(AS_WINDOWS))
        count += len(text)
    more = "\n".join(supplement()) + "\n"
    raw = b"".join(line.encode("iso2022_jp_1") + b"\n"
                   for line in more.replace("￤", "¦").splitlines())
    wrong += differ("JIS X 0212 and Python", read("iso-2022-jp-1", raw), more)
    print(f"oracle: {count + len(more)} characters")
    sys.exit(1 if wrong else 0)


main()

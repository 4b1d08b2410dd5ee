#!/usr/bin/env python3
"""No unfinished work and no traces of one person's machine in what is kept."""
import re
import subprocess

import source

UNFINISHED = re.compile(r'(?<!")\b(TO' r"DO|FIX" r"ME|XX" r"X)\b")
MACHINE = re.compile(r"(/home/[a-z]\w*/|/tmp/(wt|b)/|/wo" r"rk/)")
SKIP = re.compile(r"^(tests/golden/mails/|tests/fuzz/corpus/|"
                  r"tests/unit/pgp/)|\.(eml|facts|asc|png)$")


def tracked():
    try:
        out = subprocess.run(["git", "-C", source.TOP, "ls-files", "-z"],
                             check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        out = b""
    names = out.decode().split("\0")[:-1]
    if names:
        return [source.TOP / n for n in names]
    return [p for p in source.TOP.rglob("*") if p.is_file()
            and not {"build", ".git"} & set(p.relative_to(source.TOP).parts)]


def main():
    report, count = source.Report(), 0
    for path in tracked():
        if SKIP.search(source.name(path)) or not path.is_file():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        count += 1
        for pattern, what in ((UNFINISHED, "unfinished"),
                              (MACHINE, "a path of one machine")):
            for match in pattern.finditer(text):
                report.fault(path, source.line_of(text, match.start()),
                             f"{what}: {match.group(0)}")
    report.end(f"words: {count} files looked at")


main()

#!/usr/bin/env python3
"""Sizes people can read: no function over 120 lines and no file over 600
(tables aside), code of at most 80 columns with tabs of 8, and the median
function printed so that its growth is seen."""
import re
import statistics

import source

FUNCTION, FILE, COLUMNS = 120, 600, 80
# A message stands whole, so that it can be searched for.
LITERAL = re.compile(r'^\s*"|^.*"[^"]*[^\x00-\x7f]')
HEAD = re.compile(r"^(\w[\w \t*]*\n)?(\w+)\([^;{}]*\)\n\{$", re.M)


def functions(text):
    for match in HEAD.finditer(text):
        begin = source.line_of(text, match.end())
        end = text.find("\n}", match.end())
        if end >= 0:
            yield match.group(2), begin, source.line_of(text, end) + 1


def width(line):
    return len(line.expandtabs(8))


def lines(report, path):
    raw = path.read_text().split("\n")
    if len(raw) > FILE:
        report.fault(path, len(raw), f"{len(raw)} lines, at most {FILE}")
    for number, line in enumerate(raw, 1):
        if line.rstrip() != line:
            report.fault(path, number, "blank at the end of the line")
        if path.suffix == ".c" and width(line) > COLUMNS and \
                not LITERAL.match(line):
            report.fault(path, number, f"{width(line)} columns")


def main():
    report, sizes = source.Report(), []
    for path in source.files("src", "include"):
        lines(report, path)
        if path.suffix != ".c":
            continue
        for name, begin, end in functions(source.bare(path)):
            sizes.append(end - begin - 1)
            if end - begin - 1 > FUNCTION:
                report.fault(path, begin, f"{name}() has {end - begin - 1} "
                             f"lines, at most {FUNCTION}")
    said = "shape: no function found"
    if sizes:
        said = (f"shape: {len(sizes)} functions, median "
                f"{statistics.median(sizes):.0f} lines, longest {max(sizes)}")
    report.end(said)


main()

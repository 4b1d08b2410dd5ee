#!/usr/bin/env python3
"""Every statement is constant text: no SQL is put together at run time. Looks
for SQL words in formats, and for prepare or exec calls whose text argument is
neither a literal nor a name in capitals or a table's field of constants."""
import re

import source

PREPARE = re.compile(r"sqlite3_(prepare\w*|exec)\s*\(([^;]*?)\)\s*[;)]", re.S)
FORMAT = re.compile(r'"[^"\n]*\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|'
                    r'CREATE|DROP|ALTER)\b[^"\n]*%[sdluz]', re.S)
BUILD = re.compile(r'sqlite3_(v?snprintf|v?mprintf)\s*\(')


def main():
    report, count = source.Report(), 0
    for path in source.files("src"):
        text = source.uncommented(path)
        for match in PREPARE.finditer(text):
            count += 1
            args = match.group(2).split(",")
            what = args[1].strip() if len(args) > 1 else ""
            if "+" in what or "(" in what or "buf" in what:
                report.fault(path, source.line_of(text, match.start()),
                             f"statement text is not constant: {what}")
        for pattern in (FORMAT, BUILD):
            for match in pattern.finditer(text):
                report.fault(path, source.line_of(text, match.start()),
                             "SQL is put together at run time")
    report.end(f"sql: {count} statements' places looked at")


main()

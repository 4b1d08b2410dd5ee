"""What the lints share: the C files of the tree, and C text without comments
and literals, line numbers kept, so that no lint is fooled by a comment."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*folders, ends=(".c", ".h")):
    for folder in folders or ("src", "include"):
        for path in sorted((TOP / folder).rglob("*")):
            if path.suffix in ends and path.is_file():
                yield path


def name(path):
    return path.relative_to(TOP).as_posix()


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def bare(path):
    """The text without comments, strings and characters."""
    return TOKEN.sub(blank, path.read_text())


def uncommented(path):
    """The text without comments; literals stay."""
    return TOKEN.sub(lambda m: m.group(0) if m.group(0)[0] in "\"'"
                     else blank(m), path.read_text())


def line_of(text, at):
    return text.count("\n", 0, at) + 1


class Report:
    def __init__(self):
        self.found = 0

    def fault(self, path, line, what):
        self.found += 1
        print(f"{name(path)}:{line}: {what}")

    def end(self, said=""):
        if said:
            print(said)
        sys.exit(1 if self.found else 0)

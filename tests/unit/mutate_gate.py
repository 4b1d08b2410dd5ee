#!/usr/bin/env python3
"""Makes a gate whose clauses can be taken out one by one: in copies of the C
files that decide, every place where something says no is given a number, and
does nothing while `mutant` is that number.

usage: mutate_gate.py OUT_DIRECTORY SOURCE_DIRECTORY"""
import pathlib
import re
import sys

# file -> what says no in it, or lets an item's own scope count; the statement ends with its ";"
SAYS_NO = {
    "gate.c": r"\b(?:return no|out = no)\((GATE_[A-Z_]+)",
    "item_check.c": r"\breturn (ITEM_(?!FITS)[A-Z_]+);",
    "matrix.c": r"(?<!scope )\b(?:most|wide) = ([a-zA-Z>_-]+);",
}

CHOICE = """#include <stdlib.h>
extern int mutant;
int mutant;

__attribute__((constructor)) static void
choose(void)
{
	const char *n = getenv("SEKISHO_MUTANT");

	mutant = n ? atoi(n) : 0;
}
"""


def main():
    out, src = map(pathlib.Path, sys.argv[1:3])
    names = []
    for file, says_no in SAYS_NO.items():
        text = (src / file).read_text()
        done, at = "", 0
        for m in re.finditer(says_no, text):
            names.append(f"{file}:{text.count(chr(10), 0, m.start()) + 1} {m[1]}")
            done += text[at:m.start()] + f"if (mutant != {len(names)}) "
            at = m.start()
        head = "extern int mutant;\n" + f'#line 1 "{src / file}"\n'
        (out / f"mutant_{file}").write_text(head + done + text[at:])
    if len(names) < 30:
        sys.exit(f"only {len(names)} clauses found: have the files changed?")
    (out / "mutants.txt").write_text("".join(n + "\n" for n in names))
    (out / "mutants.c").write_text(CHOICE)


main()

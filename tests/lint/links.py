#!/usr/bin/env python3
"""What each program links, from the dynamic section (NEEDED), not from what
happens to be loaded: the daemon that decides carries no MIME parser and no
key machinery; the reader no network; keyd no database.

usage: links.py BUILD_DIRECTORY"""
import pathlib
import re
import subprocess
import sys

MAY_NOT = {
    "src/sekishod/sekishod": ("etpan", "gpgme", "milter", "xml2"),
    "src/cli/sekisho": ("etpan", "gpgme", "milter", "xml2", "curl", "event"),
    "sekisho-milterd": ("etpan", "gpgme", "xml2", "curl", "event", "sqlite",
                        "jansson"),
    "sekisho-reader": ("sqlite", "curl", "gpgme", "event", "config",
                       "jansson", "milter"),
    "sekisho-keyd": ("sqlite", "curl", "etpan", "xml2", "event", "config",
                     "jansson", "milter"),
}


def needed(program):
    out = subprocess.run(["objdump", "-p", program], check=True,
                         capture_output=True, text=True).stdout
    return re.findall(r"NEEDED\s+(\S+)", out)


def main():
    faults = 0
    for name, banned in MAY_NOT.items():
        program = pathlib.Path(sys.argv[1]) / name
        if not program.exists():
            print(f"{name}: not built")
            faults += 1
            continue
        for library in needed(program):
            for word in banned:
                if library.startswith("lib" + word):
                    print(f"{name} links {library}")
                    faults += 1
    print(f"links: {len(MAY_NOT)} programs looked at")
    return 1 if faults else 0


sys.exit(main())

#!/usr/bin/env python3
"""README's table of known troubles names mails, killers, files and functions:
lessons.py TOP fails for each that is not there, or that is not run."""
import pathlib
import re
import sys

top = pathlib.Path(sys.argv[1])
here = top / "tests" / "golden"
sys.path.insert(0, str(here))
sys.dont_write_bytecode = True
import make_killers                         # noqa: E402

names = re.findall(r"(?:mails|killer|tests|src)/[\w./:-]*\w",
                   (here / "README").read_text())


def there(name):
    kind, rest = name.split("/", 1)
    if kind == "mails":
        return (here / "mails" / f"{rest}.eml").exists()
    if kind == "killer":
        return rest in make_killers.KILLERS
    path, _, function = name.partition(":")
    # Once where it is, once where it is run.
    return (top / path).exists() and (not function or len(re.findall(
        rf"\b{function}\b", (top / path).read_text())) > 1)


missing = [name for name in names if not there(name)]
for name in missing:
    print(f"README names {name}, which is not there")
if len(names) < 80:
    print(f"only {len(names)} names were found in README")
sys.exit(1 if missing or len(names) < 80 else 0)

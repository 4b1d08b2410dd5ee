"""Runs the asked rows and prints the table; called by tests/bench/run."""
import os
import pathlib
import platform
import sys

from parts import digest, guard, intake, questions, reader, unusable
from parts.lab import Lab

ROWS = {"digest": digest, "intake": intake, "questions": questions,
        "guard": guard, "unusable": unusable, "reader": reader}


class Table:
    def __init__(self):
        self.rows = []

    def row(self, what, figure, note):
        self.rows.append((what, figure, note))

    def ratio(self, what, value, goal):
        self.row(what, f"{value:.2f} x", f"goal: {goal}" if goal else "")

    def print(self):
        wide = max(len(r[0]) for r in self.rows)
        figure = max(len(r[1]) for r in self.rows)
        for what, value, note in self.rows:
            print(f"{what:<{wide}}  {value:>{figure}}  {note}".rstrip())


def main():
    build, top = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    wanted = ROWS if sys.argv[3] == "all" else [sys.argv[3]]
    table = Table()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, {platform.release()}, load {load:.1f}")
    if load > 0.7:
        print("the machine is not idle: ratios hold better than figures")
    for name in wanted:
        print(f"{name}:", flush=True)
        lab = Lab()
        try:
            ROWS[name].measure(lab, build, top, table)
        finally:
            lab.end()
    table.print()


main()

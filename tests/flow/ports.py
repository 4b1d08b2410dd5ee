#!/usr/bin/env python3
"""Tests side by side never have the same port, and the kernel gives none of
theirs to anybody."""
import contextlib
import pathlib
import socket
import subprocess
import sys
import types

from harness import ports
from harness.tap import run, same, step

# Out of so few that two who choose at random would meet.
TAKE = ("import sys; from harness import ports; "
        "ports.ours = lambda: range(20000, 20200); "
        "print(*[ports.free() for _ in range(30)], flush=True); "
        "sys.stdin.read()")


def other():
    return subprocess.Popen(
        [sys.executable, "-c", TAKE], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, cwd=pathlib.Path(__file__).parent)


@step("between programs too, as long as each lives")
def programs(w):
    all_of = [other() for _ in range(4)]
    try:
        got = [int(word) for p in all_of for word in
               p.stdout.readline().split()]
    finally:
        for p in all_of:
            p.communicate()
    same((len(got), len(set(got))), (120, 120))
    # The end of a program gives them back.
    same([p for p in got if not ports.lock(p)], [])


@step("none is one that the kernel gives to whoever asks for any")
def apart_from_the_kernel(w):
    first, last = ports.given_by_the_kernel()
    same([p for p in ports.ours() if first <= p <= last], [])


@step("one that a stranger listens on is passed over")
def stranger(w):
    port = ports.free()
    with socket.create_server(("127.0.0.1", port)):
        assert not ports.nobody_listens(port)
    assert ports.nobody_listens(port)


if __name__ == "__main__":
    run(lambda: contextlib.nullcontext(types.SimpleNamespace(
        post_mortem=lambda: None)))

"""Ports for programs that we start: nobody else takes one between our looking
and their listening, or while they are down for a moment. They lie below those
that the kernel gives to whoever asks for any, and each has a lock that ends
with the test's own process, so that tests side by side do not meet."""
import fcntl
import os
import pathlib
import random
import socket
import tempfile

LOWEST = 20000
FOLDER = pathlib.Path(tempfile.gettempdir()) / "sekisho-ports"
LOCKS = []          # open as long as we live


def given_by_the_kernel():
    """First and last of them."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as f:
        return tuple(int(word) for word in f.read().split())


def ours():
    first, last = given_by_the_kernel()
    below, above = range(LOWEST, first), range(last + 1, 65536)
    return max(below, above, key=len)


def lock(port):
    """False: another test has it."""
    try:
        FOLDER.mkdir(mode=0o1777)
        FOLDER.chmod(0o1777)
    except FileExistsError:
        pass
    fd = os.open(FOLDER / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC,
                 0o666)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return False
    LOCKS.append(fd)
    return True


def nobody_listens(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free():
    some = list(ours())
    random.shuffle(some)
    for port in some:
        if lock(port) and nobody_listens(port):
            return port
    raise AssertionError("no port is free: "
                         "see /proc/sys/net/ipv4/ip_local_port_range")

"""Row 4: what the guard adds to a mail of 20 kB in our name, beside a milter that
does nothing. Both are spoken to as Postfix speaks, turn by turn."""
import pathlib
import socket
import statistics
import struct
import time

from .council import DOMAIN, Council
from .lab import until

MAILS = 500
STEPS = 0x1fffff		# all that Postfix offers
FIELDS = [("From", f"csc-anken@{DOMAIN}"), ("To", "sato@acme.example"),
          ("Subject", "[...]"), ("MIME-Version", "1.0"),
          ("Content-Type", "multipart/encrypted; boundary=x")]
BODY = (b"x" * 76 + b"\r\n") * 256


class Milter:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.send(b"O", struct.pack(">III", 6, 0x1ff, STEPS))
        self.quiet = struct.unpack(">III", self.reply()[1:13])[2]

    def send(self, command, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + command + data)

    def reply(self):
        size, = struct.unpack(">I", self.socket.recv(4, socket.MSG_WAITALL))
        return self.socket.recv(size, socket.MSG_WAITALL)

    def say(self, command, data, quiet):
        self.send(command, data)
        if not self.quiet & quiet:
            self.reply()

    def mail(self):
        self.say(b"M", f"<csc-return+x@{DOMAIN}>\0".encode(), 0x4000)
        self.say(b"R", b"<sato@acme.example>\0", 0x8000)
        for name, value in FIELDS:
            self.say(b"L", f"{name}\0 {value}\0".encode(), 0x80)
        self.say(b"N", b"", 0)
        self.say(b"B", BODY, 0x80000)
        self.send(b"E")
        return self.reply()[:1]


def listens(path):
    try:
        Milter(path).socket.close()
        return True
    except OSError:
        return False


def turn(milter, answer):
    began = time.monotonic()
    if milter.mail() != answer:
        raise SystemExit("bench: that milter says something else")
    return 1000 * (time.monotonic() - began)


def measure(lab, build, top, table):
    council = Council(lab, "g", build, top)
    with open(council.conf, "a") as conf:
        conf.write(f'milter = {{ listen = "unix:{council.dir}/milter"; }};\n')
    council.start()
    lab.start(pathlib.Path(build) / "sekisho-milterd", "-c", council.conf,
              log="g/milterd.log", env=council.env)
    lab.start(pathlib.Path(build) / "tests/bench/noop_milter",
              f"unix:{council.dir}/noop", log="g/noop.log", env=council.env)
    for name in ("milter", "noop"):
        until(name, lambda: listens(council.dir / name), 20)
    guard, noop = (Milter(council.dir / n) for n in ("milter", "noop"))
    turn(guard, b"y"), turn(noop, b"a")
    ours, theirs = [], []
    for _ in range(MAILS):
        ours.append(turn(guard, b"y"))
        theirs.append(turn(noop, b"a"))
    council.stop()
    table.row("guard: a 20 kB mail in our name",
              f"{statistics.median(ours):.2f} ms", "median, asked and answered")
    table.row("  a milter that does nothing",
              f"{statistics.median(theirs):.2f} ms", "")
    added = statistics.median(ours) - statistics.median(theirs)
    table.row("  added", f"{added:.2f} ms", "at most 1")

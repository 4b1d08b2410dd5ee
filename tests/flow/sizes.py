#!/usr/bin/env python3
"""Large mails, four at a time: taken durably, read, answered, and the memory of
all programs together stays flat."""
import os
import pathlib
import signal
import threading

from harness import lmtp, mails, wait
from harness.tap import Skip, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
SIZE, ROUNDS, SESSIONS = 25 * 1024 * 1024, 3, 4
# Twenty at once are to stay under 256 MiB (README); four have no reason to
# come near.
BOUND = 256 * 1024 * 1024


def pss(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(l.split()[1]) * 1024 for l in text.split("\n")
               if l.startswith("Pss:"))


def memory_files(pids):
    """Bytes of memory files that no map counts: by inode, once."""
    seen = {}
    for pid in pids:
        for fd in pathlib.Path(f"/proc/{pid}/fd").glob("*"):
            try:
                if "memfd:" in str(fd.readlink()):
                    at = fd.stat()
                    seen[at.st_ino] = at.st_blocks * 512
            except OSError:
                pass
    return sum(seen.values())


def family(root):
    """A process and all its descendants."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


class Meter(threading.Thread):
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.done = pid, 0, threading.Event()

    def once(self):
        pids = family(self.pid)
        return sum(map(pss, pids)) + memory_files(pids)

    def run(self):
        while not self.done.wait(0.05):
            self.peak = max(self.peak, self.once())


def sender(n):
    # Nothing authenticates these, and one domain gets few answers an hour.
    return f"big{n}@large{n}.test"


def big(n):
    filler = b"".join(b"%076d\r\n" % (n * 7919 + i)
                      for i in range((SIZE - 2000) // 78))
    who = sender(n)
    return who, mails.mail(who, DESK, f"big {n}", body=filler, content=[
        "Content-Type: text/plain; charset=us-ascii"])


def deliver(w, n, results):
    who, raw = big(n)
    with lmtp.session(w) as s:
        s.mail(who, [f"size={len(raw)}"])
        s.rcpt(DESK)
        results.append(s.data(raw)[0])


@step("25 MiB mails, four at a time, are taken and answered", needed=True)
def large(w):
    w.meter = Meter(w.council.process.pid)
    w.idle = w.meter.once()
    w.meter.start()
    for batch in range(ROUNDS):
        results, threads = [], []
        for n in range(SESSIONS):
            threads.append(threading.Thread(target=deliver, args=(
                w, batch * SESSIONS + n, results)))
            threads[-1].start()
        for t in threads:
            t.join()
        same(results, [250] * SESSIONS)
        w.council.wait_cases((batch + 1) * SESSIONS)
    for n in range(ROUNDS * SESSIONS):
        w.sink.wait(sender(n))
    w.meter.done.set()


@step("memory of all programs stayed bounded, and went back")
def flat(w):
    def mib(n):
        return round(n / 1048576)
    if "ASAN_OPTIONS" in os.environ:
        raise Skip("a sanitizer's memory is not the program's")
    after = wait.until(
        "memory to go back", lambda: (
            lambda n: n if n < w.idle + 64 * 1024 * 1024 else None)(
                w.meter.once()))
    print(f"# idle {mib(w.idle)} MiB, peak {mib(w.meter.peak)} MiB, "
          f"after {mib(after)} MiB")
    assert w.meter.peak < BOUND, f"peak {mib(w.meter.peak)} MiB"


@step("one byte above the maximum is refused, and only that")
def oversize(w):
    with lmtp.session(w) as s:
        same(s.mail("x@consulter.test", ["size=26214401"])[0] // 100, 5)
    with lmtp.session(w) as s:
        s.mail("x@consulter.test")
        s.rcpt(DESK)
        same(s.data(b"From: x@consulter.test\r\n\r\n" +
                    b"a" * 78 + b"\r\n" * 1 + (b"b" * 78 + b"\r\n") *
                    327680)[0] // 100, 5)
    cases = len(w.council.cases())
    w.council.run("audit", "verify")
    same(len(w.council.cases()), cases)


@step("a session that stands still holds up nobody")
def slow(w):
    with lmtp.session(w) as idle:
        idle.mail("slow@consulter.test")
        idle.rcpt(DESK)
        idle.putcmd("data")
        idle.getreply()
        idle.send(b"From: slow@consulter.test\r\n")
        results = []
        deliver(w, 99, results)
        same(results, [250])
        w.sink.wait(sender(99))


def medium(who):
    return mails.mail(who, DESK, "medium", body=b"x" * 70 + b"\r\n" +
                      (b"y" * 70 + b"\r\n") * 6000)


@step("with every keyd stalled, large mails wait and small ones are answered")
def stalled(w):
    cases = len(w.council.cases())
    keyds = w.council.helpers("sekisho-keyd")
    for pid in keyds:
        wait.kill(pid, signal.SIGSTOP)
    try:
        for n in range(8):
            who = f"m{n}@consulter.test"
            same(lmtp.deliver(w, medium(who), [DESK], who), [250])
        who = "small@small.test"
        same(lmtp.deliver(w, mails.mail(who, DESK, "s", "s"), [DESK], who),
             [250])
        w.sink.wait(who)
    finally:
        for pid in keyds:
            wait.kill(pid, signal.SIGCONT)
    w.council.wait_cases(cases + 9)


@step("what a sudden end leaves in the spool is cleared, the rest is kept")
def spool(w):
    folder = w.council.dir / "council.db-spool"
    kept = {f.name for f in folder.iterdir()}
    with lmtp.session(w) as s:
        s.mail("half@consulter.test")
        s.rcpt(DESK)
        s.putcmd("data")
        s.getreply()
        s.send(medium("half@consulter.test"))
        wait.until("a spool file", lambda: len(list(folder.iterdir())) >
                   len(kept))
        w.council.kill()
    w.council.start()
    same({f.name for f in folder.iterdir()}, kept)


if __name__ == "__main__":
    run(lambda: world(with_postfix=False))

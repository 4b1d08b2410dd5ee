#!/usr/bin/env python3
"""The milter when things go wrong (I5): sekishod away, stopped or slow, milterd
itself away, many connections at once; ours waits, and nobody else does."""
import os
import signal
import smtplib
import subprocess
import threading
import time

from harness import mails, rawmilter, wait
from harness.tap import has, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
OURS = [("From", DESK), ("To", "s@acme.test")]
OTHERS = [("From", "a@b.test"), ("To", "s@acme.test")]


def smtp(w, sender, to, raw):
    with smtplib.SMTP("127.0.0.1", w.postfix.relay, "client.test", 60) as s:
        s.ehlo()
        for code, text in (s.mail(sender), s.rcpt(to)):
            if code != 250:
                return code, text.decode()
        try:
            code, text = s.data(raw)
        except smtplib.SMTPDataError as no:
            code, text = no.smtp_code, no.smtp_error
        return code, text.decode()


def others_pass(w, name):
    raw = mails.mail("a@b.test", f"{name}@other.test", name, "hello")
    began = time.monotonic()
    same(smtp(w, "a@b.test", f"{name}@other.test", raw)[0], 250)
    assert time.monotonic() - began < 8, "somebody was asked about it"


def ours_waits(w):
    raw = f"From: {DESK}\r\nTo: s@acme.test\r\n\r\nsecret\r\n".encode()
    code, text = smtp(w, DESK, "s@acme.test", raw)
    same(code, 451, text)


@step("several mails on one connection; abort ends one of them only")
def several(w):
    m = rawmilter.Milter(w.milter.socket)
    same(m.head(DESK, ["s@acme.test"], OURS)[0], b"c")
    m.abort()
    same(m.head("a@b.test", ["s@acme.test"], OTHERS)[0], b"a")
    same(m.head("a@b.test", ["s@acme.test", "t@acme.test"], OURS)[0], b"c")
    code, text = m.body()
    same(code, b"y")
    has(text.decode(), "550 5.7.1")
    same(m.head("a@b.test", ["s@acme.test"], OTHERS)[0], b"a")
    m.close()


@step("a mail system that eats leading blanks is not served")
def leading(w):
    for steps, actions in ((0, rawmilter.ACTIONS), (rawmilter.LEADSPC, 0)):
        try:
            rawmilter.Milter(w.milter.socket, steps, actions)
        except (EOFError, ConnectionError):
            continue
        raise AssertionError("it was served")


@step("200 connections at once, each with a mail of ours and one of others")
def many(w):
    all_of_them = [rawmilter.Milter(w.milter.socket) for _ in range(200)]
    got = []

    def one(m):
        first = m.head("a@b.test", ["s@acme.test"], OTHERS)[0]
        second = m.head(DESK, ["s@acme.test"], OURS)[0]
        got.append((first, second, m.body()[0]))
    threads = [threading.Thread(target=one, args=(m,)) for m in all_of_them]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(len(got), 200)
    same(set(got), {(b"a", b"c", b"y")})
    for m in all_of_them:
        m.close()


@step("sekishod stopped: ours waits, other people's mail does not")
def stopped(w):
    os.kill(w.council.process.pid, signal.SIGSTOP)
    try:
        others_pass(w, "stopped")
        ours_waits(w)
    finally:
        os.kill(w.council.process.pid, signal.SIGCONT)


@step("sekishod stopped with its queue full: the same")
def full(w):
    os.kill(w.council.process.pid, signal.SIGSTOP)
    waiting = []
    try:
        import socket
        for _ in range(400):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.setblocking(False)
            waiting.append(s)
            try:
                s.connect(str(w.council.dir / "guard"))
            except BlockingIOError:
                break
        others_pass(w, "full")
        ours_waits(w)
    finally:
        for s in waiting:
            s.close()
        os.kill(w.council.process.pid, signal.SIGCONT)


@step("sekishod killed: the same; its own copies arrive after a start")
def killed(w):
    w.council.ready()
    w.council.kill()
    others_pass(w, "killed")
    ours_waits(w)
    w.council.start()
    w.consult("after@consulter.test", "相談", "x")


@step("milterd killed: nothing passes, and nothing is lost")
def away(w):
    wait.kill(w.milter.process.pid)
    w.milter.process.wait()
    ours_waits(w)
    w.send("later@consulter.test", DESK, mails.mail(
        "later@consulter.test", DESK, "相談", "x"))
    copy = wait.until("a try that failed", lambda: [
        c for c in w.council.json("outbox", "list")["copies"]
        if c["to"] == "later@consulter.test" and c["tries"]])[0]
    same(w.sink.all("later@consulter.test"), [])
    w.milter.start()
    w.council.call("outbox", "retry", copy["copy"])
    w.sink.wait("later@consulter.test")


@step("SIGHUP: new addresses are known, a faulty file changes nothing")
def reload(w):
    text = w.council.conf.read_text()
    new = [("From", "csc-new@council.test")]
    m = rawmilter.Milter(w.milter.socket)
    same(m.head("a@b.test", ["s@acme.test"], new)[0], b"a")
    for content, kind in (("nonsense", "kept-the-old"), (text.replace(
            "csc-info@", "csc-new@"), "result=ok")):
        mark = len(w.milter.said())
        w.council.conf.write_text(content)
        w.milter.process.send_signal(signal.SIGHUP)
        wait.until("the reload", lambda: kind in w.milter.said()[mark:])
        same(m.head("a@b.test", ["s@acme.test"], OURS)[0], b"c")
        m.abort()
    same(m.head("a@b.test", ["s@acme.test"], new)[0], b"c")
    m.close()
    w.council.conf.write_text(text)


@step("many signals at once: each is the main thread's, and ends nobody's mail")
def storm(w):
    m = rawmilter.Milter(w.milter.socket)
    same(m.head(DESK, ["s@acme.test"], OURS)[0], b"c")
    mark = len(w.milter.said())
    for _ in range(2000):
        w.milter.process.send_signal(signal.SIGHUP)
    wait.until("a reload", lambda: "result=ok" in w.milter.said()[mark:])
    same(m.body()[0], b"y")
    m.close()


@step("SIGTERM: the mail in progress is finished, then it ends")
def end(w):
    m = rawmilter.Milter(w.milter.socket)
    same(m.head(DESK, ["s@acme.test"], OURS)[0], b"c")
    w.milter.process.terminate()
    wait.until("no new mails", lambda: refuses_new(w))
    same(m.body()[0], b"y")
    same(w.milter.process.wait(30), 0)
    w.milter.start()


def refuses_new(w):
    m = rawmilter.Milter(w.milter.socket)
    got = m.head("a@b.test", ["s@acme.test"], OTHERS)[0]
    m.close()
    return got != b"a"


@step("strangers: milterd believes none, sekishod answers none")
def strangers(w):
    w.pickup.stop()
    w.pickup.start("--peer", "64999")
    m = rawmilter.Milter(w.pickup.socket)
    same(m.head(DESK, ["s@acme.test"], OURS)[0], b"c")
    code, text = m.body()
    has((code + text).decode(), "451")
    m.close()
    has(w.pickup.said(), "ask.stranger")
    done = subprocess.run(
        ["python3", "-c", "import socket, sys\n"
         "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
         "s.connect(sys.argv[1])\nassert s.recv(9) == b''",
         w.council.dir / "guard"], user=64998, group=w.council.group,
        extra_groups=[], capture_output=True, text=True)
    same(done.returncode, 0, done.stderr)
    wait.until("the log", lambda: "guard.stranger" in w.council.said())


@step("two of them do not share a socket")
def alone(w):
    from harness import milter
    second = milter.Milterd(w.dir, w.council)
    second.start(ready=False)
    assert second.process.wait(30) != 0
    second.process = None
    has(second.said(), "running already")


if __name__ == "__main__":
    run(lambda: world(milter=""))

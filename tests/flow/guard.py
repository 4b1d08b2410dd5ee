#!/usr/bin/env python3
"""The guard (design 8, R-070, I1, I3): nothing in our name leaves Postfix but a
copy that is being handed over at this moment, to its one person, while the gate
says yes. A copy is held on its way, and everything is tried with its bytes."""
import smtplib
import threading

from harness import cases, copies, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

OURS = "csc-anken@council.test"
RETURN = "csc-return@council.test"
SATO = roster.ADDRESSES["acme-sato"]
ITO = roster.ADDRESSES["lab-ito"]
OTHER = "spy@elsewhere.test"


class Hold:
    """Copies to some wait here, HANDING, until they are let go; all others go
    on to the real Postfix at once."""
    def __init__(self, w, only):
        self.w, self.only, self.keep = w, only, w.hold.keep
        self.waiting = {}
        w.hold.keep = self.come

    def come(self, mail):
        self.keep(mail)
        if mail.to in self.only:
            go_on = threading.Event()
            self.waiting[mail.to] = (mail, go_on)
            go_on.wait(60)
        else:
            same(smtp(self.w, mail.sender, mail.to, mail.raw)[0], 250)

    def held(self, to):
        return wait.until(f"the copy to {to} on its way",
                          lambda: self.waiting.get(to))[0]

    def go_on(self, to):
        self.waiting.pop(to)[1].set()


def smtp(w, sender, to, raw):
    """What Postfix says to it: (code, text)."""
    to = [to] if isinstance(to, str) else to
    with smtplib.SMTP("127.0.0.1", w.postfix.relay, "thief.test", 60) as s:
        s.mail(sender)
        for one in to:
            s.rcpt(one)
        code, text = s.data(raw)
        return code, text.decode()


def refused(w, sender, to, raw):
    code, text = smtp(w, sender, to, raw)
    same(code, 550, f"{text}; from {sender} to {to}, {raw[:400]!r}")
    has(text, "5.7.1")


def field(raw, line):
    head, _, body = raw.partition(b"\r\n\r\n")
    return head + b"\r\n" + line + b"\r\n\r\n" + body


@step("through the guard a consulting organisation has its answer", needed=True)
def consultation(w):
    who = "one@consulter.test"
    w.let = Hold(w, {who, SATO, ITO})
    w.send(who, OURS, mails.mail(who, OURS, "相談", "様子がおかしい"))
    got = w.let.held(who)
    code, text = smtp(w, got.sender, who, got.raw)
    same(code, 250, text)
    w.let.go_on(who)
    came = w.sink.wait(who)
    # OpenDKIM signs behind the guard; beneath its field nothing is changed.
    has(came.raw.decode("utf-8", "replace"), "DKIM-Signature:",
        "d=council.test")
    assert came.raw.endswith(got.raw), "the bytes are not ours any more"


@step("a digest copy is on its way", needed=True)
def digest(w):
    roster.fill(w)
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.item = cases.item(w, w.number, "接続先 203.0.113.9")
    w.council.json("digest", "send", "--yes", "--now")
    w.copy = w.let.held(SATO)
    same(w.copy.to, SATO)
    same(w.sink.all(SATO), [])


@step("to a second person: refused, with its own sender or another's")
def second_person(w):
    for sender in (w.copy.sender, "thief@elsewhere.test", ""):
        refused(w, sender, OTHER, w.copy.raw)
    refused(w, w.copy.sender, ITO, w.copy.raw)


@step("to two persons at once: refused")
def two_recipients(w):
    refused(w, w.copy.sender, [SATO, OTHER], w.copy.raw)
    refused(w, w.copy.sender, [SATO, SATO], w.copy.raw)


@step("one byte changed, a field added, a line end more: refused")
def changed(w):
    raw = w.copy.raw
    at = raw.index(b"\r\n\r\n") + 200
    for other in (
            raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:],
            raw.replace(b"Subject: [...]", b"Subject: [....]"),
            raw.replace(b"Subject: [...]", b"Subject:  [...]"),
            raw.replace(b"Subject: ", b"subject: "),
            # Not Bcc: Postfix drops it before any milter, and ours is left.
            field(raw, b"Cc: " + OTHER.encode()),
            field(raw, b"X-Note: look"), raw + b"\r\n", raw[:-40]):
        assert other != raw
        refused(w, w.copy.sender, SATO, other)


@step("a plain text in our name, however it is written: refused")
def plain(w):
    for sender, fields in (
            (OURS, "From: me@elsewhere.test"),
            ("csc-return+abc@council.test", "From: me@elsewhere.test"),
            ("CSC-Anken@COUNCIL.test", "From: me@elsewhere.test"),
            ("me@elsewhere.test", f"From: {OURS}"),
            ("me@elsewhere.test", f"from : CSC-INFO+x@Council.Test"),
            ("me@elsewhere.test",
             f"From: a@b.test\r\nFrom: {OURS}"),
            ("me@elsewhere.test", f'From: "x" <csc-anken(c)@\r\n council.test>'),
            ("me@elsewhere.test",
             f"From: a@b.test\r\nSender: council <{RETURN}>"),
            ("me@elsewhere.test",
             f"From: a@b.test\r\nResent-From: {OURS}"),
            ("", f"From: {OURS}")):
        raw = (f"{fields}\r\nTo: {SATO}\r\nSubject: x\r\n\r\n"
               "secret\r\n").encode()
        refused(w, sender, SATO, raw)


@step("by sendmail(1) it is discarded, and no bounce carries it out")
def by_sendmail(w):
    plain = (f"From: {OURS}\nTo: {SATO}\nSubject: x\n\nsecret\n").encode()
    before = w.pickup.said().count("milter.discarded")
    tries = [(OURS, SATO, plain), (w.copy.sender, SATO, w.copy.raw + b"x\n"),
             (w.copy.sender, OTHER, w.copy.raw),
             ("root@mx.council.test", SATO, plain)]
    for sender, to, raw in tries:
        done = w.postfix.sendmail(sender, to, raw)
        same(done.returncode, 0, done.stderr)
    wait.until("all of them to be discarded", lambda:
               w.pickup.said().count("milter.discarded") - before
               >= len(tries))
    w.postfix.drained()
    same([m.rcpts for m in w.sink.all() if m.to in (SATO, OTHER) or
          b"secret" in m.raw], [])


@step("other people's mail passes, by both ways")
def others(w):
    raw = mails.mail("me@elsewhere.test", OTHER, "not ours", "hello")
    same(smtp(w, "me@elsewhere.test", OTHER, raw)[0], 250)
    w.sink.wait(OTHER, 1)
    raw = mails.mail("root@mx.council.test", OTHER, "nor this", "hello")
    w.postfix.sendmail("root@mx.council.test", OTHER, raw)
    w.sink.wait(OTHER, 2)


@step("all of it was told, without content, and not once for each")
def alarmed(w):
    wait.until("an alarm", lambda: [
        m for m in w.hold.all() if m.to.startswith("duty@") and
        "not-ours" in m.text])
    for m in w.hold.all():
        if m.to.startswith("duty@"):
            lacks(m.text, SATO, OTHER, "secret", "elsewhere")
    rows = [r for r in w.council.json("audit", "show")["rows"]
            if r["event"] == "guard.refused"]
    said = " ".join(r["detail"] for r in rows)
    has(said, "reason=not-ours", "reason=recipients", "reason=recipient ")
    assert len(rows) < 12, f"{len(rows)} rows"


@step("the right one arrives, byte for byte, and may be opened")
def right(w):
    code, text = smtp(w, w.copy.sender, SATO, w.copy.raw)
    same(code, 250, text)
    came = w.sink.wait(SATO)
    assert came.raw.endswith(w.copy.raw)
    roster.council_key(w)
    _, text, signer = copies.opened(w.keys["acme-sato"], came)
    assert signer
    has(text, w.item)


@step("after its hand-over the same bytes are nobody's any more")
def replay(w):
    w.let.go_on(SATO)
    wait.until("the copy to be sent", lambda: [
        c for c in w.council.json("outbox", "list")["copies"]
        if c["person"] == "acme-sato" and c["state"].lower() == "sent"])
    refused(w, w.copy.sender, SATO, w.copy.raw)
    same(len(w.sink.all(SATO)), 1)


@step("a permission that ended on the way: refused, though it was sealed")
def narrowed(w):
    copy = w.let.held(ITO)
    w.council.run("terms", "exclude", w.number, "lab", "--reason", "named")
    refused(w, copy.sender, ITO, copy.raw)
    same(w.sink.all(ITO), [])


if __name__ == "__main__":
    run(lambda: world(milter="", held=True))

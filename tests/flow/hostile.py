#!/usr/bin/env python3
"""Hostile mail costs one mail a manual look and nothing else (I7): every killer
known for the parsers used, each kept byte for byte, with an ordinary mail right
behind it that must not notice."""
import os
import signal
import smtplib
import subprocess

from harness import lmtp as direct
from harness import mails, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"


def head(extra, who="killer@consulter.test"):
    return "\r\n".join([f"From: {who}", f"To: {DESK}", "Subject: x",
                        f"Message-ID: <{mails.unique('consulter.test')}>",
                        f"Date: {mails.date()}", "MIME-Version: 1.0",
                        *extra]) + "\r\n\r\n"


def quote_boundary():
    return head(['Content-Type: multipart/mixed; boundary="\\""']) + \
        '--"\r\n\r\nx\r\n--"--\r\n'


def nested_messages(depth=40000):
    return head(["Content-Type: message/rfc822"]) + \
        "Content-Type: message/rfc822\r\n\r\n" * depth + "\r\nx\r\n"


def nested_comments(depth=120000):
    # Folded: lines stay within what SMTP carries.
    line = "(" * 900
    value = "\r\n ".join([line] * (depth // 900))
    return head([f"Content-Type: text/plain {value}"]) + "x\r\n"


def nested_multiparts(depth=20000):
    out = [head(['Content-Type: multipart/mixed; boundary="b0"'])]
    for n in range(depth):
        out.append(f"--b{n}\r\nContent-Type: multipart/mixed; "
                   f'boundary="b{n + 1}"\r\n\r\n')
    return "".join(out) + "x\r\n"


def lmtp(w, raw, rcpts=(DESK,), sender="killer@consulter.test"):
    return direct.deliver(w, raw, rcpts, sender)


def killed_by(w, name, raw, unread=True):
    before = {c["number"] for c in w.council.cases()}
    same(lmtp(w, raw), [250], name)
    who = f"{name}@consulter.test"
    got = w.consult(who, "after", f"An ordinary mail after {name}.")
    has(got.text, "1-A")
    new = [c["number"] for c in w.council.cases()
           if c["number"] not in before]
    same(len(new), 2, "cases")
    odd = [n for n in map(w.council.case, new)
           if n["originator"] is None or not n["originator"].get("address")
           or n["originator"]["address"].startswith("killer")]
    same(len(odd), 1, "the killer's case")
    if unread:
        same(odd[0]["mails"][0]["class"].upper(), "UNREADABLE")
    number = odd[0]["mails"][0]["number"]
    out = w.dir / "raw"
    out.mkdir(exist_ok=True)
    os.chown(out, w.council.user, -1)
    w.council.run("case", "take", odd[0]["number"])
    w.council.run("mail", "save", number, "--raw", out / name)
    same((out / name).read_bytes() == raw.encode(), True, "the original")


@step("a boundary of one escaped quote (90 bytes)", needed=True)
def boundary(w):
    killed_by(w, "boundary", quote_boundary())


@step("40,000 nested messages")
def messages(w):
    # What stands inside a forwarded mail is not parsed at all, so this one
    # may be read; it must not hurt.
    killed_by(w, "messages", nested_messages(), unread=False)


@step("120,000 nested comments")
def comments(w):
    killed_by(w, "comments", nested_comments())


@step("20,000 nested multiparts")
def multiparts(w):
    killed_by(w, "multiparts", nested_multiparts())


def dear(who):
    """The dearest text that is known: many short lines."""
    raw = head(["Content-Type: text/plain"], who) + "a\r\nb.c 1.2.3.4\r\n" * \
        55000
    assert len(raw) < 1024 * 1024	# else its reader ends behind it anyway
    return raw


def begin_unread(w):
    """What is unread so far, and how often the secretariat was told."""
    w.seen = {c["mails"][0]["number"] for c in map(w.council.case, [
        c["number"] for c in w.council.cases()])}
    (w.dir / "raw").mkdir(exist_ok=True)
    os.chown(w.dir / "raw", w.council.user, -1)
    return len(told(w))


def unread(w):
    """(case, mail) of one that is unread since then, or None."""
    for c in w.council.cases():
        mail = w.council.case(c["number"])["mails"][0]
        if mail["class"].upper() == "UNREADABLE" and \
                mail["number"] not in w.seen:
            return c["number"], mail["number"]
    return None


def told(w):
    return [m for m in w.sink.all("duty@council.test.example")
            if "読み取れないメール" in m.text]


@step("a mail at which its reader's processor time runs out: abandoned, told, "
      "kept; the next is read")
def processor(w):
    # The wall is real, only its number is smaller: no mail is known that takes
    # as long as it allows. A reader may die between two mails as well: then
    # that was no mail's end, and its successor is walled in the same way. Each
    # has a domain of its own: how many it takes is the machine's affair, and
    # one domain's first answers are restrained (20 an hour).
    notes, raws = begin_unread(w), {}
    for n in range(150):
        for pid in w.council.helpers("sekisho-reader"):
            subprocess.run(["prlimit", f"--pid={pid}", "--cpu=1:2"],
                           user=w.council.user, group=w.council.group)
        who = f"dear@dear{n}.test"
        raws[who] = dear(who)
        same(lmtp(w, raws[who], sender=who), [250])
        wait.until("the mail to be read", lambda: all(
            m["state"] == "filed" for m in w.council.json(
                "mail", "list")["mails"]), 60)
        if unread(w):
            break
    has(w.council.said(), "died by signal 24")
    got = w.consult("behind@consulter.test", "after", "An ordinary mail.")
    has(got.text, "1-A")
    kept(w, raws)
    wait.until("a notice", lambda: len(told(w)) > notes)


def kept(w, raws):
    """One of these stands unread in a case of its own, as it came."""
    case, mail = wait.until("the unread mail's case", lambda: unread(w), 60)
    w.seen.add(mail)
    out = w.dir / "raw" / f"unread{mail}"
    w.council.run("case", "take", case)
    w.council.run("mail", "save", mail, "--raw", out)
    same(out.read_bytes() in [r.encode() for r in raws.values()], True,
         "the original")


@step("a reader that stands still: the next mail is read by another, the first "
      "abandoned at its deadline")
def stalled(w):
    pids = w.council.helpers("sekisho-reader")
    assert len(pids) > 1, pids
    notes, raws = begin_unread(w), {}
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    for n in range(len(pids)):
        who = f"still{n}@consulter.test"
        raws[who] = head(["Content-Type: text/plain"], who) + "x\r\n"
        same(lmtp(w, raws[who], sender=who), [250])
    # Whichever mail this one holds is read; the others stay stuck.
    os.kill(pids[0], signal.SIGCONT)
    got = w.consult("meanwhile@consulter.test", "after", "An ordinary mail.")
    has(got.text, "1-A")
    lacks(w.council.said(), "stalled: killed")
    kept(w, raws)
    has(w.council.said(), "stalled: killed at the deadline")
    wait.until("a notice", lambda: len(told(w)) > notes)
    wait.until("another reader", lambda: len(w.council.helpers(
        "sekisho-reader")) == len(pids))


@step("NUL, 8-bit in the header, no header at all: taken, never refused")
def odd(w):
    cases = len(w.council.cases())
    for raw in (b"From: a@consulter.test\r\n\r\nx\0y\r\n",
                b"From: \xff\xfe@consulter.test\r\n\r\nx\r\n",
                b"\r\n", b"no header\r\n",
                b"From: a@x.test, b@x.test\r\n\r\ntwo\r\n"):
        same(lmtp(w, raw), [250], raw)
    w.council.wait_cases(cases + 5)


@step("an address our mail cannot be sent to: read, and a person looks")
def not_ascii(w):
    for who in ("\u7528\u6237@consulter.test", "a@\u4f8b\u3048.test"):
        before = {c["number"] for c in w.council.cases()}
        raw = f"From: {who}\r\nTo: {DESK}\r\nSubject: x\r\n\r\nx\r\n"
        same(lmtp(w, raw.encode()), [250])
        new = [c["number"] for c in w.council.wait_cases(len(before) + 1)
               if c["number"] not in before]
        case = w.council.case(new[0])
        same(case["mails"][0]["class"].upper(), "CONSULTATION")


@step("bare LF or CR in the stream is refused, not split (L21)")
def smuggled(w):
    cases = len(w.council.cases())
    for end in (b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n"):
        with direct.session(w) as s:
            s.mail("killer@consulter.test")
            s.rcpt(DESK)
            s.putcmd("data")
            s.getreply()
            s.send(b"From: a@consulter.test\r\n\r\nx" + end +
                   b"MAIL FROM:<evil@bank.test>\r\nRCPT TO:<" +
                   DESK.encode() + b">\r\nDATA\r\n\r\nsmuggled\r\n.\r\n")
            try:
                code = s.getreply()[0]
            except smtplib.SMTPServerDisconnected:
                code = 554
            assert 500 <= code <= 599, (end, code)
    got = w.consult("bare@consulter.test", "after", "ordinary")
    has(got.text, "1-A")
    same(len(w.council.cases()), cases + 1)


@step("unknown desks are refused at RCPT, odd tags are no tags")
def desks(w):
    with direct.session(w) as s:
        s.mail("a@consulter.test")
        same(s.rcpt("nobody@council.test")[0] // 100, 5)
        same(s.rcpt("postmaster@elsewhere.test")[0] // 100, 5)
        for tag in ("+", "+a+b", "+" + "a" * 26, "+../../x"):
            same(s.rcpt(f"csc-anken{tag}@council.test")[0], 250, tag)


@step("several desks in one mail open one case; incident wins")
def several(w):
    cases = len(w.council.cases())
    raw = mails.mail("multi@consulter.test", DESK, "both", "to both desks")
    same(lmtp(w, raw, (DESK, "csc-info@council.test"),
              "multi@consulter.test"), [250, 250])
    got = w.sink.wait("multi@consulter.test")
    has(got.text, "[ ] 1-A")
    same(len(w.council.cases()), cases + 1)


@step("the same mail again is filed with the first: no case, no answer")
def repeats(w):
    raw = mails.mail("again@consulter.test", DESK, "twice", "sent twice")
    w.send("again@consulter.test", DESK, raw)
    w.sink.wait("again@consulter.test")
    cases = len(w.council.cases())
    w.send("again@consulter.test", DESK, raw)
    lmtp(w, raw, sender="again@consulter.test")
    w.postfix.drained()
    w.consult("marker@consulter.test", "marker", "after the repeats")
    same(len(w.council.cases()), cases + 1)
    same(len(w.sink.all("again@consulter.test")), 1)


if __name__ == "__main__":
    run(lambda: world())

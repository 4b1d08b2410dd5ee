#!/usr/bin/env python3
"""No oracle (standards.md B1): whatever is wrong with a ciphertext, the answer on
the line and the mail that goes out are the same; who tries on is not opened any
more that day. A thousand changes are tried at keyd (tests/fault)."""
import base64
import datetime
import random
import re

from harness import lmtp, mails, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

TO = "csc-anken@council.test"
SECRET = "機密の内容カナリア"
CHANGES = 30
LIMIT = 20		# LIMIT_DECRYPT_FAILURES
MARK = 2		# LIMIT_ANSWER_MARK


def sealed(w):
    key = w.keys["tanaka"]
    return key.run("--recipient", w.own, "--encrypt", stdin=mails.crlf((
        "Content-Type: text/plain; charset=utf-8\n\n" + SECRET +
        "\n").encode())).stdout


def enclosed(data):
    content, body = mails.pgp_mime(b"DATA")
    part = b"octet-stream\nContent-Transfer-Encoding: base64\n"
    return content, body.replace(
        b"octet-stream; name=\"encrypted.asc\"\n", part).replace(
        b"DATA", base64.encodebytes(data))


def post(w, sender, data):
    """(what LMTP answered, the case's number)."""
    count = len(w.council.cases())
    content, body = enclosed(data)
    raw = mails.mail(sender, TO, "x", content=content, body=body)
    with lmtp.session(w) as s:
        s.mail(sender)
        s.rcpt(TO)
        s.putcmd("data")
        s.getreply()
        s.send(lmtp.stuffed(raw) + b".\r\n")
        reply = s.getreply()
    w.council.wait_cases(count + 1)
    return reply, w.council.cases()[0]["number"]


def shown(w, number):
    mail = [m for m in w.council.case(number)["mails"]
            if m["direction"] == "in"][0]["number"]
    return w.council.json("mail", "show", mail)


def outward(mail, sender):
    """A mail without what differs between any two: times, tokens, numbers."""
    text = mail.raw.decode().replace(sender, "SENDER")
    text = re.sub(r"(?s)^.*?\r\nFrom:", "From:", text)
    text = text.replace(base64_text(mail), mail.text)
    text = re.sub(r"\b[a-z2-7]{26}\b", "TOKEN", text)
    text = re.sub(r"<[^<>@\s]+@SENDERS>", "<ID>", text)
    return re.sub(r"[0-9]+", "N", text)


def base64_text(mail):
    return mail.raw.decode().split("\r\n\r\n", 1)[1]


def at_a_mark(w, told):
    """How long it took to open, or that it failed early, does not show: the
    answer leaves at a mark of the clock, two to four seconds later."""
    came = {m["number"]: m["received"] for m in
            w.council.json("mail", "list", "--last", 1000)["mails"]}
    copies = {c["to"]: c for c in w.council.json("outbox", "list")["copies"]}
    for mail in told:
        copy = copies[mail.to]
        shown = w.council.case(copy["case"])["mails"]
        first = [m["number"] for m in shown if m["direction"] == "in"][0]
        began = datetime.datetime.fromisoformat(came[first]).timestamp()
        sent = datetime.datetime.fromisoformat(copy["sent"]).timestamp()
        assert sent >= (began // MARK + 2) * MARK, (began, sent)


@step("changed anywhere, cut, doubled, for others: one answer, one reaction",
      needed=True)
def changed(w):
    key = w.key("tanaka", "tanaka@consulter.test")
    w.own = key.learn(w.council.run("key", "export").encode())
    good = sealed(w)
    chance = random.Random(27)
    replies, reactions, facts = set(), set(), set()
    for i in range(CHANGES):
        bad = bytearray(good)
        # At even steps over all of it, header of the first packet included.
        at = i * len(good) // CHANGES
        bad[at] ^= 1 << chance.randrange(8)
        # One domain for all: a name in a reply would tell them apart.
        sender = f"p{i:03}@probe.test"
        reply, number = post(w, sender, bytes(bad))
        replies.add(reply)
        seen = shown(w, number)["crypto"]
        assert not seen["integrity"], (at, seen)
        facts.add((seen["signature"], seen["coverage"],
                   w.council.case(number)["note"]))
    same(len(replies), 1, str(replies))
    print(f"#   {CHANGES} changes, {len(facts)} kinds in the case: {facts}")
    told = [m for m in w.sink.all() if m.to.endswith("@probe.test")]
    assert told
    for mail in told:
        reactions.add(outward(mail, mail.to))
        same(len(w.sink.all(mail.to)), 1)
    at_a_mark(w, told)
    lacks(str(reactions), SECRET)
    same(len(reactions), 1, "\n".join(reactions))


@step("after twenty failures of one sender the next waits for a person, "
      "unopened; everybody else's is opened")
def limit(w):
    sender = "eve@evil.test"
    good = sealed(w)
    for i in range(LIMIT):
        bad = bytearray(good)
        bad[len(good) // 2 + i] ^= 4
        _, number = post(w, sender, bytes(bad))
        same(w.council.case(number)["note"], "cannot-decrypt")
    fresh = sealed(w)
    _, number = post(w, sender, fresh)
    seen = shown(w, number)
    assert not seen["crypto"]["integrity"], seen["crypto"]
    has(" ".join(seen["crypto"]["says"]), "NOT opened: too many")
    same(w.council.case(number)["note"], "too-many-failures")
    same(len(w.sink.all(sender)), 1)
    # The same sealed text of somebody else is new, and opened.
    _, number = post(w, "other@consulter.test", sealed(w))
    same(shown(w, number)["crypto"]["integrity"], True)
    lacks(str([m.raw for m in w.sink.all()]), SECRET)


@step("twenty forged mails shut the door to their like, not to who answers "
      "with the token that he got from us")
def token(w):
    sender = "tanaka@nodkim.test"
    _, number = post(w, sender, sealed(w))
    answer_to = w.sink.wait(sender).message["Reply-To"]
    good = sealed(w)
    for i in range(LIMIT):
        bad = bytearray(good)
        bad[len(good) // 2 + i] ^= 4
        post(w, sender, bytes(bad))
    _, other = post(w, sender, sealed(w))
    same(w.council.case(other)["note"], "too-many-failures")
    mail = [m for m in w.council.case(other)["mails"]
            if m["direction"] == "in"][0]["number"]
    text = w.council.run("mail", "show", mail)
    has(text, f"sekisho mail read-again {mail}")
    lacks(text, "mail text")
    content, body = enclosed(sealed(w))
    with lmtp.session(w) as s:
        s.sendmail(sender, [answer_to], mails.mail(
            sender, answer_to, "x", content=content, body=body))
    came = wait.until("the answer", lambda: [
        m["number"] for m in w.council.case(number)["mails"]
        if m["direction"] == "in"][1:])
    same(w.council.json("mail", "show", came[-1])["crypto"]["integrity"],
         True)
    same(w.council.case(number)["note"] == "too-many-failures", False)


if __name__ == "__main__":
    run(lambda: world(with_postfix=False))

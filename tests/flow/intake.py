#!/usr/bin/env python3
"""intake = true (I5): mail to the desks by the milter instead of a transport; one
custody path, one case, never two."""
import smtplib

from harness import mails, wait
from harness.tap import has, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
LINES = "intake = true; behind_authentication = true;"


def border(w, sender, to, raw):
    with smtplib.SMTP("127.0.0.1", w.postfix.border, "client.test", 90) as s:
        s.mail(sender)
        for one in to:
            s.rcpt(one)
        code, text = s.data(raw)
        return code, text.decode()


@step("a mail opens its case and is answered; Postfix delivers nothing",
      needed=True)
def taken(w):
    who = "one@consulter.test"
    w.consult(who, "相談", "様子がおかしい")
    same(len(w.council.cases()), 1)
    w.postfix.drained()
    assert "milter-discard" in w.postfix.said()
    same([l for l in w.postfix.said().split("\n") if "/lmtp[" in l], [])
    # The signature was seen: OpenDKIM's field stands above our Received.
    mail = w.council.cases()[0]["number"]
    n = w.council.case(mail)["mails"][0]["number"]
    path = w.council.dir / "raw"
    w.council.run("mail", "save", n, "--raw", path)
    head = path.read_bytes().decode("utf-8", "replace")
    at = head.index("sekisho-milterd")
    assert head.index("dkim=pass") < at < head.index("From: one@")


@step("dots, long and Japanese lines, and an empty body come in whole")
def content(w):
    for name, body in (("dots", b".\r\n..\r\n.x\r\n"),
                       ("long", "長い".encode() * 3000 + b"\r\n"),
                       ("empty", b"")):
        who = f"{name}@consulter.test"
        raw = mails.mail(who, DESK, name, "x").partition(b"\r\n\r\n")[0] + \
            b"\r\n\r\n" + body
        before = len(w.council.cases())
        same(border(w, who, [DESK], raw)[0], 250)
        w.council.wait_cases(before + 1)
        number = max(c["number"] for c in w.council.cases())
        n = w.council.case(number)["mails"][0]["number"]
        path = w.council.dir / name
        w.council.run("mail", "save", n, "--raw", path)
        got = path.read_bytes().partition(b"\r\n\r\n")[2]
        same(got, body, name)


@step("with another recipient: he has it by Postfix, the desk its case")
def mixed(w):
    before = len(w.council.cases())
    who = "two@consulter.test"
    raw = mails.mail(who, DESK, "相談", "二人に")
    same(border(w, who, [DESK, "else@where.test", "csc-info@council.test"],
                raw)[0], 250)
    w.council.wait_cases(before + 1)
    got = w.sink.wait("else@where.test")
    same(got.rcpts, ["else@where.test"])
    w.postfix.drained()
    same(len(w.council.cases()), before + 1)
    same([l for l in w.postfix.said().split("\n") if "/lmtp[" in l], [])


@step("sekishod away: later, for all; the repeat opens one case, one copy")
def away(w):
    who, before = "three@consulter.test", len(w.council.cases())
    raw = mails.mail(who, DESK, "相談", "三")
    w.council.kill()
    for to in ([DESK], [DESK, "third@where.test"]):
        same(border(w, who, to, raw)[0], 451)
    w.council.start()
    same(border(w, who, [DESK, "third@where.test"], raw)[0], 250)
    # A client that lost our answer comes again.
    same(border(w, who, [DESK], raw)[0], 250)
    w.sink.wait("third@where.test")
    w.council.wait_cases(before + 1)
    wait.until("the repeat to be filed", lambda: sum(
        1 for m in w.council.json("mail", "list")["mails"]
        if m.get("note") == "repeat" or m["class"] == "repeat"
        or "repeat" in str(m)) >= 1)
    same(len(w.council.cases()), before + 1)


@step("larger than the limit: refused, nothing half taken")
def large(w):
    before = len(w.council.json("mail", "list")["mails"])
    raw = mails.mail("four@consulter.test", DESK, "x", "x") + \
        (b"y" * 75 + b"\r\n") * 345000
    assert len(raw) > 26214400
    try:
        code, text = border(w, "four@consulter.test", [DESK], raw)
    except smtplib.SMTPResponseException as no:
        code = no.smtp_code
    same(code, 552)
    same(len(w.council.json("mail", "list")["mails"]), before)


if __name__ == "__main__":
    run(lambda: world(milter=LINES))

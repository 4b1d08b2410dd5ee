#!/usr/bin/env python3
"""A thousand bounces in a row, in the forms that are met, to a case's token, to
the copies of a digest and to the desk: nothing is confirmed, nothing goes back
to where they came from, the secretariat is told once and then in one sum, and
a consultation in the midst of them is answered (R-054, L24, L25)."""
import itertools
import pathlib
import re
import threading

from harness import cases, clock, lmtp, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
DUTY = "duty@council.test.example"
GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "classes"
FORMS = ("dsn-postfix-unknown", "dsn-exchange-ja", "dsn-exchange-en",
         "dsn-gmail-ja", "dsn-sendmail", "dsn-no-status", "dsn-ticks-quoted",
         "exchange-plain-ja", "qmail-permanent", "docomo-ja", "exim-failed",
         "softbank-full", "au-system-error", "postfix-no-dsn-part",
         "bounce-says-nothing")
ANSWER = "1-A\n2-E\n3-D\n4-Y\nはい\n"


def bounce(name, to, ticks=""):
    """The golden bounce, come to this address, with an answer quoted."""
    raw = (GOLDEN / f"{name}.eml").read_bytes().replace(b"\r\n", b"\n")
    head, body = raw.split(b"\n\n", 1)
    head = re.sub(rb"(?mi)^(To|Message-ID):.*\n([ \t].*\n)*", b"",
                  head + b"\n")
    head += f"To: <{to}>\nMessage-ID: <{mails.unique('mx.test')}>\n".encode()
    if ticks and b"multipart/" not in head and b"base64" not in head:
        body += f"\n{to}\n{ticks}".encode()
    return mails.crlf(head + b"\n" + body)


def filed(w, least):
    """The log is asked, not the daemon, which has enough to do."""
    wait.until(f"{least} bounces to be filed", lambda: len(re.findall(
        "mail.filed .* class=bounce ", w.council.said())) >= least, 120)


def notices(w):
    return [m for m in w.sink.all(DUTY) if "お届けできなかった" in m.text or
            "届かずに" in m.text]


class Flood(threading.Thread):
    """Bounces over one connection, until enough is sent and it is told to
    stop."""

    def __init__(self, w, places, count):
        super().__init__(daemon=True)
        self.w, self.places, self.count = w, places, count
        self.sent, self.enough, self.fault = 0, threading.Event(), None

    def run(self):
        try:
            with lmtp.session(self.w) as s:
                for to, name in zip(itertools.cycle(self.places),
                                    itertools.cycle(FORMS)):
                    if self.sent >= self.count and self.enough.is_set():
                        return
                    s.sendmail("", [to], bounce(name, to, ANSWER))
                    self.sent += 1
        except Exception as why:
            self.fault = why


@step("a case that waits for its answer, and a digest that went to all",
      needed=True)
def prepared(w):
    roster.fill(w)
    _, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    cases.item(w, number, "接続先 203.0.113.77")
    w.council.json("digest", "send", "--yes", "--now")
    w.copies = [w.sink.wait(roster.ADDRESSES[p]).sender for p in
                ("acme-sato", "lab-ito", "ministry-ono", "uni-abe")]
    w.got = w.consult("waits@consulter.test", "相談", "様子がおかしいです。")
    w.number = w.council.cases()[0]["number"]
    w.state = w.council.case(w.number)["state"]
    w.postfix.drained()
    w.before = len(w.council.cases())


@step("a thousand come, and a consultation in their midst is answered",
      needed=True)
def flood(w):
    places = [w.got["Reply-To"], *w.copies, DESK,
              "csc-return@council.test"]
    flood = Flood(w, places, 1000)
    flood.start()
    wait.until("half of the flood", lambda: flood.sent > 500 or flood.fault,
               120)
    got = w.consult("midst@consulter.test", "相談", "急ぎの相談です。")
    has(got.text, "1-A")
    flood.enough.set()
    flood.join(120)
    same(flood.fault, None)
    # It was not answered at the end of a queue: bounces came all the while.
    assert flood.sent < 5000, flood.sent
    w.sent = flood.sent
    filed(w, w.sent)
    got = w.consult("behind@consulter.test", "相談", "後ろの相談です。")
    has(got.text, "1-A")


@step("nothing is confirmed, and no case is opened by them")
def nothing(w):
    same(len(w.council.cases()), w.before + 2)
    case = w.council.case(w.number)
    same((case["state"], case["terms"]), (w.state, None))
    same(case["needs_operator"], True)


@step("nobody of theirs is answered")
def silence(w):
    w.postfix.drained()
    for copy in w.council.json("outbox", "list")["copies"]:
        lacks(copy["to"].lower(), "daemon", "postmaster", "mx.")
    for sender in ("midst", "behind", "waits"):
        same(len(w.sink.all(f"{sender}@consulter.test")), 1)


@step("the secretariat is told once, and of the others in one sum")
def told(w):
    same(len(notices(w)), 1)
    clock.move(w, 0.1)
    wait.until("the sum", lambda: len(notices(w)) == 2)
    has(notices(w)[1].text, "さらに 4 通")
    clock.move(w, 0.2)
    w.consult("after@consulter.test", "相談", "翌日の相談です。")
    w.postfix.drained()
    same(len(notices(w)), 2)


def held(w):
    return [m for m in w.sink.all(DUTY) if "止めて" in m.text]


@step("of a digest held for many one notice; when an item of it changes, none")
def held_copies(w):
    rows = "".join(
        f"ADD,uni,北国大学,class2,university_research,no,no,uni-{n},"
        f"番 {n},handler,yes,ja,n{n}@uni.test,openpgp\n" for n in range(30))
    w.council.run("roster", "import", w.file("many.csv", roster.csv(rows)),
                  "--apply")
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    before = len(held(w))
    cases.item(w, w.number, "接続先 203.0.113.78")
    done = w.council.json("digest", "send", "--yes", "--now")
    same(len([h for h in done["held"] if h["reason"] == "no-key"]), 31)
    wait.until("the notice", lambda: len(held(w)) == before + 1)
    lab = "copy.not-sent"
    seen = w.council.said().count(lab)
    w.council.run("terms", "exclude", w.number, "lab", "--reason", "x")
    wait.until("all to be judged anew", lambda:
               w.council.said().count(lab) >= seen + 31)
    same(len([c for c in w.council.json("outbox", "list", "--state", "held")
              ["copies"] if c["reason"] == "no-key"]) >= 31, True)
    clock.move(w, 0.3)
    w.consult("later@consulter.test", "相談", "様子がおかしいです。")
    w.postfix.drained()
    same(len(held(w)), before + 1)


@step("of too many notices in an hour the number of the others is told (L23)")
def too_many(w):
    rest = [m for m in w.sink.all(DUTY) if "控えま" in m.text]
    same(rest, [])
    with lmtp.session(w) as s:
        for n in range(70):
            sender = f"n{n}@many{n}.test"
            s.sendmail(sender, [DESK], mails.mail(
                sender, DESK, "相談", "様子がおかしいです。"))
    wait.until("70 cases", lambda: w.council.said().count("case.open") >= 70)
    w.postfix.drained()
    opened = [m for m in w.sink.all(DUTY) if "新しい事案" in m.text]
    clock.move(w, 0.4)
    wait.until("the number", lambda: [
        m for m in w.sink.all(DUTY) if "控えま" in m.text])
    told = [m for m in w.sink.all(DUTY) if "控えま" in m.text]
    count = int(re.search(r"ほかに (\d+) 件", told[0].text).group(1))
    assert 10 <= count <= 20, count
    clock.move(w, 0.5)
    w.consult("last@consulter.test", "相談", "様子がおかしいです。")
    w.postfix.drained()
    same(len([m for m in w.sink.all(DUTY) if "控えま" in m.text]), 1)


if __name__ == "__main__":
    run(lambda: world())

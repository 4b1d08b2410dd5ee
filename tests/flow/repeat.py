#!/usr/bin/env python3
"""Sudden death between the hand-over and its commit (I5, L22): nobody knows
whether the copy arrived, so the operator sees that it may have left, and the
same bytes with the same Message-ID go again."""
import signal
import threading

from harness import cases, copies, roster, sink, wait
from harness.tap import has, run, same, step
from harness.world import world

WHO = "acme-sato"


@step("copies go straight to a mail system that can be asked to wait",
      needed=True)
def prepared(w):
    roster.fill(w)
    roster.council_key(w)
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.council.stop()
    w.relay = w.using(sink.Sink(), "stop")
    w.ends.append(w.ends.pop(-2))	# the council ends first
    text = w.council.conf.read_text()
    own = f"smtp://127.0.0.1:{w.postfix.relay}"
    has(text, own)
    w.council.conf.write_text(text.replace(
        own, f"smtp://127.0.0.1:{w.relay.port}"))
    w.council.start()


def copy_of(w, digest):
    return [c for c in w.council.json("outbox", "list", "--digest",
                                      digest)["copies"]
            if c["person"] == WHO][0]


def dies(w, number, moment):
    """One digest; at the final dot of one person's copy the daemon dies. The
    mail system then refuses that person until it is told otherwise."""
    died, keep, address = threading.Event(), w.relay.keep, \
        roster.ADDRESSES[WHO]

    def last_dot(mail):
        keep(mail)
        if mail.to == address and not died.is_set():
            moment(w.council.process.pid)
            died.set()
    w.relay.keep = last_dot
    cases.item(w, w.number, f"接続先 203.0.113.{number}")
    digest = w.council.json("digest", "send", "--yes", "--now")["digest"]
    wait.until("the death", died.is_set)
    w.relay.refuse = lambda rcpt: "451 4.3.0 later" if rcpt == address \
        else None
    w.relay.keep = keep
    return digest


def marked(w, digest):
    """What the operator sees before it goes again."""
    copy = wait.until("another try", lambda: (
        lambda c: c if c["tries"] else None)(copy_of(w, digest)))
    same((copy["state"], copy["sent"]), ("ready", None))
    assert copy["may_have_left"], copy
    text = w.council.run("outbox", "show", copy["copy"])
    has(text, "May have left")
    has(w.council.said(), "relay.recover copies=")
    return copy


def again(w, copy, number):
    """It goes, and whoever has two of it can tell."""
    address = roster.ADDRESSES[WHO]
    w.relay.refuse = lambda rcpt: None
    w.council.run("outbox", "retry", copy["copy"])
    wait.until("it to be sent", lambda: copy_of(w, copy["digest"])["state"] ==
               "sent")
    after = copy_of(w, copy["digest"])
    same((after["may_have_left"], after["hash"]), (None, copy["hash"]))
    assert after["sent"] and after["queue_id"] is None, after
    mine = [m for m in w.relay.all(address)
            if f"203.0.113.{number}\n" in copies.opened(w.keys[WHO], m)[1]]
    same(len(mine), 2)
    same(mine[0]["Message-ID"], mine[1]["Message-ID"])
    assert mine[0].raw == mine[1].raw, "two versions"
    others = [m for m in w.relay.all() if m.to != address]
    same(len({(m["Message-ID"], m.to) for m in others}), len(
        {(m["Message-ID"], m.to, m.raw) for m in others}))


@step("dead before the answer to the final dot")
def before_the_answer(w):
    digest = dies(w, 1, wait.kill)
    w.council.process.wait()
    w.council.start()
    again(w, marked(w, digest), 1)


@step("dead after the 250 was said, and before it was written down")
def after_the_answer(w):
    digest = dies(w, 2, lambda pid: wait.kill(pid, signal.SIGSTOP))
    w.council.kill()
    w.council.start()
    again(w, marked(w, digest), 2)


@step("the account says once that it was sent")
def account(w):
    w.council.run("audit", "verify")
    for copy in w.council.json("outbox", "list")["copies"]:
        if copy["person"] == WHO and copy["template"] == "T-14":
            said = w.council.run("audit", "show", f"copy {copy['copy']}")
            same(said.count("copy.sent"), 1, said)


if __name__ == "__main__":
    run(lambda: world())

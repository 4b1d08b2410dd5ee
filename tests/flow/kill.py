#!/usr/bin/env python3
"""Sudden death at many moments: of the daemon, of readers and of keyds, while
mails are taken, read and answered, and while a digest is sealed and handed
over. Nothing that was accepted is lost, no case doubles, and nobody ever gets
two different copies (I5: twice is better than never; a repeat is the same
bytes)."""
import random

from harness import cases, copies, mails, roster, wait
from harness.tap import run, same, step
from harness.world import world

import os

DESK = "csc-anken@council.test"
SEED = int(os.environ.get("SEKISHO_SEED", "0")) or random.randrange(1 << 30)
ROUNDS, MAILS, DIGESTS = 16, 4, 6
DICE = random.Random(SEED)


READERS, ENDS = [], []


def strike(w, kind):
    """Kills one program of this council; the daemon is started again."""
    if kind == "reader":
        READERS.append(kind)
    if kind == "sekishod":
        ENDS.append(kind)
        w.council.kill()
        w.council.start()
        return
    pids = w.council.helpers("sekisho-" + kind)
    if pids:
        wait.kill(DICE.choice(pids))


def moment():
    """Waits a moment drawn by lot: most blows fall while work is under way."""
    import time
    time.sleep(DICE.choice([0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4])
               * DICE.random())


def same_bytes(w):
    seen = {}
    for mail in w.sink.all():
        first = seen.setdefault((mail["Message-ID"], mail.to), mail)
        same(mail.own == first.own, True,
             f"two copies of {mail['Message-ID']} differ")
    return seen


@step("mails accepted around sudden deaths each make one case", needed=True)
def intake(w):
    print(f"# seed {SEED}")
    w.senders = []
    for n in range(ROUNDS):
        for m in range(MAILS):
            who = f"k{n}x{m}@consulter.test"
            # Lines as mail programs make them: longer ones are cut on the
            # way, and then the domain's signature holds no more.
            text = f"mail {n}.{m}\n" + ("あ" * 38 + "\n") * \
                DICE.choice([1, 90, 6000])
            raw = mails.mail(who, DESK, f"kill {n}.{m}", text)
            w.postfix.send(who, DESK, raw)
            w.senders.append(who)
        moment()
        strike(w, DICE.choice(["sekishod", "sekishod", "reader", "keyd",
                              "courier"]))
        w.postfix.flush()
    wait.until("Postfix to deliver all", lambda: (
        w.postfix.flush(), not w.postfix.queue())[1], 120)
    w.council.wait_cases(len(w.senders))
    wait.until("an answer to each that was read", lambda: len(
        answered(w)) + unread(w) == len(w.senders), 200)
    # Unread is also what the daemon had in hand at two ends: on a slow machine
    # the large ones of several rounds are.
    most = len(READERS) + MAILS * (len(ENDS) // 2)
    print(f"# {unread(w)} unread, {len(READERS)} blows at readers, "
          f"{len(ENDS)} at the daemon")
    assert unread(w) <= most


def answered(w):
    return {m.to for m in w.sink.all()} & set(w.senders)


def unread(w):
    """How many mails died with their reader: a person's to look at, since
    the mail may have been what killed it (I7)."""
    return len([c for c in w.council.cases() if w.council.case(
        c["number"])["mails"][0]["class"].upper() == "UNREADABLE"])


@step("no case doubled; unread only what died with its reader")
def once_each(w):
    same(len(w.council.cases()), len(w.senders))
    same(len(w.council.json("mail", "list", "--last", "500")["mails"]) >=
         len(w.senders), True)


@step("each consulter has one answer, however often it arrived")
def one_answer(w):
    seen = same_bytes(w)
    for who in answered(w):
        same(len({k for k in seen if k[1] == who}), 1, who)


@step("digests around sudden deaths reach each person, in one version")
def digests(w):
    roster.fill(w)
    _, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.items = []
    people = None
    for n in range(DIGESTS):
        item = cases.item(w, number, f"接続先 203.0.113.{n + 1}")
        w.items.append(item)
        people = cases.permitted(w, item)
        done = w.council.call("--json", "digest", "send", "--yes", "--now")
        same(done.returncode, 0, done.stderr.decode())
        moment()
        strike(w, DICE.choice(["sekishod", "keyd", "sekishod", "courier"]))
        for person in people:
            address = roster.ADDRESSES[person]
            wait.until(f"digest {n} at {person}", lambda a=address: (
                w.postfix.flush(),
                len({m["Message-ID"] for m in w.sink.all(a)}) > n)[1], 120)
    same_bytes(w)
    roster.council_key(w)
    for person in people:
        got = {m["Message-ID"]: m
               for m in w.sink.all(roster.ADDRESSES[person])}
        same(len(got), DIGESTS, person)
        texts = [copies.opened(w.keys[person], m)[1] for m in got.values()]
        for item in w.items:
            same(sum(item in t for t in texts), 1, f"{item} at {person}")


@step("death between digest send and its reply leaves all or nothing")
def torn(w):
    import subprocess
    _, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    for n in range(3):
        item = cases.item(w, number, f"接続先 198.51.100.{n + 1}")
        command = subprocess.Popen(
            [w.council.stage / "sekisho", "-c", w.council.conf, "digest",
             "send", "--yes", "--now"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            user=w.council.user, group=w.council.group, extra_groups=[],
            env=w.council.environment)
        moment()
        strike(w, "sekishod")
        command.wait(60)
        if w.council.json("item", "show", item)["state"] != "SENT":
            w.council.run("digest", "send", "--yes", "--now")
        for person in cases.permitted(w, item):
            key, address = w.keys[person], roster.ADDRESSES[person]
            wait.until(f"{item} at {person}", lambda: any(
                item in copies.opened(key, m)[1]
                for m in w.sink.all(address)[-2:]), 60)
    same_bytes(w)


@step("after all that the database is whole and the account unbroken")
def whole(w):
    w.council.run("audit", "verify")
    w.council.stop()
    w.council.start()
    w.council.run("audit", "verify")


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""Sealing goes wrong in every way (L1, L2, L3): a keyd that answers what nobody
asked for, an agent that hangs, gpg and keyd that die, a home that is wiped. A
copy is held or tried again; never plain, never wrong; others go on; and an
alarm is raised."""
import os
import shutil
import signal
import subprocess

from harness import cases, copies, gpg, keyd, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

WHO, DUTY = "acme-sato", "duty@council.test.example"
SECRET = "203.0.113.{}"


def digest(w, number):
    """One digest; how many copies it made."""
    cases.item(w, w.number, "接続先 " + SECRET.format(number))
    done = w.council.json("digest", "send", "--yes", "--now")
    w.digest = done["digest"]
    return done["copies"]


def states(w):
    return {(p["person"], p["state"], p["reason"]) for p in
            w.council.json("digest", "report", w.digest)["people"]
            if p["person"] != "late-ueda"}


def all_sent(w, but=()):
    return all(s == "sent" for p, s, _ in states(w) if p not in but)


def proved(w):
    """Whatever left is sealed for its one person, and nothing is in the
    clear."""
    for mail in w.sink.all():
        lacks(mail.raw.decode("utf-8", "replace"), "203.0.113.", "接続先")
        if mail.message.get_content_type() == "multipart/encrypted":
            same(len(gpg.recipients(copies.armour(mail))), 1)


def retry(w, state):
    rows = [c["copy"] for c in w.council.json("outbox", "list", "--state",
                                              state)["copies"]
            if c["person"] and c["person"] != "late-ueda"]
    if rows:
        w.council.call("outbox", "retry", *rows)


@step("two keyds as services, and a digest through them", needed=True)
def prepared(w):
    roster.fill(w)
    w.mallory = w.key("mallory", "mallory@evil.test")
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.people = digest(w, 1)
    wait.until("all copies", lambda: all_sent(w))
    roster.council_key(w)
    proved(w)


def encrypted(w, to, plain, *more):
    key = w.keys[WHO]
    args = []
    for fpr in to:
        args += ["--recipient", fpr]
    return key.run("--armor", "--no-encrypt-to", *more, *args, "--encrypt",
                   stdin=plain).stdout


PEOPLE = ("acme-sato", "acme-mori", "uni-abe", "ministry-ono")

BROKEN = [
    ("garbage", lambda w, who, plain, armour: os.urandom(3000)),
    ("nothing", lambda w, who, plain, armour: b""),
    ("the text itself", lambda w, who, plain, armour: plain),
    ("the text behind the armour",
     lambda w, who, plain, armour: armour + plain),
    ("the text before it", lambda w, who, plain, armour: plain + armour),
    ("a signature alone", lambda w, who, plain, armour:
        w.keys[WHO].run("--armor", "--sign", stdin=plain).stdout),
    ("another's key", lambda w, who, plain, armour:
        encrypted(w, [w.mallory.fpr], plain)),
    ("a second recipient", lambda w, who, plain, armour:
        encrypted(w, [w.keys[who].fpr, w.mallory.fpr], plain)),
    ("a hidden second one", lambda w, who, plain, armour:
        encrypted(w, [w.keys[who].fpr, w.mallory.fpr], plain,
                  "--throw-keyids")),
    ("a passphrase beside", lambda w, who, plain, armour:
        encrypted(w, [w.keys[who].fpr], plain, "--symmetric",
                  "--passphrase", "x")),
    ("two messages", lambda w, who, plain, armour: armour + armour),
    ("half of one", lambda w, who, plain, armour: armour[:len(armour) // 2]),
]


def break_for(w, made):
    """Each of these people's copies is spoilt in a way of its own."""
    def spoil(fields, plain, armour):
        for who, (_, how) in zip(PEOPLE, made):
            if w.keys[who].fpr.encode() in fields:
                return how(w, who, plain, armour)
        return armour
    for one in w.keyds:
        one.spoil = spoil


@step("a sealer that answers something else: that copy is held, an alarm is "
      "raised, the others go", needed=True)
def broken(w):
    for key in w.keys.values():
        w.keys[WHO].learn(key.export())
    for first in range(0, len(BROKEN), len(PEOPLE)):
        made = BROKEN[first:first + len(PEOPLE)]
        break_for(w, made)
        same(digest(w, 10 + first), w.people)
        wait.until(f"the others ({[m[0] for m in made]})", lambda: all_sent(
            w, PEOPLE) and {(p, "held", "proof-failed") for p in PEOPLE} <=
            states(w))
        for person in PEOPLE:
            same(len([m for m in w.sink.all(roster.ADDRESSES[person])
                      if m.message.get_content_type() ==
                      "multipart/encrypted"]), 1, person)
    proved(w)
    alarms = [m for m in w.sink.all(DUTY) if "proof-failed" in m.text]
    same(len(alarms), 1)          # one an hour, however many copies
    lacks(alarms[0].text, "203.0.113.", WHO)
    has(w.council.run("outbox", "list", "--held"), "proof-failed",
        "copy.proof")


@step("a sealer that is mended: what was held goes, each once")
def mended(w):
    for one in w.keyds:
        one.spoil = None
    w.council.run("outbox", "retry", "--held")
    for first in range(0, len(BROKEN), len(PEOPLE)):
        settle(w, 10 + first)


@step("a keyd that hangs up in the middle, and one that is killed there: tried "
      "again, each copy once")
def killed(w):
    calls = []

    def hang_up(fields, plain, armour):
        calls.append(1)
        return None if len(calls) <= 2 else armour
    w.keyds[0].spoil = hang_up
    digest(w, 30)
    w.keyds[1].kill()
    w.keyds[1].start()
    settle(w, 30)
    w.keyds[0].spoil = None


def settle(w, number):
    """Everybody gets that digest, once, with a little help."""
    def done():
        retry(w, "to-seal")
        return all_sent(w)
    wait.until("all copies", done)
    w.postfix.drained()
    for person in PEOPLE:
        texts = [copies.opened(w.keys[person], m)[1]
                 for m in w.sink.all(roster.ADDRESSES[person])
                 if m.message.get_content_type() == "multipart/encrypted"]
        same(sum(SECRET.format(number) in t for t in texts), 1, person)
    proved(w)


@step("gpg that dies under it, again and again: tried again, each copy once")
def gpg_dies(w):
    numbers = []
    with keyd.Hunter([one.home for one in w.keyds], "gpg",
                     signal.SIGKILL) as hunter:
        def died():
            # A gpg may be too quick to be met: then there is another digest.
            if all_sent(w):
                numbers.append(40 + len(numbers))
                digest(w, numbers[-1])
            retry(w, "to-seal")
            return len(hunter.hit) >= 3
        wait.until("gpg to die", died)
        w.council.run("case", "list")
    # Who is to blame was not the key of anybody.
    assert not [s for s in states(w) if s[1] == "held"], states(w)
    for number in numbers:
        settle(w, number)


@step("agents that hang: ended at the deadline, tried again, the daemon "
      "answers meanwhile")
def agents_hang(w):
    stopped = [pid for one in w.keyds
               for pid in keyd.processes(one.home, "gpg-agent")]
    assert stopped
    for pid in stopped:
        wait.kill(pid, signal.SIGSTOP)
    digest(w, 32)
    w.council.run("case", "list")
    same([s for s in states(w) if s[1] in ("sent", "held")], [])
    wait.until("the deadline", lambda: any(
        "took too long" in (one.home.parent.parent /
                            f"keyd{one.number}.log").read_text("utf-8",
                                                               "replace") or
        not list(keyd.processes(one.home, "gpg-agent")) or
        set(keyd.processes(one.home, "gpg-agent")) != set(stopped)
        for one in w.keyds))
    for pid in stopped:
        wait.kill(pid, signal.SIGCONT)
    settle(w, 32)


@step("homes that are wiped: nothing is sent, nobody's key is blamed; put "
      "back, everything goes")
def wiped(w):
    for one in w.keyds:
        shutil.copytree(one.home, str(one.home) + ".kept", symlinks=True,
                        ignore=lambda d, names: [n for n in names
                                                 if n.startswith("S.")])
        subprocess.run(["gpgconf", "--homedir", one.home, "--kill", "all"],
                       capture_output=True, user=w.council.user)
        for path in one.home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    digest(w, 33)
    wait.until("tries", lambda: any(
        r for p, s, r in states(w) if s == "to-seal" and r))
    same([s for s in states(w) if s[1] not in ("to-seal",)], [])
    for one in w.keyds:
        for path in os.listdir(str(one.home) + ".kept"):
            subprocess.run(["cp", "-a", f"{one.home}.kept/{path}",
                            str(one.home)], check=True)
        subprocess.run(["chown", "-R", str(w.council.user), str(one.home)])
        one.kill()
        one.hang_up()
        one.start()
    settle(w, 33)


@step("a keyring that somebody holds locked: sealing needs it for new keys "
      "only, and then waits")
def locked(w):
    for one in w.keyds:
        (one.home / "pubring.kbx.lock").write_text(
            f"{os.getpid():10d}\n{os.uname().nodename}\n")
    digest(w, 34)
    w.council.run("case", "list")
    for one in w.keyds:
        (one.home / "pubring.kbx.lock").unlink(missing_ok=True)
    settle(w, 34)


@step("mail that waits for a keyd that is away, over restarts: read when it is "
      "back")
def waiting(w):
    who = "late@consulter.test"
    for one in w.keyds:
        one.kill()
        one.hang_up()
    # Beyond what is kept in memory: keyd opens its body.
    w.send(who, "csc-anken@council.test", mails.mail(
        who, "csc-anken@council.test", "大きな記録", "見てください。\n" +
        ("x" * 70 + "\n") * 5000))
    for _ in range(3):
        wait.until("the mail to wait", lambda: any(
            m["state"] == "waiting" for m in w.council.json(
                "mail", "list")["mails"]))
        w.council.stop()
        w.council.start()
    for one in w.keyds:
        one.start()
    w.sink.wait(who)
    same(w.council.json("mail", "list")["mails"][0]["class"], "consultation")


@step("the copies of a digest stand in an order of its own each time (B5)")
def shuffled(w):
    orders = set()
    for one in w.council.json("digest", "list")["digests"]:
        people = w.council.json("digest", "report", one["digest"])["people"]
        orders.add(tuple(p["person"] for p in
                         sorted(people, key=lambda p: p["copy"])))
    assert len(orders) > 1, orders


def make():
    import contextlib

    @contextlib.contextmanager
    def made():
        with world(start=False) as w:
            w.council.init()
            w.council.conf.write_text(w.council.conf.read_text() +
                                      keyd.named(2))
            w.keyds = keyd.serve(w, [keyd.Keyd(w.council, n)
                                     for n in range(2)])
            yield w
    return made()


if __name__ == "__main__":
    run(make)

#!/usr/bin/env python3
"""A keyd that is away: encrypted mail waits and is not lost, plain mail is read,
the secretariat is told once until it is back, and `check` says how many wait,
since when, and what to do (I5, R-120)."""
import contextlib
import json
import shutil

from harness import clock, keyd, mails, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
DUTY = "duty@council.test.example"


def told(w):
    return [m for m in w.sink.all(DUTY) if "sekisho-keyd" in m.text]


def audit(w, event):
    return len([r for r in w.council.json(
        "audit", "show", "--last", 1000)["rows"] if r["event"] == event])


def sealed(w, name):
    """An encrypted consultation of that name."""
    who = f"{name}@consulter.test"
    key = w.key(name, who)
    own = key.learn(w.own)
    w.send(who, DESK, mails.sealed(key, own, "通信が多いです。\n", DESK))
    return who


def check(w):
    """What `check` says of mail that waits; its exit code is of everything."""
    document = json.loads(w.council.call("--json", "check", "--postfix",
                                         "none").stdout)
    return [f["text"] for f in document["findings"]
            if f["what"] == "opening"]


def restart(w, days):
    """The daemon's sudden end, and its next day."""
    w.council.kill()            # it would wait a while for keyd
    clock.move_only(w, days)
    w.council.start(ready=False)
    wait.until("sekishod", lambda: w.council.call(
        "mail", "list").returncode == 0)


@step("while keyd answers nothing is to be said", needed=True)
def well(w):
    w.own = w.council.run("key", "export").encode()
    same(check(w), [""])
    has(w.council.run("mail", "check"), "Nothing waits")


@step("away: what is encrypted waits, check says how many and the mend, plain "
      "mail is answered")
def away(w):
    w.keyd.rest()
    wait.until("it to be missed", lambda: check(w) != [""])
    has(check(w)[0], "no sekisho-keyd answers", "keyd.sockets")
    sealed(w, "one")
    wait.until("one that waits", lambda: w.council.json(
        "mail", "check")["waiting"] == 1)
    has(check(w)[0], "1 mail waits for sekisho-keyd", "JST",
        "start it again")
    has(w.consult("plain@consulter.test", "相談", "平文です。").text, "1-A")
    mail = w.council.json("mail", "list")["mails"]
    same(sorted(m["state"] for m in mail), ["filed", "waiting"])
    has(w.council.refused("mail", "read-again", min(
        m["number"] for m in mail), code=75), "with the reader now")
    same(told(w), [])


@step("when it has lasted the secretariat is told, without a word of content")
def lasted(w):
    restart(w, 1)
    wait.until("the notice", lambda: told(w))
    has(told(w)[0].text, "1 通", "sekisho check")
    lacks(told(w)[0].text, "consulter", "20")
    has(w.council.said(), "keyd.away")


@step("back: what waited is read and answered; away again: told once more")
def back(w):
    w.keyd.start()
    got = w.sink.wait("one@consulter.test")
    has(got.text, "1-A")
    wait.until("it to be seen", lambda: audit(w, "keyd.back"))
    same(check(w), [""])
    w.keyd.rest()
    sealed(w, "two")
    wait.until("one that waits", lambda: w.council.json(
        "mail", "check")["waiting"] == 1)
    restart(w, 2)
    wait.until("the second notice", lambda: len(told(w)) > 1)
    same((len(told(w)), audit(w, "keyd.away"), audit(w, "keyd.back")),
         (2, 2, 1))
    w.keyd.start()
    has(w.sink.wait("two@consulter.test").text, "1-A")


@step("a home that lost the council's key: nobody is told that his mail is "
      "wrong; it is opened when the key is back")
def lost(w):
    keys = w.keyd.home / "private-keys-v1.d"
    kept = w.keyd.home / "kept"
    keys.rename(kept)
    who = sealed(w, "three")
    wait.until("it to wait", lambda: w.council.json(
        "mail", "check")["waiting"] == 1 and "mail.waits" in w.council.said())
    wait.until("it to be missed", lambda: check(w) != [""])
    has(check(w)[0], "1 mail waits for sekisho-keyd")
    shutil.rmtree(keys, ignore_errors=True)
    kept.rename(keys)
    has(w.sink.wait(who).text, "1-A")
    same(len(w.sink.all(who)), 1)
    wait.until("it to be seen", lambda: check(w) == [""])


def make():
    @contextlib.contextmanager
    def made():
        with world(start=False) as w:
            w.council.init()
            w.council.conf.write_text(w.council.conf.read_text() +
                                      keyd.named(1))
            w.keyd, = keyd.serve(w, [keyd.Keyd(w.council, 0, deadline=30)])
            yield w
    return made()


if __name__ == "__main__":
    run(make)

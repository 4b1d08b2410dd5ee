#!/usr/bin/env python3
"""keyds as services under a user of their own, as sekisho.conf(5) sets them up:
their next key and their next certificate are made by that user, step by step
as the page says, and the daemon, which goes on, learns of them (A7, A10,
R-119)."""
import contextlib
import os
import shutil
import subprocess

from harness import cases, clock, copies, keyd, mails, roster, wait
from harness.council import CommandFailed
from harness.smime import Certificates
from harness.tap import has, lacks, run, same, step
from harness.world import world

SMIME = 'smime = { home = "gs"; roots = "roots.pem"; };\n'
KEYD = 64322
SATO, ITO = roster.ADDRESSES["acme-sato"], roster.ADDRESSES["lab-ito"]
CHANGE, LAST = 10, 40


def as_keyd(w, *args):
    """The command, as the keyds' user, with their configuration."""
    done = subprocess.run(
        [w.council.stage / "sekisho", "-c", w.base / "keyd.conf",
         *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True,
        user=KEYD, group=w.council.group, extra_groups=[],
        env=dict(w.council.environment, HOME=str(w.base)))
    if done.returncode:
        raise CommandFailed([str(a) for a in args], done.returncode,
                            done.stdout.decode(), done.stderr.decode())
    return done.stdout.decode()


@contextlib.contextmanager
def resting(w):
    """The services stopped meanwhile, sekishod not."""
    for one in w.keyds:
        one.rest()
    yield
    for one in w.keyds:
        one.start()


def move(w, days):
    """Another day for all of them."""
    with resting(w):
        clock.move_only(w, days)
    w.council.stop()
    w.council.start()


def own(w, scheme):
    return {k["state"]: k["fingerprint"] for k in
            w.council.json("key", "own")["keys"] if k["scheme"] == scheme}


def consult(w, name, to):
    """An encrypted consultation; what an operator reads in it."""
    key = w.key(name, f"{name}@{name}.test")
    key.learn(w.block)
    before = len(w.council.cases())
    content, body = mails.pgp_mime(key.encrypt(mails.crlf(
        f"Content-Type: text/plain\n\ncanary {name}\n".encode()), to,
        sign=False))
    w.send(f"{name}@{name}.test", "csc-anken@council.test", mails.mail(
        f"{name}@{name}.test", "csc-anken@council.test", "x",
        content=content, body=body))
    w.council.wait_cases(before + 1)
    mail = w.council.case(w.council.cases()[0]["number"])["mails"][0]
    return mail["number"]


def signer(w, number):
    """Who signs a new digest for an OpenPGP person."""
    seen = len(w.sink.all(SATO))
    cases.item(w, w.number, f"接続先 203.0.113.{number}")
    w.council.run("digest", "send", "--yes", "--now")
    return copies.opened(w.keys["acme-sato"],
                         w.sink.wait(SATO, seen + 1))[2]


@step("the homes are another user's; the council works", needed=True)
def begin(w):
    roster.fill(w)
    w.block = roster.council_key(w)
    w.old = own(w, "openpgp")["current"]
    same(w.base.joinpath("0").stat().st_uid, KEYD)
    w.first = consult(w, "a", w.old)
    has(w.council.run("mail", "text", w.first), "canary a")
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    same(signer(w, 1), w.old)


@step("the council's user cannot change the homes, and hears who can")
def refused(w):
    for words in (("key", "--next"), ("key",), ("smime", "--request"),
                  ("smime", "--import", w.dir / "none")):
        has(w.council.refused("setup", *words), "as their user",
            "keyd = { count = 2; }", "Keyd as services")
    same((w.council.dir / "gs/request.key").exists(), False)


@step("their user makes the next key while they rest; the daemon learns of it "
      "as they start, and announces it", needed=True)
def key(w):
    w.change, w.last = clock.day(CHANGE, True), clock.day(LAST, True)
    with resting(w):
        has(as_keyd(w, "setup", "key", "--next", "--from", w.change,
                    "--until", w.last), f"signs from {w.change}",
            "Start the keyds anew", "key announce")
    w.new = wait.until("the next one", lambda: own(w, "openpgp").get("next"))
    same(own(w, "openpgp")["current"], w.old)
    for home in ("0", "1"):
        same(w.base.joinpath(home, "own").read_text().count("\n"), 2)
    same(w.council.json("key", "announce", "--yes")["copies"], 7)
    w.council.run("key", "export", "--next")
    same(signer(w, 2), w.old)


@step("from its day it signs; the former still opens, and after its end what "
      "came before is still read")
def days(w):
    w.block += w.council.run("key", "export", "--next").encode()
    move(w, CHANGE + 1)
    wait.until("the day", lambda: own(w, "openpgp").get("former") == w.old)
    roster.council_key(w)
    same(signer(w, 3), w.new)
    has(w.council.run("mail", "text", consult(w, "b", w.old)), "canary b")
    move(w, LAST + 2)
    wait.until("the end", lambda: own(w, "openpgp").get("retired") == w.old)
    for mail in (w.first, consult(w, "c", w.old), consult(w, "d", w.new)):
        has(w.council.run("mail", "text", mail), "canary")


@step("their user asks for a certificate, and takes the answer; and another")
def certificate(w):
    for serial, state in (("77", "current"), ("78", "next")):
        as_keyd(w, "setup", "smime", "--request")
        answer = w.file(serial + ".pem", w.ca.answer(
            (w.base / "smime/request.csr").read_bytes(), serial))
        # Without the root, as authorities hand it out.
        chain = w.file("chain.pem", (w.ca.dir / "middle.pem").read_bytes())
        with resting(w):
            as_keyd(w, "setup", "smime", "--import", answer, "--chain", chain)
        wait.until("it to be told", lambda: own(w, "smime").get(state) ==
                   w.ca.print_of(answer.read_bytes()))
    has(as_keyd(w, "setup", "smime"), "next ", "current ")
    w.council.run("person", "change", "lab-ito", "--scheme", "smime")
    w.council.run("key", "import", "lab-ito", w.ca.dir / "bob.pem",
                  "--approve", "--any-address", "--how", "meeting")
    same(w.council.json("key", "announce", "--yes")["copies"], 1)
    mail = wait.until("the announcement", lambda: [
        m for m in w.sink.all(ITO)
        if m.message.get_content_type() == "application/pkcs7-mime"])[-1]
    has(w.ca.opened("bob", mail)[1], "S/MIME")
    lacks(w.council.call("check").stdout.decode(), "S/MIME certificate  ",
          "smime.home is set")


@step("a service whose home is an older one is found out")
def behind(w):
    file = w.base / "1/own"
    whole = file.read_text()
    with resting(w):
        file.write_text(w.old + "\n")
    wait.until("it to be told", lambda: "do not hold the same keys" in
               w.council.call("check").stdout.decode())
    with resting(w):
        file.write_text(whole)
        os.chown(file, KEYD, w.council.group)


def hand_over(w):
    """As sekisho.conf(5) has it."""
    w.base = w.dir / "kd"
    w.base.mkdir()
    for name in ("0", "1"):
        shutil.move(w.council.dir / "gnupg" / name, w.base / name)
    shutil.move(w.council.dir / "vault.key", w.base / "vault.key")
    conf = w.council.conf.read_text()
    for was, now in (('openpgp = { home = "gnupg"',
                      f'openpgp = {{ home = "{w.base}"'),
                     ('home = "gs"', f'home = "{w.base}/smime"'),
                     ('key = "vault.key"', f'key = "{w.base}/vault.key"'),
                     (keyd.named(2), "keyd = { count = 2; };\n")):
        assert was in conf, was
        conf = conf.replace(was, now)
    (w.base / "keyd.conf").write_text(conf)
    (w.base / "roots.pem").write_bytes((w.ca.dir / "root.pem").read_bytes())
    subprocess.run(["chown", "-R", f"{KEYD}:{w.council.group}", w.base],
                   check=True)
    subprocess.run(["chmod", "700", w.base, w.base / "0", w.base / "1"],
                   check=True)


def make():
    @contextlib.contextmanager
    def made():
        with world(start=False, extra=SMIME + "keyd = { count = 2; };\n") as w:
            w.ca = Certificates(w.dir / "ca", "bob")
            (w.council.dir / "roots.pem").write_bytes(
                (w.ca.dir / "root.pem").read_bytes())
            w.council.init()
            w.council.conf.write_text(w.council.conf.read_text().replace(
                "keyd = { count = 2; };\n", keyd.named(2)))
            hand_over(w)
            w.keyds = keyd.serve(w, [keyd.Keyd(
                w.council, n, 60, "smime", w.base, KEYD) for n in range(2)])
            yield w
    return made()


if __name__ == "__main__":
    run(make)

#!/usr/bin/env python3
"""The council's own key and certificate end: the secretariat is told 60, 30 and
7 days before and when it is over, once each (N-01), and `sekisho check` nags as
long (R-119, A10); the next one ends it."""
import subprocess

from harness import clock, wait
from harness.smime import Certificates
from harness.tap import has, lacks, run, same, step
from harness.world import world

SMIME = ('keyd = { count = 1; };\n'
         'smime = { home = "gs"; roots = "roots.pem"; };\n')
DUTY = "duty@council.test.example"
# Days that real gpg and a real authority give them.
KEY, CERTIFICATE = 100, 365
OF_KEY, OF_CERTIFICATE = "協議会の鍵の有効期限", "協議会の証明書の有効期限"


def told(w, words):
    return len([m for m in w.sink.all(DUTY) if words in m.text])


def gpg(w, *words):
    """In the home of the only keyd, which rests meanwhile."""
    home = w.council.dir / "gnupg/0"
    for how in (["gpg", "--homedir", home, "--batch", *words],
                ["gpgconf", "--homedir", home, "--kill", "all"]):
        subprocess.run(how, check=True, capture_output=True,
                       user=w.council.user, group=w.council.group,
                       extra_groups=[])


def faults(w):
    return w.council.call("check").stdout.decode()


def at(w, days, words, times):
    """So many days from now so many notices say it, however often it starts."""
    clock.move(w, days)
    wait.until(f"{times} notices", lambda: told(w, words) >= times)
    clock.move(w, days)
    w.council.run("key", "own")
    return faults(w)


@step("a key of 100 days, a certificate of a year: nobody is told", needed=True)
def begin(w):
    w.ca = Certificates(w.dir / "ca")
    (w.council.dir / "roots.pem").write_bytes(
        (w.ca.dir / "root.pem").read_bytes())
    w.council.init()
    w.ca.certify(w.council)
    w.council.start()
    w.fpr = wait.until("both", lambda: len(w.council.json(
        "key", "own")["keys"]) == 2 and w.council.json(
        "key", "own")["keys"])[0]["fingerprint"]
    w.council.stop()
    for which in ((), ("*",)):
        gpg(w, "--quick-set-expire", w.fpr, f"{KEY}d", *which)
    w.council.start()
    clock.move(w, KEY - 62)
    same(told(w, "有効期限"), 0)
    lacks(faults(w), "own key ends", "certificate ends")


@step("60, 30 and 7 days before the key ends, and when it has: a notice each, "
      "and check says how long and the mend")
def key(w):
    said = at(w, KEY - 59, OF_KEY, 1)
    has(said, "the council's own key ends in", "make the next one,",
        "`sekisho setup key --next'")
    lacks(said, "at once")
    has([m for m in w.sink.all(DUTY) if OF_KEY in m.text][0].text,
        "sekisho check")
    at(w, KEY - 29, OF_KEY, 2)
    said = at(w, KEY - 6, OF_KEY, 3)
    has(said, "make the next one at once")
    said = at(w, KEY + 1, OF_KEY, 4)
    has(said, "the council's own key ended on", "setup key --next --from'")
    same([told(w, OF_KEY), told(w, OF_CERTIFICATE)], [4, 0])


@step("what check says to one that has ended works: the next one signs at once")
def next_key(w):
    said = w.council.run("setup", "key", "--next", "--from",
                         clock.day(KEY + 1, True))
    has(said, f"former {w.fpr}", "current ")
    clock.move(w, KEY + 1)
    wait.until("the next one", lambda: [
        k for k in w.council.json("key", "own")["keys"]
        if k["state"] == "former"])
    lacks(faults(w), "own key ended")


@step("the same of the certificate")
def certificate(w):
    said = at(w, CERTIFICATE - 59, OF_CERTIFICATE, 1)
    has(said, "the council's own S/MIME certificate ends in",
        "make the next one,", "`sekisho setup smime --request'")
    at(w, CERTIFICATE - 29, OF_CERTIFICATE, 2)
    has(at(w, CERTIFICATE - 6, OF_CERTIFICATE, 3), "at once")
    same([told(w, OF_KEY), told(w, OF_CERTIFICATE)], [4, 3])


@step("the next certificate signs before the present one has ended, and no "
      "word is said of either any more")
def next_certificate(w):
    w.council.run("setup", "smime", "--request")
    answer = w.ca.answer((w.council.dir / "gs/request.csr").read_bytes(),
                         "78", days=800)
    file = w.file("next.pem", answer)
    chain = w.file("chain.pem", (w.ca.dir / "middle.pem").read_bytes())
    has(w.council.refused("setup", "smime", "--import", file, "--chain",
                          chain, "--from", clock.day(CERTIFICATE + 3)),
        "earlier --from")
    w.council.run("setup", "smime", "--import", file, "--chain", chain)
    clock.move(w, CERTIFICATE - 5)
    keys = wait.until("the next one", lambda: [
        k for k in w.council.json("key", "own")["keys"]
        if k["state"] == "next"])
    assert keys[0]["since"][:10] <= clock.day(CERTIFICATE), keys
    lacks(faults(w), "certificate ends", "certificate ended")
    clock.move(w, CERTIFICATE + 1)
    same(told(w, OF_CERTIFICATE), 3)


if __name__ == "__main__":
    run(lambda: world(start=False, with_postfix=False, extra=SMIME))

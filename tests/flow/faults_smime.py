#!/usr/bin/env python3
"""Sealing by S/MIME goes wrong with the real programs: a gpgsm that hangs or
dies in the middle, an agent that hangs, a dirmngr that would, a home that is
wiped. A copy waits or is held; never plain, never wrong; the daemon goes on,
and nobody's certificate is blamed."""
import os
import shutil
import signal
import subprocess

from harness import cases, copies, keyd, mails, roster, wait
from harness.smime import SETTINGS, Certificates
from harness.tap import has, lacks, run, same, step
from harness.world import world

SECRET = "203.0.113.{}"
PEOPLE = {"one": "smime", "two": "smime", "three": "openpgp"}
NAMES = {"one": "観測研究所", "two": "北国大学", "three": "港銀行"}
ROW = ("ADD,{0},{2},class2,critical_infrastructure,no,yes,{0}-a,{2}の人,"
       "poc+handler,yes,ja,sato@{0}.test,{1}\n")
FROM = "sato@one.test"


def homes(w):
    return [one.smime for one in w.keyds]


def digest(w, number):
    cases.item(w, w.number, "接続先 " + SECRET.format(number))
    done = w.council.json("digest", "send", "--yes", "--now")
    w.digest = done["digest"]
    same(done["copies"], len(PEOPLE))


def states(w):
    return {p["person"]: (p["state"], p["reason"]) for p in
            w.council.json("digest", "report", w.digest)["people"]}


def tend(w):
    """A keyd that ended with its gpgsm is started again, and nobody waits for
    the next try."""
    for one in w.keyds:
        one.mind()
    rows = [c["copy"] for c in w.council.json(
        "outbox", "list", "--state", "to-seal")["copies"]]
    if rows:
        w.council.call("outbox", "retry", *rows)


def settle(w, number):
    """Everybody gets that digest, once, with a little help."""
    def done():
        tend(w)
        found = states(w)
        assert not [s for s in found.values() if s[0] == "held"], found
        return all(s[0] == "sent" for s in found.values())
    wait.until("all copies", done)
    w.postfix.drained()
    for name in PEOPLE:
        text = "".join(opened(w, name))
        same(text.count(SECRET.format(number)), 1, name)


def opened(w, name):
    """Each copy by its person's own program; nothing is in the clear."""
    for mail in w.sink.all(f"sato@{name}.test"):
        lacks(mail.raw.decode("utf-8", "replace"), "203.0.113", "接続先")
        kind = mail.message.get_content_type()
        if kind == "application/pkcs7-mime":
            yield w.ca.opened(name, mail)[1]
        elif kind == "multipart/encrypted":
            yield copies.opened(w.keys[name], mail)[1]


@step("two keyds as services with certificates, and a digest through them",
      needed=True)
def prepared(w):
    w.council.run("roster", "import", w.file("roster.csv", roster.csv(
        "".join(ROW.format(n, s, NAMES[n]) for n, s in PEOPLE.items()))), "--apply")
    for name, scheme in PEOPLE.items():
        if scheme == "smime":
            w.ca.issue(name, f"sato@{name}.test")
            path = w.ca.dir / f"{name}.pem"
        else:
            path = w.file("key", w.key(name, f"sato@{name}.test").export())
        w.council.run("key", "import", f"{name}-a", path, "--approve")
    roster.council_key(w)
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    digest(w, 1)
    settle(w, 1)


@step("gpgsm that hangs: its keyd is ended with it and started anew, the "
      "daemon answers meanwhile, each copy goes once")
def hangs(w):
    def begin(n):
        digest(w, 50 + n)
        w.council.run("case", "list")
    n = hung(w, homes(w), begin, lambda: all(
        s[0] == "sent" for s in states(w).values()))
    settle(w, 50 + n)


def hung(w, folders, begin, done):
    """Which round of begin() met a gpgsm that was stopped at its work, and
    ended. One may be too quick to be met, or be met behind its work."""
    for n in range(20):
        with keyd.Hunter(folders, "gpgsm", signal.SIGSTOP, most=1) as hunter:
            begin(n)
            wait.until("gpgsm to be ended, or the work to be done", lambda: (
                hunter.hit and wait.gone(hunter.hit[0])) or done())
        if hunter.hit and wait.gone(hunter.hit[0]):
            return n
        for pid in hunter.hit:
            wait.kill(pid)
    raise AssertionError("no gpgsm hung at its work")


@step("gpgsm that dies in the middle, again and again: each copy once")
def dies(w):
    with keyd.Hunter(homes(w), "gpgsm", signal.SIGKILL) as hunter:
        for number in range(30, 40):
            digest(w, number)
            wait.until("gpgsm to die, or the copies to go", lambda: len(
                hunter.hit) >= 3 or all(s[0] == "sent"
                                        for s in states(w).values()))
            if len(hunter.hit) >= 3:
                break
        w.council.run("case", "list")
    assert len(hunter.hit) >= 3, hunter.hit
    settle(w, number)


@step("its agents hang: ended at the deadline, the daemon answers meanwhile")
def agents_hang(w):
    agents = [pid for home in homes(w)
              for pid in keyd.processes(home, "gpg-agent")]
    assert agents
    for pid in agents:
        wait.kill(pid, signal.SIGSTOP)
        w.ends.append(lambda pid=pid: wait.kill(pid))
    digest(w, 4)
    w.council.run("case", "list")
    same([s for p, s in states(w).items() if p != "three-a" and s[0] in (
        "sent", "held")], [])
    wait.until("the deadline", lambda: any(map(wait.gone, agents)))
    settle(w, 4)		# without a help to those that hang


@step("a keyd that finds its agents hanging when it starts goes on without "
      "them")
def found_hanging(w):
    agents = [pid for one in w.keyds for home in one.homes()
              for pid in keyd.processes(home, "gpg-agent")]
    for pid in agents:
        wait.kill(pid, signal.SIGSTOP)
        w.ends.append(lambda pid=pid: wait.kill(pid))
    for one in w.keyds:
        one.kill()
        one.mind()
    digest(w, 44)
    settle(w, 44)


@step("a dirmngr that hangs is asked by nobody")
def dirmngr(w):
    started = []
    for home in homes(w):
        subprocess.run(["gpgconf", "--homedir", home, "--launch", "dirmngr"],
                       user=w.council.user, group=w.council.group,
                       extra_groups=[], check=True, capture_output=True,
                       env=w.council.environment)
        started += keyd.processes(home, "dirmngr")
    same(len(started), len(w.keyds))
    for pid in started:
        wait.kill(pid, signal.SIGSTOP)
    try:
        digest(w, 5)
        wait.until("all copies", lambda: all(
            s == ("sent", None) for s in states(w).values()))
    finally:
        for pid in started:
            wait.kill(pid)


@step("a signed mail that comes while gpgsm hangs is kept and read")
def incoming(w):
    before = len(w.council.cases())
    text = mails.crlf(b"Content-Type: text/plain; charset=utf-8\n"
                      b"Content-Transfer-Encoding: 8bit\n\n" +
                      "様子がおかしいです。\n".encode())
    content, body = w.ca.detached("one", text)

    def begin(n):
        nonlocal before
        before = len(w.council.cases())
        w.send(FROM, "csc-anken@council.test", mails.mail(
            FROM, "csc-anken@council.test", f"相談 {n}", content=content,
            body=body))
        w.council.run("case", "list")
    hung(w, homes(w) + [h / "scratch" for h in homes(w)], begin,
         lambda: len(w.council.cases()) > before)

    def filed():
        for one in w.keyds:
            one.mind()
        return len(w.council.cases()) > before
    wait.until("its case", filed)
    mail = w.council.case(w.council.cases()[0]["number"])["mails"][0]
    has(w.council.run("mail", "text", mail["number"]), "様子がおかしいです")
    crypto = w.council.json("mail", "show", mail["number"])["crypto"]
    print("#  ", crypto["signature"], mail["class"])
    assert crypto["signature"] in ("good", "error"), crypto


@step("homes that are wiped: nothing is sent, nobody's certificate is blamed; "
      "put back, everything goes")
def wiped(w):
    for one in w.keyds:
        shutil.copytree(one.smime, str(one.smime) + ".kept", symlinks=True,
                        ignore=lambda d, names: [n for n in names
                                                 if n.startswith("S.")])
        subprocess.run(["gpgconf", "--homedir", one.smime, "--kill", "all"],
                       capture_output=True, user=w.council.user)
        for path in one.smime.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    digest(w, 200)
    wait.until("tries", lambda: any(
        r for s, r in states(w).values() if s == "to-seal"))
    same({p: s for p, (s, _) in states(w).items() if p != "three-a"},
         {"one-a": "to-seal", "two-a": "to-seal"})
    for one in w.keyds:
        subprocess.run(["cp", "-a", f"{one.smime}.kept/.", one.smime],
                       check=True)
        subprocess.run(["chown", "-R", str(w.council.user), one.smime],
                       check=True)
        one.kill()
        one.mind()
    settle(w, 200)


def make():
    import contextlib

    @contextlib.contextmanager
    def made():
        with world(start=False, extra=SETTINGS) as w:
            w.ca = Certificates(w.dir / "ca", "bob")
            w.council.init()
            w.ca.certify(w.council)
            w.council.conf.write_text(w.council.conf.read_text() +
                                      keyd.named(2))
            w.keyds = keyd.serve(w, [keyd.Keyd(w.council, n, smime="gs")
                                     for n in range(2)])
            yield w
    return made()


if __name__ == "__main__":
    run(make)

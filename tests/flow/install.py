#!/usr/bin/env python3
"""From an empty folder to a council with members: init, check, roster, persons
and keys, with everything refused that has to be."""
import signal
import stat

from harness import gpg, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world


def snapshot(w):
    return {p.relative_to(w.council.dir): p.read_bytes()
            for p in sorted(w.council.dir.rglob("*"))
            if p.is_file() and "gnupg" not in p.parts[-2]
            and p.name not in ("trustdb.gpg",)}


@step("init makes what is missing, closed to others", needed=True)
def made(w):
    w.council.init()
    for name in ("store.key", "vault.key", "council.db", "gnupg"):
        path = w.council.dir / name
        assert path.exists(), name
        same(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, name)


@step("a second init overwrites nothing")
def twice(w):
    before = snapshot(w)
    w.council.make()
    after = snapshot(w)
    for name, data in before.items():
        same(after[name] == data, True, str(name))


@step("init without a file makes a whole folder that check finds fault with "
      "only where it must")
def folder(w):
    import os
    import subprocess
    home = w.dir / "fresh"
    home.mkdir()
    os.chown(home, w.council.user, w.council.group)
    for _ in range(2):
        done = subprocess.run(
            [w.council.stage / "sekisho", "init", "--domain", "other.test",
             "--name", "Other", home], stdin=subprocess.DEVNULL,
            capture_output=True, user=w.council.user,
            group=w.council.group, extra_groups=[],
            env=w.council.environment)
        same(done.returncode, 0, done.stderr.decode())
    assert (home / "sekisho.conf").exists()
    done = subprocess.run([w.council.stage / "sekishod", "-t", "-c",
                           home / "sekisho.conf"], capture_output=True,
                          user=w.council.user, group=w.council.group,
                          extra_groups=[], env=w.council.environment)
    same(done.returncode, 0, done.stderr.decode())


@step("a faulty configuration is refused with file, line and every fault")
def faults(w):
    bad = w.file("bad.conf", w.council.conf.read_text()
                 .replace('"incident"', '"incidnt"')
                 .replace("connections = 4", "connections = 99"))
    import subprocess
    done = subprocess.run([w.council.stage / "sekishod", "-t", "-c", bad],
                          capture_output=True, env=w.council.environment)
    same(done.returncode, 78)
    said = done.stderr.decode()
    has(said, "bad.conf", "kind", "connections")


@step("verbs need the daemon and say so with exit 69", needed=True)
def daemon(w):
    w.council.refused("case", "list", code=69)
    w.council.start()
    same(w.council.cases(), [])


@step("a roster's dry run changes nothing; --apply does; both charsets")
def imported(w):
    sheet = w.file("dry.csv", roster.csv())
    said = w.council.run("roster", "import", sheet)
    has(said, "acme")
    same(w.council.json("person", "list")["people"], [])
    w.council.run("roster", "import", sheet, "--apply")
    people = w.council.json("person", "list")["people"]
    same(len(people), len(roster.ADDRESSES))
    keep = roster.csv(roster.ROWS.replace("ADD,", "KEEP,"), "cp932")
    w.council.run("roster", "import", w.file("keep.csv", keep), "--apply")
    names = {p["person"]: p["name"]
             for p in w.council.json("person", "list")["people"]}
    same(names["acme-sato"], "佐藤 花子")


@step("a missing row is a question, not a removal")
def missing(w):
    rows = "\n".join(r for r in roster.ROWS.replace("ADD,", "KEEP,")
                     .split("\n") if "acme-mori" not in r)
    done = w.council.call("roster", "import",
                          w.file("less.csv", roster.csv(rows)), "--apply")
    has((done.stdout + done.stderr).decode(), "acme-mori")
    has(w.council.run("person", "list"), "acme-mori")


@step("unfit addresses and doubled ids are refused")
def unfit(w):
    base = ["--org", "acme", "--name", "x"]
    w.council.refused("person", "add", "acme-sato", *base,
                      "--address", "x@acme.test")
    w.council.refused("person", "add", "acme-list", *base,
                      "--address", "info@acme.test")
    w.council.refused("person", "add", "acme-bad", *base,
                      "--address", "no address")
    w.council.refused("org", "add", "acme", "--name", "A", "--class",
                      "class2", "--org-kind", "cyber_business")


@step("keys: wrong address, expired, secret, two at once: refused with why")
def bad_keys(w):
    good = w.key("acme-sato", "sato@acme.test")
    other = w.key("other", "other@elsewhere.test")
    old = w.key("old", "sato@acme.test", expired=True)
    for name, block in (
            ("address", other.export()), ("expired", old.export()),
            ("secret", good.run("--armor", "--export-secret-keys",
                                "--passphrase", "", good.fpr).stdout),
            ("two", good.export() + other.export()),
            ("nothing", b"no key at all\n")):
        said = w.council.refused("key", "import", "acme-sato",
                                 w.file(name + ".asc", block), "--approve")
        assert said.strip(), name


@step("a key is a proposal until an operator approves its fingerprint")
def approved(w):
    good = w.keys["acme-sato"]
    w.council.run("key", "import", "acme-sato",
                  w.file("good.asc", good.export()))
    w.council.refused("key", "approve", "acme-sato", "0" * 40)
    w.council.run("key", "approve", "acme-sato", good.fpr)
    has(w.council.run("key", "show", "acme-sato").replace(" ", ""), good.fpr)


@step("the council's own key is exported, one key, no secret")
def exported(w):
    block = w.council.run("key", "export")
    has(block, "BEGIN PGP PUBLIC KEY BLOCK")
    lacks(block, "PRIVATE")
    w.keys["acme-sato"].learn(block.encode())
    same(gpg.recipients(w.keys["acme-sato"].encrypt(
        b"x", "council.test", sign=False)) != [], True)


@step("removal and withdrawal end at once, history stays")
def removed(w):
    w.council.run("person", "remove", "bank-kato")
    lacks(w.council.run("person", "list"), "bank-kato")
    w.council.run("org", "withdraw", "quiet")
    same(w.council.json("org", "show", "quiet")["state"].upper(), "WITHDRAWN")


@step("a role that may not is refused, a stranger gets nothing")
def stranger(w):
    w.council.refused("case", "list", user=65534)


def complaints(done):
    """What check says no to; five people of the roster have no key yet."""
    return [line.split()[1] for line in done.stdout.decode().split("\n")
            if line.startswith("no ")]


@step("check finds nothing wrong but the keys that lack, and names what is")
def checked(w):
    same(complaints(w.council.call("check", "--postfix", "none")), ["keys"])
    (w.council.dir / "store.key").chmod(0o644)
    done = w.council.call("check", "--postfix", "none")
    same(done.returncode, 78)
    has((done.stdout + done.stderr).decode(), "store.key")
    (w.council.dir / "store.key").chmod(0o600)


@step("check says that the daemon hangs, in no time, and that it does not run")
def hanging(w):
    w.council.process.send_signal(signal.SIGSTOP)
    try:
        done = w.council.call("check", "--postfix", "none")
    finally:
        w.council.process.send_signal(signal.SIGCONT)
    same((done.returncode, complaints(done)), (78, ["roster"]))
    has(done.stdout.decode(), "gave no answer in time")
    w.council.stop()
    has(w.council.call("check", "--postfix", "none").stdout.decode(),
        "does not run")
    w.council.start()


@step("check tells the version of gpgme, and complains of one with a fault")
def library(w):
    def check(said):
        fake = w.dir / "fake"
        fake.mkdir(exist_ok=True)
        path = fake / "dpkg-query"
        path.write_text(f"#!/bin/sh\n{said}\n")
        path.chmod(0o755)
        env = w.council.environment
        env["PATH"] = f"{fake}:{env['PATH']}"
        return w.council.call("check", "--postfix", "none", environment=env)

    has(w.council.call("check", "--postfix", "none").stdout.decode(),
        "library gpgme 1.")
    old = check("echo 1.18.0-3")
    same(old.returncode, 78)
    has(old.stdout.decode(), "library gpgme 1.18.0-3 ", "--only-upgrade")
    unknown = check("echo unknown package >&2; exit 1")
    same(complaints(unknown), ["keys"])
    lacks(unknown.stdout.decode(), "gpgme")


@step("a reload takes new rules; faulty ones leave the old in force")
def reloaded(w):
    policy = w.council.dir / "council.conf"
    good = policy.read_text()

    def reload(text, word):
        at = len(w.council.said())
        policy.write_text(text)
        w.council.process.send_signal(signal.SIGHUP)
        wait.until(f"the reload to say {word}",
                   lambda: word in w.council.said()[at:])
    reload(good + "\nno such thing at all\n", "kept-the-old")
    w.council.run("case", "list")
    reload(good, "result=ok")


@step("the account of all that has an unbroken chain")
def account(w):
    w.council.run("audit", "verify")
    has(w.council.run("audit", "show"), "person")


if __name__ == "__main__":
    run(lambda: world(with_postfix=False, start=False))

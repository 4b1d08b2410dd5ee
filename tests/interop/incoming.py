#!/usr/bin/env python3
"""OpenPGP mails that gpg, sq and rnp made, read by councils whose own key is of
each kind, from people whose keys are of each kind: opened, whole, signed by
whom it should be, the file inside as it was under its name (standards.md A6,
A7)."""
import contextlib
import os
import subprocess

import senders
from harness import gpg, mails, roster
from harness.tap import has, run, same, step
from harness.world import World

SHORT = bool(os.environ.get("SEKISHO_INTEROP_SHORT"))
OWN = {"ed25519": "cv25519", "rsa3072": "rsa3072", "nistp256": "nistp256",
       "brainpoolP256r1": "brainpoolP256r1"}
MORE = {"rsa2048": "rsa2048", "rsa4096": "rsa4096", "nistp384": "nistp384"}
WORDS = "受信の試験カナリア"
STYLES = dict(zip(("gpg", "sq", "rnp"), senders.NAME_STYLES))


class Person:
    def __init__(self, w, algo, cipher):
        self.algo, self.name = algo, algo.lower()
        self.address = f"{self.name}@consulter.test"
        self.dir = w.dir / f"d{self.name}"
        self.dir.mkdir(mode=0o700)
        self.key = w.using(gpg.Key(w.dir / f"g{self.name}", self.address,
                                   algo=algo, cipher=cipher), "end")


class Council(World):
    """A council with a key that its operators made with gpg themselves."""

    def __init__(self, people, own):
        super().__init__(with_postfix=False, start=False)
        self.people = people
        self.bring(own)
        self.council.init()
        self.council.start()
        self.fpr = own.fpr
        self.block = self.council.run("key", "export").encode()
        for p in people:
            same(p.key.learn(self.block), own.fpr)
            row = (f"ADD,{p.name},{p.name},class2,critical_infrastructure,"
                      f"no,yes,{p.name}-a,甲,poc+handler,yes,ja,{p.address},"
                      "openpgp\n")
            self.council.run("roster", "import", self.file(
                p.name + ".csv", roster.csv(row)), "--apply")
            self.council.run("key", "import", f"{p.name}-a", self.file(
                p.name + ".asc", p.key.export()), "--approve")

    def bring(self, own):
        home = self.council.dir / "gnupg" / "0"
        home.mkdir(mode=0o700, parents=True)
        secret = self.file("own.sec", own.secret())
        (home / "own").write_text(own.fpr + "\n")
        for path in (home.parent, home, home / "own"):
            os.chown(path, self.council.user, self.council.group)
            path.chmod(0o700 if path.is_dir() else 0o600)
        for words in (["gpg", "--homedir", home, "--batch", "--quiet",
                       "--import", secret],
                      ["gpgconf", "--homedir", home, "--kill", "all"]):
            done = subprocess.run(
                words, capture_output=True, user=self.council.user,
                group=self.council.group, extra_groups=[])
            assert done.returncode == 0, done.stderr.decode()
        secret.unlink()


@contextlib.contextmanager
def people():
    w = World(with_postfix=False, start=False)
    try:
        yield w
    finally:
        w.end()


@step("people with a key of every kind", needed=True)
def made(w):
    w.people = [Person(w, *how) for how in
                {**OWN, **({} if SHORT else MORE)}.items()]


def one_council(w, algo):
    own = next(p for p in w.people if p.algo == algo)
    c = Council(w.people, own.key)
    try:
        counts = {}
        for who in w.people:
            for program in senders.OPENPGP:
                if read_one(c, own, who, program):
                    name = program.__name__
                    counts[name] = counts.get(name, 0) + 1
        print("#   " + ", ".join(f"{k}: {n} mails" for k, n in counts.items()))
        same(sorted(counts), ["gpg", "rnp", "sq"] if own.algo[:5] != "brain"
             else ["gpg", "rnp"])
        forms(c, w.people[0])
    except Exception:
        c.post_mortem()
        raise
    finally:
        c.end()


def read_one(c, own, who, program):
    what = f"{program.__name__}, {who.algo} to {own.algo}"
    words = f"{WORDS} {what}"
    try:
        armour = program(who, c, senders.letter(words, STYLES[
            program.__name__]))
    except senders.CannotRead:
        # Nettle has no Brainpool curves, so Sequoia has none here.
        assert program is senders.sq and "brain" in own.algo + who.algo, what
        return False
    mail, shown = senders.deliver(c, who.address, *mails.pgp_mime(armour))
    crypto = shown["crypto"]
    same([crypto[k] for k in ("form", "integrity", "signature", "signer",
                              "signed_by", "coverage", "signer_is_from")],
         ["pgp-mime-encrypted", True, "good", who.key.fpr, "person", "whole",
          True], what)
    has(c.council.run("mail", "text", mail), words)
    senders.has_file(c, mail, shown, what)
    return True


def forms(c, who):
    """The same in the shapes that servers and programs give it."""
    def armour():		# a ciphertext that came before is doubted
        return who.key.encrypt(senders.letter(WORDS), c.fpr)

    whole, apart = mails.pgp_mime(armour()), mails.pgp_mime(armour())
    exchange = [apart[0][0].replace("multipart/encrypted", "multipart/mixed")
                .replace(';\n protocol="application/pgp-encrypted"', "")]
    alone = (["Content-Type: application/octet-stream; name=\"message.asc\"",
              "Content-Disposition: attachment; filename=\"message.asc\""],
             armour())
    for form, how in (("pgp-mime-encrypted", whole),
                      ("pgp-mime-encrypted-mangled", (exchange, apart[1])),
                      ("pgp-attached-encrypted", alone)):
        mail, shown = senders.deliver(c, who.address, *how)
        same([shown["crypto"][k] for k in ("form", "signature")],
             [form, "good"])
        has(c.council.run("mail", "text", mail), WORDS)
        senders.has_file(c, mail, shown, form)
    # In the text there is no place for a file: it is sealed by itself.
    inline = who.key.encrypt(WORDS.encode(), c.fpr)
    content, body = mails.mixed(inline.decode(), [
        ("file.csv.pgp", "application/octet-stream",
         who.key.encrypt(senders.FILE, c.fpr))])
    mail, shown = senders.deliver(c, who.address, content, body)
    same(shown["crypto"]["form"], "pgp-inline-encrypted")
    has(c.council.run("mail", "text", mail), WORDS)
    same(senders.saved(c, mail, shown["attachments"][0]["part"], "--open"),
         senders.FILE)


for name in (["rsa3072", "nistp256"] if SHORT else {**OWN, **MORE}):
    step(f"the council's own key {name}: gpg, sq and rnp are read, whoever "
         "signs")(lambda w, name=name: one_council(w, name))


if __name__ == "__main__":
    run(people)

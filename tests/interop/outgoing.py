#!/usr/bin/env python3
"""Every kind of mail that leaves, in both languages and both schemes, opened by
programs that we did not write: the signature is the council's, the attachment
is what was attached, the protected subject is shown, Japanese is intact, and
outside stands nothing of any of it (standards.md A6-A8, A10)."""
import os
import re

import openers
from harness import cases, mails, roster
from harness.smime import SETTINGS
from harness.tap import has, run, same, step
from harness.world import world
from people import council, kind, of, open_with, seal

SHORT = bool(os.environ.get("SEKISHO_INTEROP_SHORT"))
CANARY = "紅雀通信"		# stands in the item alone
ORGS = "{0},{0}社,class2,critical_infrastructure,no,yes"

# name: scheme, language, and what its key is
PEOPLE = {
    "curve": ("openpgp", "ja", ("ed25519", "cv25519")),
    "rsa3": ("openpgp", "en", ("rsa3072", "rsa3072")),
    "nist": ("openpgp", "en", ("nistp256", "nistp256")),
    "brain": ("openpgp", "ja", ("brainpoolP256r1", "brainpoolP256r1")),
    "bits3072": ("smime", "ja", None),
    "alice": ("smime", "en", None),
}
MORE = {
    "rsa2": ("openpgp", "ja", ("rsa2048", "rsa2048")),
    "rsa4": ("openpgp", "ja", ("rsa4096", "rsa4096")),
    "nist384": ("openpgp", "ja", ("nistp384", "nistp384")),
    "bits4096": ("smime", "ja", None),
}


@step("a council with a certificate; people with a key of every sort",
      needed=True)
def people(w):
    council(w, PEOPLE if SHORT else {**PEOPLE, **MORE})


@step("the registered have their keys pinned", needed=True)
def registered(w):
    rows = "".join(
        f"ADD,{ORGS.format(p.name)},{p.name}-a,甲,poc+handler,yes,"
        f"{p.language},{p.address},{p.scheme}\n" for p in w.people)
    w.council.run("roster", "import",
                  w.file("roster.csv", roster.csv(rows)), "--apply")
    for p in w.people:
        w.council.run("key", "import", f"{p.name}-a", p.public, "--approve")


@step("questions go in the clear and hold nothing; read-backs are sealed, by "
      "OpenPGP and by S/MIME", needed=True)
def consulted(w):
    w.canaries = {"石灯籠": "brain", "lantern": "alice"}
    for words, name in w.canaries.items():
        p = next(p for p in w.people if p.name == name)
        text = "I have a problem.\n" if p.language == "en" else "相談です。\n"
        got = w.consult(p.address, "Help", text)
        number = w.council.cases()[0]["number"]
        w.council.run("key", "import", number, p.public, "--approve")
        codes = f"1-B {words}\n2-B\n3-A\n"
        content, body = seal(w, p, codes)
        before = len(w.sink.all(p.address))
        w.send(p.address, got["Reply-To"], mails.mail(
            p.address, got["Reply-To"], "Re: Help", content=content,
            body=body, extra=[f"In-Reply-To: {got['Message-ID']}"]))
        w.sink.wait(p.address, before + 1)


@step("a digest with a table goes to everybody; then its terms are narrowed",
      needed=True)
def digest(w):
    _, w.number = cases.confirmed(w, "1-C\n2-C\n3-A\n", vouch=True)
    item = cases.item(w, w.number, f"修正版（{CANARY}）を適用してください。",
                      category="COUNTERMEASURE", confidence="CONFIRMED",
                      tlp="GREEN", more=("--indicator", "sha256:" +
                                         "0a" * 32))
    counts = {p.address: len(w.sink.all(p.address)) for p in w.people}
    w.council.run("digest", "send", "--yes", "--now")
    for address, n in counts.items():
        w.sink.wait(address, n + 1)
    w.council.run("terms", "narrow", w.number, "--scope", "CLASS1_GROUP",
                  "--reason", "本人の希望")
    for address, n in counts.items():
        w.sink.wait(address, n + 2)
    w.item = item
    w.secrets = [w.number, item, CANARY, "indicators-", *w.canaries]


def open_all(w, scheme):
    open_with(w, scheme, [m for m in w.sink.all()
                          if kind(m) == scheme and of(w, m)])


@step("plain mails: neomutt and notmuch show them")
def plain(w):
    open_all(w, "plain")


@step("OpenPGP: gpg, sq, rnp, neomutt and notmuch open every copy")
def openpgp(w):
    open_all(w, "openpgp")


@step("S/MIME: openssl, gpgsm, neomutt and notmuch open every copy")
def smime(w):
    open_all(w, "smime")


@step("each of them had what was meant for him: words, table, notice")
def meant(w):
    for p in w.people:
        opened = [openers.READERS[p.scheme][0](p, m)
                  for m in w.sink.all(p.address) if kind(m) != "plain"]
        mine = [words for words, n in w.canaries.items() if n == p.name]
        for words in mine:
            assert any(words in o.text for o in opened), (p.name, words)
        digests = [o for o in opened if o.files]
        same(len(digests), 1, p.name)
        has(digests[0].text, CANARY, w.item)
        (name, table), = digests[0].files.items()
        assert re.fullmatch(r"indicators-[a-z2-7]{7}\.csv", name), name
        assert table.startswith(b"\xef\xbb\xbf"), table
        has(table.decode("utf-8-sig"), "0a" * 32, w.item)
        assert len(opened) >= 2 + len(mine), [o.subject for o in opened]


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SETTINGS))

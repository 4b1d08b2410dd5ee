#!/usr/bin/env python3
"""Every kind of mail that leaves, in both languages and both schemes, opened by
programs that we did not write: the signature is the council's, the attachment
is what was attached, the protected subject is shown, Japanese is intact, and
outside stands nothing of any of it (standards.md A6-A8, A10)."""
import os
import re

import openers
from harness import cases, mails, roster
from harness.smime import SETTINGS, Certificates, entity
from harness.tap import has, lacks, run, same, step
from harness.world import world

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


class Person:
    """Somebody with every program and the keys in each program's form."""

    def __init__(self, w, name, scheme, language, algos):
        self.name, self.scheme, self.language = name, scheme, language
        self.address = f"{name}@example.jp"
        self.dir = w.dir / f"p{len(w.people)}"
        self.dir.mkdir(mode=0o700)
        if scheme == "openpgp":
            self.key = w.key(name, self.address, algo=algos[0],
                             cipher=algos[1])
            self.home = self.key.home
            self.public = w.file(name + ".asc", self.key.export())
        else:
            self.ca, self.home = w.ca, self.dir / "s"
            w.using(self, "end")
            self.gpgsm_home()
            self.public = w.ca.dir / f"{name}.pem"

    def gpgsm_home(self):
        """By PKCS#12 as programs of today write it for those of yesterday."""
        self.home.mkdir(mode=0o700)
        root = self.ca.fingerprint("root", "sha1")
        (self.home / "gpgsm.conf").write_text("disable-crl-checks\n"
                                              "disable-dirmngr\n")
        (self.home / "trustlist.txt").write_text(f"{root} S relax\n")
        self.ca.openssl("pkcs12", "-export", "-legacy", "-in",
                        f"{self.name}.pem", "-inkey", f"{self.name}.key",
                        "-passout", "pass:", "-out", f"{self.name}.p12")
        for words in (["--pinentry-mode", "loopback", "--passphrase-fd", "0",
                       "--import", f"{self.name}.p12"],
                      ["--import", "root.pem", "middle.pem"]):
            done = openers.call("gpgsm", "--homedir", self.home, "--batch",
                                *words, stdin=b"\n", cwd=self.ca.dir)
            assert done.returncode == 0, openers.said(done)

    def end(self):
        openers.call("gpgconf", "--homedir", self.home, "--kill", "all")

    def file(self, name, data):
        path = self.dir / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path


def of(w, mail):
    return next(p for p in w.people if p.address == mail.to)


@step("a council with a certificate; people with a key of every sort",
      needed=True)
def people(w):
    names = PEOPLE if SHORT else {**PEOPLE, **MORE}
    w.ca = Certificates(w.dir / "ca", *[n for n, p in names.items()
                                        if p[0] == "smime"])
    w.council.init()
    w.ca.certify(w.council)
    w.council.start()
    block = w.council.run("key", "export").encode()
    w.own = {"smime": w.ca.print_of(w.council.run(
        "key", "export", "--smime").encode())}
    w.council_name = "CN=試験協議会"
    w.people = []
    for name, how in names.items():
        person = Person(w, name, *how)
        w.people.append(person)
        person.council_file = person.file("council.asc", block)
        if how[0] == "openpgp":
            w.own["openpgp"] = person.key.learn(block)


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


def seal(w, p, text):
    part = mails.crlf(("Content-Type: text/plain; charset=utf-8\n"
                       "Content-Transfer-Encoding: 8bit\n\n" +
                       text).encode())
    if p.scheme == "openpgp":
        return mails.pgp_mime(p.key.encrypt(part, w.own["openpgp"]))
    own = w.file("own.pem", w.council.run("key", "export", "--smime"))
    return w.ca.enveloped(own, entity(*w.ca.opaque(p.name, part)))


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


def kind(mail):
    return "plain" if mail.message.get_content_type() == "text/plain" else \
        "smime" if "pkcs7" in mail.message.get_content_type() else "openpgp"


def open_all(w, scheme):
    """Every mail of a scheme in every program; how many of each were read."""
    counts = {}
    for mail in [m for m in w.sink.all() if kind(m) == scheme]:
        who = [p for p in w.people if p.address == mail.to]
        if not who:
            continue
        first = None
        for program in openers.READERS[scheme]:
            try:
                opened = program(who[0], mail)
            except openers.CannotRead:
                # Nettle has no Brainpool curves, so Sequoia has none here.
                same((program.__name__, who[0].name), ("sq", "brain"))
                continue
            first = first or opened
            compare(w, program, who[0], mail, opened, first)
            counts[program.__name__] = counts.get(program.__name__, 0) + 1
    for name, n in counts.items():
        print(f"#   {name}: {n} mails")
    same(sorted(counts), sorted(p.__name__ for p in openers.READERS[scheme]))


def compare(w, program, who, mail, opened, first):
    what = f"{program.__name__}, {who.name}, {first.subject}"
    same(squeezed(opened.text), squeezed(first.text), what)
    same(opened.files, first.files, what)
    same(opened.subject, first.subject, what)
    if first.signer:
        own = w.own[who.scheme]
        assert opened.signer in (own, own[-16:], w.council_name), what
        sealed(w, mail, first, what)


def squeezed(text):
    """Programs differ in blank lines around a text, not in its words; neomutt
    names the parts of what it shows."""
    return re.sub(r"\s+", " ", text).strip()


def sealed(w, mail, opened, what):
    """Outside: a constant subject, and nothing of what is inside."""
    raw = mail.own.decode()
    same(mail.subject, "[...]", what)
    assert opened.subject != "[...]", what
    lacks(raw, opened.subject, w.number, w.item, CANARY, "indicators-",
          *w.canaries, *opened.files)
    has(opened.text, f"Subject: {opened.subject}")	# legacy display
    same(len(mail.rcpts), 1, what)


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

"""People who have every program and a key in each program's form, and what all
of those programs must agree about in a mail that they open."""
import re

import openers
from harness import mails
from harness.smime import Certificates, entity
from harness.tap import has, lacks, same


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
        for _ in range(8):	# it takes some for damaged, by their salt
            self.ca.openssl("pkcs12", "-export", "-legacy", "-in",
                            f"{self.name}.pem", "-inkey", f"{self.name}.key",
                            "-passout", "pass:", "-out", f"{self.name}.p12")
            done = self.gpgsm("--pinentry-mode", "loopback",
                              "--passphrase-fd", "0", "--import",
                              f"{self.name}.p12")
            if done.returncode == 0:
                break
        assert done.returncode == 0, openers.said(done)
        done = self.gpgsm("--import", "root.pem", "middle.pem")
        assert done.returncode == 0, openers.said(done)

    def gpgsm(self, *words):
        return openers.call("gpgsm", "--homedir", self.home, "--batch",
                            *words, stdin=b"\n", cwd=self.ca.dir)

    def end(self):
        openers.call("gpgconf", "--homedir", self.home, "--kill", "all")

    def file(self, name, data):
        path = self.dir / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path


def council(w, names):
    """A council with a certificate, and w.people with their keys."""
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


def seal(w, p, text):
    part = mails.crlf(("Content-Type: text/plain; charset=utf-8\n"
                       "Content-Transfer-Encoding: 8bit\n\n" +
                       text).encode())
    if p.scheme == "openpgp":
        return mails.pgp_mime(p.key.encrypt(part, w.own["openpgp"]))
    own = w.file("own.pem", w.council.run("key", "export", "--smime"))
    return w.ca.enveloped(own, entity(*w.ca.opaque(p.name, part)))


def kind(mail):
    return "plain" if mail.message.get_content_type() == "text/plain" else \
        "smime" if "pkcs7" in mail.message.get_content_type() else "openpgp"


def of(w, mail):
    """Whose it is; None for somebody without programs."""
    return next((p for p in w.people if p.address == mail.to), None)


def open_with(w, scheme, some, in_turn=False):
    """These mails in every program of a scheme, or in its first and another one
    in turn; how many each has read."""
    counts = {p.__name__: 0 for p in openers.READERS[scheme]}
    for n, mail in enumerate(some):
        who, first = of(w, mail), None
        readers = openers.READERS[scheme]
        if in_turn:
            readers = [readers[0], readers[1 + n % (len(readers) - 1)]]
        for program in readers:
            try:
                opened = program(who, mail)
            except openers.CannotRead:
                # Nettle has no Brainpool curves, so Sequoia has none here.
                same((program.__name__, who.name), ("sq", "brain"))
                continue
            first = first or opened
            compare(w, program, who, mail, opened, first)
            counts[program.__name__] += 1
    for name, n in counts.items():
        print(f"#   {name}: {n} mails")
        assert n, name


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
    """Outside: a constant subject, and nothing of what is inside, w.secrets
    among it."""
    raw = mail.own.decode()
    same(mail.subject, "[...]", what)
    assert opened.subject != "[...]", what
    lacks(raw, opened.subject, *w.secrets, *opened.files)
    has(opened.text, f"Subject: {opened.subject}")	# legacy display
    same(len(mail.rcpts), 1, what)

#!/usr/bin/env python3
"""S/MIME mails that openssl and gpgsm made, and certificates of every kind: what
gpgsm 2.2 can do is read with the right verdict, and what it cannot is kept, said
to the operator with the mend, answered once, and never guessed at (A10)."""
import os

import senders
from harness import mails, roster
from harness.smime import SETTINGS, Certificates, entity, part
from harness.tap import has, lacks, run, same, step
from harness.world import world
from openers import call, said

SHORT = bool(os.environ.get("SEKISHO_INTEROP_SHORT"))
WORDS = "受信の試験カナリア"
RSA = ["alice", "bits3072"] + ([] if SHORT else ["bits4096"])
CURVES = {"ec": "P-256", "ec384": "P-384", "brain": "brainpoolP256r1"}


def address(name):
    return f"{name}@example.jp"


def read(w, name, how, file=False):
    """(number, crypto, doubts) of a mail with this content from NAME; `file`:
    with the file that senders.letter() puts beside the text."""
    content, body = how
    mail, shown = senders.deliver(w, address(name), content, body)
    if file:
        senders.has_file(w, mail, shown, name)
    return mail, shown["crypto"], shown["doubts"]


def verdict(crypto):
    return [crypto[k] for k in ("form", "integrity", "signature",
                                "signed_by", "coverage", "signer_is_from")]


GOOD = ["smime-enveloped", True, "good", "person", "whole", True]


def council_certificate(w, bits):
    """Key, certificate and steps in one PKCS#12 file, as openssl 3 writes it."""
    ca = w.ca.dir
    name = f"own{bits}"
    w.ca.openssl("req", "-new", "-newkey", f"rsa:{bits}", "-nodes", "-keyout",
                 f"{name}.key", "-subj", "/O=Test/CN=council", "-out",
                 f"{name}.csr", "-addext", "subjectAltName="
                 "email:csc-anken@council.test,email:csc-info@council.test,"
                 "email:csc-return@council.test", "-addext",
                 "keyUsage=critical,digitalSignature,keyEncipherment",
                 "-addext", "extendedKeyUsage=emailProtection")
    (ca / f"{name}.pem").write_bytes(w.ca.openssl(
        "x509", "-req", "-in", f"{name}.csr", "-CA", "middle.pem", "-CAkey",
        "middle.key", "-set_serial", str(bits), "-days", "365",
        "-copy_extensions", "copyall"))
    w.ca.openssl("pkcs12", "-export", "-in", f"{name}.pem", "-inkey",
                 f"{name}.key", "-certfile", "middle.pem", "-passout",
                 "pass:secret", "-out", f"{name}.p12")
    return w.file(f"{name}.p12", (ca / f"{name}.p12").read_bytes())


@step("a PKCS#12 file of openssl 3 is taken, with its passphrase only",
      needed=True)
def own(w):
    w.ca = Certificates(w.dir / "ca", *RSA, *CURVES, "bob")
    w.council.init()
    right = w.file("pass", "secret\n")
    wrong = w.file("wrong", "public\n")
    file = council_certificate(w, 2048)
    has(w.council.refused("setup", "smime", "--import", file,
                          "--passphrase-file", wrong), "passphrase")
    has(w.council.refused("setup", "smime", "--import",
                          w.file("ec.p12", p12_of(w, "ec")),
                          "--passphrase-file", right), "RSA")
    has(w.council.run("setup", "smime", "--import", file,
                      "--passphrase-file", right), "fingerprint")
    for left in ("import.pem", "import.p12", "import.crt"):
        same((w.council.dir / "gs" / left).exists(), False)
    w.council.start()
    w.own = w.file("own.pem", w.council.run("key", "export", "--smime"))
    same(w.ca.print_of(w.own.read_bytes()), w.ca.fingerprint("own2048",
                                                             "sha1"))


def p12_of(w, name):
    w.ca.openssl("pkcs12", "-export", "-in", f"{name}.pem", "-inkey",
                 f"{name}.key", "-passout", "pass:secret", "-out", "x.p12")
    return (w.ca.dir / "x.p12").read_bytes()


@step("RSA certificates of 2048 to 4096 bits are pinned; curves are refused, "
      "with what to ask for", needed=True)
def pinned(w):
    names = RSA + list(CURVES)
    w.council.run("roster", "import", w.file("roster.csv", roster.csv("".join(
        f"ADD,{n},{n},class2,critical_infrastructure,no,yes,{n}-a,甲,"
        f"poc+handler,yes,ja,{address(n)},smime\n" for n in names))),
        "--apply")
    for name in RSA:
        w.council.run("key", "import", f"{name}-a", w.ca.dir / f"{name}.pem",
                      "--approve")
    for name in CURVES:
        has(w.council.refused("key", "import", f"{name}-a",
                              w.ca.dir / f"{name}.pem", "--approve"),
            "ask for RSA", "OpenPGP key")


@step("openssl: opaque, detached, whoever signs with RSA")
def rsa(w):
    for name, style in zip(RSA, senders.NAME_STYLES):
        inner = senders.letter(WORDS + name, style)
        mail, crypto, doubts = read(w, name, senders.openssl(
            w.ca, name, w.own, inner), True)
        same(verdict(crypto), GOOD, name)
        same([d for d in doubts if d == "malleable"], [])
        has(w.council.run("mail", "text", mail), WORDS + name)
        inside = entity(*w.ca.detached(name, inner))
        mail, crypto, _ = read(w, name, senders.enveloped(
            w.ca, w.own, inside), True)
        same(verdict(crypto), GOOD, name + ", detached")
        mail, crypto, _ = read(w, name, w.ca.detached(name, inner), True)
        same(verdict(crypto), ["smime-signed", None] + GOOD[2:])


@step("curves sign what is whole, and by nobody's pinned certificate")
def curves(w):
    for name in CURVES:
        mail, crypto, doubts = read(w, name, senders.openssl(
            w.ca, name, w.own, senders.letter(WORDS + name)), True)
        same(crypto["signature"], "unknown-key", name)
        same([crypto["integrity"], crypto["signer_is_from"]], [False, False])
        has(doubts, "malleable")
        has(w.council.run("mail", "text", mail), WORDS + name)


@step("RSA-PSS, which gpgsm 2.2 cannot check, is no signature, and loses "
      "nothing")
def pss(w):
    mail, crypto, doubts = read(w, "alice", senders.openssl(
        w.ca, "alice", w.own, senders.text_part(WORDS + "\n"),
        "-keyopt", "rsa_padding_mode:pss"))
    assert crypto["signature"] != "good", crypto
    same([crypto["integrity"], crypto["signer_is_from"]], [False, False])
    # and the next one opens
    _, crypto, _ = read(w, "alice", senders.openssl(
        w.ca, "alice", w.own, senders.text_part(WORDS + "\n")))
    same(verdict(crypto), GOOD)


@step("gpgsm: signed and enveloped")
def by_gpgsm(w):
    home = w.dir / "gpgsm"
    home.mkdir(mode=0o700)
    w.ends.append(lambda: call("gpgconf", "--homedir", home, "--kill", "all"))
    root = w.ca.fingerprint("root", "sha1")
    (home / "gpgsm.conf").write_text("disable-crl-checks\ndisable-dirmngr\n"
                                     "cipher-algo AES256\n")
    (home / "trustlist.txt").write_text(f"{root} S relax\n")
    w.ca.openssl("pkcs12", "-export", "-legacy", "-in", "alice.pem", "-inkey",
                 "alice.key", "-passout", "pass:", "-out", "alice.p12")
    for words in (["--pinentry-mode", "loopback", "--passphrase-fd", "0",
                   "--import", "alice.p12"],
                  ["--import", "root.pem", "middle.pem", w.own]):
        done = call("gpgsm", "--homedir", home, "--batch", *words,
                    stdin=b"\n", cwd=w.ca.dir)
        assert done.returncode == 0, said(done)
    mail, crypto, _ = read(w, "alice", senders.gpgsm(
        home, w.ca.fingerprint("alice", "sha1"),
        w.ca.print_of(w.own.read_bytes()), senders.letter(
            WORDS, "rfc2047")), True)
    same(verdict(crypto), GOOD)
    has(w.council.run("mail", "text", mail), WORDS)


@step("triple wrapped: signed, enveloped, signed; by one person it is his "
      "word, by two nobody's")
def triple(w):
    inner = senders.letter(WORDS, "raw")
    middle = entity(*senders.openssl(w.ca, "alice", w.own, inner))
    mail, crypto, _ = read(w, "alice", w.ca.opaque("alice", middle), True)
    same(verdict(crypto)[1:], GOOD[1:])
    has(w.council.run("mail", "text", mail), WORDS)
    # The inner one is by nobody whose certificate is pinned for From.
    fresh = entity(*senders.openssl(w.ca, "alice", w.own, inner))
    mail, crypto, _ = read(w, "bits3072", w.ca.opaque("bits3072", fresh))
    assert crypto["signature"] != "good", crypto
    same([crypto["integrity"], crypto["signer_is_from"]], [False, False])
    has(w.council.run("mail", "text", mail), WORDS)
    # And what came before from another is not opened for him (EFAIL).
    mail, crypto, _ = read(w, "bits3072", w.ca.opaque("bits3072", middle))
    has(" ".join(crypto["says"]), "another sender")


@step("enveloped in signed: whoever signed need not have written it")
def around(w):
    sealed = entity(*senders.enveloped(w.ca, w.own, senders.text_part(
        WORDS + "\n")))
    mail, crypto, doubts = read(w, "alice", w.ca.detached("alice", sealed))
    same([crypto["integrity"], crypto["coverage"], crypto["signer_is_from"]],
         [False, "part", False])
    has(doubts, "signed-outside", "malleable")


@step("encrypted and unsigned is doubted")
def unsigned(w):
    mail, crypto, doubts = read(w, "alice", senders.enveloped(
        w.ca, w.own, senders.letter(WORDS)), True)
    same([crypto["form"], crypto["integrity"], crypto["signature"]],
         ["smime-enveloped", False, "none"])
    has(doubts, "malleable")
    has(w.council.run("mail", "text", mail), WORDS)


@step("AES-GCM, RSA-OAEP and a recipient named by key id are kept, and answered "
      "once")
def unread(w):
    inner = senders.text_part(WORDS + "\n")
    for how, form, why in (
            (["-aes-256-gcm"], "smime-auth-enveloped", "AES-256-CBC"),
            (["-aes256", "-keyopt", "rsa_padding_mode:oaep"],
             "smime-enveloped", ""),
            (["-aes256", "-keyid"], "smime-enveloped", "")):
        name = f"c{len(w.council.cases())}"
        content, body = sealed_by(w, inner, how)
        mail, shown = senders.deliver(w, address(name), content, body)
        crypto = shown["crypto"]
        same([crypto["form"], crypto["integrity"], crypto["signature"]],
             [form, False, "none"], str(how))
        has(" ".join(crypto["says"]), "could NOT be opened")
        has(w.council.refused("mail", "text", mail), why)
        number = w.council.cases()[0]["number"]
        same(w.council.case(number)["note"], "cannot-decrypt")
        got = w.sink.wait(address(name), 1)
        lacks(got.raw.decode("utf-8", "replace"), WORDS)
        senders.deliver(w, address(name), content, body)
        same(w.council.case(w.council.cases()[0]["number"])["note"],
             "cannot-decrypt")
        same(len(w.sink.all(address(name))), 1, str(how))


@step("a letter with p7m files: each is marked, and opened with --open, whole or "
      "not at all")
def files(w):
    sealed = w.ca.openssl("cms", "-encrypt", "-binary", "-aes256", "-outform",
                          "DER", "-recip", w.own, stdin=senders.FILE)
    signed = w.ca.openssl("cms", "-sign", "-binary", "-nodetach", "-signer",
                          "alice.pem", "-inkey", "alice.key", "-outform",
                          "DER", stdin=senders.FILE)
    newer = w.ca.openssl("cms", "-encrypt", "-binary", "-aes-256-gcm",
                         "-outform", "DER", "-recip", w.own,
                         stdin=senders.FILE)
    others = w.ca.openssl("cms", "-encrypt", "-binary", "-aes256", "-outform",
                          "DER", w.ca.dir / "bob.pem", stdin=senders.FILE)
    content, body = mails.mixed("See the files.", [
        (name + ".p7m", kind, data) for name, kind, data in (
            ("sealed", "application/octet-stream", sealed),
            ("signed", "application/pkcs7-mime; smime-type=signed-data",
             signed),
            ("newer", "application/pkcs7-mime", newer),
            ("others", "application/octet-stream", others),
            ("cut", "application/octet-stream", sealed[:-40]))])
    mail, shown = senders.deliver(w, address("alice"), content, body)
    same({a["name"]: a["marks"] for a in shown["attachments"]},
         {"sealed.p7m": ["sealed"], "signed.p7m": ["signed"],
          "newer.p7m": ["sealed"], "others.p7m": ["sealed"],
          "cut.p7m": ["sealed"]})
    has(" ".join(shown["doubts"]), "mixed-parts")
    part = {a["name"][:-4]: a["part"] for a in shown["attachments"]}
    same(senders.saved(w, mail, part["sealed"]), sealed)
    for name in ("sealed", "signed"):
        same(senders.saved(w, mail, part[name], "--open"), senders.FILE)
    for name, why in (("newer", "AES-256-CBC"), ("others", ""), ("cut", "")):
        path = w.dir / "saved" / name
        has(w.council.refused("mail", "save", mail, part[name], path,
                              "--open"), "cannot be opened", why, "--raw")
        same(path.exists(), False)


def sealed_by(w, inner, how):
    words = ["cms", "-encrypt", "-binary", how[0]]
    words += [h for h in how[1:] if h == "-keyid"]
    words += ["-outform", "DER", "-recip", w.own]
    if "-keyopt" in how:
        words += how[how.index("-keyopt"):]
    return part("enveloped-data", w.ca.openssl(*words, stdin=inner))


if __name__ == "__main__":
    run(lambda: world(with_postfix=False, start=False, extra=SETTINGS))

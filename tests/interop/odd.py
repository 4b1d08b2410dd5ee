#!/usr/bin/env python3
"""OpenPGP messages that GnuPG 2.2 cannot read, or that few programs make: kept,
told to the operator, answered once (T-27), or read (standards.md A7)."""
import base64
import os
import re

import packets
import senders
from harness import mails
from harness.tap import has, lacks, run, same, step
from harness.world import world
from openers import call, said

FROM = "tanaka@consulter.test"
WORDS = "受信の試験カナリア"


def armoured(data):
    text = base64.b64encode(data).decode()
    return ("-----BEGIN PGP MESSAGE-----\n\n" + "\n".join(
        text[i:i + 64] for i in range(0, len(text), 64)) +
        "\n-----END PGP MESSAGE-----\n").encode()


def read(w, data, sender=FROM):
    return senders.deliver(w, sender, *mails.pgp_mime(armoured(data)))


@step("a consulter whose key is approved", needed=True)
def begun(w):
    (w.dir / "raw").mkdir()
    os.chown(w.dir / "raw", w.council.user, -1)
    w.tanaka = w.key("tanaka", FROM)
    w.own = w.tanaka.learn(w.council.run("key", "export").encode())
    w.public = w.tanaka.run("--armor", "--export", w.own).stdout
    content, body = mails.mixed("相談です\n", [
        ("tanaka.asc", "application/pgp-keys", w.tanaka.export())])
    senders.deliver(w, FROM, content, body)
    number = w.council.cases()[0]["number"]
    w.council.wait_case(number, lambda c: c["keys"], "proposed key")
    w.council.run("key", "approve", number, w.tanaka.fpr)


def kept(w, data, sender):
    """Not opened, told, answered once, and given out as it came."""
    mail, shown = read(w, data, sender)
    same([shown["crypto"][k] for k in ("integrity", "signature")],
         [False, "none"])
    has(" ".join(shown["crypto"]["says"]), "could NOT be opened")
    number = w.council.cases()[0]["number"]
    same(w.council.case(number)["note"], "cannot-decrypt")
    got = w.sink.wait(sender, 1)
    has(got.text, "could not read the mail")
    read(w, data, sender)
    same(w.council.case(w.council.cases()[0]["number"])["note"],
         "cannot-decrypt")
    same(len(w.sink.all(sender)), 1)
    out = w.dir / "raw" / str(mail)
    w.council.run("mail", "save", mail, "--raw", out)
    has(out.read_bytes().replace(b"\r\n", b"\n"), armoured(data))


@step("rnp's OCB-encrypted data (packet 20) is opened whole, or not at all")
def packet20(w):
    home = w.dir / "rnp"
    home.mkdir(mode=0o700)
    (home / "own").write_bytes(w.public)
    (home / "text").write_bytes(senders.text_part(WORDS + "\n"))
    assert call("rnpkeys", "--homedir", home, "--import",
                home / "own").returncode == 0
    done = call("rnp", "--homedir", home, "--aead=OCB", "--cipher", "AES256",
                "--output", home / "out", "--recipient", w.own, "--encrypt",
                home / "text")
    assert done.returncode == 0, said(done)
    data = (home / "out").read_bytes()
    same([tag for tag, _ in packets.split(data)], [1, 20])
    mail, shown = read(w, data)
    same(shown["crypto"]["integrity"], True, str(shown["crypto"]))
    has(w.council.run("mail", "text", mail), WORDS)
    broken = bytearray(data)
    broken[-30] ^= 1
    kept(w, bytes(broken), "ocb@consulter.test")


@step("SEIPD version 2 behind a session key of version 3 is kept")
def version2(w):
    sealed = w.tanaka.run("--recipient", w.own, "--encrypt",
                          stdin=b"x").stdout
    (tag, body), _ = packets.split(sealed)
    same([tag, body[0]], [1, 3])
    kept(w, packets.packet(1, body) + packets.seipd2(),
         "v2@consulter.test")


@step("a session key of version 6 is kept, alone and beside one that we could "
      "read")
def version6(w):
    kept(w, packets.pkesk6(w.own) + packets.seipd2(), "v6@consulter.test")
    sealed = w.tanaka.run("--recipient", w.own, "--encrypt",
                          stdin=b"x").stdout
    (_, body), _ = packets.split(sealed)
    kept(w, packets.pkesk6(w.own) + packets.packet(1, body) +
         packets.seipd2(), "v36@consulter.test")


@step("an armour without its checksum (RFC 9580), whatever its length, signed, "
      "detached or in the clear, is read")
def no_sum(w):
    for more in ("", "x", "xx", "xxx"):
        sealed = w.tanaka.run("--recipient", w.own, "--local-user",
                              w.tanaka.fpr, "--sign", "--encrypt",
                              "--compress-algo", "none", stdin=senders
                              .text_part(WORDS + more + "\n")).stdout
        mail, shown = read(w, sealed)
        same([shown["crypto"][k] for k in ("integrity", "signature")],
             [True, "good"], more)
        has(w.council.run("mail", "text", mail), WORDS + more)
        inner = senders.text_part(WORDS + more + "\n")
        made = w.tanaka.run("--detach-sign", stdin=inner).stdout
        part = armoured(made).replace(b"PGP MESSAGE", b"PGP SIGNATURE")
        body = (b"--=_s\r\n" + inner + b"\r\n--=_s\r\nContent-Type: "
                b"application/pgp-signature\r\n\r\n" + part +
                b"\r\n--=_s--\r\n")
        _, shown = senders.deliver(w, FROM, [
            "Content-Type: multipart/signed; boundary=\"=_s\"; micalg="
            "pgp-sha512; protocol=\"application/pgp-signature\""], body)
        same(shown["crypto"]["signature"], "good", more)
        clear = w.tanaka.run("--clearsign", "--set-notation", "a@x.test=y" +
                             more, stdin=(WORDS + "\n").encode()).stdout
        bare, cut = re.subn(rb"\n=[^\n]*(?=\n-----END)", b"", clear)
        same(cut, 1)
        _, shown = senders.deliver(w, FROM, [
            "Content-Type: text/plain; charset=utf-8"], bare)
        same(shown["crypto"]["signature"], "good", "clear" + more)


@step("clear-signed text that gpg cannot check is read as text, and believed by "
      "nobody")
def uncheckable(w):
    clear = w.tanaka.run("--clearsign", stdin=f"{WORDS}\n- 1-C\n"
                         .encode()).stdout
    for was, now in ((b"Hash: SHA", b"Hash: SHA3-"),
                     (b"SIGNATURE-----\n\ni", b"SIGNATURE-----\n\nz")):
        assert was in clear
        mail, shown = senders.deliver(w, FROM, [
            "Content-Type: text/plain; charset=utf-8"],
            clear.replace(was, now))
        same([shown["crypto"][k] for k in ("form", "signature",
                                           "signer_is_from")],
             ["pgp-inline-signed", "error", False])
        has(" ".join(shown["crypto"]["says"]), "cannot be checked")
        text = w.council.run("mail", "text", mail)
        has(text, WORDS, "- 1-C")
        lacks(text, "BEGIN PGP", "- - ")
        case = w.council.case(w.council.cases()[0]["number"])
        lacks(case["note"] or "", "cannot-decrypt")


@step("literal data in mode m, as KMail writes it, is read and its signature "
      "holds")
def kmail(w):
    signed = w.tanaka.run("--sign", "--compress-algo", "none", stdin=senders
                          .text_part(WORDS + "\n")).stdout
    sealed = w.tanaka.run("--no-literal", "--recipient", w.own, "--encrypt",
                          "--compress-algo", "none",
                          stdin=packets.mode_m(signed)).stdout
    mail, shown = read(w, sealed)
    same([shown["crypto"][k] for k in ("integrity", "signature", "signer",
                                       "coverage", "signer_is_from")],
         [True, "good", w.tanaka.fpr, "whole", True])
    has(w.council.run("mail", "text", mail), WORDS)


@step("the armour's Charset, or that of the text around it, is a hint for the "
      "text inside")
def charset(w):
    words = "ﾃｽﾄ"		# in Shift_JIS three bytes that are Latin letters, too
    sealed = w.tanaka.run("--armor", "--recipient", w.own, "--encrypt",
                          stdin=words.encode("cp932")).stdout
    named = sealed.replace(b"MESSAGE-----\n", b"MESSAGE-----\nCharset: "
                           b"Shift_JIS\n", 1)
    for content, body in (
            (["Content-Type: text/plain"], named),
            (["Content-Type: text/plain; charset=Shift_JIS"], sealed)):
        mail, shown = senders.deliver(w, FROM, content, body)
        same(shown["crypto"]["form"], "pgp-inline-encrypted")
        has(w.council.run("mail", "text", mail), words)
        lacks(" ".join(shown["doubts"]), "charset")


if __name__ == "__main__":
    run(lambda: world(with_postfix=False))

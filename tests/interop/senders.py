"""Programs that we did not write, making mails for the council: gpg, sq and rnp
sign and encrypt by OpenPGP, openssl and gpgsm by S/MIME."""
import base64
import os
import subprocess
import urllib.parse

from harness import lmtp, mails
from harness.smime import entity, part
from harness.tap import same
from openers import CannotRead, call, said

# A file with every octet, under a name as the programs of the day write it.
FILE_NAME, FILE = "記録①_2026年.csv", bytes(range(256)) * 5 + b"\r\n\n.\n"
NAME_STYLES = {
    "rfc2231": "filename*=utf-8''" + urllib.parse.quote(FILE_NAME),
    "rfc2047": 'filename="=?UTF-8?B?' + base64.b64encode(
        FILE_NAME.encode()).decode() + '?="',
    "raw": f'filename="{FILE_NAME}"',
}


def text_part(text):
    return mails.crlf(("Content-Type: text/plain; charset=utf-8\n"
                       "Content-Transfer-Encoding: 8bit\n\n" +
                       text).encode())


def letter(text, style="rfc2231"):
    """The text, and a file with a Japanese name."""
    lines = base64.encodebytes(FILE).decode()
    return mails.crlf((
        'Content-Type: multipart/mixed; boundary="=_in"\n\n--=_in\n'
        "Content-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{text}\n--=_in\n"
        "Content-Type: text/csv\nContent-Disposition: attachment;\n "
        f"{NAME_STYLES[style]}\nContent-Transfer-Encoding: base64\n\n"
        f"{lines}--=_in--\n").encode())


def has_file(w, mail, shown, what=""):
    """It is there once, by its name, and comes out byte for byte."""
    same([(a["name"], a["bytes"]) for a in shown["attachments"]],
         [(FILE_NAME, len(FILE))], what)
    same(saved(w, mail, shown["attachments"][0]["part"]), FILE, what)


def saved(w, mail, *words):
    folder = w.dir / "saved"
    if not folder.exists():
        folder.mkdir()
        os.chown(folder, w.council.user, -1)
    path = folder / str(len(list(folder.iterdir())))
    w.council.run("mail", "save", mail, words[0], path, *words[1:])
    return path.read_bytes()


TO = "csc-anken@council.test"


def deliver(w, sender, content, body):
    """Hands a mail in by LMTP; its number, and what the council says of it."""
    count = len(w.council.cases())
    lmtp.deliver(w, mails.mail(sender, TO, "...", content=content, body=body),
                 [TO], sender)
    w.council.wait_cases(count + 1)
    number = w.council.cases()[0]["number"]
    mail = [m for m in w.council.case(number)["mails"]
            if m["direction"] == "in"][0]["number"]
    return mail, w.council.json("mail", "show", mail)


# --- OpenPGP: a person has `key` (a GnuPG home) and a folder `dir`

def gpg(who, council, inner):
    return who.key.encrypt(inner, council.fpr)


def sq(who, council, inner):
    secret, block = who.dir / "secret.asc", who.dir / "council.asc"
    secret.write_bytes(who.key.secret())
    block.write_bytes(council.block)
    done = call("sq", "encrypt", "--recipient-cert", block, "--signer-key",
                secret, stdin=inner)
    if b"No key to" in done.stderr or b"not supported" in done.stderr or \
            b"No suitable" in done.stderr or b"no suitable" in done.stderr:
        raise CannotRead(said(done))
    assert done.returncode == 0, said(done)
    return done.stdout


def rnp(who, council, inner):
    """A home for each council: rnp takes the recipient by its fingerprint."""
    home = who.dir / f"rnp-{council.fpr[-8:]}"
    if not home.exists():
        home.mkdir(mode=0o700)
        for name, block in (("secret", who.key.secret()),
                            ("council", council.block)):
            (home / name).write_bytes(block)
            done = call("rnpkeys", "--homedir", home, "--import", home / name)
            assert done.returncode == 0, said(done)
    (home / "text").write_bytes(inner)
    done = call("rnp", "--homedir", home, "--password", "", "--armor",
                "--overwrite", "--output", home / "out", "--recipient",
                council.fpr, "--userid", who.key.fpr, "--encrypt", "--sign",
                home / "text")
    assert done.returncode == 0, said(done)
    return (home / "out").read_bytes()


OPENPGP = [gpg, sq, rnp]


# --- S/MIME

def openssl(ca, name, own, inner, *how):
    """Opaque and enveloped; `how` are words for the signature."""
    signed = ca.openssl("cms", "-sign", "-binary", "-nodetach", "-signer",
                        f"{name}.pem", "-inkey", f"{name}.key", *how,
                        "-outform", "DER", stdin=inner)
    return enveloped(ca, own, entity(*part("signed-data", signed)))


def enveloped(ca, own, inner, *how):
    der = ca.openssl("cms", "-encrypt", "-binary", *(how or ["-aes256"]),
                     "-outform", "DER", "-recip", own, stdin=inner)
    return part("enveloped-data", der)


def gpgsm(home, signer, own, inner):
    """By fingerprints, in a home that has them."""
    def run(*words, stdin):
        done = subprocess.run(
            ["gpgsm", "--homedir", home, "--batch", "--quiet", *words],
            input=stdin, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    signed = run("--local-user", signer, "--sign", stdin=inner)
    sealed = run("--recipient", own, "--encrypt",
                 stdin=entity(*part("signed-data", signed)))
    return part("enveloped-data", sealed)

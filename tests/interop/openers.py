"""Programs that we did not write, opening a copy of ours: gpg, sq, rnp, openssl,
gpgsm, neomutt, notmuch. Each says what its user would see."""
import base64
import email
import email.policy
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from harness import copies, mails

PATIENCE = 60


@dataclass
class Opened:
    text: str
    subject: str		# as this program shows it
    files: dict			# name: bytes
    signer: str			# fingerprint, key id or name: a good signature


class CannotRead(Exception):
    """The program says that it cannot, and why."""


def payload(plain, signer):
    """What a program that knows nothing of mail hands on to one that does."""
    inner = email.message_from_bytes(mails.crlf(plain),
                                     policy=email.policy.default)
    text = inner.get_body(("plain",)).get_content().replace("\r\n", "\n")
    files = {p.get_filename(): p.get_payload(decode=True)
             for p in inner.iter_attachments()}
    return Opened(text, str(inner["Subject"]), files, signer)


def call(*words, stdin=b"", env=None, cwd=None):
    return subprocess.run([str(w) for w in words], input=stdin, cwd=cwd,
                          capture_output=True, timeout=PATIENCE,
                          env={**os.environ, **(env or {})})


def said(done):
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def short(signer):
    return signer.replace(" ", "").upper()


# --- OpenPGP

def gpg(who, mail):
    return payload(*who.key.decrypt(copies.armour(mail)))


def secret(who):
    path = who.dir / "secret.asc"
    return path if path.exists() else who.file("secret.asc",
                                               who.key.secret())


def sq(who, mail):
    key, council = secret(who), who.council_file
    done = call("sq", "decrypt", "--recipient-key", key, "--signer-cert",
                council, "--signatures", 1, stdin=copies.armour(mail))
    if b"No key to decrypt" in done.stderr:
        raise CannotRead(said(done))
    assert done.returncode == 0, said(done)
    found = re.search(r"Good signature from ([0-9A-F]{16})", said(done))
    return payload(done.stdout, found[1])


def rnp(who, mail):
    home = who.dir / "rnp"
    if not home.exists():
        home.mkdir(mode=0o700)
        for block in (secret(who), who.council_file):
            done = call("rnpkeys", "--homedir", home, "--import", block)
            assert done.returncode == 0, said(done)
    done = call("rnp", "--homedir", home, "--password", "", "--decrypt",
                who.file("copy.asc", copies.armour(mail)), "--output", "-")
    assert done.returncode == 0 and \
        b"Signature(s) verified successfully" in done.stderr, said(done)
    found = re.search(r"using \w+ key ([0-9a-f]{16})", said(done))
    return payload(done.stdout, short(found[1]))


# --- S/MIME

def openssl(who, mail):
    plain = who.ca.opened(who.name, mail)[0]
    return payload(plain.as_bytes(), who.ca.fingerprint("signer", "sha1"))


def gpgsm(who, mail):
    def run(*words, stdin):
        done = call("gpgsm", "--homedir", who.home, "--batch", "--quiet",
                    "--status-fd", 2, *words, stdin=stdin)
        assert done.returncode == 0, said(done)
        return done

    done = run("--decrypt", stdin=mail.message.get_payload(decode=True))
    assert b"DECRYPTION_OKAY" in done.stderr, said(done)
    signed = email.message_from_bytes(done.stdout).get_payload(decode=True)
    inside = who.dir / "inside"
    inside.unlink(missing_ok=True)
    done = run("--output", inside, "--verify", who.file("p7m", signed),
               stdin=b"")
    assert b"GOODSIG" in done.stderr, said(done)
    return payload(inside.read_bytes(),
                   re.search(r"VALIDSIG ([0-9A-F]{40})", said(done))[1])


# --- mail programs, on a Maildir with this one mail

def maildir(who, mail):
    top = who.dir / "mails"
    shutil.rmtree(top, ignore_errors=True)
    for name in ("new", "cur", "tmp"):
        (top / name).mkdir(parents=True)
    (top / "new" / "1.x").write_bytes(mail.raw.replace(b"\r\n", b"\n"))
    return top


NEOMUTT = """\
set crypt_use_gpgme=yes crypt_protected_headers_read=yes crypt_verify_sig=yes
set charset=utf-8 wait_key=no move=no quit=yes mark_old=no pager="{pager}"
unset prompt_after beep confirmappend delete
"""


def neomutt(who, mail):
    """The screen says who signed, and shows the protected subject; the text and
    what is attached are saved as its user would save them."""
    shown, *parts = (who.dir / name for name in ("shown", "1", "2", "3"))
    for old in (shown, *parts):
        old.unlink(missing_ok=True)
    pager = who.file("pager", f'#!/bin/sh\ncp "$1" {shown}\n')
    pager.chmod(0o755)
    rc = who.file("neomuttrc", NEOMUTT.format(pager=pager))
    # Saving goes on to the next one.
    save = "<first-entry>" + "".join(
        f"<save-entry><kill-line>{path}<enter>" for path in parts)
    in_terminal(["neomutt", "-n", "-F", rc, "-f", maildir(who, mail), "-e",
                 f"push '<display-message><view-attachments>{save}"
                 "<quit><quit>'"],
                {"GNUPGHOME": str(who.home), "TERM": "xterm"})
    # A status line, an empty one, then the header as the user sees it.
    screen = shown.read_text("utf-8", "replace").partition("\n\n")[2]
    if mail.message.get_content_type() == "text/plain":
        return Opened(parts[0].read_text(), folded(screen), {}, None)
    protected = screen[screen.index("[-- Begin signature information --]"):]
    assert not re.search(r"BAD|expired|revoked", protected, re.I), screen
    # Of a certificate it shows the names.
    signer = re.search(r"Fingerprint: ([0-9A-F ]{40,})", protected) or \
        re.search(r"Good signature from: (.*)", protected)
    names = re.findall(r"^\[-- Attachment #([23]): (.*) --\]$", protected,
                       re.M)
    return Opened(parts[0].read_text(), folded(protected),
                  {name: parts[int(at) - 1].read_bytes() for at, name in names},
                  signer[1].replace(" ", ""))


def folded(screen):
    """The first Subject on a screen of 80 columns."""
    found = re.search(r"^Subject: (.*(?:\n[ \t].*)*)", screen, re.M)[1]
    return re.sub(r"\n[ \t]+", " ", found)


def in_terminal(words, env):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(env)
        os.execvp(words[0], [str(w) for w in words])
    end, seen = time.monotonic() + PATIENCE, b""
    try:
        while select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            more = os.read(fd, 4096)
            if not more:
                break
            seen += more
        else:
            os.kill(pid, signal.SIGKILL)
            raise AssertionError(f"{words[0]} waits for somebody: {seen!r}")
    except OSError:		# the terminal is gone: it ended
        pass
    finally:
        os.close(fd)
        os.waitpid(pid, 0)


def notmuch(who, mail):
    top = maildir(who, mail)
    config = who.file("notmuchrc", f"[database]\npath={top}\n[user]\nname=x\n"
                      f"primary_email={who.address}\n[new]\ntags=new\n")
    env = {"NOTMUCH_CONFIG": str(config), "GNUPGHOME": str(who.home)}
    assert call("notmuch", "new", "--quiet", env=env).returncode == 0
    done = call("notmuch", "show", "--format=json", "--decrypt=true", "*",
                env=env)
    message = json.loads(done.stdout)[0][0][0]
    if mail.message.get_content_type().startswith("text/"):
        return Opened(message["body"][0]["content"],
                      message["headers"]["Subject"], {}, None)
    crypto = message["crypto"]
    assert crypto["decrypted"]["status"] == "full", crypto
    states = crypto["signed"]["status"]
    assert [s["status"] for s in states] == ["good"], states
    opened = Opened(None, message["headers"]["Subject"], {},
                    states[0]["fingerprint"])
    for part in leaves(message["body"]):
        if part["content-type"] == "text/plain":
            opened.text = part["content"]
        elif "filename" in part:
            opened.files[part["filename"]] = call(
                "notmuch", "show", "--format=raw", "--decrypt=true",
                f"--part={part['id']}", "*", env=env).stdout
    return opened


def leaves(parts):
    for part in parts:
        inside = part.get("content")
        if isinstance(inside, list):
            yield from leaves(inside)
        else:
            yield part


READERS = {"openpgp": [gpg, sq, rnp, neomutt, notmuch],
           "smime": [openssl, gpgsm, neomutt, notmuch],
           "plain": [neomutt, notmuch]}

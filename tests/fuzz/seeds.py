#!/usr/bin/env python3
"""The golden corpus as inputs of the fuzz targets.

seeds.py GOLDEN DIR writes DIR/TARGET/NAME: whole mails for mime and prescan,
their parts for charset, their fields for headers, HTML parts and replies for
html, texts with traces and field lists for indicators, replies for answer, a
dialogue that carries the mail for lmtp and one of callbacks for milter. A
decrypted layer is a mail of its own, marked as one.
"""
import email
import email.policy
import pathlib
import re
import sys

LONGEST = 8192		# a larger mail only slows the fuzzer down
golden, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def seed(target, name, content):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content[:LONGEST])


def fields(name, message):
    for i, (field, value) in enumerate(message.raw_items()):
        if field.lower() not in ("received", "mime-version"):
            seed("headers", f"{name}.{i}", str(value).strip().encode(
                "ascii", "surrogateescape"))


def parts(name, message):
    for i, part in enumerate(message.walk()):
        if i > 0:
            fields(f"{name}.{i}", part)
        if part.get_content_maintype() != "text":
            continue
        if part.get_content_subtype() == "html":
            seed("html", f"{name}.{i}", part.get_payload(decode=True) or b"")
        label = str(part.get_param("charset") or "").encode(
            "ascii", "surrogateescape")
        seed("charset", f"{name}.{i}", label.replace(b"\n", b"") + b"\n" +
             (part.get_payload(decode=True) or b"")[:400])


def dialogue(name, mail):
    body = b"".join((b"." if line.startswith(b".") else b"") + line
                    for line in mail.splitlines(True))
    seed("lmtp", name, b"\1\2LHLO mx.example.jp\r\n"
         b"MAIL FROM:<sato@acme.example> BODY=8BITMIME\r\n"
         b"RCPT TO:<csc-anken@example.jp>\r\nDATA\r\n" + body + b".\r\n")


def counted(data):
    return bytes([min(len(data), 255)]) + data[:255]


def callbacks(name, mail):
    """As Postfix shows it to a milter: its sender, who gets it, each field with
    its leading blank, the body in pieces, and once more whole behind that."""
    head, _, body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    once = (b"\0" + counted(b"<sato@acme.example>") +
            b"\1" + counted(b"<csc-anken@council.example>"))
    for field in re.split(rb"\n(?![ \t])", head):
        key, colon, value = field.partition(b":")
        if colon:
            once += b"\2" + counted(key) + counted(value)
    rest = b"\5\0"
    for at in range(0, len(body), 255):
        rest += b"\6" + counted(body[at:at + 255])
    # An odd length of the last one ends the mail, an even one aborts it; "\4"
    # is a From of ours.
    seed("milter", name, once + rest + b"\7\1x" + once + b"\4\0" +
         rest[:600] + b"\7\2xx")


def mail_seeds(path):
    mail, name = path.read_bytes(), path.stem
    if len(mail) > LONGEST:
        return
    seed("prescan", name, mail)
    seed("mime", name, mail)
    if name.endswith(".layer1"):
        seed("mime", name + ".inner", b"\1" + mail)
    dialogue(name, mail)
    callbacks(name, mail)
    message = email.message_from_bytes(mail, policy=email.policy.compat32)
    fields(name, message)
    try:
        parts(name, message)
    except (ValueError, LookupError, TypeError, AssertionError):
        pass		# Python's reader gives up where ours must not


for path in sorted((golden / "mails").glob("*.eml")):
    mail_seeds(path)
for path in sorted((golden / "answers").glob("*.txt")):
    seed("answer", path.stem, path.read_bytes())
for path in sorted((golden / "answers").glob("*.html")):
    seed("html", path.stem, path.read_bytes())
for path in sorted((golden / "found").glob("*.txt")):
    # The first octet says whether quotes are ours: a blank of either parity.
    for first in (b" ", b"\t"):
        seed("indicators", f"{path.stem}.{ord(first)}",
             first + path.read_bytes())

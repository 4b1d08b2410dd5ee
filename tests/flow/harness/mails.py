"""Mails as organisations write them: bytes, CRLF, in the charsets in use."""
import base64
import email.message
import email.policy
import io
import itertools
import subprocess
import time
import zipfile

COUNT = itertools.count(1)


def header(text, charset):
    if text.isascii():
        return text
    raw = text.encode(charset)
    return f"=?{charset}?B?{base64.b64encode(raw).decode()}?="


def jis(text):
    """What mail programs in Japan call ISO-2022-JP: with NEC's row 13 and
    half-width kana, made by nkf and not by us."""
    return subprocess.run(["nkf", "-W", "--oc=CP50221", "-x"],
                          input=text.encode(), capture_output=True,
                          check=True).stdout


def date():
    return time.strftime("%a, %d %b %Y %H:%M:%S +0900",
                         time.gmtime(time.time() + 9 * 3600))


def mail(sender, to, subject="", text="", charset="utf-8", extra=(),
         html=None, message_id=None, body=None, content=None):
    """One mail. extra: whole header lines. body and content: bytes and their
    header lines instead of text."""
    domain = sender.rsplit("@", 1)[-1].rstrip(">")
    lines = [f"From: {sender}", f"To: {to}", f"Date: {date()}",
             f"Message-ID: <{message_id or unique(domain)}>",
             "MIME-Version: 1.0", *extra]
    if charset == "iso-2022-jp":
        raw = jis(subject)
        lines.insert(2, "Subject: " + (subject if subject.isascii() else
                     "=?ISO-2022-JP?B?" + base64.b64encode(raw).decode()
                     + "?="))
    else:
        lines.insert(2, f"Subject: {header(subject, charset)}")
    if body is None:
        content, body = text_part(text, charset, html)
    lines += content or []
    return crlf("\n".join(lines).encode() + b"\n\n" + body)


def locked_zip():
    """An archive that says it has a password."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("log.txt", "x")
    raw = bytearray(out.getvalue())
    raw[6] |= 1                             # the encryption bit
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def with_file(sender, to, name, data, text):
    m = email.message.EmailMessage()
    m["From"], m["To"], m["Subject"] = sender, to, "資料"
    m["Message-ID"] = unique("consulter.test")
    m.set_content(text)
    m.add_attachment(data, maintype="application", subtype="octet-stream",
                     filename=name)
    return m.as_bytes(policy=email.policy.SMTP)


def text_part(text, charset, html):
    if html is not None:
        return (["Content-Type: text/html; charset=utf-8",
                 "Content-Transfer-Encoding: 8bit"], html.encode())
    if charset == "iso-2022-jp":
        return (["Content-Type: text/plain; charset=ISO-2022-JP",
                 "Content-Transfer-Encoding: 7bit"], jis(text))
    return ([f"Content-Type: text/plain; charset={charset}",
             "Content-Transfer-Encoding: 8bit"], text.encode(charset))


def unique(domain):
    return f"{next(COUNT)}.{time.time_ns()}@{domain}"


def crlf(raw):
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def reply(got, sender, text, quote=True, below=True, html=None, charset=None,
          to=None, extra=()):
    """A reply as a mail program makes it: to Reply-To, threaded, quoting."""
    to = to or got["Reply-To"] or got["From"]
    own = got["Message-ID"].strip("<>")
    lines = [f"In-Reply-To: <{own}>",
             f"References: {(got['References'] or '').strip()} <{own}>"
             .replace(":  ", ": ")]
    quoted = "".join(f"> {l}\n" for l in got.text.rstrip().split("\n"))
    intro = "\n" + "2026年11月23日 CSC <csc-anken@council.test>:\n"
    if not quote:
        whole = text
    elif below:
        whole = intro.lstrip() + quoted + "\n" + text
    else:
        whole = text + intro + quoted
    subject = got.subject
    if not subject.lower().startswith("re:"):
        subject = "Re: " + subject
    return mail(sender, to, subject, whole, charset or "utf-8",
                [*lines, *extra], html)


def ticked(got, codes, mark="x"):
    """The form of a mail of ours with boxes ticked, as its reader sends it
    back: the quoted form with the marks in it."""
    out = []
    for line in got.text.rstrip().split("\n"):
        for code, words in codes.items():
            if line.startswith(f"[ ] {code}"):
                line = line.replace("[ ]", f"[{mark}]", 1)
                line += f" {words}" if words else ""
        out.append("> " + line)
    return "\n".join(out) + "\n"


def pgp_mime(armoured, boundary="=_enc"):
    body = (f"--{boundary}\n"
            "Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
            f"--{boundary}\n"
            'Content-Type: application/octet-stream; name="encrypted.asc"\n\n'
            ).encode() + armoured + f"\n--{boundary}--\n".encode()
    return ([f'Content-Type: multipart/encrypted; boundary="{boundary}";\n'
             ' protocol="application/pgp-encrypted"'], body)


def sealed(key, to_fpr, text, to, extra=(), parts=()):
    """From key's owner, signed and encrypted."""
    content, body = mixed(text, parts)
    inner = crlf("\n".join(content).encode() + b"\n\n" + body)
    content, body = pgp_mime(key.encrypt(inner, to_fpr))
    return mail(key.address, to, "...", content=content, body=body,
                extra=list(extra))


def pgp_signed(key, part, boundary="=_sig"):
    """(content lines, body) of a multipart/signed over an entity in CRLF."""
    body = (f"--{boundary}\n".encode() + part + f"\n--{boundary}\n"
            "Content-Type: application/pgp-signature\n\n".encode() +
            key.detached(part) + f"\n--{boundary}--\n".encode())
    return ([f'Content-Type: multipart/signed; boundary="{boundary}";\n'
             ' protocol="application/pgp-signature"; micalg=pgp-sha512'],
            body)


def entity(text):
    return crlf(b"Content-Type: text/plain; charset=utf-8\n\n" +
                text.encode() + b"\n")


def signed(key, text):
    """(content lines, body) of a multipart/signed over one text."""
    return pgp_signed(key, entity(text))


def mixed(text, parts, boundary="=_mix"):
    """Text and attachments: [(name, type, bytes)]."""
    out = (f"--{boundary}\nContent-Type: text/plain; charset=utf-8\n"
           "Content-Transfer-Encoding: 8bit\n\n").encode() + text.encode()
    for name, kind, data in parts:
        out += (f"\n--{boundary}\nContent-Type: {kind}\n"
                f'Content-Disposition: attachment; filename="{name}"\n'
                "Content-Transfer-Encoding: base64\n\n").encode()
        out += base64.encodebytes(data)
    return ([f'Content-Type: multipart/mixed; boundary="{boundary}"'],
            out + f"\n--{boundary}--\n".encode())

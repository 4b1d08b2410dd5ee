#!/usr/bin/env python3
"""The Japanese business mails of the golden corpus, from the tables here and
in business_*.py: what people write, as their mail programs send it.

make_business.py DIR            writes DIR/ja-*.eml
make_business.py --check DIR    the mails are those of the tables, and what the
                                reader found (DIR/ja-*.facts) is what was meant

Nobody but these tables decides what a mail means: the text, the subject and
the names of files are known here before any charset, so the facts are compared
with the truth and not with an earlier run.
"""
import pathlib
import re
import sys

from business_codecs import CHARSETS, b64, name_param, qp, torn, words
from business_table import CLIENTS, FILES, MAILS
from business_texts import TEXTS

DESK = b"csc-anken@example.jp"


def header(name, value):
    return name + b": " + value + b"\r\n"


def subject_of(client, text, charset):
    style, most = client.get("subject", ("B", 10))
    if all(ord(c) < 0x80 for c in text):
        return text.encode()
    if style == "raw":
        return CHARSETS[charset][1](text)
    if style == "torn":
        return torn(text, charset)
    return words(text, charset, style, most,
                 client.get("fold", b"\r\n "))


def entity(text, charset, cte, kind=b"text/plain", extra=b""):
    """The header fields and the body of one text part."""
    label, encode = CHARSETS[charset]
    raw = encode(text)
    head = header(b"Content-Type", kind + (
        b"; charset=" + label.encode() if label else b"") + extra)
    if cte:
        head += header(b"Content-Transfer-Encoding", cte.encode())
    if cte == "base64":
        return head, b64(raw.replace(b"\n", b"\r\n"))
    if cte == "quoted-printable":
        return head, qp(raw)
    return head, raw.replace(b"\n", b"\r\n")


def html_of(text, client):
    rows = text.replace("&", "&amp;").replace("<", "&lt;").replace(
        ">", "&gt;").split("\n")
    return client.get("html", "<html><body>%s</body></html>") % \
        "<br>\n".join(rows)


def file_part(client, key, style):
    name, kind, content = FILES[key]
    style = style or client.get("file", "2231")
    both = client.get("file_type_too", True)
    head = b"Content-Type: " + kind.encode()
    if both:
        head += b";\r\n " + name_param(
            {"2231": "2047-utf8", "2231-parts": "2047-utf8"}.get(
                style, style), name, b"name")
    head += b"\r\nContent-Disposition: attachment"
    if style != "type-only":
        head += b";\r\n " + name_param(style, name)
    return head + b"\r\nContent-Transfer-Encoding: base64\r\n", b64(content)


def multipart(kind, boundary, parts):
    head = header(b"Content-Type", b"multipart/" + kind +
                  b';\r\n boundary="' + boundary + b'"')
    body = b"".join(b"--" + boundary + b"\r\n" + h + b"\r\n" + b + (
        b"" if b.endswith(b"\r\n") else b"\r\n") for h, b in parts)
    return head, body + b"--" + boundary + b"--\r\n"


def build(row):
    """The bytes of one mail."""
    client = CLIENTS[row["client"]]
    subject, text = TEXTS[row["text"]]
    text += row.get("footer", client.get("footer", ""))
    charset = row.get("charset", client["charset"])
    cte = row.get("cte", client["cte"])
    head, body = entity(text, charset, cte, extra=client.get("type", b""))
    mark = client.get("boundary", b"----=_Part_%s") % \
        row["name"].encode()[:20]
    if client.get("alternative") and not row.get("plain"):
        other = entity(html_of(text, client), charset, cte, b"text/html")
        head, body = multipart(b"alternative", mark + b"_alt",
                               [(head, body), other])
    if row.get("html_only"):
        head, body = entity(html_of(text, client), charset, cte, b"text/html")
    more = [file_part(client, key, row.get("style"))
            for key in row.get("files", ())]
    more += [entity(t, "jis", "7bit") for t in row.get("appended", ())]
    if more:
        head, body = multipart(b"mixed", mark, [(head, body)] + more)
    return b"".join((
        client.get("trace", b"Received: from mail.%s by mx.example.jp;\r\n"
                   b"\tTue, 7 Apr 2026 09:30:02 +0900 (JST)\r\n" %
                   client["from"].rpartition(b"@")[2].rstrip(b">")),
        header(b"From", client["from"]), header(b"To", DESK),
        header(b"Subject", subject_of(
            client, row.get("subject", subject), row.get(
                "subject_charset", client.get("subject_charset", charset)))),
        header(b"Date", client.get("date", b"Tue, 7 Apr 2026 09:30:00 +0900")),
        header(b"Message-ID", b"<" + row["name"].encode() + b"@" +
               client["from"].rpartition(b"@")[2].rstrip(b">") + b">"),
        b"" if client.get("no_mime") else b"MIME-Version: 1.0\r\n",
        row.get("headers", b""), client.get("headers", b""),
        b"" if client.get("no_mime") else head, b"\r\n", body))


def doubts_of(row):
    return (*row.get("doubts", ()), *CLIENTS[row["client"]].get("doubts", ()))


def meant(row):
    """What the reader must have understood, as lines of .facts."""
    subject, text = TEXTS[row["text"]]
    client = CLIENTS[row["client"]]
    text += row.get("footer", client.get("footer", ""))
    text = "".join([text] + list(row.get("appended", ())))
    want = ["subject: " + row.get("subject", subject)]
    for key in row.get("files", ()):
        name, kind, content = FILES[key]
        want.append('%s, %d bytes, "%s"' % (kind, len(content), name))
    want += ["doubt: " + d for d in doubts_of(row)]
    want.append("text:\n" + text.rstrip("\n"))
    return want


def check(folder):
    wrong = 0
    for row in MAILS:
        base = folder / ("ja-" + row["name"])
        facts = base.with_suffix(".facts").read_text()
        if base.with_suffix(".eml").read_bytes() != build(row):
            print(f"{base.name}.eml: not what the tables make of it")
            wrong += 1
        doubts = len(re.findall("^doubt: ", facts, re.M))
        missing = [w for w in meant(row) if w not in facts]
        if missing or doubts != len(doubts_of(row)):
            print(f"{base.name}.facts: not what was meant: {missing}, "
                  f"{doubts} doubts")
            wrong += 1
    return wrong


def main():
    folder = pathlib.Path(sys.argv[-1])
    if sys.argv[1] == "--check":
        sys.exit(1 if check(folder) else 0)
    for row in MAILS:
        (folder / ("ja-" + row["name"] + ".eml")).write_bytes(build(row))


main()

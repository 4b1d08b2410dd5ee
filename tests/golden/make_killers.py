#!/usr/bin/env python3
"""Makes the mails that crash or stall other readers, too large to keep.

make_killers.py DIR writes DIR/killer-NAME.eml and DIR/killer-NAME.want, a
pattern that the reader's words about it must hold.
"""
import sys

HEAD = (b"From: a@example.jp\r\nTo: csc-anken@example.jp\r\n"
        b"Subject: x\r\nMIME-Version: 1.0\r\n")


def nested_messages(depth):
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth


def nested_multiparts(depth):
    parts = [HEAD]
    for i in range(depth):
        parts.append(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n"
                     b"--b%d\r\n" % (i, i))
    return b"".join(parts) + b"\r\nend\r\n"


KILLERS = {
    "quote-boundary": (HEAD + b'Content-Type: multipart/mixed; '
                       b'boundary="\\""\r\n\r\n--"\r\n\r\nx\r\n',
                       "unreadable: limit: Content-Type: the boundary"),
    "messages": (nested_messages(40000), "mails attached in mails deeper"),
    "comments": (HEAD + b"Content-Type: text/plain " + b"(" * 120000 +
                 b"\r\n\r\nx\r\n", "comments nested deeper"),
    "from-comments": (HEAD.replace(b"From: ", b"From: " + b"(" * 100000) +
                      b"\r\nx\r\n", "comments nested deeper"),
    "multiparts": (nested_multiparts(20000), "nested deeper than 20"),
    "parameters": (HEAD + b"Content-Type: text/plain" + b"".join(
        b"; p%d=1" % i for i in range(10000)) + b"\r\n\r\nx\r\n",
        "more than 200 parameters"),
    "parameters-100k": (HEAD + b"Content-Type: text/plain" + b"".join(
        b";\r\n p%d=1" % i for i in range(100000)) + b"\r\n\r\nx\r\n",
        "one header field is longer"),
    "long-line": (HEAD + b"X-Long: " + b"x" * 50_000_000 +
                  b"\r\n\r\nx\r\n", "a line is longer"),
    "long-field": (HEAD + b"X-Long:" + b" x\r\n" * 50_000 + b"\r\nx\r\n",
                   "one header field is longer"),
    "long-body-line": (HEAD + b"Content-Type: text/html\r\n\r\n" +
                       b"<b>x</b>" * 200_000, "a line is longer"),
    "long-boundary": (HEAD + b"Content-Type: multipart/mixed; boundary=" +
                      b"b" * 1_000_000 + b"\r\n\r\nx\r\n",
                      "one header field is longer"),
    "long-label": (HEAD + b"Content-Type: text/plain; charset=" +
                   b"x" * 1_000_000 + b"\r\n\r\nx\r\n",
                   "one header field is longer"),
    "long-label-legal": (HEAD + b"Content-Type: text/plain; charset=" +
                         b"x" * 100_000 + b"\r\n\r\n\xe3\x81\x82\r\n",
                         "doubt: charset"),
    "many-fields": (HEAD + b"X: 1\r\n" * 100_000 + b"\r\nx\r\n",
                    "more than 1000 header fields"),
    "many-parts": (HEAD + b"Content-Type: multipart/mixed; boundary=b"
                   b"\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000 + b"--b--\r\n",
                   "more than 500 parts"),
    "dashes": (HEAD + b"Content-Type: multipart/mixed; boundary=" +
               b"-" * 70 + b"\r\n\r\n" + (b"-" * 71 + b"\r\n") * 300_000,
               "doubt: bad-mime"),
    "many-words": (HEAD.replace(b"x\r\n", b"=?utf-8?q?a?= " * 9000 +
                                b"\r\n", 1) + b"\r\nx\r\n", "subject: aaaa"),
    "html-depth": (HEAD + b"Content-Type: text/html\r\n\r\n" +
                   b"<div>\n" * 500_000 + b"end", "doubt: html-only"),
}

if __name__ == "__main__":
    for name, (mail, want) in KILLERS.items():
        base = "%s/killer-%s" % (sys.argv[1], name)
        with open(base + ".eml", "wb") as f:
            f.write(mail)
        with open(base + ".want", "w") as f:
            f.write(want)

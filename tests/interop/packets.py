"""OpenPGP packets that no program of Debian 12 makes, put together by hand: for
what must be kept and told, and for what must be read all the same."""
import os


def packet(tag, body):
    """New format (RFC 9580 4.2.1)."""
    n = len(body)
    if n < 192:
        head = bytes([n])
    elif n < 8384:
        head = bytes([((n - 192) >> 8) + 192, (n - 192) & 255])
    else:
        head = b"\xff" + n.to_bytes(4, "big")
    return bytes([0xc0 | tag]) + head + body


def split(data):
    """[(tag, body)] of a binary message; lengths as gpg writes them."""
    out, at = [], 0
    while at < len(data):
        first = data[at]
        if first & 0x40:
            tag, at = first & 63, at + 1
            body, at = new_body(data, at)
        else:
            tag, kind = (first >> 2) & 15, first & 3
            size = 1 << kind
            n = int.from_bytes(data[at + 1:at + 1 + size], "big")
            at += 1 + size
            body, at = data[at:at + n], at + n
        out.append((tag, body))
    return out


def new_body(data, at):
    body = b""
    while True:
        one = data[at]
        if one < 192:
            return body + data[at + 1:at + 1 + one], at + 1 + one
        if one < 224:
            n = ((one - 192) << 8) + data[at + 1] + 192
            return body + data[at + 2:at + 2 + n], at + 2 + n
        if one == 255:
            n = int.from_bytes(data[at + 1:at + 5], "big")
            return body + data[at + 5:at + 5 + n], at + 5 + n
        n = 1 << (one & 31)
        body, at = body + data[at + 1:at + 1 + n], at + 1 + n


def seipd2(size=2000):
    """SEIPD version 2 (RFC 9580 5.13.2): AES-256, OCB, chunks of 64 KiB."""
    return packet(18, bytes([2, 9, 2, 10]) + os.urandom(32 + size + 32))


def pkesk6(fingerprint):
    """PKESK version 6 for a version 4 key, X25519 (RFC 9580 5.1.2)."""
    body = bytes([6, 21, 4]) + bytes.fromhex(fingerprint) + bytes([25])
    return packet(1, body + os.urandom(32) + bytes([40]) + os.urandom(40))


def mode_m(signed):
    """A message signed by gpg (uncompressed), its literal data in the mode that
    KMail uses. Signatures do not cover the mode."""
    out = b""
    for tag, body in split(signed):
        if tag == 11:
            assert body[:1] in b"bu", body[:1]
            body = b"m" + body[1:]
        out += packet(tag, body)
    return out

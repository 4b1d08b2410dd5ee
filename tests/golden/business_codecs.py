"""Japanese text as mail programs write it: the encoders that Python's own
codecs lack, each standing on Python's CP932 table."""
import base64
import re

ESC = b"\x1b"


def _nec_selected():
    """IBM's kanji where NEC put them: the only place 7-bit JIS has for them."""
    table = {}
    for lead in (0xed, 0xee):
        for trail in list(range(0x40, 0x7f)) + list(range(0x80, 0xfd)):
            raw = bytes((lead, trail))
            try:
                table[raw.decode("cp932")] = raw
            except UnicodeDecodeError:
                pass
    return table


NEC = _nec_selected()


def _pair(char):
    """Row and cell of JIS X 0208 with NEC's rows, as two 7-bit bytes."""
    lead, trail = NEC.get(char) or char.encode("cp932")
    row = (lead - (0x81 if lead < 0xa0 else 0xc1)) * 2 + 0x21
    if trail >= 0x9f:
        return bytes((row + 1, trail - 0x7e))
    return bytes((row, trail - (0x1f if trail < 0x7f else 0x20)))


def _kana(char):
    return 0xff61 <= ord(char) <= 0xff9f


def jis(text, kana="escape", kanji=b"$B", roman=b"(B"):
    """7-bit JIS as CP50221 writes it. kana: "escape" (ESC ( I), "shift" (SO
    and SI) or "raw" (8-bit bytes in between)."""
    out, state = b"", roman
    for char in text:
        if ord(char) < 0x80:
            want, raw = roman, char.encode()
        elif _kana(char):
            want = {"escape": b"(I", "shift": b"so", "raw": roman}[kana]
            raw = bytes((ord(char) - 0xff40,))
            raw = bytes((raw[0] | 0x80,)) if kana == "raw" else raw
        else:
            want, raw = kanji, _pair(char)
        if want != state:
            if state == b"so":
                out += b"\x0f"
                state = roman
            if want == b"so":
                out += b"\x0e" if state == roman else ESC + roman + b"\x0e"
            elif want != state:
                out += ESC + want
            state = want
        out += raw
    if state == b"so":
        return out + b"\x0f"
    return out + (ESC + roman if state != roman else b"")


def euc(text):
    """EUC-JP as Windows writes it: NEC's rows with the high bits set."""
    out = b""
    for char in text:
        if ord(char) < 0x80:
            out += char.encode()
        elif _kana(char):
            out += b"\x8e" + bytes((ord(char) - 0xff40 | 0x80,))
        else:
            out += bytes(b | 0x80 for b in _pair(char))
    return out


def lines(encode):
    """7-bit JIS begins each line in ASCII."""
    return lambda text: b"\n".join(encode(t) for t in text.split("\n"))


# name: (label, encoder); what is not the truth is called so.
CHARSETS = {
    "jis": ("ISO-2022-JP", lines(jis)),
    "jis-old": ("iso-2022-jp", lines(lambda t: jis(t, kanji=b"$@",
                                                    roman=b"(J"))),
    "jis-so": ("ISO-2022-JP", lines(lambda t: jis(t, kana="shift"))),
    "jis-raw": ("iso-2022-jp", lines(lambda t: jis(t, kana="raw"))),
    "jis-0212": ("iso-2022-jp-1", lambda t: t.encode("iso2022_jp_1")),
    "cp50221": ("cp50221", lines(jis)),
    "jis-unlabelled": (None, lines(jis)),
    "jis-called-ascii": ("us-ascii", lines(jis)),
    "jis-called-utf8": ("UTF-8", lines(jis)),
    "sjis": ("Shift_JIS", lambda t: t.encode("cp932")),
    "x-sjis": ("x-sjis", lambda t: t.encode("cp932")),
    "cp932": ("CP932", lambda t: t.encode("cp932")),
    "31j": ("Windows-31J", lambda t: t.encode("cp932")),
    "sjis-unlabelled": (None, lambda t: t.encode("cp932")),
    "sjis-called-ascii": ("us-ascii", lambda t: t.encode("cp932")),
    "sjis-called-jis": ("iso-2022-jp", lambda t: t.encode("cp932")),
    "sjis-called-latin1": ("iso-8859-1", lambda t: t.encode("cp932")),
    "euc": ("EUC-JP", euc),
    "x-euc": ("x-euc-jp", euc),
    "euc-unlabelled": (None, euc),
    "euc-called-sjis": ("Shift_JIS", euc),
    "utf8": ("UTF-8", lambda t: t.encode()),
    "utf8-quoted": ('"utf-8"', lambda t: t.encode()),
    "utf8-bom": ("utf-8", lambda t: b"\xef\xbb\xbf" + t.encode()),
    "utf8-unlabelled": (None, lambda t: t.encode()),
    "utf8-called-jis": ("ISO-2022-JP", lambda t: t.encode()),
    "utf8-called-sjis": ("Shift_JIS", lambda t: t.encode()),
    "utf8-unknown-8bit": ("unknown-8bit", lambda t: t.encode()),
}


def b64(raw, width=76):
    text = base64.b64encode(raw)
    return b"\r\n".join(text[i:i + width]
                        for i in range(0, len(text), width)) + b"\r\n"


def qp(raw, width=75):
    """Quoted-printable, soft line ends inside characters too."""
    out = []
    for line in raw.split(b"\n"):
        now = b""
        for i, byte in enumerate(line):
            plain = 33 <= byte <= 126 and byte != 61 or \
                byte in b" \t" and i + 1 < len(line)
            piece = bytes((byte,)) if plain else b"=%02X" % byte
            if len(now) + len(piece) > width:
                out.append(now + b"=")
                now = b""
            now += piece
        out.append(now)
    return b"\r\n".join(out)


def words(text, charset, kind="B", most=10, fold=b"\r\n "):
    """RFC 2047: `most` characters in each word, as mailers cut them."""
    label, encode = CHARSETS[charset]
    label = (label or "ISO-2022-JP").strip('"').encode()
    out = []
    for i in range(0, len(text), most):
        raw = encode(text[i:i + most])
        if kind == "B":
            raw = base64.b64encode(raw)
        else:
            raw = re.sub(rb"[^A-Za-z0-9]", lambda m: b"=%02X" % m.group()[0],
                         raw)
        out.append(b"=?" + label + b"?" + kind.encode() + b"?" + raw + b"?=")
    return fold.join(out)


def torn(text, charset, fold=b"\r\n ", size=13):
    """Words cut by bytes, in the middle of characters."""
    label, encode = CHARSETS[charset]
    raw = encode(text)
    return fold.join(b"=?" + label.encode() + b"?B?" +
                     base64.b64encode(raw[i:i + size]) + b"?="
                     for i in range(0, len(raw), size))


def percent(raw):
    return re.sub(rb"[^A-Za-z0-9._-]", lambda m: b"%%%02X" % m.group()[0], raw)


def name_param(style, name, param=b"filename"):
    """One parameter that holds a file name, in one of the ways met."""
    text = name.encode()
    if style == "2231":
        return param + b"*=UTF-8''" + percent(text)
    if style == "2231-jis":
        return param + b"*=ISO-2022-JP'ja'" + percent(jis(name))
    if style == "2231-sjis":
        return param + b"*=Shift_JIS''" + percent(name.encode("cp932"))
    if style in ("2231-parts", "2231-jis-parts"):
        raw, label = (jis(name), b"iso-2022-jp''") if "jis" in style else \
            (text, b"utf-8''")
        parts = [raw[i:i + 14] for i in range(0, len(raw), 14)]
        return b";\r\n ".join(
            param + b"*%d*=" % i + (label if i == 0 else b"") + percent(p)
            for i, p in enumerate(parts))
    if style == "2047":
        return param + b'="' + words(name, "jis", most=12) + b'"'
    if style == "2047-utf8":
        return param + b'="' + words(name, "utf8", fold=b"\r\n\t") + b'"'
    if style == "2047-q":
        return param + b'="' + words(name, "utf8", "Q", most=99) + b'"'
    if style == "2047-torn":
        return param + b'="' + torn(name, "utf8") + b'"'
    if style == "2047-bare":
        return param + b"=" + words(name, "jis", most=99)
    if style == "type-only":
        return param + b'="' + words(name, "jis", most=99) + b'"'
    raw = {"raw-utf8": text, "raw-sjis": name.encode("cp932", "replace"),
           "raw-jis": jis(name), "raw-euc": euc(name),
           "ascii": text}[style]
    return param + b'="' + raw + b'"'

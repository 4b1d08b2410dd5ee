"""LMTP straight to sekishod, without Postfix: no byte is anybody else's."""
import contextlib
import smtplib


@contextlib.contextmanager
def session(w):
    council = w.council
    if council.lmtp.startswith("unix:"):
        s = smtplib.LMTP(str(council.dir / "lmtp"), 0, "client.test")
    else:
        s = smtplib.LMTP("127.0.0.1", council.lmtp_port, "client.test")
    try:
        s.ehlo()
        yield s
    finally:
        s.close()


def deliver(w, raw, rcpts, sender):
    """One transaction; the codes after the final dot, one per recipient."""
    data = raw if isinstance(raw, bytes) else raw.encode()
    with session(w) as s:
        s.mail(sender)
        for rcpt in rcpts:
            code, said = s.rcpt(rcpt)
            if code != 250:
                raise AssertionError(f"{rcpt}: {code} {said}")
        s.putcmd("data")
        if s.getreply()[0] != 354:
            raise AssertionError("DATA was refused")
        s.send(stuffed(data) + b".\r\n")
        return [s.getreply()[0] for _ in rcpts]


def stuffed(data):
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    return b"\r\n".join(b"." + l if l.startswith(b".") else l
                        for l in data.split(b"\r\n"))

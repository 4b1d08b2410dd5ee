"""Mail that comes back, as RFC 3464 has it."""
from . import lmtp, mails, wait
from .tap import same


def report(address, action="failed", status="5.1.1", head=b""):
    """(body, content lines); head: what is returned of our mail."""
    body = (b"--b\nContent-Type: text/plain\n\nSee below.\n"
            b"--b\nContent-Type: message/delivery-status\n\n"
            b"Reporting-MTA: dns; mx.test\n\n"
            b"Final-Recipient: rfc822; " + address.encode() +
            b"\nAction: " + action.encode() + b"\nStatus: " +
            status.encode() + b"\n")
    if head:
        body += b"--b\nContent-Type: text/rfc822-headers\n\n" + head
    return body + b"\n--b--\n", [
        "Content-Type: multipart/report; report-type=delivery-status;\n"
        ' boundary="b"']


def deliver(w, to, address, subject="Undelivered", count=1, **how):
    """So many of them, each until it was filed."""
    body, content = report(address, **how)
    for _ in range(count):
        before = len(w.council.json("mail", "list", "--last", 1000)["mails"])
        raw = mails.mail("mailer-daemon@mx.test", to, subject, body=body,
                         content=content)
        same(lmtp.deliver(w, raw, [to], ""), [250])
        wait.until("the bounce to be filed", lambda: (
            lambda all: len(all) > before and all[0]["state"] == "filed")(
            w.council.json("mail", "list", "--last", 1000)["mails"]))

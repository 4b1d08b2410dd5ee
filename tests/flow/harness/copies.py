"""What is inside a copy of a digest, read with its person's own gpg."""
import email
import email.policy
import re

from . import mails


def armour(mail):
    parts = list(mail.message.walk())
    assert mail.message.get_content_type() == "multipart/encrypted", \
        mail.message.get_content_type()
    return parts[-1].get_payload(decode=True)


def opened(key, mail):
    """(inner message, its text, fingerprint of the good signature)."""
    plain, signer = key.decrypt(armour(mail))
    inner = email.message_from_bytes(mails.crlf(plain),
                                     policy=email.policy.default)
    text = inner.get_body(("plain",)).get_content()
    return inner, text.replace("\r\n", "\n"), signer


def plain(got, sender):
    """A mail without what differs between any two: times, tokens, ids."""
    text = (got.subject + "\n" + got.text).replace(sender, "SENDER")
    text = re.sub(r"\b[a-z2-7]{26}\b", "TOKEN", text)
    text = re.sub(r"\d{4}-\d{4,}", "CASE", text)
    return re.sub(r"[0-9]+", "N", text)

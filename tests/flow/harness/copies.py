"""What is inside a copy of a digest, read with its person's own gpg."""
import email
import email.policy

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

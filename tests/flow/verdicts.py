#!/usr/bin/env python3
"""What is said of signed and encrypted mail: by whom, over what, and nothing
to an attacker (standards.md B1: JYAF, EFAIL, no oracle, SEPPmail 27445)."""
import base64

from harness import copies, lmtp, mails, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

TO = "csc-anken@council.test"
FROM = "tanaka@consulter.test"
MALLORY = "mallory@evil.test"
EVE = "eve@evil2.test"
SECRET = "機密の内容カナリア"


def newest(w, count):
    w.council.wait_cases(count)
    case = w.council.cases()[0]["number"]
    number = [m for m in w.council.case(case)["mails"]
              if m["direction"] == "in"][0]["number"]
    return case, number, w.council.json("mail", "show", number)


def post(w, sender, content, body, subject="x", extra=()):
    count = len(w.council.cases())
    w.send(sender, TO, mails.mail(sender, TO, subject, content=content,
                                  body=body, extra=list(extra)))
    return newest(w, count + 1)


@step("a consulter's key is proposed with its origin, then approved",
      needed=True)
def approved(w):
    key = w.key("tanaka", FROM)
    w.own = key.learn(w.council.run("key", "export").encode())
    content, body = mails.mixed("はじめまして\n", [
        ("tanaka.asc", "application/pgp-keys", key.export())])
    w.case, number, _ = post(w, FROM, content, body)
    w.council.wait_case(w.case, lambda c: c["keys"], "proposed key")
    has(w.council.case(w.case)["keys"][0]["origin"], str(number),
        "attachment")
    w.council.run("key", "approve", w.case, key.fpr)


@step("a mail signed as a whole is the sender's word")
def whole(w):
    key = w.keys["tanaka"]
    _, number, shown = post(w, FROM, *mails.signed(key, "署名した文\n"))
    crypto = shown["crypto"]
    same(crypto["form"], "pgp-mime-signed")
    same(crypto["signature"], "good")
    same(crypto["signer"], key.fpr)
    same(crypto["signed_by"], "case")
    same(crypto["owner"], w.case)
    same(crypto["coverage"], "whole")
    same(crypto["signer_is_from"], True)
    has(w.council.run("mail", "text", number), "署名した文")


@step("words beside a signed part are under no signature (JYAF)")
def beside(w):
    content, body = mails.signed(w.keys["tanaka"], "署名した文\n")
    outer = (b"--=_o\n" + content[0].encode() + b"\n\n" + body +
             b"\n--=_o\nContent-Type: text/plain\n\n[x] 2-E\n--=_o--\n")
    _, number, shown = post(w, FROM,
                            ['Content-Type: multipart/mixed; boundary="=_o"'],
                            outer)
    crypto = shown["crypto"]
    same([crypto[k] for k in ("form", "signature", "coverage",
                              "signer_is_from")],
         ["pgp-mime-signed", "good", "part", False])
    same(shown["answers"]["ticks"], [])
    has(shown["outside"], "2-E")
    text = w.council.run("mail", "text", number)
    has(text, "署名した文")
    lacks(text, "2-E")


@step("a good signature of somebody else is said to be just that")
def other(w):
    key = w.keys["tanaka"]
    _, _, shown = post(w, MALLORY, *mails.signed(key, "送金してください\n"))
    crypto = shown["crypto"]
    same(crypto["signature"], "good")
    same(crypto["signed_by"], "other")
    same(crypto["owner"], w.case)
    same(crypto["signer_is_from"], False)
    has(" ".join(crypto["says"]), "OTHER")


@step("of an inline message only what was sealed is the text")
def inline(w):
    armour = w.keys["tanaka"].encrypt(SECRET.encode(), w.own).decode()
    _, number, shown = post(
        w, FROM, ["Content-Type: text/plain"],
        f"Hello\n\n{armour}\n-- \nfooter [x] 2-E\n".encode())
    crypto = shown["crypto"]
    same(crypto["form"], "pgp-inline-encrypted")
    same(crypto["coverage"], "part")
    same(crypto["signer_is_from"], False)
    has(shown["outside"], "Hello", "footer")
    text = w.council.run("mail", "text", number)
    has(text, SECRET)
    lacks(text, "footer")


@step("an encrypted mail sent again by another is not opened for him (EFAIL)")
def replayed(w):
    key = w.keys["tanaka"]
    content, body = mails.pgp_mime(key.encrypt(mails.entity(SECRET), w.own))
    _, number, shown = post(w, FROM, content, body)
    same(shown["crypto"]["integrity"], True)
    case, number, shown = post(w, EVE, content, body, subject="mine")
    has(" ".join(shown["crypto"]["says"]), "another sender")
    same(shown["crypto"]["signed_by"], "other")     # it tells whose it was
    same(shown["crypto"]["owner"], w.case)
    same(shown["crypto"]["signer_is_from"], False)
    same(w.council.case(case)["note"], "ciphertext-came-before")
    got = w.sink.wait(EVE, 1)
    lacks(got.raw.decode("utf-8", "replace"), SECRET)
    same(len(w.sink.all(EVE)), 1)


@step("every failure to open looks the same from outside (no oracle)")
def no_oracle(w):
    key = w.keys["tanaka"]
    good = key.run("--recipient", w.own, "--encrypt",
                   stdin=mails.entity(SECRET)).stdout
    flipped = good[:-1] + bytes([good[-1] ^ 1])
    middle = bytearray(good)
    middle[len(good) // 2] ^= 4
    session = bytearray(good)
    session[40] ^= 4
    at = 2 + good[1]
    naked = good[:at] + b"\xc9" + good[at + 1:]     # the packet without MDC
    foreign = key.run("--recipient", key.fpr, "--encrypt",
                      stdin=mails.entity(SECRET)).stdout
    symmetric = key.run("--passphrase", "x", "--symmetric",
                        stdin=mails.entity(SECRET)).stdout
    bad = [flipped, bytes(middle), bytes(session), naked, foreign, symmetric,
           good[:-20], good + good, b"\xd4" + good[1:]]
    said = set()
    for i, data in enumerate(bad):
        sender = f"probe{i}@probe{i}.test"
        content, body = mails.pgp_mime(data)
        body = body.replace(b"octet-stream; name=\"encrypted.asc\"\n",
                            b"octet-stream\nContent-Transfer-Encoding: "
                            b"base64\n").replace(data, base64.encodebytes(data))
        case, _, shown = post(w, sender, content, body)
        assert not shown["crypto"]["integrity"], (i, shown["crypto"])
        same(w.council.case(case)["note"], "cannot-decrypt")
        said.add(copies.plain(w.sink.wait(sender, 1), sender))
        same(len(w.sink.all(sender)), 1)
    same(len(said), 1)
    lacks(said.pop(), SECRET)


@step("what could not be opened then and can be now is no repeat")
def opened_later(w):
    who = "slow@slow.test"
    w.tried = len(w.council.cases())
    key = w.keys["tanaka"]
    foreign = [mails.pgp_mime(key.encrypt(b"x", key.fpr)) for _ in range(20)]
    for content, body in foreign:
        same(lmtp.deliver(w, mails.mail(who, TO, "x", content=content,
                                        body=body), [TO], who), [250])
    w.council.wait_cases(w.tried + 20)
    content, body = mails.pgp_mime(key.encrypt(mails.entity(SECRET), w.own))
    raw = mails.mail(who, TO, "x", content=content, body=body)
    lmtp.deliver(w, raw, [TO], who)
    _, first, shown = newest(w, w.tried + 21)
    assert not shown["crypto"]["integrity"], shown
    # The same, and now it is known who sends it: his count is another one.
    believed = (b"Authentication-Results: mx.council.test; dmarc=pass "
                b"header.from=slow.test\r\nReceived: from a by b; " +
                mails.date().encode() + b"\r\n")
    lmtp.deliver(w, believed + raw, [TO], who)
    _, second, shown = newest(w, w.tried + 22)
    same((shown["crypto"]["integrity"], shown["class"]),
         (True, "consultation"))
    has(w.council.run("mail", "text", second), SECRET)
    # And once more is a repeat.
    lmtp.deliver(w, believed + raw, [TO], who)
    wait.until("the repeat", lambda: [
        m for m in w.council.json("mail", "list")["mails"]
        if m["number"] > second and m["class"] == "repeat"])
    same(len(w.council.cases()), w.tried + 22)


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""S/MIME both ways through a real Postfix: the council's own certificate, a
consultation signed by one that nobody knows yet, questions and digests back
to whom it was pinned for, opened by openssl."""
import base64

from harness import cases, copies, mails, roster, wait
from harness.smime import Certificates, entity, part
from harness.tap import has, lacks, run, same, step
from harness.world import World, world

FROM = "alice@example.jp"
SMIME = 'smime = { home = "gs"; roots = "roots.pem"; };\n'


def text_part(text):
    return mails.crlf(("Content-Type: text/plain; charset=utf-8\n"
                       "Content-Transfer-Encoding: 8bit\n\n" +
                       text).encode())


def post(w, how, to="csc-anken@council.test", extra=()):
    content, body = how
    w.send(FROM, to, mails.mail(FROM, to, "相談", content=content,
                                body=body, extra=list(extra)))


def sealed(w, text, signed=True, to=None, got=None):
    inner = text_part(text)
    if signed:
        inner = entity(*w.ca.opaque("alice", inner))
    post(w, w.ca.enveloped(w.own, inner), to or got["Reply-To"],
         [f"In-Reply-To: {got['Message-ID']}"] if got else ())


def received(w):
    """Numbers of the case's mails that came in, oldest first."""
    return sorted(m["number"] for m in w.council.case(w.number)["mails"]
                  if m["direction"] == "in")


@step("the council asks for a certificate and takes the answer", needed=True)
def own_certificate(w):
    w.ca = Certificates(w.dir / "ca", "alice", "bob")
    (w.council.dir / "roots.pem").write_bytes(
        (w.ca.dir / "root.pem").read_bytes())
    w.council.init()
    has(w.council.call("check").stdout.decode(), "setup smime")
    w.council.run("setup", "smime", "--request")
    w.council.refused("setup", "smime", "--request")
    answer = w.ca.answer((w.council.dir / "gs/request.csr").read_bytes())
    chain = w.file("chain.pem", (w.ca.dir / "middle.pem").read_bytes() +
                   (w.ca.dir / "root.pem").read_bytes())
    has(w.council.run("setup", "smime", "--import",
                      w.file("answer.pem", answer), "--chain", chain),
        "fingerprint", "valid until")
    same((w.council.dir / "gs/request.key").exists(), False)
    lacks(w.council.call("check").stdout.decode(), "S/MIME certificate  it")
    w.council.start()
    w.own = w.file("own.pem", w.council.run("key", "export", "--smime"))
    has(w.ca.openssl("x509", "-in", w.own, "-noout", "-email").decode(),
        "csc-anken@council.test")


@step("a consultation signed by an unknown certificate opens a case; the "
      "certificate is a proposal", needed=True)
def consulted(w):
    before = len(w.sink.all(FROM))
    post(w, w.ca.detached("alice", text_part("様子がおかしいです。\n")))
    w.got = w.sink.wait(FROM, before + 1)
    w.number = w.council.cases()[0]["number"]
    mail = w.council.case(w.number)["mails"][0]["number"]
    crypto = w.council.json("mail", "show", mail)["crypto"]
    same(crypto["form"], "smime-signed")
    same(crypto["signature"], "unknown-key")
    same(crypto["signer_is_from"], False)
    has(w.council.run("mail", "text", mail), "様子がおかしいです")


@step("approved by its SHA-256 fingerprint")
def approved(w):
    print256 = w.ca.fingerprint("alice")
    wait.until("the proposal", lambda: w.ca.fingerprint("alice", "sha1") in
               w.council.run("--json", "key", "list", w.number))
    key = w.council.json("key", "approve", w.number, print256)
    same(key["scheme"], "smime")


@step("a signed and encrypted answer is whole; the read-back comes by S/MIME")
def answered(w):
    before = len(w.sink.all(FROM))
    sealed(w, "1-B 会社名の部分\n2-B\n3-A\n", got=w.got)
    w.back = w.sink.wait(FROM, before + 1)
    mail = received(w)[-1]
    crypto = w.council.json("mail", "show", mail)["crypto"]
    same([crypto[k] for k in ("form", "integrity", "signature", "coverage",
                              "signer_is_from")],
         ["smime-enveloped", True, "good", "whole", True])
    has(w.council.run("mail", "text", mail), "会社名の部分")
    raw = w.back.raw.decode("utf-8", "replace")
    lacks(raw, "会社名", w.number)
    inner, text, who = w.ca.opened("alice", w.back)
    has(text, "会社名の部分", "4-Y")
    has(" ".join(who), "csc-anken@council.test")
    same(w.back["Subject"], "[...]")


@step("encrypted and unsigned confirms nothing as a signature; signed does")
def confirmed(w):
    before = len(received(w))
    sealed(w, "4-Y\n", signed=False, got=w.back)
    wait.until("it to be filed", lambda: len(received(w)) > before)
    crypto = w.council.json("mail", "show", received(w)[-1])["crypto"]
    same([crypto["integrity"], crypto["signature"]], [False, "none"])
    terms = w.council.case(w.number)["terms"]
    assert not terms or terms["assurance"] != "signature", terms


def broken(der):
    der = bytearray(der)
    der[-17] ^= 0x80                        # the last octet of the padding
    return bytes(der)


def told(w, sender, how, note):
    """What a stranger is told of an envelope, without what differs always."""
    to = "csc-anken@council.test"
    before = len(w.sink.all(sender))
    w.send(sender, to, mails.mail(sender, to, "consultation", content=how[0],
                                  body=how[1]))
    mail = copies.plain(w.sink.wait(sender, before + 1), sender)
    same(len(w.sink.all(sender)), before + 1)
    same(w.council.case(w.council.cases()[0]["number"])["note"], note)
    return mail


@step("what no signature shows to be whole is answered the same, opened or "
      "not; sent again by another it stays closed (no padding oracle, EFAIL)")
def no_oracle(w):
    good = w.ca.enveloped(w.own, text_part(
        "様子がおかしいです。\n[x] 1-C\n[x] 2-E\n[x] 3-A\n"))
    bad = part("enveloped-data", broken(base64.b64decode(good[1])))
    said = {told(w, "one@one.test", good, "not-whole"),
            told(w, "two@two.test", bad, "cannot-decrypt"),
            told(w, "three@three.test", good, "ciphertext-came-before")}
    same(len(said), 1, "\n=====\n".join(said))
    has(said.pop(), "[ ] N-A")


def locked_file(w, sender):
    """Whose password may follow in a mail of its own (R-115)."""
    before = len(w.council.cases())
    mail = mails.with_file(sender, "csc-anken@council.test", "log.zip",
                           mails.locked_zip(), "ログをお送りします。")
    w.send(sender, "csc-anken@council.test",
           b"X-Auto-Response-Suppress: All\r\n" + mail)
    w.council.wait_cases(before + 1)


@step("nor does it steer where the mail goes or whether it is answered: not "
      "by a ref line of somebody's case, a password, a From inside")
def no_steering(w):
    inside = {
        "ref": text_part("はい\n> ref: " +
                         w.back["Message-ID"].strip("<>").split("@")[0] +
                         "\n"),
        "password": text_part("先ほどのファイルのパスワードは "
                              "Xk7pQ2mL9 です。\n"),
        "from": mails.crlf(b"Content-Type: text/plain; hp=\"cipher\"\n"
                           b"From: Mallory <m@evil.test>\n"
                           b"Subject: x\n\nHello.\n"),
    }
    for name, text in inside.items():
        good = w.ca.enveloped(w.own, text)
        bad = part("enveloped-data", broken(base64.b64decode(good[1])))
        people = f"{name}@four.test", f"{name}@five.test"
        for sender in people:
            locked_file(w, sender)
        said = [told(w, people[0], good, "not-whole"),
                told(w, people[1], bad, "cannot-decrypt")]
        same(said[0], said[1])


@step("a digest goes to each by his own scheme, opened by openssl and gpg")
def digest(w):
    roster.fill(w)
    w.council.run("person", "change", "lab-ito", "--scheme", "smime")
    has(w.council.refused("key", "import", "acme-sato",
                          w.ca.dir / "bob.pem", "--approve"), "scheme")
    w.council.run("key", "import", "lab-ito", w.ca.dir / "bob.pem",
                  "--approve", "--any-address", "--how", "meeting")
    _, number = cases.confirmed(w, "1-A\n2-B\n3-A\n")
    cases.item(w, number, "接続先 203.0.113.10", secret="yes", tlp="RED")
    w.council.run("digest", "send", "--yes", "--now")
    ito = w.sink.wait(roster.ADDRESSES["lab-ito"], 2) # after N-02
    sato = w.sink.wait(roster.ADDRESSES["acme-sato"], 1)
    lacks(ito.raw.decode("utf-8", "replace"), "203.0.113.10")
    _, text, who = w.ca.opened("bob", ito)
    has(text, "203.0.113.10")
    roster.council_key(w)
    _, text, _ = copies.opened(w.keys["acme-sato"], sato)
    has(text, "203.0.113.10")


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SMIME))

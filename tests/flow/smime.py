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
    has("".join(w.got.text.split()), w.ca.print_of(w.own.read_bytes(),
                                                   "sha256"))
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


ITO = roster.ADDRESSES["lab-ito"]


def with_certificate(text, *pems, name="ito.cer", kind="application/pkix-cert"):
    content, body = mails.mixed(text, [(name, kind, pem) for pem in pems])
    return mails.crlf("\n".join(content).encode() + b"\n\n" + body)


def from_ito(w, how, keys=1):
    """A mail by Ito; until each of its keys was looked at, for him and for the
    case that it opens."""
    before = w.council.said().count("key.heard")
    content, body = how
    w.send(ITO, "csc-info@council.test", mails.mail(
        ITO, "csc-info@council.test", "証明書", content=content, body=body))
    wait.until("the certificate to be looked at", lambda:
               w.council.said().count("key.heard") >= before + keys)


def unsigned(inner):
    head, _, body = inner.partition(b"\r\n\r\n")
    return head.decode().split("\r\n"), body


def state(w, pem):
    want = w.ca.print_of(pem).upper()
    for key in w.council.json("key", "show", "lab-ito")["keys"]:
        if key["fingerprint"] == want:
            return key["state"], key["origin"]
    return None, None


@step("a person's certificate in a mail is a proposal with its origin, as a "
      "file and as what signed")
def proposed(w):
    w.first = w.ca.issue("ito1", ITO, days=100)
    w.council.run("key", "import", "lab-ito", w.file("ito1.pem", w.first),
                  "--approve", "--how", "meeting")
    file = w.ca.issue("ito-file", ITO)
    from_ito(w, unsigned(with_certificate("新しい証明書です。\n", file)))
    same(state(w, file)[0], "proposed")
    has(state(w, file)[1], "mail ", "attachment", ITO)
    signs = w.ca.issue("ito-signs", ITO)
    from_ito(w, w.ca.detached("ito-signs", text_part("新しい証明書です。\n")))
    same(state(w, signs)[0], "proposed")
    has(state(w, signs)[1], "mail ", "signature", ITO)
    same(state(w, w.first)[0], "pinned")
    for pem in (file, signs):
        w.council.run("key", "decline", "lab-ito", w.ca.print_of(pem))


@step("signed with the pinned certificate, a new one in the mail is a renewal, "
      "as with OpenPGP; two of them, or one of another address, are not")
def renewed(w):
    two = [w.ca.issue(n, ITO) for n in ("two1", "two2")]
    from_ito(w, w.ca.detached("ito1", with_certificate("二つです。\n", *two)),
             keys=2)
    same([state(w, pem)[0] for pem in (*two, w.first)],
         ["proposed", "proposed", "pinned"])
    foreign = w.ca.issue("foreign", "sato@acme.test")
    from_ito(w, w.ca.detached("ito1", with_certificate("新しい。\n", foreign)))
    same([state(w, foreign)[0], state(w, w.first)[0]], ["proposed", "pinned"])
    has(state(w, foreign)[1], "signed by " + w.ca.print_of(w.first))
    w.second = w.ca.issue("ito2", ITO, days=50)
    from_ito(w, w.ca.detached("ito1", with_certificate(
        "新しい証明書です。\n", w.second, name="ito.p7c",
        kind="application/octet-stream")))
    same([state(w, w.second)[0], state(w, w.first)[0]], ["pinned", "retired"])
    row = [r for r in w.council.json("audit", "show", "lab-ito")["rows"]
           if r["event"] == "key.renew"][0]
    has(row["detail"], "signature of", "was " + w.ca.print_of(w.first))


@step("the same key certified for longer by the same authority counts from "
      "any mail, where it leads to a root; by another authority, or for "
      "another address, it is a proposal")
def reissued(w):
    w.ca.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                 "evil.key", "-subj", "/O=Test/CN=middle", "-days", "30",
                 "-out", "evil.pem")
    forged = w.ca.issue("forged", ITO, key="ito2", issuer="evil")
    other = w.ca.issue("other", "ito@other.test", key="ito2")
    other_key = w.ca.issue("other-key", ITO)
    chain = (w.ca.dir / "middle.pem").read_bytes()
    for pem in (forged, other, other_key):
        from_ito(w, unsigned(with_certificate("延長しました。\n",
                                              pem + chain)))
        same([state(w, pem)[0], state(w, w.second)[0]],
             ["proposed", "pinned"])
    w.third = w.ca.issue("ito3", ITO, key="ito2", days=400)
    from_ito(w, unsigned(with_certificate("延長しました。\n",
                                          w.third + chain)))
    same([state(w, w.third)[0], state(w, w.second)[0]], ["pinned", "retired"])
    row = [r for r in w.council.json("audit", "show", "lab-ito")["rows"]
           if r["event"] == "key.renew"][0]
    has(row["detail"], "its issuer, for the same key")
    from_ito(w, unsigned(with_certificate("前の。\n", w.second + chain)))
    same(state(w, w.third)[0], "pinned")


@step("another certificate over somebody's key pair is that one's key: one key, "
      "one person (R-109)")
def shared(w):
    w.council.run("person", "add", "lab-mori", "--org", "lab", "--name", "森",
                  "--address", "mori@lab.test", "--language", "ja",
                  "--scheme", "smime")
    w.ca.issue("mori", "mori@lab.test", key="ito2")
    has(w.council.refused("key", "import", "lab-mori", w.ca.dir / "mori.pem",
                          "--approve"), "the key of lab-ito", "of their own")
    w.ca.issue("mori2", "mori@lab.test")
    w.council.run("key", "import", "lab-mori", w.ca.dir / "mori2.pem",
                  "--approve")


@step("a key that was stopped no authority brings back: its certificate with "
      "new dates is a proposal, and the stop stands")
def stopped(w):
    w.council.run("key", "stop", "lab-ito", w.ca.print_of(w.third), "--how",
                  "phone", "--reason", "card stolen")
    same(state(w, w.second)[0], "retired")
    same({k["usable"] for k in w.council.json("key", "show", "lab-ito")["keys"]
          if k["fingerprint"] in (w.ca.print_of(p) for p in (
              w.second, w.third))}, {"key-stopped"})
    fourth = w.ca.issue("ito4", ITO, key="ito2", days=500)
    chain = (w.ca.dir / "middle.pem").read_bytes()
    from_ito(w, unsigned(with_certificate("延長しました。\n",
                                          fourth + chain)))
    same([state(w, fourth)[0], state(w, w.third)[0]],
         ["proposed", "stopped"])
    has(w.council.refused("key", "approve", "lab-ito",
                          w.ca.print_of(fourth), "--how", "phone"),
        "key lift")
    # by either of them; a new certificate over one's own pair asks for no word
    w.council.run("key", "lift", w.ca.print_of(fourth), "--how", "phone",
                  "--reason", "card found")
    same(state(w, w.third)[0], "pinned")
    w.council.run("key", "approve", "lab-ito", w.ca.print_of(fourth))
    same([state(w, pem)[0] for pem in (fourth, w.third)],
         ["pinned", "retired"])


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SMIME))

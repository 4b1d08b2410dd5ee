#!/usr/bin/env python3
"""The council's own S/MIME certificate is replaced by another: announced under
the present one to whom certificates concern, and to nobody else; what is under
way to the one before it is opened for the overlap, and not lost after it
(A10, B1, R-119)."""
import calendar
import time

from harness import cases, clock, copies, mails, roster, wait
from harness.smime import Certificates, imported
from harness.tap import has, lacks, run, same, step
from harness.world import world

SMIME = ('keyd = { count = 1; };\n'
         'smime = { home = "gs"; roots = "roots.pem"; };\n')
ITO, MORI = roster.ADDRESSES["lab-ito"], roster.ADDRESSES["acme-mori"]
SATO = roster.ADDRESSES["acme-sato"]
ALICE = "alice@example.jp"      # whom her certificate names
DUTY = "duty@council.test.example"
CHANGE, LAST = 10, 40
FILE = "council-certificate-next.p7c"


def own(w, scheme="smime"):
    return {k["state"]: k for k in w.council.json("key", "own")["keys"]
            if k["scheme"] == scheme}


def certificates(w):
    return {state: k["fingerprint"] for state, k in own(w).items()}


def exported(w, name, *how):
    return w.file(name, w.council.run("key", "export", "--smime", *how))


def consult(w, text, certificate, sender=None):
    """A consultation encrypted to one of the council's certificates."""
    sender = sender or f"n{len(w.council.cases())}@new.test"
    inner = mails.crlf(("Content-Type: text/plain; charset=utf-8\n"
                        "Content-Transfer-Encoding: 8bit\n\n" +
                        text).encode())
    content, body = w.ca.enveloped(certificate, inner)
    w.send(sender, "csc-anken@council.test", mails.mail(
        sender, "csc-anken@council.test", "x", content=content, body=body))
    w.sink.wait(sender, 1)
    return w.council.case(w.council.cases()[0]["number"])


def shown(w, case):
    return w.council.run("mail", "text", case["mails"][0]["number"])


def announced_to(w, name, address):
    """(message, its text, the signer's serial number) of each T-46."""
    found = []
    for m in w.sink.all(address):
        if m.message.get_content_type() == "application/pkcs7-mime":
            inner, text, _ = w.ca.opened(name, m)
            if FILE in [p.get_filename() for p in inner.walk()]:
                found.append((inner, text, serial(w)))
    return found


def serial(w):
    """Of whoever signed what was opened last."""
    said = w.ca.openssl("x509", "-in", "signer.pem", "-noout", "-serial")
    return int(said.decode().strip().split("=")[1], 16)


def told(w, words):
    return [m for m in w.sink.all(DUTY) if words in m.text]


def plain(text):
    return "".join(text.split())


@step("a council with a certificate, people with certificates and with keys, "
      "and a consulter of either kind", needed=True)
def begin(w):
    w.ca = Certificates(w.dir / "ca", "bob", "alice")
    (w.council.dir / "roots.pem").write_bytes(
        (w.ca.dir / "root.pem").read_bytes())
    w.council.init()
    has(w.council.refused("setup", "smime", "--from", clock.day(3)),
        "--import")
    # one that only signs would leave nobody able to write encrypted
    w.ca.issue("signs", "csc-anken@council.test", usage="digitalSignature")
    w.ca.openssl("pkcs12", "-export", "-in", "signs.pem", "-inkey",
                 "signs.key", "-passout", "pass:x", "-out", "signs.p12")
    has(w.council.refused("setup", "smime", "--import", w.file(
        "signs.p12", (w.ca.dir / "signs.p12").read_bytes()),
        "--passphrase-file", w.file("x", "x\n")), "may not encrypt")
    w.first, said = imported(w, "77")
    lacks(said, "key announce")
    w.council.start()
    wait.until("the certificate to be told", lambda: certificates(w))
    w.former = exported(w, "former.pem")
    same(list(certificates(w)), ["current"])
    roster.fill(w, keyless=("lab-ito", "acme-mori", "late-ueda"))
    for person, name in (("lab-ito", "bob"), ("acme-mori", "mori")):
        if name == "mori":
            w.ca.issue(name, MORI)
        w.council.run("person", "change", person, "--scheme", "smime")
        w.council.run("key", "import", person, w.ca.dir / f"{name}.pem",
                      "--approve", "--any-address", "--how", "meeting")
    w.early = consult(w, "早い相談\n", w.former, ALICE)
    w.council.run("key", "import", w.early["number"], w.ca.dir / "alice.pem",
                  "--approve", "--how", "meeting")
    w.consult("pgp@consulter.test", "相談", "様子がおかしいです。")
    w.pgp = w.key("pgp", "pgp@consulter.test")
    w.council.run("key", "import", w.council.cases()[0]["number"], w.file(
        "pgp.asc", w.pgp.export()), "--approve", "--how", "meeting")


@step("another one is imported: it signs from its day, and is shown", needed=True)
def another(w):
    w.change, w.last = clock.day(CHANGE, True), clock.day(LAST, True)
    w.second, said = imported(w, "78", "--from", w.change, "--until", w.last)
    has(said, f"signs from {w.change}", f"opens mail to {w.last}",
        "key announce")
    has(w.council.run("setup", "smime"), "next " + w.ca.print_of(w.second))
    clock.move(w, 0)
    wait.until("the new one to be told", lambda: "next" in certificates(w))
    same(certificates(w), {"current": w.ca.print_of(w.first),
                           "next": w.ca.print_of(w.second)})
    w.own = exported(w, "own.pem", "--next")
    same(w.ca.print_of(w.own.read_bytes()), w.ca.print_of(w.second))
    same(exported(w, "still.pem").read_bytes(), w.former.read_bytes())
    said = w.council.call("check").stdout.decode()
    has(said, f"next {w.ca.print_of(w.second)}: signs from {w.change}",
        f"current {w.ca.print_of(w.first)}: signs to", "were not told",
        "next certificate", "sekisho key announce --yes")


@step("announced to whom certificates concern alone, consulters too; nobody "
      "twice", needed=True)
def announced(w):
    plan = w.council.json("key", "announce")
    same([plan["sent"], plan["copies"], [k["scheme"] for k in plan["keys"]]],
         [False, 3, ["smime"]])
    has(plain(w.council.run("key", "announce")), "smime",
        w.ca.print_of(w.second))
    w.council.run("key", "announce", "--yes")
    wait.until("the announcements", lambda: announced_to(w, "bob", ITO) and
               announced_to(w, "mori", MORI) and
               announced_to(w, "alice", ALICE))
    again = w.council.json("key", "announce", "--yes")
    same([again["copies"], again["told"]], [0, 3])
    lacks(w.council.call("check").stdout.decode(), "key announce")


@step("the text names both certificates whole, as programs show them, and both "
      "days; no word of a key; signed by the present one")
def said(w):
    both = [w.ca.print_of(pem, "sha256") for pem in (w.first, w.second)]
    inner, text, by = announced_to(w, "bob", ITO)[0]
    same([inner["Subject"], by], ["当協議会の電子証明書を切り替えます", 77])
    has(plain(text), *both, w.change, w.last)
    has(text, "伊藤 一郎 様", "S/MIME")
    lacks(text, "OpenPGP", "鍵")
    inner, text, by = announced_to(w, "mori", MORI)[0]
    same([inner["Subject"], by], ["Our certificate is going to change", 77])
    has(plain(text), *both, w.change, w.last)
    has(text, "The day of change")
    lacks(text, "OpenPGP", " key")
    inner, text, by = announced_to(w, "alice", ALICE)[0]
    same(by, 77)
    has(plain(text), *both)
    lacks(text, "OpenPGP", "鍵")


@step("the attached file is the next certificate, in the form that mail "
      "programs import")
def attached(w):
    inner = announced_to(w, "bob", ITO)[0][0]
    files = [p for p in inner.walk() if p.get_filename()]
    same([p.get_filename() for p in files], [FILE])
    same(files[0].get_content_type(), "application/pkcs7-mime")
    pem = w.ca.openssl("pkcs7", "-inform", "DER", "-print_certs",
                       stdin=files[0].get_payload(decode=True))
    same(w.ca.print_of(pem), w.ca.print_of(w.second))


@step("the next OpenPGP key is for people with keys alone; each heard once")
def apart(w):
    w.council.run("setup", "key", "--next", "--from", w.change, "--until",
                  w.last)
    clock.move(w, 0)
    wait.until("the next key", lambda: own(w, "openpgp").get("next"))
    plan = w.council.json("key", "announce", "--yes")
    same([(k["scheme"], k["copies"], k["told"]) for k in plan["keys"]],
         [("openpgp", 6, 0), ("smime", 0, 3)])
    same([h["person"] for h in plan["held"]], ["late-ueda"])
    key = w.keys["acme-sato"]
    got = [wait.until("the announcements", lambda: [
        m for m in w.sink.all(who)
        if m.message.get_content_type() == "multipart/encrypted"])
        for who in (SATO, "pgp@consulter.test")]
    roster.council_key(w)
    for who, mail in ((key, got[0][0]), (w.pgp, got[1][0])):
        inner, text, signer = copies.opened(who, mail)
        same([inner["Subject"], signer], [
            "当協議会の暗号鍵を切り替えます",
            own(w, "openpgp")["current"]["fingerprint"]])
        has(plain(text), own(w, "openpgp")["next"]["fingerprint"])
        lacks(text, "証明書", "S/MIME")
    same([len(announced_to(w, n, a)) for n, a in
          (("bob", ITO), ("mori", MORI), ("alice", ALICE))], [1, 1, 1])


@step("before its day copies are signed by the present one, mail to either is "
      "opened; from its day by the next, and the secretariat is told once")
def changed(w):
    for to in (w.former, w.own):
        has(shown(w, consult(w, "重なりの間です。\n", to)), "重なりの間です")
    _, w.number = cases.confirmed(w, "1-A\n2-B\n3-A\n")
    same(signed_by(w, 1), 77)
    since = own(w)["next"]["since"]
    w.council.stop()
    w.council.now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(
        calendar.timegm(time.strptime(since, "%Y-%m-%dT%H:%M:%SZ")) - 6))
    w.council.start()
    wait.until("the day to come", lambda: "former" in certificates(w))
    wait.until("the next one to sign", lambda: signed_by(
        w, len(w.sink.all(ITO)) + 10) == 78)
    wait.until("the secretariat told", lambda: told(w, "新しい証明書で署名"))
    clock.move(w, CHANGE + 2)
    same(len(told(w, "新しい証明書で署名")), 1)
    has(told(w, "新しい証明書で署名")[0].text, "sekisho key export --smime")
    same(exported(w, "now.pem").read_bytes(), w.own.read_bytes())
    for to in (w.former, w.own):
        has(shown(w, consult(w, "切り替え後です。\n", to)), "切り替え後です")


def signed_by(w, number):
    """The serial number in the signature of a new digest."""
    seen = len(w.sink.all(ITO))
    cases.item(w, w.number, f"接続先 203.0.113.{number}", secret="yes",
               tlp="RED")
    w.council.run("digest", "send", "--yes", "--now")
    got = wait.until("the digest", lambda: [
        m for m in w.sink.all(ITO)[seen:]
        if m.message.get_content_type() == "application/pkcs7-mime"])
    has(w.ca.opened("bob", got[0])[1], f"203.0.113.{number}")
    return serial(w)


@step("after the overlap the one before it opens nothing new, and an operator "
      "still reads it, and what came before; the new one goes on")
def over(w):
    clock.move(w, LAST + 2)
    wait.until("it to be retired", lambda: "retired" in certificates(w))
    wait.until("the secretariat told", lambda: told(
        w, "これまでの証明書は、期間が終わりました"))
    case = consult(w, "遅れたメール\n", w.former)
    same(case["note"], "former-key")
    has(shown(w, case), "遅れたメール")
    has(shown(w, w.early), "早い相談")
    case = consult(w, "新しい証明書\n", w.own)
    lacks(case["note"] or "", "former-key", "cannot-decrypt")
    has(shown(w, case), "新しい証明書")


@step("one that must follow at once signs from the next start")
def at_once(w):
    third, said = imported(w, "79", "--from", clock.day(LAST + 2, True))
    has(said, "current " + w.ca.print_of(third))
    w.council.stop()
    w.council.start()
    wait.until("the third one", lambda: certificates(w)["current"] ==
               w.ca.print_of(third))
    same(certificates(w)["former"], w.ca.print_of(w.second))
    has(w.council.refused("key", "announce"), "no other")
    same(signed_by(w, 99), 79)


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SMIME))

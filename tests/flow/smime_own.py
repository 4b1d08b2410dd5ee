#!/usr/bin/env python3
"""The council's own S/MIME certificate is replaced by another: what is under
way to the one before it is opened for the overlap, and not lost after it
(A10)."""
from harness import cases, clock, mails, roster, wait
from harness.smime import Certificates
from harness.tap import has, lacks, run, same, step
from harness.world import world

SMIME = 'smime = { home = "gs"; roots = "roots.pem"; };\n'
ITO = roster.ADDRESSES["lab-ito"]


def imported(w, serial):
    """A request, its answer, and the import's words."""
    w.council.run("setup", "smime", "--request")
    answer = w.ca.answer((w.council.dir / "gs/request.csr").read_bytes(),
                         serial)
    chain = w.file("chain.pem", (w.ca.dir / "middle.pem").read_bytes() +
                   (w.ca.dir / "root.pem").read_bytes())
    return answer, w.council.run("setup", "smime", "--import", w.file(
        serial + ".pem", answer), "--chain", chain)


def certificates(w):
    return {k["state"]: k["fingerprint"]
            for k in w.council.json("key", "own")["keys"]
            if k["scheme"] == "smime"}


def exported(w, name):
    return w.file(name, w.council.run("key", "export", "--smime"))


def consult(w, text, certificate):
    """A consultation encrypted to one of the council's certificates."""
    sender = f"n{len(w.council.cases())}@new.test"
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


@step("a council with a certificate", needed=True)
def begin(w):
    w.ca = Certificates(w.dir / "ca", "bob")
    (w.council.dir / "roots.pem").write_bytes(
        (w.ca.dir / "root.pem").read_bytes())
    w.council.init()
    w.first, _ = imported(w, "77")
    w.council.start()
    wait.until("the certificate to be told", lambda: certificates(w))
    w.former = exported(w, "former.pem")
    same(list(certificates(w)), ["current"])


@step("another one is imported: it signs, and what is under way to the one "
      "before it is opened", needed=True)
def another(w):
    w.second, said = imported(w, "78")
    has(said, "90 days more")
    w.council.stop()
    w.council.start()
    wait.until("the new one to be told", lambda: "former" in certificates(w))
    same(certificates(w), {"former": w.ca.print_of(w.first),
                           "current": w.ca.print_of(w.second)})
    w.own = exported(w, "own.pem")
    same(w.ca.print_of(w.own.read_bytes()), w.ca.print_of(w.second))
    has(w.council.call("check").stdout.decode(),
        "former " + w.ca.print_of(w.first),
        "current " + w.ca.print_of(w.second))
    for to in (w.former, w.own):
        has(shown(w, consult(w, "重なりの間です。\n", to)), "重なりの間です")


@step("copies are signed by the new one")
def signed(w):
    roster.fill(w)
    w.council.run("person", "change", "lab-ito", "--scheme", "smime")
    w.council.run("key", "import", "lab-ito", w.ca.dir / "bob.pem",
                  "--approve", "--any-address", "--how", "meeting")
    _, number = cases.confirmed(w, "1-A\n2-B\n3-A\n")
    cases.item(w, number, "接続先 203.0.113.11", secret="yes", tlp="RED")
    w.council.run("digest", "send", "--yes", "--now")
    got = wait.until("the digest", lambda: [
        m for m in w.sink.all(ITO)
        if m.message.get_content_type() == "application/pkcs7-mime"])
    has(w.ca.opened("bob", got[0])[1], "203.0.113.11")
    same(w.ca.openssl("x509", "-in", "signer.pem", "-noout",
                      "-serial").decode().strip(), "serial=4E")


@step("after the overlap the one before it opens nothing new, and an operator "
      "still reads it; the new one goes on")
def over(w):
    clock.move(w, 92)
    wait.until("it to be retired", lambda: "retired" in certificates(w))
    case = consult(w, "遅れたメール\n", w.former)
    same(case["note"], "former-key")
    has(shown(w, case), "遅れたメール")
    case = consult(w, "新しい証明書\n", w.own)
    lacks(case["note"] or "", "former-key", "cannot-decrypt")
    has(shown(w, case), "新しい証明書")


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SMIME))

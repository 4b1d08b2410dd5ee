#!/usr/bin/env python3
"""A relay that knows an address to be wrong says so at RCPT: for its person that
is a bounce (L24), and for everybody else it is nothing. What the relay says of
itself stops nobody."""
from harness import cases, copies, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

DUTY, POC = "duty@council.test.example", "acme-mori"
WHO, OTHER = "acme-sato", "uni-abe"
NEW, CONSULTER = "new@late.test", "gone@consulter.test"
SECRET = "203.0.113.77"


def digest(w, text):
    cases.item(w, w.number, text)
    return w.council.json("digest", "send", "--yes", "--now")


def copies_of(w, person, template="T-14"):
    return [c for c in w.council.json("outbox", "list")["copies"]
            if c["person"] == person and c["template"] == template]


def texts(w, person, address):
    return [copies.opened(w.keys[person], m)[1] for m in w.sink.all(address)
            if m.message.get_content_type() == "multipart/encrypted"]


@step("a Postfix that refuses one address for good, and one for its own "
      "reasons", needed=True)
def prepared(w):
    table = w.file("refused", f"""\
{roster.ADDRESSES[WHO]} 550 5.1.1 no such person
{roster.ADDRESSES[OTHER]} 554 5.7.1 Relay access denied
{NEW} 550 5.2.1 disabled
{CONSULTER} 550 5.1.1 gone
""")
    main = w.postfix.etc / "main.cf"
    main.write_text(main.read_text() + "smtpd_recipient_restrictions = "
                    f"check_recipient_access texthash:{table}\n")
    same(w.postfix.run("reload").returncode, 0)
    w.council.init()
    w.council.start()
    roster.fill(w)
    roster.council_key(w)
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")


@step("the address is refused: that copy is held, its person is stopped, the "
      "secretariat and the POC are told without content", needed=True)
def refused(w):
    digest(w, f"接続先 {SECRET}")
    copy = wait.until("the copy to be held", lambda: [
        c for c in copies_of(w, WHO) if c["state"] == "held"])[0]
    same((copy["reason"], copy["sent"]), ("bounced", None))
    has(w.council.json("outbox", "show", copy["copy"])["reply"],
        "5.1.1", "no such person")
    same(w.council.json("person", "show", WHO)["delivery"], "bounced")
    wait.until("the secretariat", lambda: [
        m for m in w.sink.all(DUTY) if "届けでき" in m.text])
    mine = wait.until("the POC", lambda: [
        m for m in w.sink.all(roster.ADDRESSES[POC]) if "address" in m.text])
    same(len(mine), 1)
    for mail in (*w.sink.all(DUTY), *mine):
        lacks(mail.text, SECRET, WHO, "佐藤", roster.ADDRESSES[WHO])
    audit = w.council.run("audit", "show", WHO)
    has(audit, "person.stop", f"bounced copy={copy['copy']}")


@step("what the relay says of itself holds the copy and stops nobody")
def not_theirs(w):
    copy = wait.until("the copy to be held", lambda: [
        c for c in copies_of(w, OTHER) if c["state"] == "held"])[0]
    same(copy["reason"], "relay-refused")
    same(w.council.json("person", "show", OTHER)["delivery"], "ok")


@step("further copies are held when they are made, with the mend")
def further(w):
    done = digest(w, "接続先 203.0.113.78")
    same([h for h in done["held"] if h["person"] == WHO],
         [{"person": WHO, "reason": "bounced"}])
    w.sink.wait(roster.ADDRESSES["lab-ito"], 2)
    row = [r for r in w.council.json("outbox", "list", "--held")["held"]
           if r["person"] == WHO][0]
    same((row["reason"], row["copies"]), ("bounced", 2))
    has(row["mend"], f"person change {WHO}", f"outbox release {WHO}")
    w.council.refused("outbox", "retry", copies_of(w, WHO)[0]["copy"])


@step("a person without a key is stopped by a notice that is refused (P)")
def notice(w):
    w.council.run("person", "add", "late-new", "--org", "late", "--name",
                  "新", "--address", NEW, "--language", "ja")
    digest(w, "接続先 203.0.113.79")
    wait.until("the stop", lambda: w.council.json(
        "person", "show", "late-new")["delivery"] == "bounced")


@step("a new address: exactly what was missing goes there, once")
def moved(w):
    address = "hanako@acme.test"
    w.council.run("person", "change", WHO, "--address", address)
    wait.until("three", lambda: len(texts(w, WHO, address)) == 3)
    w.postfix.drained()
    all = "".join(texts(w, WHO, address))
    same([all.count(s) for s in (SECRET, "203.0.113.78", "203.0.113.79")],
         [1, 1, 1])
    same(w.council.json("person", "show", WHO)["delivery"], "ok")
    same(w.sink.all(roster.ADDRESSES[WHO]), [])


@step("a consulter's refused address holds that copy alone")
def consulter(w):
    who = CONSULTER
    before = len(w.council.cases())
    w.send(who, "csc-anken@council.test",
           mails.mail(who, "csc-anken@council.test", "相談", "様子"))
    w.council.wait_cases(before + 1)
    copy = wait.until("the copy to be held", lambda: [
        c for c in w.council.json("outbox", "list", "--state",
                                  "held")["copies"] if c["to"] == who])[0]
    same(copy["reason"], "relay-refused")


if __name__ == "__main__":
    run(lambda: world(start=False))

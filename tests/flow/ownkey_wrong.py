#!/usr/bin/env python3
"""An announcement of the council's next key, or of its next certificate, that
waits at the relay past its day does not leave, and the other kind's does; a next
one that is wrong is taken back before its day, and who was told of it hears so,
or hears of the right one instead (T-46)."""
from harness import clock, copies, mails, roster, wait
from harness.smime import Certificates, imported
from harness.tap import has, lacks, run, same, step
from harness.world import world

SMIME = ('keyd = { count = 2; };\n'
         'smime = { home = "gs"; roots = "roots.pem"; };\n')
ITO = roster.ADDRESSES["lab-ito"]
SATO = roster.ADDRESSES["acme-sato"]


def own(w, scheme):
    return {k["state"]: k["fingerprint"]
            for k in w.council.json("key", "own")["keys"]
            if k["scheme"] == scheme}


def announcements(w, person):
    """(state, reason) of each, oldest first."""
    return [(c["state"], c["reason"]) for c in reversed(w.council.json(
        "outbox", "list", "--last", "500")["copies"])
        if c["person"] == person and c["template"] == "T-46"]


def enveloped(w, address, kind):
    return [m for m in w.sink.all(address)
            if m.message.get_content_type() == kind]


@step("a council with both kinds, and the next of both, on different days",
      needed=True)
def begin(w):
    w.ca = Certificates(w.dir / "ca", "bob")
    (w.council.dir / "roots.pem").write_bytes(
        (w.ca.dir / "root.pem").read_bytes())
    w.council.init()
    w.first, _ = imported(w, "77")
    w.council.start()
    roster.fill(w, keyless=("lab-ito", "late-ueda"))
    w.council.run("person", "change", "lab-ito", "--scheme", "smime")
    w.council.run("key", "import", "lab-ito", w.ca.dir / "bob.pem",
                  "--approve", "--any-address", "--how", "meeting")
    w.council.run("setup", "key", "--next", "--from", clock.day(10, True),
                  "--until", clock.day(40, True))
    w.second, _ = imported(w, "78", "--from", clock.day(20, True), "--until",
                           clock.day(50, True))
    clock.move(w, 0)
    wait.until("both to be told", lambda: "next" in own(w, "openpgp") and
               "next" in own(w, "smime"))


@step("what waits at the relay past the day of its kind is dropped with the "
      "reason; what is of the other kind goes")
def past_its_day(w):
    w.postfix.stop()
    w.council.run("key", "announce", "--yes")
    for person in ("acme-sato", "lab-ito"):
        wait.until("it to wait at the relay", lambda: announcements(
            w, person)[0][0] in ("ready", "handing"))
    clock.move(w, 12)
    w.postfix.start()
    wait.until("the certificate's", lambda: enveloped(
        w, ITO, "application/pkcs7-mime"))
    wait.until("the key's to be dropped", lambda: announcements(
        w, "acme-sato") == [("dropped", "announcement-over")])
    w.postfix.drained()
    same(enveloped(w, SATO, "multipart/encrypted"), [])


def plain(text):
    return "".join(text.split())


@step("a certificate that is to come and wrong is taken back; who was told of it "
      "hears that, once, and nobody else", needed=True)
def withdrawn(w):
    has(w.council.refused("setup", "smime", "--import", w.file(
        "78.pem", w.second)), "no request")
    said = w.council.run("setup", "smime", "--withdraw")
    has(said, "withdrawn " + w.ca.print_of(w.second),
        "current " + w.ca.print_of(w.first), "key announce")
    same(w.council.run("setup", "smime", "--withdraw"), said)
    clock.move(w, 13)
    wait.until("the first one alone", lambda: own(w, "smime") == {
        "current": w.ca.print_of(w.first)})
    said = w.council.call("check").stdout.decode()
    has(said, "not told that it was taken back")
    lacks(said, "lack the newest", "smime.home is set and holds none")
    plan = w.council.json("key", "announce", "--yes")
    same([(k["scheme"], k["withdrawn"], k["copies"]) for k in plan["keys"]],
         [("smime", True, 1)])
    wait.until("the word", lambda: len(enveloped(
        w, ITO, "application/pkcs7-mime")) == 2)
    inner, text, _ = w.ca.opened("bob", enveloped(
        w, ITO, "application/pkcs7-mime")[1])
    same(inner["Subject"], "電子証明書の切り替えを取りやめます")
    has(plain(text), w.ca.print_of(w.first, "sha256"))
    lacks(plain(text), w.ca.print_of(w.second, "sha256"))
    same(w.council.json("key", "announce", "--yes")["copies"], 0)


@step("a next key is announced, taken back and replaced before its day: what "
      "waits of the wrong one is dropped, who was told of it hears of the right "
      "one instead, and the present one has its own end again", needed=True)
def replaced(w):
    since, until = clock.day(60, True), clock.day(90, True)
    w.council.run("setup", "key", "--next", "--from", since, "--until", until)
    clock.move(w, 14)
    wrong = wait.until("it to be told", lambda: own(w, "openpgp").get("next"))
    w.council.run("key", "announce", "--yes")
    wait.until("the announcement", lambda: enveloped(
        w, SATO, "multipart/encrypted"))
    has(w.council.refused("setup", "key", "--next", "--withdraw"),
        "second command")
    has(w.council.run("setup", "key", "--withdraw"), "withdrawn " + wrong)
    w.council.run("setup", "key", "--next", "--from", since, "--until", until)
    clock.move(w, 15)
    right = wait.until("the right one", lambda: own(w, "openpgp").get(
        "next") != wrong and own(w, "openpgp").get("next"))
    # Ueda's announcement of the wrong one waited for a key.
    ueda = w.key("late-ueda", roster.ADDRESSES["late-ueda"])
    w.council.run("key", "import", "late-ueda", w.file("ueda.asc",
                                                       ueda.export()),
                  "--approve")
    wait.until("it to be dropped", lambda: ("dropped", "announcement-over") in
               announcements(w, "late-ueda"))
    w.council.run("key", "announce", "--yes")
    wait.until("the right one's", lambda: len(enveloped(
        w, SATO, "multipart/encrypted")) == 2 and enveloped(
        w, roster.ADDRESSES["late-ueda"], "multipart/encrypted"))
    roster.council_key(w)
    inner, text, _ = copies.opened(w.keys["acme-sato"], enveloped(
        w, SATO, "multipart/encrypted")[1])
    has(plain(text), right, "先にお知らせした新しい鍵は、取りやめました")
    _, text, _ = copies.opened(ueda, enveloped(
        w, roster.ADDRESSES["late-ueda"], "multipart/encrypted")[0])
    has(plain(text), right)
    lacks(plain(text), "取りやめました")


@step("taken back for good: the present key goes on, and mail to the one that "
      "was to come is still opened")
def for_good(w):
    key = w.key("early", "early@new.test")
    fpr = key.learn(w.council.run("key", "export", "--next").encode())
    w.council.run("setup", "key", "--withdraw")
    clock.move(w, 16)
    wait.until("the present one alone", lambda: "next" not in own(
        w, "openpgp"))
    row = [k for k in w.council.json("key", "own")["keys"]
           if k["state"] == "current" and k["scheme"] == "openpgp"][0]
    same([row["until"], row["ends"]], [None, None])
    has(w.council.call("check").stdout.decode(), "taken back")
    w.council.run("key", "announce", "--yes")
    wait.until("the word", lambda: len(enveloped(
        w, SATO, "multipart/encrypted")) == 3)
    inner, text, _ = copies.opened(w.keys["acme-sato"], enveloped(
        w, SATO, "multipart/encrypted")[2])
    same([inner["Subject"], [p.get_filename() for p in inner.walk()
                             if p.get_filename()]],
         ["暗号鍵の切り替えを取りやめます", ["council-key-present.asc"]])
    before = len(w.council.cases())
    w.send("early@new.test", "csc-anken@council.test", mails.sealed(
        key, fpr, "早い相談です。\n", "csc-anken@council.test"))
    w.council.wait_cases(before + 1)
    case = w.council.case(w.council.cases()[0]["number"])
    has(w.council.run("mail", "text", case["mails"][0]["number"]),
        "早い相談です")


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SMIME))

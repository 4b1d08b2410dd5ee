#!/usr/bin/env python3
"""An announcement of the council's next key, or of its next certificate, that
waits at the relay past its day does not leave, and the other kind's does
(T-46)."""
from harness import clock, roster, wait
from harness.smime import Certificates
from harness.tap import run, same, step
from harness.world import world

SMIME = ('keyd = { count = 2; };\n'
         'smime = { home = "gs"; roots = "roots.pem"; };\n')
ITO = roster.ADDRESSES["lab-ito"]
SATO = roster.ADDRESSES["acme-sato"]


def imported(w, serial, *days):
    """A request, its answer, and the import's words."""
    w.council.run("setup", "smime", "--request")
    answer = w.ca.answer((w.council.dir / "gs/request.csr").read_bytes(),
                         serial)
    chain = w.file("chain.pem", (w.ca.dir / "middle.pem").read_bytes() +
                   (w.ca.dir / "root.pem").read_bytes())
    return answer, w.council.run("setup", "smime", "--import",
                                 w.file(serial + ".pem", answer), "--chain",
                                 chain, *days)


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


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SMIME))

#!/usr/bin/env python3
"""A certificate grows old: its person and the POC are warned, then what is for
them is held and they are told so without content; a new certificate opens what
waited, the old one nothing (T-43, T-39, L23, L29)."""
from harness import cases, clock, roster, wait
from harness.smime import SETTINGS, Certificates
from harness.tap import has, lacks, run, same, step
from harness.world import world

SATO, MORI = "sato@acme.test", "mori@acme.test"
ROWS = ("ADD,acme,アクメ電力,class2,critical_infrastructure,no,yes,acme-sato,"
        f"佐藤,handler,yes,ja,{SATO},smime\n"
        "ADD,acme,アクメ電力,class2,critical_infrastructure,no,yes,acme-mori,"
        f"森,poc+handler,yes,en,{MORI},smime\n")
ENDS, MORI_ENDS = "鍵の有効期限が近づいています", "key will expire soon"
ENDED, WAITS = "鍵の有効期限が過ぎました", "お届けできない情報があります"


def told(w, ends):
    wait.until(f"{ends} warnings", lambda: len(w.sink.all(SATO, ENDS)) >= ends
               and len(w.sink.all(MORI, MORI_ENDS)) >= ends)
    w.council.run("case", "list")     # a turn later nothing more has come
    same([len(w.sink.all(SATO, ENDS)), len(w.sink.all(MORI, MORI_ENDS))],
         [ends, ends])


def held(w):
    return [c for c in w.council.json("outbox", "list", "--state",
                                      "held")["copies"]
            if c["person"] == "acme-sato"]


def enveloped(w):
    return [m for m in w.sink.all(SATO)
            if m.message.get_content_type() == "application/pkcs7-mime"]


def digest(w, number):
    cases.item(w, w.number, f"接続先 203.0.113.{number}")
    return w.council.json("digest", "send", "--yes", "--now")


@step("a certificate of 100 days is pinned, and a digest goes by it",
      needed=True)
def pinned(w):
    w.ca = Certificates(w.dir / "ca", "bob")
    w.council.init()
    w.ca.certify(w.council)
    w.council.start()
    w.council.run("roster", "import", w.file("roster.csv", roster.csv(ROWS)),
                  "--apply")
    for name, address, days in (("sato", SATO, 100), ("mori", MORI, 400)):
        w.ca.issue(name, address, days)
        w.council.run("key", "import", f"acme-{name}",
                      w.ca.dir / f"{name}.pem", "--approve")
    key = w.council.json("key", "show", "acme-sato")["keys"][0]
    same((key["scheme"], key["usable"], key["until"][:10]),
         ("smime", "ok", clock.day(100)))
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    digest(w, 1)
    wait.until("the copy", lambda: enveloped(w))
    has(w.ca.opened("sato", enveloped(w)[0])[1], "203.0.113.1")
    same(w.sink.all(SATO, ENDS), [])


@step("60, 30 and 7 days before, the person and the POC are told, each time "
      "once, without a name")
def warned(w):
    for count, days in enumerate((41, 71, 94), 1):
        clock.move(w, days)
        told(w, count)
    mail = w.sink.all(SATO, ENDS)[0]
    has(mail.text.replace(" ", "").replace(":", ""),
        w.ca.fingerprint("sato", "sha256"))
    has(mail.text, clock.day(100, local=True))
    lacks(mail.text + w.sink.all(MORI, MORI_ENDS)[0].text, "佐藤", "sato")
    has(w.council.call("check").stdout.decode(), "1 key ends within 60 days, "
        "first that of acme-sato")


@step("ended: both are told, a digest is held for the one, and of that they "
      "are told once, without content")
def ended(w):
    clock.move(w, 101)
    wait.until("the end told", lambda: w.sink.all(SATO, ENDED))
    for number in (2, 3):
        same([h["reason"] for h in digest(w, number)["held"]],
             ["key-expired"])
    wait.until("T-39", lambda: w.sink.all(SATO, WAITS) and
               w.sink.all(MORI, "waiting for you"))
    wait.until("the other's", lambda: len([
        m for m in w.sink.all(MORI) if m.message.get_content_type() ==
        "application/pkcs7-mime"]) == 3)
    clock.move(w, 102)
    same([c["reason"] for c in held(w)], ["key-expired"] * 2)
    same([len(w.sink.all(SATO, s)) for s in (WAITS, ENDED)], [1, 1])
    lacks(w.sink.all(SATO, WAITS)[0].text, "203.0.113", w.number)
    same(len(enveloped(w)), 1)
    row = w.council.json("outbox", "list", "--held")["held"][0]
    has(row["mend"], "sekisho key import acme-sato FILE --approve")


@step("the old certificate again, or another that has ended, mends nothing")
def not_these(w):
    w.ca.issue("short", SATO, 101, "sato")
    for name in ("sato", "short"):
        has(w.council.refused("key", "import", "acme-sato",
                              w.ca.dir / f"{name}.pem", "--approve", "--how",
                              "phone"), "expired")
    same(len(held(w)), 2)


@step("a new certificate needs the word how it was checked; then what waited "
      "is sealed anew and goes, each copy once, by the new one alone")
def renewed(w):
    # Of a key pair of its own, so that only the right one opens.
    w.ca.issue("new", SATO, 800)
    path = w.ca.dir / "new.pem"
    has(w.council.refused("key", "import", "acme-sato", path, "--approve"),
        "--how")
    w.council.run("key", "import", "acme-sato", path, "--approve", "--how",
                  "phone")
    wait.until("both copies", lambda: len(enveloped(w)) == 3)
    w.postfix.drained()
    same(len(enveloped(w)), 3)
    text = "".join(w.ca.opened("new", m)[1] for m in enveloped(w)[1:])
    same([text.count(f"203.0.113.{n}\n") for n in (1, 2, 3)], [0, 1, 1])
    same(held(w), [])
    keys = {k["sha256"]: k["state"] for k in w.council.json(
        "key", "show", "acme-sato")["keys"]}
    same(keys, {w.ca.fingerprint("sato"): "retired",
                w.ca.fingerprint("new"): "pinned"})
    has(w.sink.wait(SATO, 1, "更新しました").text.replace(" ", "").replace(
        ":", ""), w.ca.fingerprint("new"))
    w.sink.wait(MORI, 1, "was renewed")


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SETTINGS))

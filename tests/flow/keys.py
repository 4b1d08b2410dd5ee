#!/usr/bin/env python3
"""The life of keys, with real gpg: warned before they end, held after, renewed
in every way there is, revoked at once; what waited goes out once, and only
once (T-39, T-43, L23, L29)."""
from harness import cases, clock, copies, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

SATO, MORI = roster.ADDRESSES["acme-sato"], roster.ADDRESSES["acme-mori"]
ENDS = "鍵の有効期限が近づいています"
ENDED = "鍵の有効期限が過ぎました"
MORI_ENDS = "key will expire soon"
WAITS = "お届けできない情報があります"


def told(w, ends, waits=None):
    """Sato has so many warnings, and his POC as many."""
    wait.until(f"{ends} warnings", lambda: len(w.sink.all(SATO, ENDS)) >= ends
               and len(w.sink.all(MORI, MORI_ENDS)) >= ends)
    w.council.run("case", "list")     # a turn later nothing more has come
    same([len(w.sink.all(SATO, ENDS)), len(w.sink.all(MORI, MORI_ENDS))],
         [ends, ends])


def held(w):
    return [c for c in w.council.json("outbox", "list", "--state",
                                      "held")["copies"]
            if c["person"] == "acme-sato"]


@step("a key that ends in 100 days is pinned; nobody is told", needed=True)
def pinned(w):
    w.key("acme-sato", SATO, life="100d")
    roster.fill(w)
    roster.council_key(w)
    key = w.council.json("key", "show", "acme-sato")["keys"][0]
    same(key["usable"], "ok")
    same(key["until"][:10], clock.day(100))
    clock.move(w, 30)
    same(w.sink.all(SATO), [])


@step("60 days before the person and the POC are told, once, in plain text "
      "without a name")
def sixty(w):
    clock.move(w, 41)
    told(w, 1)
    mail = w.sink.all(SATO, ENDS)[0]
    has(mail.text.replace(" ", ""), w.keys["acme-sato"].fpr)
    has(mail.text, clock.day(100, local=True))
    has(w.sink.all(MORI, MORI_ENDS)[0].text, "a person of your organisation")
    lacks(mail.text + w.sink.all(MORI, MORI_ENDS)[0].text, "佐藤", "sato")
    clock.move(w, 41)
    told(w, 1)


@step("a clock that jumped over 30 days says the 7 days alone; one that "
      "jumped back says nothing")
def jump(w):
    clock.move(w, 95)
    told(w, 2)
    clock.move(w, 72)
    told(w, 2)
    clock.move(w, 96)
    told(w, 2)


@step("ended: both are told, a digest is held for it, and of that they are "
      "told once")
def ended(w):
    clock.move(w, 101)
    wait.until("the end told", lambda: w.sink.all(SATO, ENDED))
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.items = [cases.item(w, w.number, f"接続先 203.0.113.{n}")
               for n in (1, 2)]
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("T-39", lambda: w.sink.all(SATO, WAITS) and
               w.sink.all(MORI, "waiting for you"))
    same([c["reason"] for c in held(w)], ["key-expired"])
    w.items.append(cases.item(w, w.number, "接続先 203.0.113.3"))
    w.council.run("digest", "send", "--yes", "--now")
    same(len(held(w)), 2)
    clock.move(w, 102)
    same(len(w.sink.all(SATO, WAITS)), 1)
    same(len(w.sink.all(MORI, "waiting for you")), 1)
    same(len(w.sink.all(SATO, ENDED)), 1)
    lacks(w.sink.all(SATO, WAITS)[0].text, "203.0.113", w.number)


if __name__ == "__main__":
    run(lambda: world())

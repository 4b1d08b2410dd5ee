#!/usr/bin/env python3
"""Who gets what (I1, I3, I4): each rule of the gate met by a person whom it
holds back, copies that share nothing, and people who are told why not."""
import re

from harness import cases, copies, gpg, roster
from harness.tap import differ, has, lacks, run, same, step
from harness.world import world

HELD = "late-ueda"


@step("three cases, three scopes, one digest", needed=True)
def prepared(w):
    roster.fill(w)
    w.origin, w.number = cases.confirmed(
        w, "1-A\n2-B\n2-X 監督省\n3-A\n", "カナリア製作所の件です。")
    w.council.run("terms", "exclude", w.number, "ministry", "--reason", "named")
    _, narrow = cases.confirmed(w, "1-C\n2-A\n3-A\n")
    _, wide = cases.confirmed(w, "1-C\n2-C\n3-A\n", vouch=True)
    w.secret = cases.item(w, w.number, "秘密の接続先 203.0.113.9",
                          secret="yes", tlp="RED")
    w.narrow = cases.item(w, narrow, "キャンペーンの傾向です。",
                          category="CAMPAIGN_TREND", confidence="RAW",
                          secret="yes", tlp="RED")
    w.wide = cases.item(w, wide, "修正版 1.2.3 を適用してください。",
                        category="COUNTERMEASURE", confidence="CONFIRMED",
                        tlp="GREEN")


@step("preview holds back by exclusion, class, secrecy, account, key")
def gate(w):
    same(cases.permitted(w, w.secret), ["acme-sato", "lab-ito"])
    same(cases.permitted(w, w.narrow), ["lab-ito"])
    same(cases.permitted(w, w.wide),
         ["acme-mori", "acme-sato", "bank-kato", "lab-ito", "ministry-ono",
          "uni-abe"])
    said = {p["person"]: p["rule"] for p in
            w.council.json("preview", w.secret)["people"]}
    differ(*[said[p] for p in ("ministry-ono", "acme-mori", "bank-kato",
                               "quiet-endo", HELD)])
    for person, rule in (("ministry-ono", said["ministry-ono"]),
                         (HELD, said[HELD])):
        has(w.council.run("why", person, w.secret), rule)


@step("a secret item waits for its second operator")
def two_operators(w):
    extra = cases.item(w, w.number, "秘密の接続先 203.0.113.8", secret="yes",
                       tlp="RED", approve=False)
    w.council.run("item", "approve", extra)
    w.council.call("item", "approve", extra)
    assert w.council.json("item", "show", extra)["state"] != "APPROVED"
    w.council.run("item", "withdraw", extra, "--reason", "a trial")


@step("without --yes nothing goes; with it, one copy per permitted person",
      needed=True)
def sent(w):
    w.council.json("digest", "send")
    same([m for m in w.sink.all() if m.to == roster.ADDRESSES["lab-ito"]], [])
    result = w.council.json("digest", "send", "--yes", "--now")
    same(result["copies"], 6)
    w.copies = {}
    for person in cases.permitted(w, w.wide):
        w.copies[person] = w.sink.wait(roster.ADDRESSES[person])
    same(sorted(w.copies), ["acme-mori", "acme-sato", "bank-kato", "lab-ito",
                            "ministry-ono", "uni-abe"])
    w.held = result["held"]


@step("who has no key is held, listed with the reason, and never gets plain")
def held(w):
    same([h["person"] for h in w.held], [HELD])
    assert w.held[0]["reason"]
    # But that a copy waits for a key, which says nothing else (T-39).
    for mail in w.sink.all(roster.ADDRESSES[HELD]):
        lacks(mail.text, w.secret, w.wide, "203.0.113.9", "1.2.3", w.number)
    listed = w.council.json("outbox", "list", "--state", "held")["copies"]
    same([c["person"] for c in listed], [HELD])


@step("each copy holds exactly what its person may see, labels before text")
def content(w):
    roster.council_key(w)
    want = {"lab-ito": {w.secret, w.narrow, w.wide},
            "acme-sato": {w.secret, w.wide}}
    for person, copy in w.copies.items():
        inner, text, signer = copies.opened(w.keys[person], copy)
        assert signer, person
        found = set(re.findall(r"I-[a-z2-7]{7}", text))
        same(found, want.get(person, {w.wide}), person)
        for item in found:
            part = text[text.index(item):]
            has(part, "TLP:")
        at = text.index("修正版 1.2.3")
        assert text.rindex("TLP:GREEN", 0, at) < at
        lacks(text, "カナリア", w.number, w.origin)
        if person != "ministry-ono":
            lacks(text, "監督省")
        lacks(str(inner), *[a for p, a in roster.ADDRESSES.items()
                            if p != person])


@step("the envelope says nothing: constant subject, one key, nothing shared")
def nothing_shared(w):
    shared = {}
    for person, copy in w.copies.items():
        same(copy.rcpts, [roster.ADDRESSES[person]])
        same(len(gpg.recipients(copies.armour(copy))), 1)
        lacks(copy.own.decode("utf-8", "replace"), w.secret, w.wide,
              "TLP:", *[a for p, a in roster.ADDRESSES.items()
                       if p != person])
        # The council's own name in From is everybody's.
        rest = re.sub(r"(?m)^From:.*\r\n([ \t].*\r\n)*", "",
                      copy.own.decode())
        shared[person] = set(re.findall(r"[A-Za-z0-9+/_-]{16,}", rest))
    same(len({c.subject for c in w.copies.values()}), 1)
    people = list(shared)
    constant = {"multipart", "application", "auto-generated",
                "Content-Transfer-Encoding", "Content-Disposition",
                "application/pgp-encrypted", "application/octet-stream",
                "multipart/encrypted"}
    for n, one in enumerate(people):
        for other in people[n + 1:]:
            same({s for s in shared[one] & shared[other]
                  if s not in constant and re.search(r"\d", s)}, set(),
                 f"{one} and {other} share")
    differ(*[gpg.recipients(copies.armour(c))[0]
             for c in w.copies.values()])


@step("the ledger: a queue id that Postfix knows, and a copy hash each")
def ledger(w):
    out = [c for c in w.council.json("outbox", "list", "--state",
                                     "sent")["copies"] if c["digest"]]
    same(sorted(c["person"] for c in out), sorted(w.copies))
    for copy in out:
        assert copy["queue_id"] in w.postfix.queue_ids(
            roster.ADDRESSES[copy["person"]]), copy


@step("a held copy goes out after its key is there, to where they live now")
def released(w):
    moved = "moved@late.test"
    key = w.key(HELD, moved)
    w.council.run("person", "change", HELD, "--address", moved)
    w.council.run("key", "import", HELD,
                  w.file("late.asc", key.export()), "--approve")
    w.council.call("outbox", "retry", "--held")
    key.learn(w.council.run("key", "export").encode())
    _, text, signer = copies.opened(key, w.sink.wait(moved))
    assert signer
    has(text, w.secret, w.wide)
    # There went only, without content, that a copy waits for a key (T-39).
    same([m for m in w.sink.all(roster.ADDRESSES[HELD])
          if m.message.get_content_type() == "multipart/encrypted"], [])
    lacks(text, w.narrow)


@step("a second digest without new items sends nothing")
def again(w):
    before = len(w.sink.all())
    done = w.council.call("--json", "digest", "send", "--yes", "--now")
    w.postfix.drained()
    same(len(w.sink.all()), before, done.stdout.decode())


@step("terms narrowed after the approval: those outside get nothing more")
def narrowed(w):
    item = cases.item(w, w.number, "追加の接続先 203.0.113.10", secret="yes",
                      tlp="RED")
    same(cases.permitted(w, item), ["acme-sato", "lab-ito", HELD])
    sato = roster.ADDRESSES["acme-sato"]
    before = len(w.sink.all(sato))
    w.council.run("terms", "narrow", w.number, "--scope", "CLASS1_GROUP",
                  "--reason", "本人の希望")
    same(cases.permitted(w, item), ["lab-ito"])
    # Who had an item of the case is told that its scope is narrower (T-08).
    _, text, _ = copies.opened(w.keys["acme-sato"],
                               w.sink.wait(sato, before + 1))
    lacks(text, "203.0.113.10")
    w.council.run("digest", "send", "--yes", "--now")
    w.sink.wait(roster.ADDRESSES["lab-ito"], 2)
    w.postfix.drained()
    same(len(w.sink.all(sato)), before + 1)


@step("a text with a word of the deny-list stops (I6)")
def denied(w):
    item = cases.item(w, w.number, f"{w.origin} からの連絡です。", secret="yes",
                      tlp="RED", approve=False)
    done = w.council.call("item", "approve", item)
    if done.returncode == 0:
        w.council.call("item", "approve", item, user=0)
        same(cases.permitted(w, item), [])
    w.council.call("item", "withdraw", item, "--reason", "names the source")


@step("what nobody may have now does not pass for sent")
def unwanted(w):
    _, number = cases.confirmed(w, "1-A\n2-A\n3-A\n")
    item = cases.item(w, number, "接続先 203.0.113.11", secret="yes",
                      tlp="RED")
    w.council.run("terms", "narrow", number, "--scope", "COORDINATOR",
                  "--reason", "本人の希望")
    has(w.council.refused("digest", "send", "--yes", "--now"), "nobody")
    same(w.council.json("item", "show", item)["state"], "APPROVED")
    w.council.run("item", "withdraw", item, "--reason", "done")


if __name__ == "__main__":
    run(lambda: world())

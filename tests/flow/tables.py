#!/usr/bin/env python3
"""What a digest says and when it goes: tables of indicators, labels for
machines, the urgent lane, times that a restart keeps, and what people who have
an item hear of it later (T-37, T-38). Nothing of an item that somebody may not
have is anywhere in his copy."""
import csv
import io
import re

from harness import cases, copies, roster, wait
from harness.tap import differ, has, lacks, run, same, step
from harness.world import world

ALL = ["acme-mori", "acme-sato", "bank-kato", "lab-ito", "ministry-ono",
       "uni-abe"]
CANARY = "紅雀"		# stands in the secret item alone


def send(w, *how):
    w.postfix.drained()
    w.sink.clear()
    return w.council.json("digest", "send", "--yes", *how)


def inside(w, person, count=1):
    """Texts and inner messages of a person's newest copies."""
    got = w.sink.wait(roster.ADDRESSES[person], count)
    mails = [m for m in w.sink.all() if m.to == roster.ADDRESSES[person]]
    return got, [copies.opened(w.keys[person], m) for m in mails]


def table(inner):
    """(file name, rows) of the CSV, read as a spreadsheet reads it."""
    parts = [p for p in inner.walk() if p.get_content_type() == "text/csv"]
    if not parts:
        return None, []
    data = parts[0].get_payload(decode=True)
    assert data.startswith(b"\xef\xbb\xbf"), data[:16]
    same(data.count(b"\n"), data.count(b"\r\n"))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    return parts[0].get_filename(), rows


@step("a council, a case, a measure, a secret item with indicators",
      needed=True)
def prepared(w):
    roster.fill(w)
    _, w.number = cases.confirmed(w, "1-C\n2-C\n3-A\n", vouch=True)
    w.secret = cases.item(
        w, w.number, f"接続先 {CANARY} を確認してください。", secret="yes",
        tlp="RED", more=("--indicator", "ip:203[.]0[.]113[.]9",
                         "--indicator", "domain:canary-host.example",
                         "--indicator", "file:=cmd|calc!A0",
                         "--customer-use", "no"))
    w.measure = cases.item(
        w, w.number, "修正版 1.2.3 を適用してください。",
        category="COUNTERMEASURE", confidence="CONFIRMED", tlp="GREEN",
        more=("--indicator", "sha256:" + "0a" * 32))


@step("the plan says who would get what, the preview the very mail")
def plan(w):
    shown = w.council.json("digest", "send")
    people = {p["person"]: p["items"] for p in shown["people"]}
    same(people["lab-ito"], [w.measure, w.secret])	# the measure first
    same(people["bank-kato"], [w.measure])
    text = w.council.run("digest", "preview", "bank-kato")
    has(text, "TLP:GREEN", w.measure, "SECRET: no", "indicators-")
    lacks(text, w.secret, CANARY, "canary-host")
    w.previewed = w.council.json("digest", "preview", "lab-ito")
    has(w.council.refused("digest", "preview", "bank-kato", w.secret),
        "R-")
    audit = w.council.run("audit", "show", "lab-ito")
    has(audit, "digest.preview")


@step("tables and labels: plain values, no formula, only what is permitted")
def tables(w):
    send(w, "--now")
    roster.council_key(w)
    for person in ALL:
        got, opened = inside(w, person)
        inner, text, signer = opened[0]
        assert signer, person
        name, rows = table(inner)
        serial = re.search(r"indicators-([a-z2-7]{7})\.csv", name)[1]
        has(text, serial, name)
        lacks(got.own.decode("utf-8", "replace"), name, "X-Sekisho")
        may = {w.measure, w.secret} if person in (
            "lab-ito", "acme-sato", "ministry-ono") else {w.measure}
        same({r["item"] for r in rows}, may, person)
        same({r["copy"] for r in rows}, {serial})
        labels = inner.get_all("X-Sekisho-Label")
        same(len(labels), len(may))
        has(labels[0], f"A {w.measure}; secret=NO; tlp=TLP:GREEN")
        if w.secret not in may:
            everything = inner.as_bytes().decode("utf-8", "replace") + text
            lacks(everything, w.secret, CANARY, "canary-host", "203.0.113.9",
                  "203[.]0[.]113[.]9")
            continue
        has(labels[1], f"B {w.secret}; secret=ALL; tlp=TLP:RED")
        has(text, "203[.]0[.]113[.]9", "canary-host[.]example", CANARY)
        values = {r["type"]: r for r in rows if r["item"] == w.secret}
        same(values["ip"]["value"], "203.0.113.9")
        same(values["domain"]["value"], "canary-host.example")
        same(values["file"]["value"], "'=cmd|calc!A0")
        same((values["ip"]["secret"], values["ip"]["tlp"],
              values["ip"]["use"]), ("ALL", "TLP:RED", "OWN"))


@step("the preview was what went, but for the copy's number")
def previewed(w):
    _, opened = inside(w, "lab-ito")
    shown = w.previewed["copies"][0]["text"]
    number = re.search(r"写しの番号: ([a-z2-7]{7})", shown)[1]
    real = re.search(r"写しの番号: ([a-z2-7]{7})", opened[0][1])[1]
    differ(number, real)
    same(opened[0][1].split("\n\n", 1)[1].strip(),
         shown.replace(number, real).strip())


@step("the urgent lane takes the urgent item alone, and says so")
def urgent(w):
    w.later = cases.item(w, w.number, "続報の修正版 1.2.4 です。",
                         category="COUNTERMEASURE", confidence="CONFIRMED",
                         tlp="GREEN")
    has(w.council.refused("digest", "send", "--urgent", "--yes"), "urgent")
    now = cases.item(w, w.number, "今すぐ遮断してください。",
                     category="COUNTERMEASURE", confidence="CONFIRMED",
                     tlp="GREEN", more=("--urgent", "yes"))
    done = send(w, "--urgent")
    same(done["copies"], len(ALL))
    _, opened = inside(w, "uni-abe")
    has(opened[0][1], now, "【至急】", "夜間や休日")
    lacks(opened[0][1], w.later)
    same(w.council.json("item", "show", w.later)["state"], "APPROVED")


def waiting(w):
    got = w.council.json("outbox", "list", "--state", "ready")["copies"]
    return {c["copy"]: w.council.json("outbox", "show",
                                      str(c["copy"]))["next_try"]
            for c in got}


def all_sealed(w, done):
    """One may be drawn for now, and has left."""
    wait.until("all to be sealed", lambda: all(
        p["state"] in ("ready", "sent", "held") for p in w.council.json(
            "digest", "report", done["digest"])["people"]))


@step("copies leave at times of their own, which a restart does not change")
def spread(w):
    policy = w.council.dir / "council.conf"
    policy.write_text(policy.read_text().replace(
        "digest_spread_seconds = 600", "digest_spread_seconds = 86400"))
    w.council.stop()
    w.council.start()
    done = send(w)
    assert done["until"], done
    all_sealed(w, done)
    before = waiting(w)
    assert len(set(before.values())) > 1, before
    w.council.stop()
    w.council.start()
    after = waiting(w)
    same({n: before.get(n) for n in after}, after)
    w.council.run("outbox", "retry", *[str(n) for n in after])
    for person in ALL:
        w.sink.wait(roster.ADDRESSES[person])


def sealed_for_later(w, text):
    item = cases.item(w, w.number, text, category="COUNTERMEASURE",
                      confidence="CONFIRMED", tlp="GREEN")
    w.postfix.drained()
    w.sink.clear()
    all_sealed(w, w.council.json("digest", "send", "--yes"))
    return item, [str(n) for n in waiting(w)]


def states(w, rows):
    shown = [w.council.json("outbox", "show", n) for n in rows]
    return {(c["state"], c["reason"]) for c in shown}


@step("what waits is what stands: an edited text leaves in its new words only "
      "(R-094)")
def edited(w):
    item, rows = sealed_for_later(w, "旧い文面です。")
    assert rows
    w.council.run("item", "edit", item, "--text-file",
                  w.file("edited.txt", "新しい文面です。"))
    wait.until("the old copies to be dropped", lambda: not waiting(w))
    same({s for s, _ in states(w, rows)}, {"dropped"})
    cases.approvals(w, item)
    w.council.json("digest", "send", "--yes", "--now")
    for person in ALL:
        w.sink.wait(roster.ADDRESSES[person])
    for person in ALL:
        for mail in w.sink.all(roster.ADDRESSES[person]):
            lacks(copies.opened(w.keys[person], mail)[1], "旧い文面")


@step("a word added to a case of the same source stops what waits (I6)")
def denied_later(w):
    _, other = cases.confirmed(w, "1-C\n2-C\n3-A\n", vouch=True)
    item, rows = sealed_for_later(w, "霧島製作所の装置を確認してください。")
    w.council.run("case", "take", other)
    w.council.run("case", "deny", other, "add", "霧島製作所")
    w.council.run("outbox", "retry", *rows)
    wait.until("the copies to be looked through again",
               lambda: not waiting(w))
    same(states(w, rows), {("dropped", "deny-list")})
    w.postfix.drained()
    for person in ALL:
        for mail in w.sink.all(roster.ADDRESSES[person]):
            lacks(copies.opened(w.keys[person], mail)[1], "霧島")
    w.council.run("item", "withdraw", item, "--reason", "trial")


@step("a correction goes to who has the item, once, and says so (T-37)")
def corrected(w):
    w.council.run("item", "edit", w.measure, "--text-file",
                  w.file("new.txt", "修正版は 1.2.5 です。"))
    same(w.council.json("item", "show", w.measure)["state"], "DRAFT")
    cases.approvals(w, w.measure)
    done = send(w, "--now")
    same(done["copies"], len(ALL))
    _, opened = inside(w, "uni-abe")
    has(opened[0][1], "訂正", "1.2.5", w.measure, "TLP:GREEN")
    lacks(opened[0][1], "1.2.3")
    _, opened = inside(w, "bank-kato")
    has(opened[0][1], "apologise", "1.2.5")
    lacks(opened[0][1], CANARY)


@step("a raised item: T-38 to who has it, the item itself to who may now")
def raised(w):
    item = cases.item(w, w.number, "接続先 198.51.100.7 です。")
    send(w, "--now")
    for person in ("acme-mori", "acme-sato", "lab-ito"):
        w.sink.wait(roster.ADDRESSES[person])
    same(w.sink.all(roster.ADDRESSES["bank-kato"]), [])
    w.council.run("item", "raise", item, "CONFIRMED", "--reason", "checked")
    w.postfix.drained()
    w.sink.clear()
    cases.approvals(w, item)		# those who have it are told
    w.sink.wait(roster.ADDRESSES["lab-ito"])
    done = w.council.json("digest", "send", "--yes", "--now")
    same(done["copies"], 1)		# bank-kato alone had it not
    told = [t for _, t, _ in inside(w, "lab-ito")[1]]
    has(told[0], "未確定", "これから: 確定", item)
    _, opened = inside(w, "bank-kato")
    has(opened[0][1], "Confidence: confirmed", item)
    lacks(opened[0][1], "Its confidence has changed")
    w.raised = item


@step("who has it and may no longer, hears nothing; the others a retraction")
def retracted(w):
    w.sink.clear()
    w.council.run("org", "suspend", "uni", "--reason", "trial")
    plain = w.council.json("item", "withdraw", w.raised, "--reason", "wrong")
    same((plain["have_it"], plain["told"]), (len(ALL), 0))
    same(w.sink.all(), [])
    told = w.council.json("item", "withdraw", w.raised, "--tell", "--reason",
                          "wrong")
    same(told["told"], len(ALL) - 1)
    got, opened = inside(w, "acme-sato")
    has(opened[0][1], "取り消します", w.raised, "秘密: なし")
    lacks(opened[0][1], "198.51.100.7")
    lacks(got.own.decode("utf-8", "replace"), w.raised)
    w.postfix.drained()
    same(w.sink.all(roster.ADDRESSES["uni-abe"]), [])
    has(w.council.refused("item", "withdraw", w.raised, "--reason", "x"),
        "withdrawn")


@step("texts can be read without being sent")
def texts(w):
    has(w.council.run("text", "list"), "T-01", "T-41")
    has(w.council.run("text", "show", "T-41", "--lang", "ja"), "確認票")
    has(w.council.run("text", "show", "T-15", "--lang", "en"), "TLP", "<title>")
    has(w.council.refused("text", "show", "T-99"), "no such text")


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""What members are asked, told and credited: a second question (T-16), a request
under Article 17(3) (T-17), a match for a non-member (T-21), a release (T-38), the
review of contributions (T-35), and the figures of a year (R-129)."""
from harness import bounce, cases, copies, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world


def refused(w, *args, code=65):
    return str(w.council.refused(*args, code=code))


def received(w, person, before):
    got = w.sink.wait(roster.ADDRESSES[person], before + 1)
    return got, copies.opened(w.keys[person], got)[1]


def count(w, person):
    return len(w.sink.all(roster.ADDRESSES[person]))


@step("an item that the task force has, and one for everybody", needed=True)
def prepared(w):
    roster.fill(w)
    roster.council_key(w)
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.who, w.open = cases.confirmed(w, "1-C\n2-E\n3-A\n", vouch=True,
                                    who="kobo@acme.test")
    w.item = cases.item(w, w.number, "接続先 198.51.100.7",
                        more=("--title", "接続先"))
    w.advice = cases.item(w, w.open, "修正版 1.2.3 を適用してください。",
                          category="COUNTERMEASURE", confidence="CONFIRMED",
                          tlp="CLEAR", more=("--onward", "PUBLIC"))
    w.council.run("digest", "send", "--yes", "--now")
    for person in ("lab-ito", "acme-sato", "bank-kato"):
        w.sink.wait(roster.ADDRESSES[person])
    address = roster.ADDRESSES["lab-ito"]
    got = w.sink.wait(address)
    w.send(address, got["Reply-To"], mails.mail(
        address, got["Reply-To"], "Re: ...", "A 来ている\nB 来ている\n"))
    wait.until("the answers", lambda: w.council.json(
        "answers", w.item)["answers"] and w.council.json(
            "answers", w.advice)["answers"])
    w.sink.wait(address, 2)			# T-18


@step("whoever has not answered is asked once more, and not again (T-16)")
def again(w):
    before = {p: count(w, p) for p in ("lab-ito", "acme-sato", "bank-kato")}
    asked = ("request", "answers", w.item, w.advice)
    would = w.council.json(*asked)
    same(would["sent"], False)
    same(w.council.json(*asked, "--yes")["copies"], would["copies"])
    _, text = received(w, "acme-sato", before["acme-sato"])
    has(text, "来ている", "来ていない", "わからない")
    lacks(text, "198.51.100.7")
    got, second = received(w, "acme-sato", before["acme-sato"] + 1)
    same({i in text + second for i in (w.item, w.advice)}, {True})
    # The answer to the second question counts like one to the first.
    item = w.item if w.item in second else w.advice
    address = roster.ADDRESSES["acme-sato"]
    w.send(address, got["Reply-To"], mails.mail(
        address, got["Reply-To"], "Re: ...", "来ていない\n"))
    wait.until("the answer", lambda: "acme-sato" in str(w.council.json(
        "answers", item)["answers"]))
    same(w.council.json(*asked, "--yes")["copies"], 0)
    w.postfix.drained()
    same(count(w, "bank-kato"), before["bank-kato"])
    same(count(w, "lab-ito"), before["lab-ito"])


@step("Article 17(3): its ground says who may be asked, and it says what it is")
def cooperation(w):
    late = "seki@late.test"
    w.council.run("person", "add", "late-seki", "--org", "late", "--name",
                  "関 九郎", "--address", late, "--language", "ja")
    ask = cases.item(w, w.number, "攻撃元への通信の記録をお知らせください。")
    base = ("request", "cooperation", ask, "--committee", "運営委員会 2026-7",
            "--decided", "2026-11-20", "--ground")
    refused(w, *base, "other", code=64)
    refused(w, *base, "member-agreed")
    w.council.run("org", "change", "acme", "--agreed", "yes")
    same(w.council.json("org", "show", "acme")["agreed"], True)
    same(w.council.json(*base, "member-agreed")["copies"], 2)
    before = count(w, "acme-sato"), count(w, "lab-ito")
    w.council.json(*base, "member-agreed", "--due", "2026-12-01", "--yes")
    _, text = received(w, "acme-sato", before[0])
    has(text, "17条第3項", "運営委員会 2026-7", "2026-11-20", "2026-12-01",
        "通信の記録", "TLP:AMBER+STRICT", "正当な理由")
    w.postfix.drained()
    same(count(w, "lab-ito"), before[1])
    more = w.council.json(*base, "large-scale")
    assert more["copies"] > 2, more
    # Whose mail came back is asked too, later; who has no key hears of that.
    stopped = "lab-ito"
    address = roster.ADDRESSES[stopped]
    bounce.deliver(w, w.sink.all(address)[-1].sender, address)
    wants = {("late-ueda", "no-key"), ("late-seki", "no-key"),
             (stopped, "bounced")}
    for sent in ((), ("--yes",)):
        done = w.council.json(*base, "large-scale", *sent)
        same({(h["person"], h["reason"]) for h in done["held"]}, wants)
        same(done["copies"], more["copies"] - 1)
    w.sink.wait(late, subject="お届けできない")
    w.council.run("outbox", "release", stopped, "--reason", "x")
    w.sink.wait(address, before[1] + 1)


@step("a match: only what its scope admits to a non-member (T-21, R-100)")
def match(w):
    who, number = cases.confirmed(w, "1-C\n2-A\n3-A\n")
    has(refused(w, "case", "match", number, w.item), "R-100")
    same(w.council.json("case", "match", number, w.advice)["sent"], False)
    key = w.key("asker", who)
    key.learn(w.council.run("key", "export").encode())
    before = len(w.sink.all(who))
    over = cases.item(w, w.open, "修正版 1.2.4 を待ってください。",
                      category="COUNTERMEASURE", confidence="CONFIRMED",
                      tlp="CLEAR", more=("--onward", "PUBLIC"))
    w.council.json("case", "match", number, w.advice, over, "--yes")
    w.sink.wait(who, before + 1)			# T-26
    # What one of them lost meanwhile keeps nothing else from the key.
    w.council.run("item", "withdraw", over, "--reason", "x")
    wait.until("it to be judged anew", lambda: w.council.said().count(
        "template=T-21 reason=") >= 2)
    w.council.run("key", "import", number, w.file("k.asc", key.export()),
                  "--approve")
    text = copies.opened(key, w.sink.wait(who, before + 2))[1]
    has(text, number, "修正版 1.2.3", w.advice, "TLP:CLEAR")
    lacks(text, over)
    lacks(text, w.who, "kobo", w.open)


@step("a release is within the terms, and told to who has the item (T-38)")
def released(w):
    refused(w, "item", "release", w.item, "--to", "PUBLIC", "--where", "x")
    refused(w, "item", "release", w.advice, "--to", "ALL_MEMBERS", "--where",
            "x", code=64)
    w.council.run("case", "merge", w.number, w.open, "--reason", "同じ攻撃")
    has(refused(w, "item", "release", w.advice, "--to", "PUBLIC", "--where",
                "x"), "R-103")
    w.council.run("case", "unmerge", w.number, "--reason", "別")
    before = count(w, "bank-kato")
    done = w.council.json("item", "release", w.advice, "--to", "PUBLIC",
                          "--where", "https://example.jp/advisory/1")
    assert done["told"] > 2, done
    _, text = received(w, "bank-kato", before)
    has(text, "https://example.jp/advisory/1", w.advice, "released")
    wait.until("the others", lambda: all(
        c["state"] in ("sent", "held") for c in w.council.json(
            "outbox", "list")["copies"] if c["template"] == "T-38"))
    w.postfix.drained()


@step("a member hears what it contributed, and nobody else does (T-35)")
def review(w):
    period = ("--from", "2020-01-01", "--until", "2099-12-31")
    refused(w, "org", "review", "bank", *period)
    refused(w, "org", "review", "acme", "--from", "April", "--until", "x",
            code=64)
    before = count(w, "acme-sato")
    same(w.council.json("org", "review", "acme", *period)["sent"], False)
    w.council.json("org", "review", "acme", *period, "--yes")
    _, text = received(w, "acme-sato", before)
    has(text, "2020-01-01 - 2099-12-31", "3", "1")
    lacks(text, "観測研究所", "港銀行")


@step("figures: campaigns and releases, and nothing but counts (R-129, R-130)")
def figures(w):
    doc = w.council.json("stats")
    same((doc["campaigns"], doc["releases_public"], doc["releases_limited"],
          doc["releases"]), (2, 1, 0, 1))
    w.council.run("case", "merge", w.number, w.open, "--reason", "同じ攻撃")
    same(w.council.json("stats")["campaigns"], 1)
    lacks(str(doc), w.number, "advisory")


if __name__ == "__main__":
    run(lambda: world())

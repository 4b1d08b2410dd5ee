#!/usr/bin/env python3
"""The deny-list over finished mails (I6, R-075): what no field holds alone, what
the other language holds, kin cases, and two cases in one mail."""
from harness import cases, copies, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

NAME = "北国製作所"


def refused(w, item, **how):
    return str(w.council.refused("item", "approve", item, code=65, **how))


def audited(w, item):
    return [r["detail"] for r in w.council.json("audit", "show", item)["rows"]
            if r["event"] == "item.denied"]


@step("three cases: two of one originator, one of another", needed=True)
def prepared(w):
    roster.fill(w)
    w.a, w.first = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    _, w.second = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.c, w.third = cases.confirmed(w, "1-C\n2-B\n3-A\n",
                                   who="kobo@acme.test")
    w.council.run("case", "deny", w.first, "add", NAME)


@step("a name that only the finished mail holds stops the item")
def across_fields(w):
    item = cases.item(w, w.first, "製作所の装置です。", approve=False,
                      more=("--title", "通信の相手は北国"))
    said = refused(w, item)
    has(said, "R-075", "text", "line", "(name)", NAME)
    lacks(refused(w, item, user=0), NAME)
    doc = w.council.json("preview", item)
    has(doc["denied"], "R-075")
    same(doc["yes"], 0)
    w.council.run("item", "withdraw", item, "--reason", "x")


@step("the other language is looked through as well")
def other_language(w):
    item = cases.item(w, w.first, "接続先です。", approve=False)
    w.council.run("item", "text", item, "--lang", "en", "--text-file",
                  w.file("en.txt", "Kitaguni Works talks to it."))
    w.council.run("case", "deny", w.first, "add", "Kitaguni Works")
    has(refused(w, item), "Kitaguni Works")
    w.council.run("item", "withdraw", item, "--reason", "x")


@step("words of one case stop another of the same originator, not a stranger's")
def kin(w):
    item = cases.item(w, w.second, f"{NAME} でも見つかりました。",
                      approve=False)
    said = refused(w, item)
    has(said, "same originator or campaign")
    lacks(said, NAME)
    w.council.run("item", "withdraw", item, "--reason", "x")
    item = cases.item(w, w.third, f"{NAME} の製品の脆弱性です。",
                      category="VULNERABILITY_ID")
    assert "lab-ito" in cases.permitted(w, item)
    # Counted as one campaign they point to each other.
    w.council.run("case", "merge", w.third, w.first, "--reason", "x")
    same(cases.permitted(w, item), [])
    w.council.run("case", "unmerge", w.third, "--reason", "x")
    w.third_item = item


@step("what is in one mail with its source's name does not travel in it")
def together(w):
    w.first_item = cases.item(w, w.first, "接続先 198.51.100.7")
    said = str(w.council.refused("digest", "preview", "lab-ito", code=65))
    has(said, "R-075", w.first_item)
    sent = w.council.json("digest", "send", "--yes", "--now")
    ito = w.sink.wait(roster.ADDRESSES["lab-ito"])
    roster.council_key(w)
    _, text, _ = copies.opened(w.keys["lab-ito"], ito)
    has(text, w.third_item)
    lacks(text, w.first_item, "198.51.100.7")
    wait.until("the account to say it", lambda: audited(w, w.first_item))
    has(audited(w, w.first_item)[0], "part=", "line=", "kind=")
    lacks(audited(w, w.first_item)[0], NAME)
    lacks(w.council.tail(10000), NAME)
    same(len(audited(w, w.first_item)), 1)
    w.sent = sent["digest"]


@step("a word added after the approval drops the copies, and says why")
def afterwards(w):
    item = cases.item(w, w.second, "接続先 198.51.100.8")
    w.council.run("case", "deny", w.second, "add", "198.51.100.8/32")
    sent = w.council.json("digest", "send", "--yes", "--now")
    rows = wait.until("every copy to be dropped", lambda: [
        x for x in w.council.json("digest", "show", sent["digest"])["ledger"]
        if x["state"] not in ("to-seal", "ready", "handing")])
    for row in rows:
        assert (row["state"], row["reason"]) in (
            ("dropped", "deny-list"), ("held", "no-key")), row
    assert audited(w, item)


if __name__ == "__main__":
    run(lambda: world())

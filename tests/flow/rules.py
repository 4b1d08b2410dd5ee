#!/usr/bin/env python3
"""The council's rules at work: what must not leave, what differs from the frozen
list, campaigns, the damage half, a withdrawal by mail and who is told of it."""
from harness import cases, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world


def refused(w, *args, code, user=None):
    return w.council.refused(*args, user=user, code=code)


@step("members and a case with terms", needed=True)
def prepared(w):
    roster.fill(w)
    w.who, w.number = cases.confirmed(w, "1-C\n2-B\n3-B\n")


@step("a word of the deny-list stops an item, wherever it stands (R-075)")
def denied(w):
    c = w.council
    c.run("case", "deny", w.number, "add", "アクメ電力", "192.0.2.0/24",
          "例え.jp")
    refused(w, "case", "deny", w.number, "add", "ab", code=65)
    refused(w, "case", "deny", w.number, "add", "192.0.2.0/33", code=65)
    refused(w, "case", "deny", w.number, "add", "ｱｸﾒ電力", code=65)
    refused(w, "case", "deny", w.number, "list", code=77, user=0)
    for text, more in (("ｱｸﾒ 電力の例", ()), ("xn--r8jz45g[.]jp", ()),
                       ("接続先", ("--title", "192[.]0[.]2[.]7")),
                       ("接続先", ("--indicator", "ip:192.0.2.9"))):
        item = cases.item(w, w.number, text, approve=False, more=more)
        said = refused(w, "item", "approve", item, code=65)
        has(str(said), "R-075")
        # The word itself only to the operator of the case.
        lacks(str(refused(w, "item", "approve", item, code=65, user=0)),
              "アクメ電力")
        c.run("item", "withdraw", item, "--reason", "x")
    refused(w, "case", "deny", w.number, "remove", "例え.jp", code=64)
    c.run("case", "deny", w.number, "remove", "例え.jp", "--reason", "誤り")
    words = [x["word"] for x in
             c.json("case", "deny", w.number, "list")["words"]]
    same("例え.jp" in words, False)
    same("192.0.2.0/24" in words, True)


@step("campaigns count together and never in a circle (R-127, R-128)")
def campaigns(w):
    w.who2, w.other = cases.confirmed(w, "1-C\n2-A\n3-A\n")
    merge = lambda a, b, code=None: (
        refused(w, "case", "merge", a, b, "--reason", "x", code=code)
        if code else w.council.run("case", "merge", a, b, "--reason", "同じ"))
    before = w.council.case(w.other)["terms"]
    merge(w.other, w.number)
    same(w.council.case(w.other)["campaign"], w.number)
    same(w.council.case(w.other)["terms"], before)
    merge(w.number, w.other, code=65)
    merge(w.other, w.other, code=65)
    w.council.run("case", "unmerge", w.other, "--reason", "別")
    same(w.council.case(w.other)["campaign"], None)
    refused(w, "case", "unmerge", w.other, "--reason", "x", code=65)


@step("the damage half is kept apart, and read by its operator only (R-070)")
def damage(w):
    note = w.file("damage.txt", "アクメ電力の会計サーバー")
    w.council.run("damage", "add", w.number, "--text-file", note)
    notes = w.council.json("damage", "list", w.number)["notes"]
    same(len(notes), 1)
    shown = w.council.json("damage", "show", w.number, notes[0]["note"])
    has(shown["text"], "会計サーバー")
    refused(w, "damage", "show", w.number, notes[0]["note"], code=77, user=0)
    refused(w, "damage", "show", w.other, notes[0]["note"], code=66)


@step("preview counts by rule, and shows what the frozen list lacks (L12)")
def preview(w):
    w.item = cases.item(w, w.number, "接続先 198.51.100.9")
    doc = w.council.json("preview", w.item, "--lang", "en")
    same(sum(x["count"] for x in doc["counts"]), doc["of"])
    has(doc["counts"][0]["sentence"], "Nothing stands against it.")
    same(w.council.json("preview", w.item, "--diff")["people"], [])
    has(w.council.run("preview", w.item, "--diff"), "nobody differs")
    w.council.run("person", "remove", "uni-abe", "--reason", "left")
    gone = w.council.json("preview", w.item, "--diff")["people"]
    same([(p["person"], p["difference"]) for p in gone],
         [("uni-abe", "left")])
    refused(w, "item", "add", w.number, "--category", "DESTINATION",
            "--confidence", "TENTATIVE", "--secret", "no", "--tlp", "AMBER",
            "--text-file", w.file("c.txt", "x"), "--consent", "1", code=65)
    refused(w, "request", "widen", w.number, "--scope", "TASK_FORCE",
            "--item", w.item, "--reason", "x", code=65)


@step("a withdrawal by mail stops all and tells who has the item (R-069)")
def withdrawn(w):
    sent = w.council.json("digest", "send", "--yes", "--now")
    wait.until("every copy to be sent or held", lambda: all(
        x["state"] in ("sent", "held") for x in
        w.council.json("digest", "show", sent["digest"])["ledger"]))
    asked = w.sink.all(w.who)[0]
    before = len(w.sink.all(w.who))
    w.send(w.who, asked["Reply-To"],
           mails.reply(asked, w.who, "取り下げます。\n", below=False), True)
    w.council.wait_case(w.number, lambda c: c["state"] == "WITHDRAWN",
                        "withdrawn")
    has(w.sink.wait(w.who, before + 1).text, "取りやめ")
    doc = w.council.json("terms", "show", w.number)
    same(doc["versions"][-1]["withdrawn"], True)
    same(len(doc["handed_over"]) > 0, True)
    same({h["item"] for h in doc["handed_over"]}, {w.item})
    same(w.council.json("item", "show", w.item)["state"], "WITHDRAWN")
    told = [c for c in w.council.json("outbox", "list")["copies"]
            if c["template"] == "T-08"]
    same({c["person"] for c in told},
         {h["person"] for h in doc["handed_over"]})
    why = w.council.json("why", doc["handed_over"][0]["person"], w.item)
    same(why["people"][0]["rule"], "R-069")


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""What came of it: feedback to an originator (T-19, T-20; R-123, R-126, C-33), a
plan to publish (T-22), a word to somebody outside (T-23; R-058)."""
from harness import cases, copies, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

LABEL = ("--secret", "no", "--tlp", "GREEN")


def refused(w, *args, code=65):
    return str(w.council.refused(*args, code=code))


def keyed(w, name, who, number):
    key = w.key(name, who)
    w.council.run("key", "import", number, w.file(name + ".asc",
                  key.export()), "--approve")
    key.learn(w.council.run("key", "export").encode())
    return key


def next_text(w, key, who, before):
    got = w.sink.wait(who, before + 1)
    return copies.opened(key, got)[1]


@step("a case with a key and one without", needed=True)
def prepared(w):
    roster.fill(w)
    w.who, w.number = cases.confirmed(w, "1-C\n2-C\n3-C\n", vouch=True)
    w.key_of = keyed(w, "origin", w.who, w.number)
    w.other, w.second = cases.confirmed(w, "1-C\n2-B\n3-A\n",
                                        who="kobo@acme.test")
    w.council.run("case", "deny", w.second, "add", "北国製作所")
    w.text = w.file("advice.txt", "修正版を適用してください。")


@step("nothing is told that says too much, and nothing goes without --yes")
def held_back(w):
    feedback = ("feedback", w.number, "--text-file", w.text)
    has(refused(w, *feedback, "--secret", "yes", "--tlp", "RED"), "C-33")
    said = refused(w, "feedback", w.number, "--text-file",
                   w.file("b.txt", "一行目\n北国 製作所 と同じ手口です。"), *LABEL)
    has(said, "R-126", "line", "name")
    lacks(said, "北国")
    has(refused(w, *feedback, *LABEL, "--answers"), "R-126")
    refused(w, *feedback, *LABEL, "--interim", "--nothing-found", code=64)
    refused(w, "feedback", w.number, *LABEL, "--nothing-found")
    before = len(w.sink.all(w.who))
    shown = w.council.json(*feedback, *LABEL)
    same((shown["sent"], shown["template"], shown["held"]),
         (False, "T-19", None))
    has(shown["text"], "修正版", "TLP:GREEN", "事務局の外へは")
    has(w.council.run(*feedback, *LABEL), "修正版")
    same(len(w.sink.all(w.who)), before)


@step("members answer; the originator hears counts, and never who (R-126)")
def counted(w):
    item = cases.item(w, w.number, "接続先 198.51.100.9", tlp="GREEN",
                      category="DESTINATION", confidence="CONFIRMED")
    w.council.run("digest", "send", "--yes", "--now")
    said = {"lab-ito": "来ている", "acme-sato": "来ていない", "bank-kato": "seen"}
    for person, word in said.items():
        address = roster.ADDRESSES[person]
        got = w.sink.wait(address)
        w.send(address, got["Reply-To"], mails.mail(
            address, got["Reply-To"], "Re: ...", word + "\n"))
    wait.until("three answers", lambda: len(
        w.council.json("answers", item)["answers"]) == 3)
    before = len(w.sink.all(w.who))
    doc = w.council.json("feedback", w.number, "--answers", "--interim",
                         "--situation", "同じ攻撃活動が続いています。",
                         *LABEL, "--yes")
    same((doc["sent"], doc["held"]), (True, None))
    text = next_text(w, w.key_of, w.who, before)
    has(text, "同じ攻撃活動", "来ている2、来ていない1、わからない0", "構成員", "TLP:GREEN",
        "まだ続いて")
    lacks(text, "観測研究所", "ito@", "lab-ito", "アクメ電力", "港銀行")


@step("an interim report closes nothing, the final one does (R-123)")
def closed(w):
    same(w.council.case(w.number)["state"], "IN_COUNCIL")
    has(refused(w, "case", "close", w.number), "R-123")
    before = len(w.sink.all(w.who))
    w.council.json("feedback", w.number, "--text-file", w.text, *LABEL,
                   "--yes")
    has(next_text(w, w.key_of, w.who, before), "修正版")
    wait.until("it to be sent", lambda: [
        c for c in w.council.json("outbox", "list", "--case",
                                  w.number)["copies"]
        if c["template"] == "T-19" and c["state"] == "sent"])
    same(w.council.case(w.number)["state"], "FEEDBACK_DUE")
    w.council.run("case", "close", w.number)
    same(w.council.case(w.number)["state"], "CLOSED")
    refused(w, "feedback", w.number, *LABEL, "--text-file", w.text)


@step("without a key it is held, and a key that comes lets it go (I4)")
def keyless(w):
    cases.item(w, w.second, "接続先 198.51.100.10")
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("it to be shared", lambda: w.council.json(
        "feedback", w.second, *LABEL)["text"].count("TLP:AMBER+STRICT"))
    before = len(w.sink.all(w.other))
    doc = w.council.json("feedback", w.second, "--nothing-found", *LABEL,
                         "--yes")
    same((doc["template"], doc["held"]), ("T-20", "no-key"))
    has(w.sink.wait(w.other, before + 1).text, "公開鍵")	# T-26
    key = keyed(w, "other", w.other, w.second)
    w.council.call("outbox", "retry", "--held")
    has(next_text(w, key, w.other, before + 1), "タスクフォース", "見つ")
    w.other_key = key


@step("a plan to publish is answered, with what was shared (R-051)")
def publication(w):
    before = len(w.sink.all(w.other))
    w.council.run("publication", w.second, "--date", "2026-12-10",
                  "--text-file", w.file("p.txt", "二段落目をご確認ください。"),
                  "--yes")
    has(next_text(w, w.other_key, w.other, before), "2026-12-10",
        "二段落目", "タスクフォース")
    has(w.council.run("case", "show", w.second), "2026-12-10")


@step("outside: only by an act that was allowed, and only encrypted (R-058)")
def outside(w):
    to = "abuse@hoster.test"
    words = ("--to", to, "--tlp", "GREEN", "--lang", "en", "--text-file",
             w.file("o.txt", "198.51.100.9 sends commands to bots."))
    has(refused(w, "request", "outside", w.second, "--act", "NOTIFY_SOURCE",
                *words), "R-058")
    who, number = cases.confirmed(w, "1-C\n2-B\n3-C\n")
    has(refused(w, "request", "outside", number, "--act", "FOREIGN_CERTS",
                *words), "R-058")
    open_before = {c["number"] for c in w.council.cases()}
    shown = w.council.json("request", "outside", number, "--act",
                           "NOTIFY_SOURCE", *words)
    has(shown["text"], "198.51.100.9", "Systems of yours")
    same({c["number"] for c in w.council.cases()}, open_before)
    # The name of whoever told us must not be in it.
    said = refused(w, "request", "outside", number, "--act", "NOTIFY_SOURCE",
                   "--to", to, "--tlp", "GREEN", "--text-file",
                   w.file("n.txt", f"{who} told us."))
    has(said, "R-126")
    doc = w.council.json("request", "outside", number, "--act",
                         "NOTIFY_SOURCE", *words, "--yes")
    same(doc["held"], "no-key")
    has(w.sink.wait(to).text, "public key")
    same(w.council.case(doc["case"])["campaign"], number)
    key = keyed(w, "hoster", to, doc["case"])
    w.council.call("outbox", "retry", "--held")
    text = next_text(w, key, to, 1)
    has(text, "198.51.100.9")
    lacks(text, who, number)
    # A second word goes to the same contact.
    again = w.council.json("request", "outside", number, "--act",
                           "NOTIFY_SOURCE", *words, "--yes")
    same((again["case"], again["held"]), (doc["case"], None))


@step("terms that change while a dispatch waits hold it (I1)")
def changed(w):
    who, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.council.json("feedback", number, "--text-file", w.text, *LABEL,
                   "--interim", "--yes")
    held = wait.until("a copy to be held", lambda: [
        c for c in w.council.json("outbox", "list", "--case",
                                  number)["copies"]
        if c["template"] == "T-19" and c["state"] == "held"])[0]
    w.council.run("terms", "narrow", number, "--scope", "CLASS1_GROUP",
                  "--reason", "x")
    keyed(w, "late", who, number)
    w.council.call("outbox", "retry", "--held")
    wait.until("it to be held for its terms", lambda: w.council.json(
        "outbox", "show", held["copy"])["reason"] == "terms-changed")
    # No try mends it: what does is said, and works.
    row = [h for h in w.council.json("outbox", "list", "--held")["held"]
           if h["reason"] == "terms-changed"][0]
    mark = ("outbox", "mark", held["copy"], "--delivered-by", "other",
            "--reason")
    has(row["mend"], f"sekisho feedback {number}",
        "sekisho " + " ".join(map(str, mark)))
    has(refused(w, "outbox", "retry", held["copy"]), "terms-changed")
    w.council.run("outbox", "retry", "--held")
    same(w.council.json("outbox", "show", held["copy"])["state"], "held")
    w.council.json("feedback", number, "--text-file", w.text, *LABEL,
                   "--interim", "--yes")
    w.council.run(*mark, "新しく書きました")
    wait.until("the new one", lambda: [
        c for c in w.council.json("outbox", "list", "--case",
                                  number)["copies"]
        if c["template"] == "T-19" and c["state"] == "sent"])
    same([h for h in w.council.json("outbox", "list", "--held")["held"]
          if h["reason"] == "terms-changed"], [])


if __name__ == "__main__":
    run(lambda: world())

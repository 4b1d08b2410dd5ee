#!/usr/bin/env python3
"""The operators' work beside the straight way: every verb at least once, with
what it must refuse. Narrowing, mapping, editing, raising, marking, closing; the
role of a group; documents in JSON and for people."""
import grp
import json
import os

from harness import cases, mails, roster
from harness.tap import has, lacks, run, same, step
from harness.world import world

POSTMASTERS = "mail"		# a group that every Debian has


def refused(w, *args, code, user=None):
    return w.council.refused(*args, user=user, code=code)


@step("members and a case with terms", needed=True)
def prepared(w):
    roster.fill(w)
    w.who, w.number = cases.confirmed(w, "1-C\n2-B\n3-B\n3-C\n")
    same(w.council.case(w.number)["owner"][:4], "uid ")


@step("organisations and people are changed, and rules hold then too")
def people(w):
    w.council.run("org", "add", "gov", "--name", "規制庁", "--class",
                  "general", "--org-kind", "national_body",
                  "--competent-for", "energy, water")
    refused(w, "org", "change", "lab", "--foreign-capital", "yes", code=65)
    w.council.run("org", "change", "lab", "--foreign-capital", "yes",
                  "--tf-approval", "運営委員会 2026-1")
    same(w.council.json("org", "show", "lab")["tf_approval"],
         "運営委員会 2026-1")
    w.council.run("org", "change", "lab", "--foreign-capital", "no")
    w.council.run("person", "change", "uni-abe", "--language", "en",
                  "--account", "no")
    shown = w.council.json("person", "show", "uni-abe")
    same((shown["language"], shown["account"], shown["key"]),
         ("en", False, "ok"))
    w.council.run("person", "change", "uni-abe", "--account", "yes")
    refused(w, "person", "change", "uni-abe", "--address", "soumu@uni.test",
            code=65)


@step("notes stay with the case; a second operator takes it over")
def notes(w):
    w.council.run("case", "note", w.number, "電話で確認済み")
    has(w.council.run("case", "show", w.number), "電話で確認済み")
    mail = w.council.case(w.number)["mails"][0]["number"]
    refused(w, "mail", "text", mail, code=77, user=0)
    w.council.run("case", "take", w.number, user=0)
    w.council.run("mail", "text", mail, user=0)
    w.council.run("case", "take", w.number)
    same([c["number"] for c in
          w.council.json("case", "list", "--mine")["cases"]], [w.number])


@step("an item is edited and loses its approvals, raised, withdrawn")
def items(w):
    w.item = cases.item(w, w.number, "接続先 198.51.100.9", more=(
        "--title", "接続先", "--indicator", "ip:198.51.100.9"))
    same(w.council.json("item", "show", w.item)["state"], "APPROVED")
    text = w.file("edited.txt", "接続先 198.51.100.10")
    edited = w.council.json("item", "edit", w.item, "--text-file", text,
                            "--indicator", "ip:198.51.100.10")
    same((edited["state"], edited["indicators"]),
         ("DRAFT", ["ip:198.51.100.10"]))
    shown = w.council.json("item", "show", w.item)
    same((shown["text"], shown["approvers"]), ("接続先 198.51.100.10", []))
    refused(w, "digest", "send", "--yes", code=66)
    refused(w, "item", "raise", w.item, "RAW", "--reason", "x", code=65)
    raised = w.council.json("item", "raise", w.item, "CONFIRMED",
                            "--reason", "二者が確認")
    same(raised["confidence"], "CONFIRMED")
    refused(w, "item", "edit", w.item, "--onward", "PUBLIC", code=65)
    cases.approvals(w, w.item)
    other = cases.item(w, w.number, "誤り", approve=False)
    w.council.run("item", "withdraw", other, "--reason", "誤り")
    refused(w, "item", "approve", other, code=65)
    refused(w, "item", "edit", other, "--title", "x", code=65)


@step("a competent authority is excluded by its sectors, added by name")
def excluded(w):
    refused(w, "terms", "exclude", w.number, "nobody-such", "--reason", "x",
            code=66)
    refused(w, "terms", "exclude", w.number, "--nobody", "--reason", "x",
            code=65)
    refused(w, "terms", "exclude", w.number, "--competent", "--sector",
            "rail", "--reason", "x", code=66)
    w.council.run("terms", "exclude", w.number, "--competent", "--sector",
                  "water", "--reason", "監督官庁を除く")
    terms = w.council.case(w.number)["terms"]
    same([x["orgs"] for x in terms["exclusions"]], [["gov"]])
    same(terms["version"], 2)


@step("terms become narrower at once, never wider")
def narrowed(w):
    refused(w, "terms", "narrow", w.number, "--scope", "ALL_MEMBERS",
            "--reason", "x", code=65)
    refused(w, "terms", "narrow", w.number, "--reason", "x", code=64)
    w.council.run("terms", "narrow", w.number, "--drop", "NOTIFY_SOURCE",
                  "--reason", "希望")
    terms = w.council.case(w.number)["terms"]
    same(terms["coordination"], ["ASK_MEMBERS"])
    same(len(w.council.json("terms", "show", w.number)["versions"]), 3)
    refused(w, "terms", "vouch", w.number, "--how", "phone", "--reason", "x",
            code=65)


@step("the digest: shown first, sent once, its ledger by number")
def digest(w):
    plan = w.council.json("digest", "send")
    same(plan["sent"], False)
    sent = w.council.json("digest", "send", "--yes", "--now")
    same((sent["copies"], [h["person"] for h in sent["held"]]),
         (plan["copies"], [h["person"] for h in plan["held"]]))
    shown = w.council.json("digest", "show", sent["digest"])
    same(len(shown["ledger"]), sent["copies"] + len(sent["held"]))
    same({i["state"] for i in shown["items"]}, {"SENT"})
    same(len(w.council.json("digest", "list")["digests"]), 1)
    refused(w, "digest", "show", 99, code=66)


@step("a held copy is marked as told another way, once and with a reason")
def marked(w):
    held = w.council.json("outbox", "list", "--state", "held")["copies"]
    copy = [c for c in held if c["person"] == "late-ueda"][0]["copy"]
    refused(w, "outbox", "mark", copy, "--delivered-by", "phone", code=64)
    w.council.run("outbox", "mark", copy, "--delivered-by", "phone",
                  "--reason", "口頭で伝えた")
    same(w.council.json("outbox", "show", copy)["state"], "marked")
    refused(w, "outbox", "mark", copy, "--delivered-by", "hand", "--reason",
            "x", code=65)
    refused(w, "outbox", "retry", copy, code=65)


@step("attachments and the raw mail are saved new, closed to others")
def saved(w):
    content, body = mails.mixed("添付します。", [("log.txt", "text/plain",
                                              b"line\r\n" * 5)])
    w.send(w.who, "csc-info@council.test",
           mails.mail(w.who, "csc-info@council.test", "info",
                      content=content, body=body))
    case = w.council.wait_cases(2)[0]
    mail = case["number"] and w.council.case(case["number"])["mails"][0]
    shown = w.council.json("mail", "show", mail["number"])
    part = shown["attachments"][0]["part"]
    out = w.dir / "out"
    out.mkdir()
    os.chown(out, w.council.user, w.council.group)
    w.council.run("mail", "save", mail["number"], part, out / "log.txt")
    same((out / "log.txt").stat().st_mode & 0o777, 0o600)
    same((out / "log.txt").read_bytes().split(), [b"line"] * 5)
    refused(w, "mail", "save", mail["number"], part, out / "log.txt", code=73)
    refused(w, "mail", "save", mail["number"], out / "x", code=64)
    refused(w, "mail", "save", mail["number"], 99, out / "x", code=65)
    w.info = case["number"]


@step("closing: support only tells it; what was shared owes feedback")
def closed(w):
    before = len(w.sink.all(w.who))
    w.council.run("case", "close", w.info, "--support-only")
    same(w.council.case(w.info)["state"], "SUPPORT_ONLY")
    has(w.sink.wait(w.who, before + 1).text, w.info)
    refused(w, "case", "ask", w.info, code=65)
    refused(w, "case", "close", w.number, code=65)
    refused(w, "case", "close", w.number, "--support-only", code=65)
    w.council.run("case", "close", w.number, "--reason", "辞退された")
    same(w.council.case(w.number)["state"], "CLOSED")
    refused(w, "case", "close", w.number, "--reason", "x", code=65)
    same([c["number"] for c in w.council.cases()], [])
    same(len(w.council.json("case", "list", "--all")["cases"]), 2)


@step("counts are counts, the account names who did what")
def account(w):
    stats = w.council.json("stats")
    same((stats["opened"], stats["in_council"], stats["support_only"],
          stats["digests"]), (2, 1, 1, 1))
    rows = w.council.json("audit", "show", w.number, "--last", 100)["rows"]
    events = {r["event"] for r in rows}
    assert {"case.take", "terms.narrow", "case.close"} <= events, events
    same({r["actor"][:3] for r in rows} <= {"uid", "sys"}, True)


@step("what people read has no JSON in it and says the same")
def for_people(w):
    for args in (("org", "list"), ("org", "show", "acme"),
                 ("person", "list"), ("person", "show", "acme-sato"),
                 ("key", "list"), ("case", "list", "--all"),
                 ("case", "show", w.number), ("terms", "show", w.number),
                 ("item", "list"), ("item", "show", w.item),
                 ("preview", w.item), ("why", "bank-kato", w.item),
                 ("digest", "list"), ("digest", "show", 1),
                 ("mail", "list"), ("mail", "show", 1), ("outbox", "list"),
                 ("outbox", "show", 1), ("audit", "show"), ("stats",),
                 ("audit", "verify")):
        text = w.council.run(*args)
        assert text.strip(), args
        lacks(text, "{", '"sekisho"', "\x1b")
        json.loads(w.council.run("--json", *args))


@step("a postmaster's group sees the outbox without addresses, and no case")
def postmaster(w):
    w.council.stop()
    text = w.council.conf.read_text().replace(
        'control = { socket = "control"; };',
        f'control = {{ socket = "control"; '
        f'operator = "adm"; postmaster = "{POSTMASTERS}"; }};')
    w.council.conf.write_text(text)
    w.council.dir.chmod(0o755)
    w.council.conf.chmod(0o644)
    w.council.start()
    held = w.council.group
    w.council.group = grp.getgrnam(POSTMASTERS).gr_gid
    try:
        has(refused(w, "case", "list", code=77, user=65534), "role")
        copies = w.council.json("outbox", "list", user=65534)["copies"]
        assert copies and not any("to" in c or c["person"] for c in copies)
        refused(w, "mail", "text", 1, code=77, user=65534)
        refused(w, "outbox", "mark", 1, "--delivered-by", "phone",
                "--reason", "x", code=77, user=65534)
    finally:
        w.council.group = held
    refused(w, "outbox", "list", code=77, user=65534)


if __name__ == "__main__":
    run(lambda: world())

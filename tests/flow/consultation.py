#!/usr/bin/env python3
"""One consultation from the first mail to a decrypted digest, as its people
live it: the organisation in Japanese with JIS of the real world, the operators,
and the members with ordinary gpg."""
import re

from harness import copies, mails, roster
from harness.tap import differ, has, lacks, run, same, step
from harness.world import world

FROM = "suzuki@consulter.test"
TITLE = "不審な通信①について"
SECRET = "カナリア鉄工所"
BODY = (f"お世話になります。①当社({SECRET})のｻｰﾊﾞｰから不審な通信が出ています。\n"
        "接続先は 198.51.100.77 です。髙橋\n")
DESTINATION = "接続先 198.51.100.77 への通信を確認してください。"


@step("a consultation in JIS is acknowledged in Japanese, with the questions",
      needed=True)
def acknowledged(w):
    w.got = w.consult(FROM, TITLE, BODY, charset="iso-2022-jp")
    same(w.got.sender, w.got.sender.lower(), "envelope sender")
    same(w.got.rcpts, [FROM], "recipients")
    has(w.got.text, "受け付けました", "[ ] 1-A", "[ ] 2-0", "[ ] 2-X",
        "[ ] 3-A", "ref: ")
    lacks(w.got.text, SECRET, "198.51.100.77", "[x]", "不審な通信")
    lacks(w.got.subject, "不審", "通信")


@step("the answer is threaded, marked automatic, and carries a route token")
def threaded(w):
    has(w.got["Auto-Submitted"], "auto-replied")
    assert w.got["In-Reply-To"], "no In-Reply-To"
    match = re.search(r"csc-anken\+([a-z2-7]{26})@council\.test",
                      w.got["Reply-To"])
    assert match, w.got["Reply-To"]
    has(w.got["Message-ID"], match.group(1))
    has(w.got.subject, w.council.cases()[0]["number"])


@step("the case waits for answers; the operator sees what was understood")
def understood(w):
    w.number = w.council.cases()[0]["number"]
    case = w.council.case(w.number)
    same(case["state"], "CONFIRMING")
    same(case["originator"]["address"], FROM)
    same(case["terms"], None)
    w.council.run("case", "take", w.number)
    n = case["mails"][0]["number"]
    shown = w.council.json("mail", "show", n)
    same(shown["subject"], TITLE)
    text = w.council.run("mail", "text", n)
    has(text, SECRET, "①", "髙橋", "198.51.100.77")


@step("a ticked reply, quoted below the text, is read back with codes only")
def read_back(w):
    form = mails.ticked(w.got, {"1-B": "会社名", "2-B": "", "3-B": ""})
    raw = mails.mail(FROM, w.got["Reply-To"], "Re: " + w.got.subject,
                     "お返事します。\n\n" + form,
                     extra=[f"In-Reply-To: {w.got['Message-ID']}"])
    w.send(FROM, w.got["Reply-To"], raw)
    w.back = w.sink.wait(FROM, 2)
    has(w.back.text, "1-B", "2-B", "3-B", "[ ] 4-Y", "[ ] 4-N")
    lacks(w.back.text, "会社名", SECRET)
    same(w.council.case(w.number)["state"], "CONFIRMING")


@step("a yes locks the terms with the assurance of token and aligned DKIM")
def locked(w):
    w.answer(w.back, FROM, "相違ありません。\n", expect=False)
    case = w.council.wait_case(
        w.number, lambda c: c["state"] == "CONFIRMED", "confirmed")
    terms = case["terms"]
    same((terms["version"], terms["secrecy"], terms["scope"],
          terms["assurance"]), (1, "parts", "TASK_FORCE", "token+aligned"))
    has(" ".join(terms["coordination"]), "ASK_MEMBERS")


@step("items: the matrix refuses what it must, deny-listed words stop")
def refused(w):
    roster.fill(w)
    text = w.file("item.txt", DESTINATION)
    base = ["item", "add", w.number, "--confidence", "TENTATIVE", "--tlp",
            "AMBER+STRICT", "--text-file", text]
    w.council.refused(*base, "--category", "VICTIM_NAME", "--secret", "no")
    w.item = w.council.json(*base, "--category", "DESTINATION", "--secret",
                            "no", "--title", "不審な接続先")["item"]
    w.item = w.item if isinstance(w.item, str) else w.item["item"]
    assert re.fullmatch(r"I-[a-z2-7]{7}", w.item), w.item


@step("preview and why name the rule for each person")
def previewed(w):
    people = {p["person"]: p for p in
              w.council.json("preview", w.item)["people"]}
    same(sorted(p for p in people if people[p]["send"]),
         sorted(["lab-ito", "acme-sato", "acme-mori", "uni-abe",
                 "ministry-ono"]))
    assert all(p["rule"] for p in people.values() if not p["send"]), people
    w.council.run("why", "bank-kato", w.item)


@step("two different operators approve; the same one twice is one")
def approved(w):
    w.council.run("item", "approve", w.item)
    w.council.run("item", "approve", w.item, user=0)


@step("the digest goes to each permitted person in a copy of its own")
def sent(w):
    result = w.council.json("digest", "send", "--yes", "--now")
    same(result["copies"], 5)
    w.copies = {}
    for person in ("lab-ito", "acme-sato", "acme-mori", "uni-abe",
                   "ministry-ono"):
        address = roster.ADDRESSES[person]
        w.copies[person] = w.sink.wait(address)
        same(w.copies[person].rcpts, [address])
    for outsider in ("bank-kato", "quiet-endo"):
        same(w.sink.all(roster.ADDRESSES[outsider]), [])
    # Who has no key hears that, and nothing else (T-39).
    told = w.sink.wait(roster.ADDRESSES["late-ueda"])
    assert "encrypted" not in told["Content-Type"], told["Content-Type"]
    lacks(told.text, w.item)
    differ(*[c["Message-ID"] for c in w.copies.values()])
    differ(*[c["Reply-To"] for c in w.copies.values()])
    same(len({c.subject for c in w.copies.values()}), 1, "outer subjects")


@step("ordinary gpg opens each copy; the council's key signed it")
def decrypted(w):
    roster.council_key(w)
    own = None
    for person, copy in w.copies.items():
        inner, text, signer = copies.opened(w.keys[person], copy)
        assert signer, f"{person}: no good signature"
        own = own or signer
        same(signer, own, "signer")
        has(text, "TLP:AMBER+STRICT", "198.51.100.77", w.item)
        lacks(text, SECRET, FROM, w.number)
        for other, address in roster.ADDRESSES.items():
            if other != person:
                lacks(str(inner), address)


@step("the ledger has a queue id for each copy; the account's chain holds")
def ledger(w):
    out = w.council.json("outbox", "list", "--state", "sent")["copies"]
    digest = [c for c in out if c.get("person") and c["template"] != "T-39"]
    same(len(digest), 5)
    for copy in digest:
        assert copy["queue_id"], copy
        has(w.postfix.said(), copy["queue_id"])
    w.council.run("audit", "verify")


if __name__ == "__main__":
    run(lambda: world())

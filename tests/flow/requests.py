#!/usr/bin/env python3
"""What is asked of an originator about terms in force: a wider scope for one item
in its wording (T-09, R-064), an exception (T-10, R-074), more of it secret (T-07,
R-062); a vendor who speaks for a client (R-048, R-049)."""
import re

from harness import cases, copies, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

TEXT = "攻撃元 198.51.100.7 への通信を止めてください。"


def refused(w, *args, code=65):
    return str(w.council.refused(*args, code=code))


def asked(w):
    """The newest mail to the originator, opened."""
    mail = w.sink.wait(w.who, w.seen + 1)
    w.seen += 1
    return mail, copies.opened(w.key_of, mail)[1]


def answer(w, got, text, tick):
    """A signed and encrypted reply with the code of the mail it answers."""
    code = re.search(r"(?m)^code: (\S+)", text)
    w.send(w.who, got["Reply-To"], mails.sealed(
        w.key_of, w.own, tick + "\n" + (code[0] + "\n" if code else ""),
        got["Reply-To"], extra=[f"In-Reply-To: {got['Message-ID']}"]))


@step("a case whose terms reach the task force", needed=True)
def prepared(w):
    roster.fill(w)
    w.who, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.key_of = w.key("origin", w.who)
    w.council.run("key", "import", w.number,
                  w.file("o.asc", w.key_of.export()), "--approve")
    w.own = w.key_of.learn(w.council.run("key", "export").encode())
    w.seen = len(w.sink.all(w.who))
    w.item = cases.item(w, w.number, TEXT, confidence="CONFIRMED")
    w.other = cases.item(w, w.number, "別の通信先 198.51.100.8",
                         confidence="CONFIRMED")
    w.council.run("digest", "send", "--yes", "--now")
    w.sink.wait(roster.ADDRESSES["acme-sato"])
    same("bank-kato" in cases.permitted(w, w.item), False)


@step("a wider scope is agreed to in the wording that was shown (T-09)")
def widened(w):
    refused(w, "request", "widen", w.number, "--scope", "TASK_FORCE",
            "--item", w.item, "--reason", "x")
    w.council.run("request", "widen", w.number, "--scope", "ALL_MEMBERS",
                  "--item", w.item, "--reason", "一般の構成員にも役立つため")
    got, text = asked(w)
    has(text, "198.51.100.7", "一般の構成員にも役立つため", "4-A", "4-D")
    lacks(text, "198.51.100.8")
    has(refused(w, "item", "edit", w.item, "--text-file",
                w.file("e.txt", "別の文")), "R-064")
    answer(w, got, text, "4-A")
    got, text = asked(w)		# the read-back, of everything
    has(text, "4-Y", w.item, "すべての構成員まで", "タスクフォース")
    lacks(text, w.other)
    same("bank-kato" in cases.permitted(w, w.item), False)
    answer(w, got, text, "4-Y")
    w.council.wait_case(w.number, lambda c: c["terms"]["version"] == 2,
                        "version 2")
    terms = w.council.case(w.number)["terms"]
    same((terms["scope"], terms["items"]), ("TASK_FORCE", [
        {"item": w.item, "scope": "ALL_MEMBERS"}]))


@step("it is wider for that item and no other, after a new approval")
def only_that(w):
    same("bank-kato" in cases.permitted(w, w.item), True)
    same("bank-kato" in cases.permitted(w, w.other), False)
    same(w.council.json("item", "show", w.item)["state"], "DRAFT")
    same(w.council.json("item", "show", w.other)["state"], "SENT")
    has(refused(w, "item", "edit", w.item, "--title", "別の題"), "R-064")
    cases.approvals(w, w.item)
    sent = w.council.json("digest", "send", "--yes", "--now")
    copy = w.sink.wait(roster.ADDRESSES["bank-kato"])
    roster.council_key(w)
    text = copies.opened(w.keys["bank-kato"], copy)[1]
    has(text, "198.51.100.7", "Scope: members of the council only")
    lacks(text, "198.51.100.8")
    rows = w.council.json("digest", "show", sent["digest"])["ledger"]
    same(sorted(r["person"] for r in rows), ["bank-kato", "late-ueda"])


@step("who has it hears of the wider scope; narrower terms end it at once")
def narrowed(w):
    told = [c for c in w.council.json("outbox", "list")["copies"]
            if c["template"] == "T-08"]
    assert told and all(c["person"] for c in told), told
    w.council.run("terms", "narrow", w.number, "--scope", "TASK_FORCE",
                  "--reason", "本人の希望")
    same(w.council.case(w.number)["terms"]["items"], [])
    same("bank-kato" in cases.permitted(w, w.item), False)
    wait.until("the bank to be told", lambda: [
        c for c in w.council.json("outbox", "list")["copies"]
        if c["template"] == "T-08" and c["person"] == "bank-kato"])


@step("more of it becomes secret by agreement, at once (T-07)")
def secrecy(w):
    w.council.run("request", "secrecy", w.number, "--parts",
                  "通信先のホスト名", "--reason", "利用者が推測されるため")
    got, text = asked(w)
    has(text, "通信先のホスト名", "利用者が推測される", "4-A")
    version = w.council.case(w.number)["terms"]["version"]
    answer(w, got, text, "4-A")
    case = w.council.wait_case(
        w.number, lambda c: c["terms"]["version"] == version + 1, "secret")
    same((case["terms"]["secrecy"], case["terms"]["secret_parts"]),
         ("parts", "通信先のホスト名"))


@step("an exception: declined, then agreed to in exact words (T-10)")
def exception(w):
    words = "観測点の一つは港湾業界にあります。"
    ask = ("request", "exception", w.number, "--scope", "TASK_FORCE",
           "--text-file", w.file("x.txt", words), "--reason", "範囲を知るため")
    refused(w, "request", "exception", w.number, "--scope", "ALL_MEMBERS",
            *ask[5:])
    for tick, state in (("4-D", "declined"), ("4-A", "agreed")):
        w.council.run(*ask)
        got, text = asked(w)
        has(text, words, "4-A", "4-D")
        answer(w, got, text, tick)
        requests = wait.until(state, lambda: [
            q for q in w.council.json("request", "list", w.number)["requests"]
            if (q["asks"], q["state"]) == ("exception", state)])
    mail = str(requests[-1]["mail"])
    add = ("item", "add", w.number, "--category", "AFFECTED_SECTOR",
           "--confidence", "TENTATIVE", "--secret", "yes", "--tlp", "RED",
           "--victim-inferable", "--special", "FEW_BODIES")
    refused(w, *add, "--text-file", w.file("y.txt", words + "ほか"),
            "--consent", mail)
    item = w.council.json(*add, "--text-file", w.file("x.txt", words),
                          "--consent", mail)["item"]
    cases.approvals(w, item)
    has(str(cases.permitted(w, item)), "lab-ito", "acme-sato")
    # Taken back with the same mail: nobody gets it any more.
    answer(w, got, text, "4-D")
    wait.until("nobody", lambda: cases.permitted(w, item) == [])


def ask(w, words):
    w.council.run("request", "exception", w.number, "--scope", "TASK_FORCE",
                  "--text-file", w.file("z.txt", words), "--reason", "x")
    return asked(w)


def post(w, got, content, body):
    def came():
        return [m["number"] for m in w.council.case(w.number)["mails"]
                if m["direction"] == "in"]

    seen = len(came())
    w.send(w.who, got["Reply-To"], mails.mail(
        w.who, got["Reply-To"], "Re", content=content, body=body))
    wait.until("it to be filed", lambda: len(came()) > seen)
    return w.council.json("mail", "show", max(came()))


def code_of(text):
    return re.search(r"(?m)^code: \S+", text)[0]


def unsigned(w, words):
    return mails.pgp_mime(w.key_of.run(
        "--armor", "--recipient", w.own, "--encrypt",
        stdin=mails.entity(words)).stdout)


@step("what was signed or sealed for one question answers no other")
def sent_again(w):
    first, text = ask(w, "一つ目の文です。")
    sealed = unsigned(w, "4-A\n" + code_of(text))
    same(post(w, first, *sealed)["class"], "answer")
    second, _ = ask(w, "二つ目の文です。")
    signed = mails.signed(w.key_of, "4-A")
    same(post(w, second, *signed)["class"], "answer")
    third, _ = ask(w, "三つ目の文です。")
    newest = w.council.json("request", "list", w.number)["requests"]
    for old, why in ((sealed, "ciphertext-came-before"),
                     (signed, "assurance-too-little")):
        shown = post(w, third, *old)
        same((shown["class"], shown["note"]), ("follow-up", why))
    same(w.council.json("request", "list", w.number)["requests"], newest)
    same(post(w, third, *mails.signed(w.key_of, "4-A"))["class"], "answer")


@step("a code that was quoted in the clear proves nothing afterwards")
def shown_code(w):
    got, text = ask(w, "四つ目の文です。")
    quoted = "担当者に確認します。\n\n" + re.sub("(?m)^", "> ", text)
    post(w, got, *mails.text_part(quoted, "utf-8", None))
    same(w.council.case(w.number)["note"], "code-in-clear")
    shown = post(w, got, *unsigned(w, "4-A\n" + code_of(text)))
    same((shown["class"], shown["note"]),
         ("follow-up", "assurance-too-little"))
    same(post(w, got, *mails.signed(w.key_of, "4-A"))["class"], "answer")


@step("a class-1 vendor speaks for a client, who is called by another name")
def vendor(w):
    ito = w.keys["lab-ito"]
    address = roster.ADDRESSES["lab-ito"]
    has(w.council.run("request", "sheet"), "4-C")
    for codes, state in (("1-C\n2-A\n4-C\n", "CONFIRMING"),
                         ("1-C\n2-A\n3-A\n4-C\n", "CONFIRMED")):
        before = {c["number"] for c in w.council.cases()}
        w.send(address, "csc-anken@council.test", mails.sealed(
            ito, w.own, "顧客の件です。\n" + codes, "csc-anken@council.test"))
        number = wait.until("a case", lambda: [
            c["number"] for c in w.council.cases()
            if c["number"] not in before])[0]
        w.council.wait_case(number, lambda c: c["state"] == state, state)
    # Without the agreement of the client it is like any other.
    refused(w, "case", "client", w.number, "X 社", "--reason", "x")
    w.council.run("case", "client", number, "顧客A", "--reason", "電話で確認")
    case = w.council.case(number)
    same((case["submitter"], case["client"]), ("lab-ito", "顧客A"))
    has(w.council.run("case", "show", number), "顧客A")


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""How people answer: ticks above, below and between quotes, full-width, in HTML
only, in words, unclear, twice, from elsewhere, forged. Consent is never guessed
(I2) and nothing goes to an address that was not asked."""
import itertools

from harness import mails
from harness.tap import has, lacks, run, same, step
from harness.world import world

USERS = itertools.count(1)
FORM = {"1-C": "", "2-C": "", "3-A": ""}


def somebody(domain="consulter.test"):
    return f"u{next(USERS)}@{domain}"


def asked(w, who=None, signed=True, text="サーバーの様子がおかしいです。"):
    """A fresh case with its questions: (address, mail, case number)."""
    who = who or somebody()
    known = {c["number"] for c in w.council.cases()}
    got = w.consult(who, "相談", text, signed=signed)
    number = [c["number"] for c in w.council.cases()
              if c["number"] not in known][0]
    return who, got, number


def expect_read_back(w, who, got, number, raw, scope="2-C"):
    before = len(w.sink.all(who))
    w.send(who, got["Reply-To"], raw)
    back = w.sink.wait(who, before + 1)
    has(back.text, "[ ] 4-Y", scope)
    same(w.council.case(number)["state"], "CONFIRMING")
    return back


@step("English gets English; a .jp sender or kana gets Japanese", needed=True)
def english(w):
    got = w.consult(somebody(), "Strange traffic", "Our server hangs.\n")
    has(got.text, "[ ] 1-A all of it is secret"[:7], "This is the secretariat"
        if "This is the secretariat" in got.text else "secretariat")
    lacks(got.text, "事務局です")
    got = w.consult(somebody("example.jp"), "Strange", "Our server hangs.\n",
                    signed=False)
    has(got.text, "事務局です")


@step("csc-info@ is answered with T-02 alone; case ask sends the questions")
def inquiry(w):
    who = somebody()
    got = w.consult(who, "質問", "お聞きします。", to="csc-info@council.test")
    has(got.text, "受け付けました")
    lacks(got.text, "[ ] 1-A", "ref: ")
    number = [c for c in w.council.cases() if c["state"] == "RECEIVED"][0]
    w.council.run("case", "ask", number["number"])
    has(w.sink.wait(who, 2).text, "[ ] 1-A", "ref: ")


@step("a reply written above the quoted form")
def top_posted(w):
    who, got, number = asked(w)
    raw = mails.reply(got, who, "1-C\n2-C\n3-A\n", below=False)
    expect_read_back(w, who, got, number, raw)


@step("a reply written below the quoted form")
def bottom_posted(w):
    who, got, number = asked(w)
    raw = mails.reply(got, who, "1-C\n2-C\n3-A\n", below=True)
    expect_read_back(w, who, got, number, raw)


@step("full-width codes and ticks")
def full_width(w):
    who, got, number = asked(w)
    form = mails.ticked(got, FORM, mark="○")
    raw = mails.reply(got, who, form.replace("> [○]", "> [○]"), quote=False)
    expect_read_back(w, who, got, number, raw)
    who, got, number = asked(w)
    raw = mails.reply(got, who, "1-C\n2-C\n3-A\n", below=False)
    expect_read_back(w, who, got, number, raw)


@step("a reply in JIS, and one that is only HTML")
def charsets(w):
    who, got, number = asked(w)
    raw = mails.reply(got, who, "①②③にお答えします。\n1-C\n2-C\n3-A\n", quote=False,
                      charset="iso-2022-jp")
    expect_read_back(w, who, got, number, raw)
    who, got, number = asked(w)
    quoted = "".join(f"{l}<br>\n" for l in got.text.split("\n"))
    html = ("<html><body><div>お返事します。</div><div>1-C</div><div>2-C</div>"
            f"<div>3-A</div><blockquote>{quoted}</blockquote></body></html>")
    raw = mails.reply(got, who, "", html=html)
    expect_read_back(w, who, got, number, raw)


@step("a token in capitals, and a reply whose tag some system dropped")
def folded(w):
    who, got, number = asked(w)
    to = got["Reply-To"].upper()
    raw = mails.reply(got, who, "1-C\n2-B\n3-A\n", below=False, to=to)
    before = len(w.sink.all(who))
    w.send(who, to, raw)
    has(w.sink.wait(who, before + 1).text, "[ ] 4-Y")
    who, got, number = asked(w)
    raw = mails.reply(got, who, "1-C\n2-B\n3-A\n", quote=False,
                      to="csc-anken@council.test")
    before = len(w.sink.all(who))
    w.send(who, "csc-anken@council.test", raw)
    has(w.sink.wait(who, before + 1).text, "[ ] 4-Y", number)


@step("an unclear answer is asked for once, then it is an operator's")
def unclear(w):
    who, got, number = asked(w)
    clar = w.answer(got, who, "1-A\n1-C\n2-C\n3-A\n", below=False)
    has(clar.text, "①")
    lacks(clar.text, "[x]")
    before = len(w.sink.all(who))
    w.answer(clar, who, "1-A\n1-C\n2-C\n3-A\n", below=False, expect=False)
    w.council.wait_mails(number, 3)
    same(len(w.sink.all(who)), before)
    same(w.council.case(number)["terms"], None)


@step("a first mail with complete answers is read back at once")
def at_once(w):
    who = somebody()
    got = w.consult(who, "相談", "様子がおかしいです。\n\n1-A\n2-A\n3-A\n")
    has(got.text, "[ ] 4-Y", "1-A", "2-A", "3-A")


def to_read_back(w, codes, who=None, signed=True):
    who, got, number = asked(w, who, signed)
    before = len(w.sink.all(who))
    raw = mails.reply(got, who, codes, below=False)
    w.send(who, got["Reply-To"], raw, signed)
    return who, w.sink.wait(who, before + 1), number


@step("who writes with a Reply-To answers as that address, which alone is asked")
def reply_to(w):
    who, shared = somebody(), somebody()
    extra = [f"Reply-To: CSIRT <{shared}>"]
    w.send(who, "csc-anken@council.test", mails.mail(
        who, "csc-anken@council.test", "相談", "不審な通信です。",
        extra=extra))
    got = w.sink.wait(shared)
    number = w.council.cases()[0]["number"]
    first = [m["number"] for m in w.council.case(number)["mails"]
             if m["direction"] == "in"][0]
    shown = w.council.json("mail", "show", first)
    same(shown["reply_to"], shared)
    has(str(shown["doubts"]), "reply-to")
    w.send(who, got["Reply-To"], mails.reply(
        got, who, "1-C\n2-B\n3-A\n", extra=extra))
    back = w.sink.wait(shared, 2)
    has(back.text, "[ ] 4-Y", "2-B")
    w.send(who, back["Reply-To"], mails.reply(
        back, who, "はい\n", below=False, extra=extra))
    w.council.wait_case(number, lambda c: c["state"] == "CONFIRMED",
                        "the yes")
    same(w.sink.all(who), [])


@step("a yes that puts the answer off locks nothing")
def postponed(w):
    who, got, number = asked(w)
    back = expect_read_back(w, who, got, number, mails.reply(
        got, who, "1-C\n2-B\n3-A\n"), "2-B")
    w.send(who, back["Reply-To"], mails.reply(
        back, who, "承知しました。\n社内で確認のうえ、改めてご連絡いたします。\n",
        below=False))
    w.sink.wait(who, 3)
    case = w.council.case(number)
    same((case["state"], case["terms"]), ("CONFIRMING", None))


@step("4-N brings the form again, and the old token confirms no more")
def changed(w):
    who, back, number = to_read_back(w, "1-C\n2-B\n3-A\n")
    form = w.answer(back, who, "4-N\n", below=False)
    has(form.text, "[ ] 1-A")
    w.answer(back, who, "4-Y\n", below=False, expect=False)
    w.council.wait_mails(number, 4)
    same(w.council.case(number)["state"], "CONFIRMING")


@step("too little assurance stays; an operator's voucher settles it")
def vouched(w):
    who, back, number = to_read_back(w, "1-C\n2-B\n3-A\n",
                                     somebody("plain.test"), signed=False)
    w.answer(back, who, "はい\n", below=False, signed=False, expect=False)
    w.council.wait_mails(number, 3)
    case = w.council.case(number)
    same(case["state"], "CONFIRMING")
    w.council.run("terms", "vouch", number, "--how", "phone", "--reason",
                  "登録簿の番号へ電話した")
    case = w.council.case(number)
    same((case["state"], case["terms"]["scope"]),
         ("CONFIRMED", "TASK_FORCE"))


@step("all members and wider: a voucher of two operators, or a signature")
def two_vouchers(w):
    who, back, number = to_read_back(w, "1-C\n2-C\n3-A\n")
    w.answer(back, who, "ok\n", below=False, expect=False)
    w.council.wait_mails(number, 3)
    same(w.council.case(number)["state"], "CONFIRMING")
    how = ["terms", "vouch", number, "--how", "meeting", "--reason", "面談"]
    w.council.run(*how)
    same(w.council.case(number)["state"], "CONFIRMING")
    w.council.run(*how, user=0)
    same(w.council.case(number)["state"], "CONFIRMED")


@step("operators who vouch before the yes comes are not asked again")
def vouched_before(w):
    who, back, number = to_read_back(w, "1-C\n2-B\n3-A\n",
                                     somebody("plain2.test"), signed=False)
    w.council.run("terms", "vouch", number, "--how", "phone", "--reason", "x")
    same(w.council.case(number)["state"], "CONFIRMING")
    w.answer(back, who, "はい\n", below=False, signed=False, expect=False)
    w.council.wait_case(number, lambda c: c["state"] == "CONFIRMED",
                        "confirmed")


@step("an automatic answer that quotes the token confirms nothing")
def vacation(w):
    who, back, number = to_read_back(w, "1-C\n2-B\n3-A\n")
    raw = mails.reply(back, who, "はい\n", below=False,
                      extra=["Auto-Submitted: auto-replied"])
    w.send(who, back["Reply-To"], raw)
    w.council.wait_mails(number, 3)
    same(w.council.case(number)["state"], "CONFIRMING")
    same(len(w.sink.all(who)), 2)


@step("ticks from another address count for nothing and are not answered")
def elsewhere(w):
    who, back, number = to_read_back(w, "1-C\n2-B\n3-A\n")
    thief = somebody("acme.test")
    w.send(thief, back["Reply-To"],
           mails.reply(back, thief, "はい\n", below=False))
    w.council.wait_mails(number, 3)
    same(w.council.case(number)["state"], "CONFIRMING")
    same(w.sink.all(thief), [])


@step("forged Authentication-Results win nothing")
def forged(w):
    who, back, number = to_read_back(w, "1-C\n2-B\n3-A\n",
                                     somebody("forged.test"), signed=False)
    raw = mails.reply(back, who, "はい\n", below=False, extra=[
        "Authentication-Results: mx.council.test; dmarc=pass "
        "header.from=forged.test; dkim=pass header.d=forged.test"])
    w.send(who, back["Reply-To"], raw, signed=False)
    w.council.wait_mails(number, 3)
    same(w.council.case(number)["state"], "CONFIRMING")


@step("a mail from a thousand forged senders makes few answers (restraint)")
def spoofed(w):
    before = len(w.sink.all())
    cases = len(w.council.cases())
    for n in range(60):
        who = f"v{n}@victim.test"
        w.send(who, "csc-anken@council.test", mails.mail(
            who, "csc-anken@council.test", "x", f"forged {n}"), signed=False)
    w.council.wait_cases(cases + 60)
    w.postfix.drained()
    answered = [m for m in w.sink.all()[before:] if "victim.test" in m.to]
    assert len(answered) <= 20, f"{len(answered)} answers to one domain"


@step("one address without authentication gets one answer a day")
def once(w):
    who = somebody("lonely.test")
    w.consult(who, "a", "first", signed=False)
    cases = len(w.council.cases())
    w.send(who, "csc-anken@council.test", mails.mail(
        who, "csc-anken@council.test", "b", "second"), signed=False)
    w.council.wait_cases(cases + 1)
    w.postfix.drained()
    same(len(w.sink.all(who)), 1)


@step("automatic mail, lists, <> and ourselves are not answered (loops stop)")
def loops(w):
    before = len(w.sink.all())
    plain = "csc-anken@council.test"
    for extra, sender, envelope in (
            (["Auto-Submitted: auto-generated"], "cron@consulter.test", None),
            (["List-Id: <x.consulter.test>"], "list@consulter.test", None),
            (["Precedence: bulk"], "bulk@consulter.test", None),
            ([], "null@consulter.test", ""),
            ([], plain, None),
            ([], "csc-info@council.test", None)):
        w.send(sender if envelope is None else envelope, plain,
               mails.mail(sender, plain, "auto", "automatic", extra=extra))
    w.postfix.drained()
    w.consult(somebody(), "last", "a person")
    to = [m.to for m in w.sink.all()[before:]
          if not m.to.startswith(("duty@", "u"))]
    same(to, [])


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""What kind of mail it is, and what is in it: a member's answer and its T-18
(R-121), a password after its archive (R-115), a membership paper (R-037), a
bounce, the details and indicators of a consultation (R-040, R-072)."""
import email
import pathlib
import subprocess

from harness import cases, copies, mails, roster
from harness.tap import has, lacks, run, same, step
from harness.wait import until
from harness.world import world

TEXT = """佐藤です。端末が hxxps://evil[.]example.com/x に接続しました。

被害は顧客情報 100 件です。

・日時: 2026年11月28日 21:00 ごろ
・OS: Windows Server 2019
・クラウドサービス: なし
"""


def mail_of(w, klass):
    found = [m for m in w.council.json("mail", "list")["mails"]
             if m["class"] == klass]
    return found[0] if found else None


@step("a consultation's details and indicators are shown", needed=True)
def consultation(w):
    w.consult("a1@consulter.test", "相談", TEXT)
    w.number = w.council.cases()[0]["number"]
    n = str(mail_of(w, "consultation")["number"])
    said = w.council.json("mail", "show", n)
    same([(x["type"], x["value"], x["marks"]) for x in said["indicators"]],
         [("url", "https://evil.example.com/x", ["defanged"])])
    same([(d["field"], d["value"]) for d in
          w.council.json("case", "show", w.number)["details"]],
         [("time", "2026年11月28日 21:00 ごろ"),
          ("os", "Windows Server 2019")])
    split = w.council.json("mail", "split", n)
    has("".join(split["technical"]), "evil[.]example.com")
    has("".join(split["damage"]), "顧客情報")
    has(w.council.run("mail", "split", n),
        "--indicator 'url:https://evil.example.com/x'")


@step("the password of an archive is filed with its case, and flagged")
def password(w):
    who = "p1@consulter.test"
    w.send(who, "csc-anken@council.test", mails.with_file(
        who, "csc-anken@council.test", "log.zip", mails.locked_zip(),
        "ログをお送りします。"))
    w.council.wait_cases(2)
    number = [c["number"] for c in w.council.cases()
              if c["number"] != w.number][0]
    w.sink.wait(who)
    w.send(who, "csc-anken@council.test", mails.mail(
        who, "csc-anken@council.test", "パスワードのご連絡",
        "先ほどのファイルのパスワードです。\n\nパスワード: Xy7#kq29\n"))
    until("the password is filed", lambda: mail_of(w, "password"))
    same(mail_of(w, "password")["case"], number)
    same(w.council.case(number)["note"], "password-by-mail")
    same(len(w.council.cases()), 2)
    same(len(w.sink.all(who)), 1)


def golden_files():
    """The files of a golden mail, by name: made by the programs that they are
    named after, where Debian has them."""
    mail = email.message_from_bytes((
        pathlib.Path(__file__).parent.parent / "golden" / "mails" /
        "encrypted-files.eml").read_bytes())
    return {p.get_filename(): p.get_payload(decode=True)
            for p in mail.walk() if p.get_filename()}


def seven_zip(w, *how):
    """What 7z makes of a file, with a password."""
    path = w.dir / ("log" + "".join(how) + ".7z")
    subprocess.run(["7z", "a", "-bso0", "-pXy7#kq29", *how, path,
                    w.file("log.txt", "受信の記録\n")], check=True,
                   stdout=subprocess.DEVNULL)
    return path.read_bytes()


@step("so is that of a 7z file, its names hidden or not, of rar 4 and 5, of an "
      "office file and of a PDF; that of no archive is not")
def other_archives(w):
    files = golden_files()
    trial = [("own.7z", seven_zip(w)), ("hidden.7z", seven_zip(w, "-mhe=on")),
             *((n, files[n]) for n in ("old.rar", "old-names.rar", "new.rar",
                                       "new-names.rar", "report.docx",
                                       "report.pdf")),
             ("plain.txt", b"x")]
    for n, (name, data) in enumerate(trial):
        who = f"q{n}@consulter.test"
        count = len(w.council.cases())
        w.send(who, "csc-anken@council.test", mails.with_file(
            who, "csc-anken@council.test", name, data,
            "資料をお送りします。"))
        w.council.wait_cases(count + 1)
        number = w.council.cases()[0]["number"]
        w.send(who, "csc-anken@council.test", mails.mail(
            who, "csc-anken@council.test", "パスワードのご連絡",
            "先ほどのファイルのパスワードです。\n\nXy7#kq29\n"))
        if name == "plain.txt":
            w.council.wait_cases(count + 2)
            continue
        case = w.council.wait_mails(number, 2)
        same([m["class"] for m in case["mails"] if m["direction"] == "in"][-1],
             "password", name)
        same(case["note"], "password-by-mail", name)
        same(len(w.council.cases()), count + 1, name)


@step("a membership paper opens no case; its sender is told where it belongs")
def paper(w):
    who, count = "k1@consulter.test", len(w.council.cases())
    w.send(who, "csc-info@council.test", mails.with_file(
        who, "csc-info@council.test", "261130_協議会加入申込書（K社）.docx",
        b"PK\x03\x04", "申込書をお送りします。"))
    told = w.sink.wait(who)
    has(told.text, "kyogikai-shomu@nisc.go.jp")
    same(len(w.council.cases()), count)
    same(mail_of(w, "wrong-desk")["case"], None)


@step("a bounce without its tag finds the copy by the head that it returns")
def bounce(w):
    got = w.sink.wait("p1@consulter.test")
    w.send("", "csc-return@council.test", (
        "From: MAILER-DAEMON@mx.consulter.test\r\nSubject: failure notice\r\n"
        "To: csc-return@council.test\r\n\r\n"
        "Hi. This is the qmail-send program.\r\n\r\n<p1@consulter.test>:\r\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        "--- Below this line is a copy of the message.\r\n\r\n"
        f"Message-ID: {got['Message-ID']}\r\n").encode())
    until("the bounce is filed", lambda: mail_of(w, "bounce"))
    same(mail_of(w, "bounce")["note"], "permanent")
    until("its copy is marked", lambda: any(
        c["reason"] == "bounced" for c in
        w.council.json("outbox", "list")["copies"]))


@step("a member's answer is in the ledger and comes back in a T-18")
def member(w):
    roster.fill(w)
    _, number = cases.confirmed(w, "1-C\n2-C\n3-A\n", vouch=True)
    one = cases.item(w, number, "修正版 1.2.3 を適用してください。",
                     category="COUNTERMEASURE", confidence="CONFIRMED",
                     tlp="GREEN")
    w.council.json("digest", "send", "--yes", "--now")
    roster.council_key(w)
    address = roster.ADDRESSES["lab-ito"]
    got = w.sink.wait(address)
    w.sink.clear()
    w.send(address, got["Reply-To"], mails.mail(
        address, got["Reply-To"], "Re: 情報", "A 来ていません。\n"))
    back = w.sink.wait(address)
    _, text, signer = copies.opened(w.keys["lab-ito"], back)
    assert signer
    has(text, one, "来ていない")
    lacks(text, "修正版")
    ledger = w.council.json("answers", one)
    same([(a["person"], a["answer"]) for a in ledger["answers"]],
         [("lab-ito", "not-seen")])
    same((ledger["seen"], ledger["not_seen"]), (0, 1))
    # The newest counts; T-18's own token routes.
    w.send(address, back["Reply-To"], mails.mail(
        address, back["Reply-To"], "Re: 訂正", "A 来ている\n"))
    until("the newest answer counts", lambda: [
        a["answer"] for a in w.council.json("answers", one)["answers"]] ==
        ["seen"])


if __name__ == "__main__":
    run(lambda: world())

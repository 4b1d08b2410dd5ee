#!/usr/bin/env python3
"""What a person must help: a mail that could not be read goes back to the
reader (I7), a case that names nobody gets its originator, and a colleague's
answer counts for the originator after a check by another way (I2, R-054)."""
import os
import pathlib
import signal
import subprocess

from harness import lmtp, mails, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
WHO, COLLEAGUE = "sato@consulter.test", "abe@consulter.test"
DUTY = "duty@council.test.example"


def is_ready(pid):
    """Behind its walls and asleep: it has said so, and waits for a mail."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return "\nSeccomp:\t2" in status and "\nState:\tS" in status


def readers(w):
    return [p for p in w.council.helpers("sekisho-reader") if is_ready(p)]


def stand_still(w):
    # One per processor; who is only being started is given nothing yet, and
    # its successor would read on.
    pids = wait.until("all readers", lambda: (
        lambda l: len(l) >= os.cpu_count() and l)(readers(w)))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    return pids


def die(pids):
    """As of a mail that kills its reader, whichever of them has it."""
    for pid in pids:
        wait.kill(pid, signal.SIGSEGV)
        os.kill(pid, signal.SIGCONT)


def mail_state(w, number):
    return w.council.json("mail", "show", number)["state"]


def filed(w, number):
    wait.until("the mail to be filed",
               lambda: mail_state(w, number) == "filed")
    return w.council.json("mail", "show", number)


def unread(w, who, text):
    """A mail during which its reader died: (case, mail)."""
    before = {c["number"] for c in w.council.cases()}
    pids = stand_still(w)
    w.send(who, DESK, mails.mail(who, DESK, "相談", text))
    wait.until("custody", lambda: [
        m for m in w.council.json("mail", "list")["mails"]
        if m["state"] == "waiting"])
    die(pids)
    w.council.wait_cases(len(before) + 1)
    number = [c["number"] for c in w.council.cases()
              if c["number"] not in before][0]
    return number, w.council.case(number)["mails"][0]["number"]


def decrypting(w, home):
    """The keygrip of a home's secret subkey for encryption."""
    rows = [l.split(":") for l in subprocess.run(
        ["gpg", "--homedir", home, "--with-colons", "--with-keygrip", "-K"],
        user=w.council.user, group=w.council.group, capture_output=True,
        text=True, check=True).stdout.split("\n")]
    at = next(i for i, r in enumerate(rows)
              if r[0] == "ssb" and "e" in r[11])
    return next(r[9] for r in rows[at:] if r[0] == "grp")


def audit(w, event):
    return [r for r in w.council.json("audit", "show", "--last", 1000)["rows"]
            if r["event"] == event]


@step("a mail whose reader died is read again: its case has an originator, and "
      "nothing was sent by that", needed=True)
def read_again(w):
    w.number, w.mail = unread(w, WHO, "様子がおかしいです。")
    case = w.council.case(w.number)
    same((case["originator"]["address"], case["mails"][0]["class"]),
         (None, "unreadable"))
    has(case["hint"], f"case originator {w.number}")
    has(w.council.refused("case", "ask", w.number, code=65),
        f"sekisho case originator {w.number} ADDRESS")
    shown = w.council.run("mail", "show", w.mail)
    has(shown, f"sekisho mail read-again {w.mail}")
    # Somebody else's case is not touched.
    w.council.run("case", "take", w.number, user=0)
    has(w.council.refused("mail", "read-again", w.mail, code=77), "is worked")
    w.council.run("case", "take", w.number)
    has(w.council.run("mail", "read-again", w.mail), "waiting",
        f"sekisho mail show {w.mail}")
    got = filed(w, w.mail)
    same((got["class"], got["case"], got["from"]),
         ("consultation", w.number, WHO))
    same(got["hint"], None)
    has(w.council.run("mail", "text", w.mail), "様子がおかしいです。")
    case = w.council.case(w.number)
    same((case["originator"]["address"], case["state"], case["note"]),
         (WHO, "SUPPORTING", "read-again"))
    same(len(w.council.cases()), 1)
    same(w.sink.all(WHO), [])
    same(len(audit(w, "mail.read-again")), 1)
    has(w.council.run("audit", "verify"), "Chain whole")


@step("a mail that was read is not read again, nor one that is with the reader")
def not_again(w):
    has(w.council.refused("mail", "read-again", w.mail, code=65),
        "was read already (consultation)")
    w.number2, w.mail2 = unread(w, "b1@consulter.test", "通信が多いです。")
    w.council.run("case", "take", w.number2)
    pids = stand_still(w)
    w.council.run("mail", "read-again", w.mail2)
    has(w.council.refused("mail", "read-again", w.mail2, code=75),
        "is with the reader now")
    # In vain: it stands as it stood.
    die(pids)
    got = filed(w, w.mail2)
    same((got["class"], got["case"]), ("unreadable", w.number2))
    same(len(audit(w, "mail.read-in-vain")), 1)
    same(w.council.case(w.number2)["originator"]["address"], None)


@step("the daemon's end in between loses nothing of it, and opens no case")
def restarted(w):
    cases = len(w.council.cases())
    pids = stand_still(w)
    w.council.run("mail", "read-again", w.mail2)
    w.council.kill()
    for pid in pids:
        wait.kill(pid)
    w.council.start()
    got = filed(w, w.mail2)
    same((got["class"], got["case"]), ("consultation", w.number2))
    same(w.council.case(w.number2)["originator"]["address"],
         "b1@consulter.test")
    same(len(w.council.cases()), cases)


@step("the questions go to it by the usual way, and its answer counts")
def asked(w):
    case = w.council.case(w.number)
    has(case["hint"], f"case ask {w.number}")
    w.council.run("case", "ask", w.number)
    w.got = w.sink.wait(WHO)
    has(w.got.text, "1-A", w.number)
    back = w.answer(w.got, WHO, "1-C\n2-B\n3-A\n")
    has(back.text, "4-Y")
    same(w.council.case(w.number)["state"], "CONFIRMING")
    same(w.council.case(w.number)["hint"], None)
    w.back = back


@step("who is named by an operator is asked and heard; what is no address, ours "
      "or a second one is refused")
def named(w):
    raw = mails.mail("x@consulter.test", DESK, "相談", "誰でしょう。")
    raw = b"\r\n".join(line for line in raw.split(b"\r\n")
                       if not line.startswith(b"From:"))
    cases = len(w.council.cases())
    same(lmtp.deliver(w, raw, [DESK], ""), [250])
    w.council.wait_cases(cases + 1)
    number = w.council.cases()[0]["number"]
    same(w.council.case(number)["originator"]["address"], None)
    why = ("--reason", "said so by phone")
    for address, code, text in (
            ("nobody", 65, "no mail address"),
            ("用户@consulter.test", 65, "not ASCII"),
            ("csc-info+a@council.test", 65, "address of ours")):
        has(w.council.refused("case", "originator", number, address, *why,
                              code=code), text)
    w.council.refused("case", "originator", number, "x@consulter.test",
                      code=64)
    case = w.council.json("case", "originator", number, "x@consulter.test",
                          "--name", "エックス", *why)
    same(case["originator"]["address"], "x@consulter.test")
    same(case["notes"][-1]["text"], "said so by phone")
    has(w.council.refused("case", "originator", number, "y@consulter.test",
                          *why, code=65), "has an originator")
    same(w.sink.all("x@consulter.test"), [])
    w.council.run("case", "ask", number)
    got = w.sink.wait("x@consulter.test")
    back = w.answer(got, "x@consulter.test", "1-C\n2-A\n3-A\n")
    has(back.text, "4-Y")
    # Its name is looked for as any originator's is.
    has(w.council.run("case", "deny", number, "list"), "エックス")
    same(len(audit(w, "case.originator")), 1)


@step("an answer that keyd could not open counts once it can")
def opened_later(w):
    who = "enc@consulter.test"
    key = w.key("enc", who)
    own = key.learn(w.council.run("key", "export").encode())
    got = w.consult(who, "相談", "暗号化して回答します。")
    number = w.council.cases()[0]["number"]
    # Only what decrypts: a home without the council's key at all would let
    # the mail wait.
    hidden = []
    for home in (w.council.dir / "gnupg").glob("[0-9]*"):
        f = home / "private-keys-v1.d" / f"{decrypting(w, home)}.key"
        hidden.append((f, pathlib.Path(f"{f}.away")))
        f.rename(hidden[-1][1])
    w.send(who, got["Reply-To"], mails.sealed(
        key, own, "1-C\n2-B\n3-A\n", got["Reply-To"],
        extra=[f"In-Reply-To: {got['Message-ID']}"]))
    case = w.council.wait_mails(number, 2)
    mail = [m for m in case["mails"] if m["direction"] == "in"][-1]
    same((mail["class"], mail["note"]), ("follow-up", "cannot-decrypt"))
    has(w.council.json("mail", "show", mail["number"])["hint"], "read-again")
    for f, away in hidden:
        away.rename(f)
    w.sink.wait(who, 2)         # T-27, at its mark of the clock
    w.council.run("mail", "read-again", mail["number"])
    back = w.sink.wait(who, 3)
    has(back.text, "4-Y")
    got = filed(w, mail["number"])
    same((got["class"], got["note"], got["case"]),
         ("answer", "complete", number))
    # Once: the question is answered now.
    has(w.council.refused("mail", "read-again", mail["number"], code=65),
        "was read already")


def colleague(w, to, text, who=COLLEAGUE):
    """An answer from there to a mail that the originator got: its number."""
    before = len(w.council.json("mail", "list")["mails"])
    w.send(who, to["Reply-To"], mails.reply(to, who, text))
    wait.until("the answer", lambda: len([
        m for m in w.council.json("mail", "list")["mails"]
        if m["state"] == "filed"]) > before)
    return w.council.json("mail", "list")["mails"][0]


VOUCH = ("--how", "phone", "--reason", "called Sato at the known number")


@step("a colleague's answer is no answer until an operator asked the originator "
      "by another way; then the read-back goes to the originator")
def vouched(w):
    who = "head@consulter.test"
    first = w.consult(who, "相談", "様子がおかしいです。")
    number = w.council.cases()[0]["number"]
    mail = colleague(w, first, "1-C\n2-B\n3-A\n")
    same((mail["class"], mail["note"]), ("follow-up", "same-organisation"))
    same(w.council.case(number)["note"], "same-organisation")
    has(w.council.run("mail", "show", mail["number"]),
        f"sekisho mail vouch {mail['number']}")
    w.council.refused("mail", "vouch", mail["number"], "--how", "phone",
                      code=64)
    same(len(w.sink.all(who)), 1)
    w.council.run("mail", "vouch", mail["number"], *VOUCH)
    back = w.sink.wait(who, 2)
    has(back.text, "4-Y")
    same(w.sink.all(COLLEAGUE), [])
    got = filed(w, mail["number"])
    same((got["class"], got["note"]), ("answer", "complete"))
    # Once, and not what is no colleague's answer.
    has(w.council.refused("mail", "vouch", mail["number"], *VOUCH, code=65),
        "same-organisation")
    yes = colleague(w, back, "4-Y\n")
    same(w.council.case(number)["state"], "CONFIRMING")
    w.council.run("mail", "vouch", yes["number"], *VOUCH)
    case = w.council.wait_case(number, lambda c: c["state"] == "CONFIRMED",
                               "confirmed")
    same(case["terms"]["assurance"], "token+aligned")
    has(" ".join(n["text"] for n in case["notes"]), "known number")
    same(sorted(r["detail"] for r in audit(w, "mail.vouch")),
         [f"mail={n} how=phone" for n in sorted([mail["number"], yes["number"]],
                                                key=str)])


@step("nobody vouches a mail past its token: an older question's, another "
      "organisation's, one in a case that has ended")
def not_vouched(w):
    who = "late@consulter.test"
    first = w.consult(who, "相談", "様子がおかしいです。")
    number = w.council.cases()[0]["number"]
    mail = colleague(w, first, "1-C\n2-B\n3-A\n")
    w.council.run("case", "ask", number)
    again = w.sink.wait(who, 2)
    w.council.run("mail", "vouch", mail["number"], *VOUCH)
    wait.until("it to be decided", lambda: w.council.json(
        "mail", "show", mail["number"])["note"] == "old-question")
    other = colleague(w, again, "1-C\n2-B\n3-A\n", who="eve@acme.test")
    same(other["note"], "other-address")
    has(w.council.refused("mail", "vouch", other["number"], *VOUCH, code=65),
        "is no answer of a colleague")
    same(w.council.case(number)["proposed"], None)
    same(len(w.sink.all(who)), 2)
    # A case that has ended goes on first.
    third = colleague(w, again, "1-C\n2-B\n3-A\n")
    w.council.run("case", "take", number)
    w.council.run("case", "close", number, "--support-only", "--quiet")
    has(w.council.refused("mail", "vouch", third["number"], *VOUCH, code=65),
        f"sekisho case reopen {number}")


@step("no operator was left without word, and no content stands in the log")
def told(w):
    assert [m for m in w.sink.all(DUTY) if "読み取れないメール" in m.text]
    lacks(w.council.said(), "様子", "sato@", "known number")


if __name__ == "__main__":
    run(lambda: world())

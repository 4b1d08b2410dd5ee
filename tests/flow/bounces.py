#!/usr/bin/env python3
"""Mail that comes back (L24): what was lost and what follows is kept for its
person, told once without content, and goes when the address is right again;
nothing that anybody can forge does more than that."""
import re

from harness import bounce, cases, copies, lmtp, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

WHO, POC = "acme-sato", "acme-mori"
SECRET = "203.0.113.77"


def copies_of(w, person, state=None):
    return [c for c in w.council.json("outbox", "list")["copies"]
            if c["person"] == person and c["template"] != "T-39" and
            (state is None or c["state"] == state)]


def notices(w):
    return [m for m in w.sink.all("duty@council.test.example")
            if "戻" in m.text or "届けでき" in m.text]


def digest(w, text):
    item = cases.item(w, w.number, text)
    done = w.council.json("digest", "send", "--yes", "--now")
    return item, done


@step("a digest goes to everybody", needed=True)
def prepared(w):
    roster.fill(w)
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    digest(w, f"接続先 {SECRET}")
    w.first = w.sink.wait(roster.ADDRESSES[WHO])
    has(w.first.sender, "csc-return+")
    roster.council_key(w)


@step("a bounce with a token that is nobody's changes nothing, tells nobody")
def forged(w):
    before = w.council.json("outbox", "list")["copies"]
    for to in ("csc-return@council.test",
               "csc-return+" + "a" * 26 + "@council.test",
               "csc-return+x@council.test"):
        bounce.deliver(w, to, roster.ADDRESSES[WHO])
    now = w.council.json("outbox", "list")["copies"]
    same([(c["copy"], c["state"]) for c in now if c["template"] != "N-01"],
         [(c["copy"], c["state"]) for c in before if c["template"] != "N-01"])
    same(notices(w), [])


@step("for good: that copy is marked, its person is stopped, all are told once",
      needed=True)
def permanent(w):
    bounce.deliver(w, w.first.sender, roster.ADDRESSES[WHO], count=3)
    same([c["reason"] for c in copies_of(w, WHO, "bounced")], ["bounced"])
    w.sink.wait("duty@council.test.example")
    wait.until("a notice", lambda: notices(w))
    told = w.sink.wait(roster.ADDRESSES[POC], 2)
    has(told.text, "address")
    lacks(told.text, SECRET, WHO, "佐藤", w.number)
    w.postfix.drained()
    same(len(notices(w)), 1)
    same(len([c for c in w.council.json("outbox", "list")["copies"]
              if c["template"] == "T-39" and
              c["to"] == roster.ADDRESSES[POC]]), 1)
    lacks(notices(w)[0].text, SECRET, WHO)


@step("further copies of that person are held, and of nobody else")
def held(w):
    _, done = digest(w, "接続先 203.0.113.78")
    same([h for h in done["held"] if h["person"] == WHO],
         [{"person": WHO, "reason": "bounced"}])
    w.sink.wait(roster.ADDRESSES["lab-ito"], 2)
    w.postfix.drained()
    same(len(w.sink.all(roster.ADDRESSES[WHO])), 1)
    same([c["reason"] for c in copies_of(w, WHO, "held")], ["bounced"])
    # To try again is no mend: the address is.
    row = copies_of(w, WHO, "held")[0]["copy"]
    has(w.council.refused("outbox", "retry", row), "outbox release")
    w.council.run("outbox", "retry", "--held")
    w.postfix.drained()
    same(len(w.sink.all(roster.ADDRESSES[WHO])), 1)


@step("an operator's release sends what was held and what was lost, once")
def released(w):
    done = w.council.json("outbox", "release", WHO, "--reason",
                          "満杯でした、電話で確認")
    same(done["copies"], 2)
    w.sink.wait(roster.ADDRESSES[WHO], 3)
    w.postfix.drained()
    got = w.sink.all(roster.ADDRESSES[WHO])
    same(len(got), 3)
    texts = [copies.opened(w.keys[WHO], m)[1] for m in got]
    same(sum(SECRET in t for t in texts), 2)
    same(sum("203.0.113.78" in t for t in texts), 1)
    # The repeat is recognisable (L22).
    lost = [m for m, t in zip(got, texts) if SECRET in t]
    same(lost[0]["Message-ID"], lost[1]["Message-ID"])
    has(w.council.refused("outbox", "release", WHO, "--reason", "x"),
        "stopped")
    has(w.council.run("audit", "show", WHO), "person.stop", "person.release")


@step("a new address ends it: exactly what was missed goes there")
def moved(w):
    # Copies leave in no order: this one is not the digest of the first step.
    other = next(m for m in w.sink.all(roster.ADDRESSES[WHO])
                 if m.sender != w.first.sender)
    bounce.deliver(w, other.sender, roster.ADDRESSES[WHO])
    digest(w, "接続先 203.0.113.79")
    w.sink.wait(roster.ADDRESSES["lab-ito"], 3)
    address = "hanako@acme.test"
    w.council.run("person", "change", WHO, "--address", address)
    w.sink.wait(address, 2)
    w.postfix.drained()
    texts = [copies.opened(w.keys[WHO], m)[1]
             for m in w.sink.all(address)]
    same(len(texts), 2)
    same(sum("203.0.113.79" in t for t in texts), 1)
    same(len(w.sink.all(roster.ADDRESSES[WHO])), 3)
    # A late bounce of the old address is no news of the new one: what was
    # lost goes there, once, and nobody need do anything (L23).
    bounce.deliver(w, w.first.sender, roster.ADDRESSES[WHO], subject="again",
                   count=2)
    assert w.council.json("person", "show", WHO)["delivery"] == "ok"
    w.sink.wait(address, 3)
    w.postfix.drained()
    texts = [copies.opened(w.keys[WHO], m)[1] for m in w.sink.all(address)]
    same((len(texts), sum(SECRET in t for t in texts)), (3, 1))
    same(len(w.sink.all(roster.ADDRESSES[WHO])), 3)
    same([h for h in w.council.json("outbox", "list", "--held")["held"]
          if h["person"] == WHO], [])


@step("what was said of a key to a dead address is said again at the next")
def said_again(w):
    who, address = "late-ueda", "shiro@late.test"
    old = roster.ADDRESSES[who]
    told = w.sink.wait(old)
    same([c["template"] for c in w.council.json("outbox", "list")["copies"]
          if c["person"] == who and c["state"] == "sent"], ["T-39"])
    bounce.deliver(w, told.sender, old)
    w.council.run("person", "change", who, "--address", address)
    same(w.sink.wait(address).subject, told.subject)
    w.postfix.drained()
    same((len(w.sink.all(address)), len(w.sink.all(old))), (1, 1))


@step("in the words of a Japanese carrier, of qmail, and of Exchange")
def other_forms(w):
    for person, name in (("lab-ito", "docomo-ja"),
                         ("ministry-ono", "qmail-permanent"),
                         ("uni-abe", "exchange-plain-ja")):
        mail = w.sink.all(roster.ADDRESSES[person])[-1]
        raw = (w.golden / f"{name}.eml").read_bytes()
        raw = mails.crlf(re.sub(rb"(?m)^(To|Message-ID):.*\n",
                                lambda m: m.group(1) + b": <" +
                                mails.unique("x.test").encode() + b">\n"
                                if m.group(1) != b"To" else
                                b"To: " + mail.sender.encode() + b"\n", raw))
        same(lmtp.deliver(w, raw, [mail.sender], ""), [250])
        wait.until(f"{person} is stopped", lambda: w.council.json(
            "person", "show", person)["delivery"] != "ok")
        got = len(w.sink.all(roster.ADDRESSES[person]))
        w.council.run("outbox", "release", person, "--reason", "a trial")
        w.sink.wait(roster.ADDRESSES[person], got + 1)
    w.postfix.drained()


@step("an item that is corrected while its person is stopped goes to them once")
def corrected(w):
    who, address = "ministry-ono", roster.ADDRESSES["ministry-ono"]
    bounce.deliver(w, w.sink.all(address)[-1].sender, address)
    wait.until("the stop", lambda: w.council.json(
        "person", "show", who)["delivery"] != "ok")
    item, _ = digest(w, "接続先 203.0.113.95")
    w.council.run("item", "edit", item, "--text-file",
                  w.file("edit.txt", "接続先 203.0.113.96"))
    cases.approvals(w, item)
    w.council.run("digest", "send", "--yes", "--now")
    before = len(w.sink.all(address))
    w.council.run("outbox", "release", who, "--reason", "a trial")
    def said():
        return [copies.opened(w.keys[who], m)[1] for m in w.sink.all(address)
                if m.message.get_content_type() == "multipart/encrypted"]
    wait.until("it", lambda: any("203.0.113.96" in t for t in said()))
    wait.until("nothing to wait", lambda: not [
        c for c in copies_of(w, who) if c["state"] not in
        ("sent", "dropped", "bounced")])
    w.postfix.drained()
    same(sum("203.0.113.9" in t for t in said()), 1)


@step("who leaves while stopped is told so, named no more, and comes back clean")
def left(w):
    who = "uni-abe"
    address = roster.ADDRESSES[who]
    bounce.deliver(w, w.sink.all(address)[-1].sender, address)
    wait.until("the stop", lambda: w.council.json(
        "person", "show", who)["delivery"] != "ok")
    digest(w, "接続先 203.0.113.91")
    same([c["reason"] for c in copies_of(w, who, "held")], ["bounced"])
    w.council.run("person", "remove", who, "--reason", "退職")
    # It says that mail ends, and is not kept for a mailbox to mend.
    farewell = w.sink.wait(address, subject="終了しました")
    lacks(farewell.text, "203.0.113.91")
    same(copies_of(w, who, "held"), [])
    same([h for h in w.council.json("outbox", "list", "--held")["held"]
          if h["person"] == who], [])
    has(w.council.run("audit", "show", who), "person.stop-over")
    # The same person, at the same address, some day.
    w.council.run("person", "add", who, "--org", "uni", "--name", "阿部 三郎",
                  "--address", address, "--language", "ja")
    same(w.council.json("person", "show", who)["delivery"], "ok")
    same([h for h in w.council.json("outbox", "list", "--held")["held"]
          if h["person"] == who and h["reason"] != "no-key"], [])


@step("who comes back is asked for a key, and the one of before is a proposal")
def back(w):
    who, address = "uni-abe", roster.ADDRESSES["uni-abe"]
    key = w.keys[who]
    content, body = mails.mixed("戻りました。\n", [
        ("key.asc", "application/pgp-keys", key.export())])
    mail = mails.mail(address, "csc-info@council.test", "鍵",
                      content=content, body=body)
    w.send(address, "csc-info@council.test", mail)
    wait.until("the proposal (R-119)", lambda: [
        k["fingerprint"] for k in w.council.json("key", "list", "--proposed")
        ["keys"] if k["person"] == who] == [key.fpr])
    # Of the registration before, this one was asked already (T-39).
    late, there = "late-ueda", "shiro@late.test"
    before = len(w.sink.all(there, "お届けできない"))
    w.council.run("person", "remove", late)
    w.council.run("person", "add", late, "--org", "late", "--name",
                  "上田 六郎", "--address", there, "--language", "ja")
    digest(w, "接続先 203.0.113.92")
    wait.until("T-39", lambda: len(w.sink.all(there, "お届けできない")) ==
               before + 1)


@step("delays are counted and shown; enough of them hold, and a flood is one")
def late(w):
    person = "acme-mori"
    for number in range(80, 84):
        digest(w, f"接続先 203.0.113.{number}")
    address = roster.ADDRESSES[person]
    wait.until("copies", lambda: len(w.sink.all(address)) >= 8)
    all_of = {m.sender: m for m in w.sink.all(address)
              if m.message.get_content_type() == "multipart/encrypted"}
    senders = list(all_of)[-5:]
    for n, sender in enumerate(senders):
        same(w.council.json("person", "show", person)["delivery"], "ok")
        bounce.deliver(w, sender, address, action="delayed", status="4.4.1",
               count=3 if n == 0 else 1)
    same(w.council.json("person", "show", person)["delivery"], "late")
    told = [c for c in copies_of(w, person, "sent") if c["reason"] == "late"]
    same(len(told), 5)
    shown = w.council.json("outbox", "show", told[0]["copy"])
    same([r["fate"] for r in shown["returns"]], ["temporary"])
    w.council.run("outbox", "release", person, "--reason", "a trial")
    # It begins anew.
    digest(w, "接続先 203.0.113.90")
    wait.until("one more", lambda: [
        m for m in w.sink.all(address) if m.sender not in all_of and
        m.message.get_content_type() == "multipart/encrypted"])


@step("a bounce that quotes a ticked answer of a question confirms nothing")
def quoted(w):
    who = "bounce@consulter.test"
    got = w.consult(who, "相談", "様子がおかしいです。")
    number = w.council.cases()[0]["number"]
    before = w.council.case(number)["state"]
    token = got["Reply-To"]
    body = (f"{got['Reply-To']}\n1-A\n2-E\n3-D\n4-Y\nはい\n").encode()
    raw = mails.mail("mailer-daemon@consulter.test", token,
                     "Undelivered Mail Returned to Sender",
                     body=body + bounce.report(who)[0], content=bounce.report(who)[1])
    same(lmtp.deliver(w, raw, [token], ""), [250])
    wait.until("the bounce to be filed", lambda: any(
        m["class"].lower() == "bounce" for m in
        w.council.case(number)["mails"]))
    case = w.council.case(number)
    same((case["state"], case["terms"]), (before, None))
    same(case["needs_operator"], True)


@step("a notice to the secretariat that comes back makes no further notice")
def no_loop(w):
    w.postfix.drained()		# the notice of the step before is there
    notice = w.sink.all("duty@council.test.example")[-1]
    count = len(w.sink.all("duty@council.test.example"))
    bounce.deliver(w, notice.sender, "duty@council.test.example", count=3)
    w.postfix.drained()
    same(len(w.sink.all("duty@council.test.example")), count)
    assert [c for c in w.council.json("outbox", "list", "--state",
                                      "bounced")["copies"]
            if c["to"] == "duty@council.test.example"]


def make():
    import contextlib
    import pathlib

    @contextlib.contextmanager
    def made():
        with world() as w:
            w.golden = pathlib.Path(__file__).parent.parent / \
                "golden" / "classes"
            yield w
    return made()


if __name__ == "__main__":
    run(make)

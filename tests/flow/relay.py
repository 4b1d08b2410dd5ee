#!/usr/bin/env python3
"""Handing over: LMTP over TCP on the way in; on the way out a mail system that
says later, no, nothing at all, or that a copy came back."""
import socket
import sqlite3
import threading

from harness import cases, copies, gpg, lmtp, mails, roster, wait
from harness.tap import has, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"


def consult(w, who, text="様子がおかしいです。"):
    raw = mails.mail(who, DESK, "相談", text)
    same(lmtp.deliver(w, raw, [DESK], who), [250])
    return w.council.wait_cases(1)


def copies_to(w, to):
    return [c for c in w.council.json("outbox", "list")["copies"]
            if c["to"] == to]


@step("LMTP over TCP takes a mail, and its sender is answered", needed=True)
def over_tcp(w):
    consult(w, "tcp@one.test")
    w.got = w.sink.wait("tcp@one.test")
    has(w.got.text, "[ ] 1-A")


@step("over TCP nobody is authenticated unless the configuration says so")
def untrusted(w):
    raw = mails.mail("claim@two.test", DESK, "x", "x", extra=[])
    raw = (b"Authentication-Results: mx.council.test; dmarc=pass "
           b"header.from=two.test\r\nReceived: from a by b; " +
           mails.date().encode() + b"\r\n" + raw)
    lmtp.deliver(w, raw, [DESK], "claim@two.test")
    w.sink.wait("claim@two.test")
    # Unauthenticated: the second one of the day is not answered.
    raw = raw.replace(b"Message-ID: <", b"Message-ID: <second.").replace(
        b"\r\n\r\nx", b"\r\n\r\nsecond")
    lmtp.deliver(w, raw, [DESK], "claim@two.test")
    wait.until("the second to be filed", lambda: len(
        w.council.json("mail", "list")["mails"]) >= 3)
    consult(w, "marker@three.test")
    w.sink.wait("marker@three.test")
    same(len(w.sink.all("claim@two.test")), 1)


@step("`try later` is tried again, with the same bytes")
def later(w):
    refusals = []

    def refuse(rcpt):
        if rcpt == "later@four.test" and len(refusals) < 2:
            refusals.append(rcpt)
            return "451 4.3.0 later"
        return None
    w.sink.refuse = refuse
    consult(w, "later@four.test")
    wait.until("a refusal", lambda: refusals)
    while len(refusals) < 2 and not w.sink.all("later@four.test"):
        for copy in copies_to(w, "later@four.test"):
            w.council.call("outbox", "retry", copy["copy"])
        wait.until("another try", lambda: len(refusals) == 2 or
                   w.sink.all("later@four.test"))
    for copy in copies_to(w, "later@four.test"):
        w.council.call("outbox", "retry", copy["copy"])
    w.sink.wait("later@four.test")
    w.sink.refuse = lambda rcpt: None


@step("`never` holds the copy, tells the operators, and goes on with others")
def never(w):
    w.sink.refuse = lambda rcpt: "550 5.1.1 no such person" \
        if rcpt == "gone@five.test" else None
    consult(w, "gone@five.test")
    held = wait.until("the copy to be held", lambda: [
        c for c in copies_to(w, "gone@five.test") if c["state"] == "held"])
    same([c["reason"] for c in held], ["relay-refused"])
    w.sink.wait("duty@council.test.example")
    consult(w, "other@six.test")
    w.sink.wait("other@six.test")
    same(w.sink.all("gone@five.test"), [])
    row = w.council.json("outbox", "list", "--held")["held"][0]
    same((row["reason"], row["copies"]), ("relay-refused", 1))
    has(w.council.json("outbox", "show", held[0]["copy"])["reply"],
        "no such person")
    has(row["mend"], f"outbox retry {held[0]['copy']}")
    has(w.council.run("audit", "show", f"copy {held[0]['copy']}"),
        "copy.held", "relay-refused")
    # A relay whose table was wrong is mended, and nothing was lost (L23).
    w.sink.refuse = lambda rcpt: None
    w.council.run("outbox", "retry", held[0]["copy"])
    has(w.sink.wait("gone@five.test").text, "[ ] 1-A")
    has(w.council.run("audit", "show", f"copy {held[0]['copy']}"),
        "copy.sent")


@step("a mail system that takes nothing at all refuses no copy; check says so")
def closed(w):
    w.sink.closed = "554 5.3.2 no service here"
    people = [f"shut{n}@eleven.test" for n in range(3)]
    for who in people:
        consult(w, who)
    for tries in (1, 2):      # on a connection of before, and on a new one
        wait.until("a try of each", lambda: all(
            copies_to(w, who) and copies_to(w, who)[0]["tries"] >= tries
            for who in people))
        same({c["state"] for who in people for c in copies_to(w, who)},
             {"ready"})
        has(" ".join(w.council.json("outbox", "check")["faults"]),
            "the relay takes no mail of ours (554)")
        for who in people:
            w.council.call("outbox", "retry", copies_to(w, who)[0]["copy"])
    w.sink.closed = None
    for who in people:
        for copy in copies_to(w, who):
            if copy["state"] == "ready":
                w.council.call("outbox", "retry", copy["copy"])
        w.sink.wait(who)
    same(w.council.json("outbox", "check")["faults"], [])


def wait_for(w, who, **want):
    """Its one copy, as soon as it is so."""
    return wait.until(f"{who} to be {want}", lambda: [
        c for c in copies_to(w, who)
        if all(c[name] == value for name, value in want.items())])[0]


@step("refused at MAIL for its own sake, while others pass: held after some "
      "tries, also over a restart, and told")
def own_sake(w):
    who = "own@twelve.test"
    w.sink.refuse = lambda rcpt: "451 4.3.0 later" if rcpt == who else None
    consult(w, who)
    copy = wait_for(w, who, tries=1)["copy"]
    sender = w.sink.senders[who]
    w.sink.refuse = lambda rcpt: None
    w.sink.refuse_sender = lambda name: "550 5.7.1 this one not" \
        if name == sender else None

    def show():
        return w.council.json("outbox", "show", copy)
    w.council.run("outbox", "retry", copy)
    wait.until("a refusal at MAIL", lambda: "this one" in show()["reply"])
    for n in range(1, 6):
        same(show()["state"], "ready")
        consult(w, f"passes{n}@twelve.test")
        w.sink.wait(f"passes{n}@twelve.test")
        if n == 3:
            w.council.stop()
            w.council.start()
            consult(w, "again@twelve.test")
            w.sink.wait("again@twelve.test")
        tries = show()["tries"]
        w.council.run("outbox", "retry", copy)
        wait.until("a try", lambda: show()["tries"] >= tries + 2)
    done = wait_for(w, who, state="held")
    same((done["copy"], done["reason"]), (copy, "relay-refused"))
    # Within an hour of another such notice it is told in their sum.
    wait.until("a notice", lambda: any("止めて" in m.text for m in w.sink.all(
        "duty@council.test.example")))
    has(w.council.run("outbox", "list", "--held"), "relay-refused")
    # That is no fault of all that leaves.
    same([f for f in w.council.json("outbox", "check")["faults"]
          if "nothing leaves" in f], [])
    w.sink.refuse_sender = lambda name: None
    w.council.run("outbox", "retry", copy)
    w.sink.wait(who)


@step("too large for the relay, it says so at MAIL: held at once")
def too_large(w):
    who = "large@thirteen.test"
    w.sink.refuse_sender = lambda name: "554 5.3.4 message too big"
    consult(w, who)
    done = wait_for(w, who, state="held")
    same((done["reason"], done["tries"]), ("relay-refused", 1))
    w.sink.refuse_sender = lambda name: None
    w.council.run("outbox", "retry", "--held")
    w.sink.wait(who)


@step("a mail system that is away loses nothing")
def away(w):
    port = w.sink.port
    w.sink.stop()
    consult(w, "patient@seven.test")
    wait.until("a try that failed", lambda: [
        c for c in copies_to(w, "patient@seven.test")
        if c["tries"] > 0 or c["state"].lower() != "sent"])
    w.ends.remove(w.sink.stop)
    from harness import sink
    w.sink = sink.Sink(port=port)
    w.ends.append(w.sink.stop)
    for copy in copies_to(w, "patient@seven.test"):
        w.council.call("outbox", "retry", copy["copy"])
    w.sink.wait("patient@seven.test")


@step("a bounce to a copy's return address marks that copy, opens no case")
def bounced(w):
    cases_before = len(w.council.cases())
    got = w.sink.wait("patient@seven.test")
    has(got.sender, "csc-return+")
    report = (
        'Content-Type: multipart/report; report-type=delivery-status;\n'
        ' boundary="b"')
    body = (b"--b\nContent-Type: text/plain\n\nNo such user.\n"
            b"--b\nContent-Type: message/delivery-status\n\n"
            b"Reporting-MTA: dns; mx.seven.test\n\n"
            b"Final-Recipient: rfc822; patient@seven.test\n"
            b"Action: failed\nStatus: 5.1.1\n--b--\n")
    raw = mails.mail("mailer-daemon@seven.test", got.sender,
                     "Undelivered", body=body, content=[report])
    same(lmtp.deliver(w, raw, [got.sender], ""), [250])
    wait.until("the copy to be marked", lambda: any(
        "bounce" in str(c).lower() for c in
        copies_to(w, "patient@seven.test")))
    same(len(w.council.cases()), cases_before)
    same(w.sink.all("mailer-daemon@seven.test"), [])


@step("a key that ran out meanwhile holds its person, and says so")
def expired(w):
    roster.fill(w, keyless=("late-ueda", "uni-abe"))
    short = w.key("uni-abe", roster.ADDRESSES["uni-abe"], life="20d")
    w.council.run("key", "import", "uni-abe",
                  w.file("short.asc", short.export()), "--approve")
    who = "terms@eight.test"
    consult(w, who)
    got = w.sink.wait(who)
    number = [c["number"] for c in w.council.cases()][0]
    lmtp.deliver(w, mails.reply(got, who, "1-C\n2-B\n3-A\n", below=False),
                 [got["Reply-To"]], who)
    back = w.sink.wait(who, 2)
    lmtp.deliver(w, mails.reply(back, who, "はい\n", below=False),
                 [back["Reply-To"]], who)
    w.council.wait_mails(number, 3)
    w.council.run("terms", "vouch", number, "--how", "phone", "--reason", "x")
    w.council.run("case", "take", number)
    item = cases.item(w, number, "接続先 203.0.113.1")
    assert "uni-abe" in cases.permitted(w, item)
    w.number = number
    w.council.stop()
    w.council.now = in_days(40)
    w.council.start()
    assert "uni-abe" not in cases.permitted(w, item)
    assert "acme-sato" in cases.permitted(w, item)
    held = {h["person"] for h in w.council.json(
        "digest", "send", "--yes", "--now")["held"]}
    assert "uni-abe" in held, held
    w.sink.wait(roster.ADDRESSES["acme-sato"])
    # Of its key the person was told, in words without content (T-43).
    same([m for m in w.sink.all(roster.ADDRESSES["uni-abe"])
          if m.message.get_content_type() == "multipart/encrypted"], [])


@step("a key that changes while its copy is with the relay: the bytes of before "
      "do not go again")
def changed(w):
    address, key = roster.ADDRESSES["acme-sato"], w.keys["acme-sato"]
    first, go_on, keep = [], threading.Event(), w.sink.keep

    def arrived():
        return [m for m in w.sink.all(address)
                if m.message.get_content_type() == "multipart/encrypted"]

    def thinks(mail):
        if mail.to != address or first:
            return keep(mail)
        first.append(mail)
        go_on.wait(60)
        return "451 4.3.0 later"
    before = len(arrived())
    w.sink.keep = thinks
    try:
        cases.item(w, w.number, "接続先 203.0.113.2")
        w.council.run("digest", "send", "--yes", "--now")
        wait.until("the copy to be with the relay", lambda: first)
        key.run("--passphrase", "", "--quick-add-key", key.fpr, "cv25519",
                "encr", "2y")
        w.council.run("key", "import", "acme-sato",
                      w.file("newer.asc", key.export()), "--approve")
    finally:
        go_on.set()

    def gone():
        for copy in copies_to(w, address):
            if copy["state"] == "ready":
                w.council.call("outbox", "retry", copy["copy"])
        return len(arrived()) > before
    wait.until("the copy", gone)
    w.sink.keep = keep
    same(len(arrived()), before + 1)
    to = gpg.recipients(copies.armour(arrived()[-1]))
    same(len(to), 1)
    assert to != gpg.recipients(copies.armour(first[0])), to
    same(arrived()[-1]["Message-ID"], first[0]["Message-ID"])


@step("a plain text waits, its person moves: the old address gets it no more")
def left(w):
    who, address = "bank-kato", roster.ADDRESSES["bank-kato"]
    key, before = w.keys[who], len(w.sink.all(address))

    def told():
        return [c for c in copies_to(w, address) if c["template"] == "N-02"]
    w.sink.refuse = lambda rcpt: "451 4.3.0 later" if rcpt == address \
        else None
    w.council.run("key", "import", who, w.file("kato.asc", key.renew("3y")))
    wait.until("a refusal", lambda: [c for c in told() if c["tries"]])
    w.council.run("person", "change", who, "--address", "shiro@bank.test")
    w.sink.refuse = lambda rcpt: None

    def ended():
        for copy in told():
            if copy["state"] == "ready":
                w.council.call("outbox", "retry", copy["copy"])
        return [c for c in told() if c["state"] not in ("ready", "handing")]
    done = wait.until("its end", ended)
    same([(c["state"], c["reason"]) for c in done],
         [("dropped", "address-changed")])
    same(len(w.sink.all(address)), before)


def in_days(days):
    import datetime
    moment = datetime.datetime.now(datetime.timezone.utc) + \
        datetime.timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@step("nothing but 250 and 4xx, however the session ends")
def sessions(w):
    before = len(w.council.cases())
    for data in (b"", b"LHLO x\r\nMAIL FROM:<a@b.test>\r\n",
                 b"LHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<" +
                 DESK.encode() + b">\r\nDATA\r\nFrom: a@b.test\r\n\r\nhalf"):
        with socket.create_connection(("127.0.0.1", w.council.lmtp_port)) as s:
            s.sendall(data)
    threads = [threading.Thread(target=consult, args=(w, f"p{n}@p{n}.test"))
               for n in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    w.council.wait_cases(before + 10)
    same(len(w.council.cases()), before + 10)


@step("a mail system that thinks long at the final dot holds up nobody")
def slow(w):
    late, go_on, keep = [], threading.Event(), w.sink.keep

    def thinks(mail):
        keep(mail)
        if mail.to == "slow@six.test":
            late.append(not go_on.wait(30))
    w.sink.keep = thinks
    try:
        consult(w, "slow@six.test")
        w.sink.wait("slow@six.test")
        consult(w, "quick@seven.test")
        w.sink.wait("quick@seven.test")
        same(late, [])
        # The daemon ends when the copy is through, and it does not go twice.
        w.council.process.terminate()
    finally:
        go_on.set()
        w.sink.keep = keep
    w.council.process.wait(30)     # asked twice, it would end at once
    w.council.stop()
    w.council.start()
    same(late, [False])
    same(len(w.sink.all("slow@six.test")), 1)


def told(w):
    return len(w.sink.all("duty@council.test.example", "配送"))


@step("rows that cannot be read hold up nobody; that is said once")
def damaged(w):
    w.council.stop()
    said = w.council.said().count("copy.damaged")
    db = sqlite3.connect(w.council.dir / "council.db")

    def spoil(column, state, count):
        rows = [r[0] for r in db.execute(
            "SELECT row FROM copies WHERE box <> x'00' AND status <> x'00' "
            "AND state = 3 ORDER BY row LIMIT ?", (count,))]
        same(len(rows), count)
        for row in rows:
            db.execute(f"UPDATE copies SET state = ?, next_try = 0, sent = 0, "
                       f"{column} = x'00' WHERE row = ?", (state, row))
        return rows
    with db:        # one to seal, in hand by either half, and more to hand
        w.rows = spoil("box", 0, 1) + spoil("box", 2, 1) + \
            spoil("status", 2, 1) + spoil("box", 1, 20)     # than couriers
        w.gone = spoil("box", 3, 1)[0]
    db.close()
    alarms = told(w)
    w.council.start()
    raw = mails.mail("well@nine.test", DESK, "相談", "x")
    same(lmtp.deliver(w, raw, [DESK], "well@nine.test"), [250])
    w.sink.wait("well@nine.test")
    wait.until("the alarm", lambda: told(w) > alarms)
    raw = mails.mail("well@ten.test", DESK, "相談", "y")
    same(lmtp.deliver(w, raw, [DESK], "well@ten.test"), [250])
    w.sink.wait("well@ten.test")
    same(w.council.said().count("copy.damaged") - said, 23)
    same(told(w), alarms + 1)


@step("they stand in every list by their numbers, held, with what is known")
def unreadable(w):
    mine = {c["copy"]: c for c in w.council.json("outbox", "list")["copies"]
            if c["reason"] == "unreadable-row"}
    same(sorted(mine), sorted(w.rows + [w.gone]))
    same({mine[n]["state"] for n in w.rows}, {"held"})
    same(mine[w.gone]["state"], "sent")
    same(mine[w.rows[0]]["template"], "-")
    # In hand, it may have left.
    assert mine[w.rows[1]]["may_have_left"] and mine[w.rows[2]][
        "may_have_left"]
    # By its half that is whole it has a name.
    assert mine[w.rows[2]]["to"] and mine[w.rows[2]]["template"] != "-"
    has(w.council.run("outbox", "list"), "unreadable-row", "well@ten.test")
    held = [h for h in w.council.json("outbox", "list", "--held")["held"]
            if h["reason"] == "unreadable-row"]
    same(sorted(h["copy"] for h in held), sorted(w.rows))
    one = w.council.json("outbox", "show", w.rows[2])
    same((one["copy"], one["reason"]), (w.rows[2], "unreadable-row"))
    has(w.council.run("audit", "show", f"copy {w.rows[2]}"), "copy.held",
        "unreadable-row")


@step("`check` names each at once, and what to do; `retry` is refused, `mark` "
      "ends it")
def unreadable_mend(w):
    def faults():
        return w.council.json("outbox", "check")["faults"]
    named = [f for f in faults() if "): unreadable row" in f]
    same(len(named), 10)
    has(" ".join(faults()), f"copy {w.rows[-1]} (held): unreadable row",
        "take it from the backup", f"outbox mark {w.rows[-1]}",
        "14 more copies")
    done = w.council.call("outbox", "retry", w.rows[0])
    same(done.returncode, 65)
    has(done.stderr.decode(), "cannot be read", "backup")
    w.council.run("outbox", "retry", "--held")
    for row in w.rows:
        w.council.run("outbox", "mark", row, "--delivered-by", "phone",
                      "--reason", "told by telephone")
    same([f for f in faults() if "unreadable row" in f][0].split(":")[0],
         f"copy {w.gone} (sent)")
    wait.until("what was tried again to be held again", lambda: {
        h["reason"] for h in w.council.json("outbox", "list", "--held")[
            "held"]} == {"no-key", "key-unusable"})


@step("bytes that cannot be read: sealed anew, or told to be lost")
def lost_bytes(w):
    address = roster.ADDRESSES["acme-sato"]
    row = [c for c in copies_to(w, address) if c["form"] == "E"][0]
    before = len(w.sink.all(address))
    w.council.stop()
    db = sqlite3.connect(w.council.dir / "council.db")
    with db:
        db.execute("UPDATE copy_message SET box = x'00' WHERE copy = ?",
                   (row["copy"],))
        db.execute("UPDATE copies SET state = 1, next_try = 0 WHERE row = ?",
                   (row["copy"],))
    db.close()
    w.council.start()
    held = wait.until("the copy to be held", lambda: [
        h for h in w.council.json("outbox", "list", "--held")["held"]
        if h["reason"] == "unreadable-bytes"])
    has(held[0]["mend"], f"outbox retry {row['copy']}")
    w.council.run("outbox", "retry", row["copy"])
    w.sink.wait(address, before + 1)


if __name__ == "__main__":
    run(lambda: world(lmtp="tcp", with_postfix=False, trusted=False))

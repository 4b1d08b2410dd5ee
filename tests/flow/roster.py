#!/usr/bin/env python3
"""The roster at work: who leaves gets nothing more, from the moment on; what
was stays on record; sheets that change, that are wrong and that come twice; the
government secretariat apart; what people are told of it."""
import os
import signal
import smtplib
import subprocess

from harness import cases, copies, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

GOV = """\
ADD,gov,政府事務局,,gov_secretariat,no,no,gov-ito,伊達 一,poc,yes,ja,date@nco.go.jp,openpgp
ADD,unit,分析班,class1,national_body,no,yes,unit-hara,原 二,handler,yes,ja,hara@nco.go.jp,openpgp
"""


def refused(w, *args, code=65):
    return w.council.refused(*args, code=code)


def item(w, text, **how):
    return cases.item(w, w.number, text, secret="yes", tlp="RED", **how)


def ledger(w, digest):
    return {c["person"]: c for c in
            w.council.json("digest", "show", digest)["ledger"]}


def history(w, noun, name):
    return [(h["what"], h["from"], h["to"]) for h in
            w.council.json(noun, "show", name)["history"]]


@step("a council with a case", needed=True)
def prepared(w):
    # Before the first hand-over: a connection that is kept has old rules.
    defers(w, roster.ADDRESSES["acme-mori"])
    roster.fill(w)
    _, w.number = cases.confirmed(w, "1-A\n2-B\n3-A\n")


@step("Postfix takes one copy of a digest and puts off another", needed=True)
def half(w):
    w.council.run("person", "change", "acme-mori", "--roles", "poc+handler")
    w.first = item(w, "接続先 203.0.113.20")
    sent = w.council.json("digest", "send", "--yes", "--now")
    w.digest = sent["digest"]
    w.sink.wait(roster.ADDRESSES["acme-sato"])
    wait.until("a copy to be put off", lambda: ledger(w, w.digest)[
        "acme-mori"]["state"] == "ready" and ledger(w, w.digest)[
        "acme-mori"]["tries"] > 0)


def defers(w, address):
    """The relay's door says `later` for this address; None: for nobody."""
    table = w.file("later", f"{address} 450 4.3.0 later\n" if address
                   else "")
    subprocess.run(
        ["postconf", "-c", w.postfix.etc, "-P",
         f"127.0.0.1:{w.postfix.relay}/inet/smtpd_recipient_restrictions="
         f"check_recipient_access,texthash:{table},permit"],
        check=True, stdin=subprocess.DEVNULL)
    w.postfix.run("reload")
    wait.until("the door to know it", lambda: all(
        answer(w, address or "x@acme.test") == (450 if address else 250)
        for _ in range(3)))


def answer(w, address):
    with smtplib.SMTP("127.0.0.1", w.postfix.relay, "client.test", 60) as s:
        s.ehlo()
        s.mail("x@council.test")
        return s.rcpt(address)[0]


@step("withdrawal stops what waits and names what was handed over (R-017)")
def withdrawn(w):
    gone = w.council.json("org", "withdraw", "acme", "--reason", "届出",
                          "--date", "2026-04-01")
    same((gone["state"], gone["stopped"]), ("withdrawn", 1))
    handed = [c for c in gone["handed_over"] if c["person"] == "acme-sato"]
    same(len(handed), 1)
    assert handed[0]["queue_id"] in w.postfix.queue_ids(
        roster.ADDRESSES["acme-sato"])
    copy = ledger(w, w.digest)["acme-mori"]
    same((copy["state"], copy["reason"]), ("dropped", "member-inactive"))
    same(w.council.json("org", "withdraw", "late")["stopped"], 1)
    defers(w, None)
    refused(w, "outbox", "retry", copy["copy"])
    w.postfix.drained()
    same([m.subject for m in w.sink.all(roster.ADDRESSES["acme-mori"])
          if m.message.get_content_type() == "multipart/encrypted"], [])


@step("history, keys and what was received stay (R-005)")
def kept(w):
    shown = w.council.json("person", "show", "acme-sato")
    same((shown["active"], shown["removed"]), (False, "2026-03-31T15:00:00Z"))
    same([k["state"] for k in shown["keys"]], ["retired"])
    same([c["items"] for c in shown["copies"]][-1:], [w.first])
    lacks(w.council.run("person", "list"), "acme-sato")
    has(w.council.run("person", "list", "--former"), "acme-sato", "acme-mori")
    assert ("state", "active", "withdrawn") in history(w, "org", "acme")
    refused(w, "person", "change", "acme-sato", "--language", "en")
    refused(w, "person", "add", "acme-new", "--org", "acme", "--name", "新",
            "--address", "new@acme.test")
    refused(w, "org", "withdraw", "acme")


@step("a member again by a new approval only, its people registered anew")
def again(w):
    refused(w, "org", "resume", "acme", code=64)
    back = w.council.json("org", "resume", "acme", "--approval", "委員会 9")
    same((back["state"], back["approval"]), ("active", "委員会 9"))
    refused(w, "key", "import", "acme-sato",
            w.file("sato.asc", w.keys["acme-sato"].export()), "--approve")
    row = roster.ROWS.split("\n")[1] + "\n"
    w.council.run("roster", "import", w.file("again.csv", roster.csv(row)),
                  "--apply")
    w.council.run("key", "import", "acme-sato",
                  w.file("sato.asc", w.keys["acme-sato"].export()),
                  "--approve")
    whats = [h[0] for h in history(w, "person", "acme-sato")]
    same(whats.count("registered"), 2)
    assert whats.index("removed") < len(whats) - 1


@step("suspended while keyd seals: nothing leaves; resumed: it does")
def suspended(w):
    w.second = item(w, "接続先 203.0.113.21")
    keyds = w.council.helpers("sekisho-keyd")
    before = len(w.sink.all(roster.ADDRESSES["lab-ito"]))
    for pid in keyds:
        os.kill(pid, signal.SIGSTOP)
    try:
        done = w.council.json("digest", "send", "--yes", "--now")
        same(w.council.json("org", "suspend", "lab", "--reason", "調査")[
            "stopped"], 1)
    finally:
        for pid in keyds:
            os.kill(pid, signal.SIGCONT)
    wait.until("the others' copies", lambda: ledger(w, done["digest"])[
        "acme-sato"]["state"] == "sent")
    w.postfix.drained()
    copy = ledger(w, done["digest"])["lab-ito"]
    same((copy["state"], copy["reason"]), ("held", "member-inactive"))
    same(len(w.sink.all(roster.ADDRESSES["lab-ito"])), before)
    lacks(w.council.said(), "copy.move")
    w.council.run("org", "resume", "lab")
    w.third = item(w, "接続先 203.0.113.22")
    w.council.run("digest", "send", "--yes", "--now")
    # What it missed meanwhile goes as well.
    w.sink.wait(roster.ADDRESSES["lab-ito"], before + 2)
    same(ledger(w, done["digest"])["lab-ito"]["state"], "sent")


@step("expelled by a decision that is named (R-013)")
def expelled(w):
    refused(w, "org", "withdraw", "quiet", "--expelled", code=64)
    w.council.run("org", "withdraw", "quiet", "--expelled", "--approval",
                  "委員会 10")
    refused(w, "org", "suspend", "quiet")
    same(w.council.json("org", "show", "quiet")["state"], "expelled")


@step("a class changes by a sheet that names its approval, once")
def class_change(w):
    sheet = w.file("class.csv", (roster.HEAD + ",approval\r\n"
                   "継続,uni,,第一類,,,,uni-abe,,,,,,,委員会 11\r\n")
                   .encode("cp932"))
    plan = w.council.json("roster", "import", sheet)
    same((plan["change_orgs"], plan["applied"], plan["questions"]),
         (1, False, []))
    same(w.council.json("org", "show", "uni")["class"], "CLASS2")
    w.council.run("roster", "import", sheet, "--apply")
    shown = w.council.json("org", "show", "uni")
    same((shown["class"], shown["approval"]), ("CLASS1", "委員会 11"))
    rows = [h for h in shown["history"] if h["what"] == "class"]
    same([(h["from"], h["to"], h["approval"]) for h in rows],
         [(None, "CLASS2", None), ("CLASS2", "CLASS1", "委員会 11")])
    before = shown["history"]
    w.council.run("roster", "import", sheet, "--apply")
    same(w.council.json("org", "show", "uni")["history"], before)


@step("faults name line, column and mend; nothing is changed")
def faults(w):
    before = w.council.run("--json", "person", "list", "--all")
    for rows, words in (
            ("ADD,uni,,,,,,uni-x,X,poc,yes,ja,soc01@uni.test,\n",
             ("line 2, address", "R-109")),
            ("ADD,new,新,class9,association,no,no,n-x,X,poc,yes,ja,"
             "x@new.test,\n", ("line 2, class", "CLASS1")),
            ("ADD,uni,,,,,,uni-x,X,poc,yes,ja,ABE+x@uni.test,\n",
             ("line 2, address", "uni-abe", "R-109")),
            ("ADD,uni,,,,,,uni-y,Y,poc,yes,ja,y@uni.test,\n"
             "KEEP,uni,,,,,,nobody,,,,,,\n", ("line 3, person", "ADD"))):
        has(refused(w, "roster", "import", w.file("f.csv", roster.csv(rows)),
                    "--apply"), *words)
    same(w.council.run("--json", "person", "list", "--all"), before)


@step("two who take each other's address in one sheet")
def swapped(w):
    rows = ("ADD,uni,,,,,,uni-y,Y,poc,yes,ja,y@uni.test,\n"
            "ADD,uni,,,,,,uni-z,Z,poc,yes,ja,z@uni.test,\n")
    w.council.run("roster", "import", w.file("s.csv", roster.csv(rows)),
                  "--apply")
    rows = ("KEEP,uni,,,,,,uni-y,,,,,z@uni.test,\n"
            "KEEP,uni,,,,,,uni-z,,,,,y@uni.test,\n")
    w.council.run("roster", "import", w.file("s.csv", roster.csv(rows)),
                  "--apply")
    same(w.council.json("person", "show", "uni-y")["address"], "z@uni.test")


@step("the government secretariat shares no person, mailbox or key (R-004)")
def apart(w):
    w.council.run("roster", "import", w.file("g.csv", roster.csv(GOV)),
                  "--apply")
    add = ("person", "add", "unit-x", "--org", "unit", "--name")
    has(refused(w, *add, "伊達　一", "--address", "x@unit.go.jp"), "R-004")
    has(refused(w, *add, "別人", "--address", "date@unit.nco.go.jp"),
        "R-004")
    has(refused(w, *add, "別人", "--address", "DATE+a@nco.go.jp"), "R-109")
    has(refused(w, "person", "change", "gov-ito", "--org", "unit"),
        "another identifier")
    key = w.key("gov-ito", "date@nco.go.jp")
    file = w.file("gov.asc", key.export())
    w.council.run("key", "import", "gov-ito", file, "--approve")
    has(refused(w, "key", "import", "unit-hara", file, "--approve",
                "--any-address"), "gov-ito")
    w.council.run("person", "remove", "gov-ito")
    has(refused(w, "key", "import", "unit-hara", file, "--approve",
                "--any-address"), "gov-ito")
    same(w.council.json("roster", "check")["faults"], [])


@step("nobody is a member without the committee's decision (R-013)")
def decided(w):
    w.council.stop()
    w.council.policy("reference_needed = false", "reference_needed = true")
    w.council.start()
    row = ("ADD,port,港湾機構,class2,critical_infrastructure,no,no,port-seki,"
           "関 九郎,poc,yes,ja,seki@port.test,openpgp")
    sheet = w.file("port.csv", roster.csv(row + "\n"))
    has(refused(w, "roster", "import", sheet, "--apply"), "R-013",
        "approval", "line 2")
    lacks(w.council.run("person", "list"), "port-seki")
    has(refused(w, "org", "add", "port", "--name", "港湾機構", "--class",
                "class2", "--org-kind", "critical_infrastructure"), "R-013")
    w.council.run("roster", "import", w.file("port.csv", (
        roster.HEAD + ",approval\r\n" + row + ",委員会 12\r\n")), "--apply")
    same(w.council.json("org", "show", "port")["approval"], "委員会 12")
    w.council.run("org", "withdraw", "port")
    w.council.stop()
    w.council.policy("reference_needed = true", "reference_needed = false")
    w.council.start()


@step("P texts say what was done, and hold no name (T-31, T-32, T-34)")
def told(w):
    w.council.run("org", "change", "uni", "--receive-secret", "yes")
    wait.until("T-32", lambda: [c for c in w.council.json(
        "person", "show", "uni-abe")["copies"]
        if c["template"] == "T-32" and c["state"] == "sent"])
    text = w.sink.wait("abe@uni.test").text
    lacks(text, "北国", "阿部")
    w.council.run("person", "remove", "uni-abe")
    wait.until("T-31", lambda: [m for m in w.sink.all("abe@uni.test")
                                if "終了しました" in m.subject])
    assert [m for m in w.sink.all(roster.ADDRESSES["acme-sato"])
            if "取りやめ" in m.subject]
    w.council.run("person", "refuse", "soc@uni.test")
    has(w.sink.wait("soc@uni.test").text, "複数の方")
    refused(w, "person", "refuse", "sato.hanako@uni.test")


@step("welcomed with a checklist; secrets wait for the answer (R-116, R-118)")
def welcomed(w):
    policy = w.council.dir / "council.conf"
    text = policy.read_text()
    assert "welcome = false" in text
    policy.write_text(text.replace("welcome = false", "welcome = true"))
    w.council.process.send_signal(signal.SIGHUP)
    wait.until("the new policy", lambda: w.council.said().count("reload"))
    address = "nagai@acme.test"
    w.council.run("person", "add", "acme-nagai", "--org", "acme",
                  "--name", "長井", "--address", address, "--roles",
                  "poc+handler", "--language", "ja")
    key = w.key("acme-nagai", address)
    w.council.run("key", "import", "acme-nagai",
                  w.file("n.asc", key.export()), "--approve")
    key.learn(w.council.run("key", "export").encode())
    letter = w.sink.wait(address)
    inner, text, signer = copies.opened(key, letter)
    assert signer
    has(text, "長井", "acme-nagai", "CISTA", "守秘義務")
    wait.until("T-29", lambda: [c for c in w.council.json(
        "person", "show", "acme-sato")["copies"]
        if c["template"] == "T-29" and c["state"] == "sent" and
        "DONE" in c["items"]])
    w.postfix.drained()
    w.keys["acme-sato"].learn(w.council.run("key", "export").encode())
    notice = [copies.opened(w.keys["acme-sato"], m)[1] for m in
              w.sink.all(roster.ADDRESSES["acme-sato"])
              if m.message.get_content_type() == "multipart/encrypted"][-1]
    has(notice, "長井", "新規")
    asked = item(w, "接続先 203.0.113.23", approve=False)
    has(w.council.run("why", "acme-nagai", asked), "R-118")
    w.send(address, letter["Reply-To"],
           mails.reply(letter, address, "環境を確かめました。\n",
                       below=False), True)
    shown = wait.until("the acknowledgement", lambda: (
        lambda p: p if p["acknowledged"] else None)(
            w.council.json("person", "show", "acme-nagai")))
    assert shown
    lacks(w.council.run("why", "acme-nagai", asked), "R-118")


@step("logs name nobody of the roster (R-117)")
def logs(w):
    said = w.council.said()
    lacks(said, "佐藤", "アクメ", "sato@acme.test", "nagai@acme.test",
          "acme-sato", "acme-nagai")


if __name__ == "__main__":
    run(lambda: world())

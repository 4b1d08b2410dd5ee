#!/usr/bin/env python3
"""The council's own key is replaced, with real gpg, sq and the whole council:
the next one beside the present one, announced under it, signing from its day;
the former opens mail to its last day, and after it loses none (A7, B1, R-119).
"""
import calendar
import shutil
import subprocess
import tarfile
import time

from harness import cases, clock, copies, gpg, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

SATO, MORI = roster.ADDRESSES["acme-sato"], roster.ADDRESSES["acme-mori"]
UEDA = roster.ADDRESSES["late-ueda"]
DUTY = "duty@council.test.example"
SUBJECT = "当協議会の暗号鍵を切り替えます"
TAKEDA, PLAIN, OVER = (f"{n}@consulter.test" for n in
                       ("takeda", "plain", "over"))
CHANGE, LAST = 10, 40


def mail_texts(w, who, name):
    """What T-46 says, in copies that this person can open."""
    found = []
    for m in w.sink.all(who):
        if m.message.get_content_type() == "multipart/encrypted":
            inner, text, signer = copies.opened(w.keys[name], m)
            if "council-key-next.asc" in names(inner):
                found.append((inner, text, signer))
    return found


def names(inner):
    return [p.get_filename() for p in inner.walk() if p.get_filename()]


def attached(inner, name):
    return [p.get_payload(decode=True) for p in inner.walk()
            if p.get_filename() == name][0]


def own(w):
    return {k["state"]: k for k in w.council.json("key", "own")["keys"]}


def told(w, words):
    return [m for m in w.sink.all(DUTY) if words in m.text]


def consult(w, sender, to_fpr, text, count=1):
    """An encrypted consultation by a stranger; its case."""
    before, answered = len(w.council.cases()), len(w.sink.all(sender))
    key = w.key(sender, sender)
    content, body = mails.pgp_mime(key.encrypt(
        mails.crlf(("Content-Type: text/plain; charset=utf-8\n\n" + text +
                    "\n").encode()), to_fpr, sign=False))
    w.send(sender, "csc-anken@council.test", mails.mail(
        sender, "csc-anken@council.test", "x", content=content, body=body))
    w.council.wait_cases(before + 1)
    w.got = w.sink.wait(sender, answered + 1)
    return w.council.case(w.council.cases()[0]["number"])


@step("one key: shown, found well", needed=True)
def one(w):
    roster.fill(w)
    w.old_block = roster.council_key(w)
    w.old = own(w)["current"]["fingerprint"]
    has(w.council.run("setup", "key"), f"current {w.old}: signs and opens")
    has(w.council.call("check").stdout.decode(), f"current {w.old}")
    has(w.council.refused("key", "export", "--next"), "no other key follows")
    has(w.council.refused("key", "announce"), "setup key --next")


@step("days that cannot be are refused, and nothing is made")
def refused(w):
    has(w.council.refused("setup", "key", "--from", clock.day(3)), "--next")
    for words, why in (
            (["--from", clock.day(-2, local=True)], "behind us"),
            (["--from", "2027-02-30"], "no day"),
            (["--from", clock.day(9), "--until", clock.day(7)],
             "at least to the day of change")):
        has(w.council.refused("setup", "key", "--next", *words), why)
    same(len(own(w)), 1)
    same((w.council.dir / "gnupg/n").exists(), False)


@step("the next one is made beside it, in every home", needed=True)
def made(w):
    w.change, w.last = clock.day(CHANGE, True), clock.day(LAST, True)
    said = w.council.run("setup", "key", "--next", "--from", w.change,
                         "--until", w.last)
    has(said, f"signs from {w.change}", f"opens mail to {w.last}",
        "key announce")
    has(w.council.run("setup", "key"), "next ", "current " + w.old)
    clock.move(w, 0)
    w.new = wait.until("the next one to be told",
                       lambda: own(w).get("next"))["fingerprint"]
    same(own(w)["current"]["fingerprint"], w.old)
    w.new_block = w.council.run("key", "export", "--next").encode()
    lacks(w.council.run("key", "export"), w.new_block.decode())
    for home in ("gnupg/0", "gnupg/1"):
        path = w.council.dir / home
        same(path.joinpath("own").read_text().count("\n"), 2)
    has(str(list((w.council.dir / "gnupg/0/openpgp-revocs.d").iterdir())),
        w.old, w.new)
    has(w.council.refused("setup", "key", "--next", "--from",
                          clock.day(9), "--until", clock.day(8)), "at least")


@step("check shows both with their days, and says who was not told")
def checked(w):
    said = w.council.call("check").stdout.decode()
    has(said, f"next {w.new}: signs from {w.change}",
        f"current {w.old}: signs to", f"opens mail to {w.last}",
        "were not told", "sekisho key announce --yes")
    lacks(said, "GnuPG homes  ")


@step("the days of one that is still to come may change")
def moved(w):
    w.last, before = clock.day(LAST + 1, True), own(w)["current"]["until"]
    w.council.run("setup", "key", "--next", "--from", w.change, "--until",
                  w.last)
    clock.move(w, 0)
    wait.until("the other day", lambda: own(w)["current"]["until"] !=
               before)
    same([own(w)["next"]["fingerprint"], len(own(w))], [w.new, 2])


def opened_case(w, sender, pin=True):
    """The number of an open case; pin: we know its originator's key."""
    w.consult(sender, "相談", "様子がおかしいです。")
    number = w.council.cases()[0]["number"]
    if pin:
        w.council.run("key", "import", number, w.file("case.asc", w.key(
            sender, sender).export()), "--approve", "--how", "meeting")
    return number


@step("announced: to each his own, under the present key, with the next one, "
      "and once to who has open cases; who has no key waits; nobody twice",
      needed=True)
def announced(w):
    for sender, pin in ((TAKEDA, True), (TAKEDA, True), (PLAIN, False)):
        opened_case(w, sender, pin)
    w.council.run("case", "close", opened_case(w, OVER), "--support-only",
                  "--quiet")
    plan = w.council.json("key", "announce")
    same([plan["sent"], plan["copies"], plan["keys"][0]["fingerprint"]],
         [False, 8, w.new])
    same([h["person"] for h in plan["held"]], ["late-ueda"])
    same(mail_texts(w, SATO, "acme-sato"), [])
    w.council.run("key", "announce", "--yes")
    wait.until("the announcements", lambda: mail_texts(
        w, SATO, "acme-sato") and mail_texts(w, MORI, "acme-mori"))
    again = w.council.json("key", "announce", "--yes")
    same([again["copies"], again["told"]], [0, 8])
    lacks(w.council.call("check").stdout.decode(), "key announce")


@step("the text names both keys whole and both days, in each one's language")
def said(w):
    inner, text, signer = mail_texts(w, SATO, "acme-sato")[0]
    same(signer, w.old)
    same(inner["Subject"], SUBJECT)
    has(text.replace(" ", ""), w.old, w.new, w.change, w.last)
    has(text, "佐藤 花子 様")
    _, english, signer = mail_texts(w, MORI, "acme-mori")[0]
    same(signer, w.old)
    has(english.replace(" ", ""), w.new, w.change, w.last)
    has(english, "The day of change")
    raw = [m for m in w.sink.all(SATO) if m.message.get_content_type() ==
           "multipart/encrypted"][-1]
    lacks(raw.raw.decode(), w.new, "council-key", SUBJECT)
    same(len(gpg.recipients(copies.armour(raw))), 1)


@step("a consulter with open cases reads the same, once; one whose key nobody "
      "knows, or whose case is over, nothing")
def originators(w):
    w.keys[TAKEDA].learn(w.old_block)
    found = wait.until("the consulter's", lambda: mail_texts(
        w, TAKEDA, TAKEDA))
    same([len(found), found[0][2], found[0][0]["Subject"]],
         [1, w.old, SUBJECT])
    has(found[0][1].replace(" ", ""), w.old, w.new, w.change, w.last)
    lacks(found[0][1], " 様")
    for who in (PLAIN, OVER):
        same([m for m in w.sink.all(who) if m.message.get_content_type() ==
              "multipart/encrypted"], [])


@step("the attached keys are the next one, and the present one that ends; gpg "
      "and sq read them")
def files(w):
    inner = mail_texts(w, SATO, "acme-sato")[0][0]
    same(names(inner), ["council-key-next.asc", "council-key-present.asc"])
    key = w.keys["acme-sato"]
    same(key.learn(attached(inner, "council-key-next.asc")), w.new)
    key.learn(attached(inner, "council-key-present.asc"))
    for line in key.run("--with-colons", "--list-keys",
                        w.old).stdout.decode().split("\n"):
        if line.startswith("pub:"):
            same(line.split(":")[6], "")    # its signatures do not end
        if line.startswith("sub:"):
            until = int(line.split(":")[6])
            assert abs(until - clock.instant(LAST + 1)) < 2 * 86400, line
    shown = subprocess.run(["sq", "inspect"], capture_output=True,
                           input=attached(inner, "council-key-next.asc"))
    has(shown.stdout.decode().replace(" ", ""), w.new)


@step("a council's key that somebody sends back is nobody's proposal")
def sent_back(w):
    heard = w.council.said().count("key.heard")
    content, body = mails.mixed("受け取りました。\n", [
        ("council-key-next.asc", "application/pgp-keys", w.new_block)])
    w.send(SATO, "csc-info@council.test", mails.mail(
        SATO, "csc-info@council.test", "鍵", content=content, body=body))
    wait.until("the key to be looked at", lambda: w.council.said().count(
        "key.heard") > heard)
    same(w.council.json("key", "list", "--proposed")["keys"], [])


@step("before the day a digest is signed by the present one; mail to either "
      "is opened")
def before(w):
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    seen = len(w.sink.all(SATO))
    cases.item(w, w.number, "接続先 203.0.113.1")
    w.council.run("digest", "send", "--yes", "--now")
    w.early = w.sink.wait(SATO, seen + 1)
    same(copies.opened(w.keys["acme-sato"], w.early)[2], w.old)
    for name, fpr in (("a@a.test", w.old), ("b@b.test", w.new)):
        w.key(name, name).learn(w.old_block)
        w.key(name, name).learn(w.new_block)
        case = consult(w, name, fpr, "カナリア" + name[0])
        has(w.council.run("mail", "text", case["mails"][0]["number"]),
            "カナリア" + name[0])
        w.first = case["mails"][0]["number"] if fpr == w.old else w.first


@step("from its day the next one signs, in the daemon that runs; the "
      "secretariat is told once; texts and export name it")
def changed(w):
    since = own(w)["next"]["since"]
    w.council.stop()
    w.council.now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(
        calendar.timegm(time.strptime(since, "%Y-%m-%dT%H:%M:%SZ")) - 6))
    w.council.start()
    wait.until("the day to come", lambda: own(w).get("former"))
    same([own(w)["current"]["fingerprint"], own(w)["former"]["fingerprint"]],
         [w.new, w.old])
    # keyd's test clock began a little later than the daemon's.
    wait.until("the next one to sign", lambda: signer_of_digest(w) == w.new)
    same(copies.opened(w.keys["acme-sato"], w.early)[2], w.old)
    same(w.council.run("key", "export").encode(), w.new_block)
    wait.until("the secretariat told", lambda: told(w, "新しい鍵で署名"))
    clock.move(w, CHANGE + 2)
    same(len(told(w, "新しい鍵で署名")), 1)
    has(w.council.call("check").stdout.decode(),
        f"former {w.old}: opens mail to {w.last}", f"current {w.new}")
    case = consult(w, "c@c.test", learn(w, "c@c.test", w.old_block),
                   "重なりの間")
    has(w.council.run("mail", "text", case["mails"][0]["number"]),
        "重なりの間")
    has(w.got.text.replace(" ", ""), w.new)
    lacks(w.got.text.replace(" ", ""), w.old, "証明書")


def signer_of_digest(w):
    seen = len(w.sink.all(SATO))
    cases.item(w, w.number, f"接続先 203.0.113.{seen + 10}")
    w.council.run("digest", "send", "--yes", "--now")
    return copies.opened(w.keys["acme-sato"],
                         w.sink.wait(SATO, seen + 1))[2]


def learn(w, name, block):
    return w.key(name, name).learn(block)


@step("who could not be told before the day is not told after it")
def over(w):
    key = w.key("late-ueda", UEDA)
    w.council.run("key", "import", "late-ueda",
                  w.file("ueda.asc", key.export()), "--approve")
    wait.until("it to be dropped", lambda: [
        c for c in w.council.json("outbox", "list", "--state",
                                  "dropped")["copies"]
        if c["person"] == "late-ueda" and
        c["reason"] == "announcement-over"])
    same(mail_texts(w, UEDA, "late-ueda"), [])


@step("after its last day the former opens nothing new; nothing is lost: the "
      "sender is told the key, the operator reads it")
def retired(w):
    clock.move(w, LAST + 3)
    same(own(w)["retired"]["fingerprint"], w.old)
    wait.until("the secretariat told", lambda: told(w, "期間が終わりました"))
    case = consult(w, "d@d.test", learn(w, "d@d.test", w.old_block),
                   "遅れたメール")
    same(case["note"], "former-key")
    has(w.got.text.replace(" ", ""), w.new)
    lacks(w.got.text, "遅れた", "former")
    mail = case["mails"][0]["number"]
    has(w.council.run("mail", "show", mail), "is retired")
    has(w.council.run("mail", "text", mail), "遅れたメール")
    has(w.council.run("mail", "text", w.first), "カナリア")
    clock.move(w, LAST + 4)
    same(len(told(w, "期間が終わりました")), 1)


@step("one that names the new key too is opened, whichever gpg takes first")
def both(w):
    for n, (a, b) in enumerate(((w.old, w.new), (w.new, w.old))):
        who = f"e@e{n}.test"
        key = w.key(who, who)
        for block in (w.old_block, w.new_block):
            key.learn(block)
        before = len(w.council.cases())
        text = f"Content-Type: text/plain\r\n\r\nboth{n}\r\n".encode()
        content, body = mails.pgp_mime(key.run(
            "--armor", "-r", a, "-r", b, "--encrypt", stdin=text).stdout)
        w.send(who, "csc-anken@council.test", mails.mail(
            who, "csc-anken@council.test", "x", content=content, body=body))
        w.council.wait_cases(before + 1)
        case = w.council.case(w.council.cases()[0]["number"])
        lacks(case["note"] or "", "former-key", "cannot-decrypt")
        has(w.council.run("mail", "text", case["mails"][0]["number"]),
            f"both{n}")


@step("a backup of the folder brings all of them back")
def restored(w):
    w.council.stop()
    archive = w.dir / "backup.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(w.council.dir, "c")
    shutil.rmtree(w.council.dir)
    with tarfile.open(archive) as tar:
        tar.extractall(w.dir)
    w.council.start()
    has(w.council.run("mail", "text", w.first), "カナリア")
    case = consult(w, "f@f.test", learn(w, "f@f.test", w.new_block),
                   "戻したあと")
    has(w.council.run("mail", "text", case["mails"][0]["number"]),
        "戻したあと")
    same({s: k["fingerprint"] for s, k in own(w).items()},
         {"current": w.new, "retired": w.old})


@step("a home that was restored from an older backup is found out")
def behind(w):
    file = w.council.dir / "gnupg/1/own"
    whole = file.read_text()
    file.write_text(w.old + "\n")
    w.council.stop()
    w.council.start()
    same(own(w)["current"]["fingerprint"], w.new)
    said = w.council.call("check").stdout.decode()
    has(said, "holds other keys")
    wait.until("all keyds to have told", lambda: "do not hold the same keys"
               in w.council.call("check").stdout.decode())
    file.write_text(whole)


if __name__ == "__main__":
    run(lambda: world(extra="keyd = { count = 2; };\n"))

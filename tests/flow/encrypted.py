#!/usr/bin/env python3
"""Encrypted consultations: opened by keyd, never quoted in the clear; the key
that came along is a proposal; answers with words go encrypted or not at all."""
from harness import copies, gpg, lmtp, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

FROM = "tanaka@consulter.test"
SECRET = "機密の内容カナリア"


def encrypted(w, key, text, to="csc-anken@council.test", **how):
    return mails.sealed(key, w.own, text, to, **how)


@step("an encrypted and signed consultation with a key attached is understood",
      needed=True)
def understood(w):
    key = w.key("tanaka", FROM)
    w.own = key.learn(w.council.run("key", "export").encode())
    raw = encrypted(w, key, SECRET + "\n", parts=[
        ("tanaka.asc", "application/pgp-keys", key.export()),
        ("記録.log".encode().decode(), "text/plain", b"log line 1\n" * 20)])
    before = len(w.sink.all(FROM))
    w.send(FROM, "csc-anken@council.test", raw)
    got = w.sink.wait(FROM, before + 1)
    lacks(got.raw.decode("utf-8", "replace"), SECRET)
    w.number = w.council.cases()[0]["number"]
    w.mail = w.council.case(w.number)["mails"][0]["number"]
    shown = w.council.json("mail", "show", w.mail)
    crypto = shown["crypto"]
    assert crypto["integrity"], crypto
    has(str(crypto["form"]).lower(), "pgp")
    w.got = got


@step("mail text and mail save give the operator the content, and only him")
def saved(w):
    has(w.council.run("mail", "text", w.mail), SECRET)
    shown = w.council.json("mail", "show", w.mail)
    names = [a["name"] for a in shown["attachments"]]
    part = names.index("記録.log") + 1
    number = shown["attachments"][part - 1].get("part", part)
    out = w.dir / "saved"
    out.mkdir()
    import os
    os.chown(out, w.council.user, -1)
    w.council.run("mail", "save", w.mail, number, out / "log")
    same((out / "log").read_bytes(), b"log line 1\n" * 20)
    w.council.refused("mail", "save", w.mail, number, out / "log")
    has(w.council.run("audit", "show"), "mail")


@step("a letter with a file sealed to the council: said so, and opened for "
      "its operator with --open, whole or not at all")
def sealed_file(w):
    key, who = w.keys["tanaka"], "letter@consulter.test"
    data = key.encrypt(b"log " + SECRET.encode(), w.own)
    at = len(data) // 2
    spoilt = data[:at] + (b"A" if data[at:at + 1] != b"A" else b"B") + \
        data[at + 1:]
    for name, what in ("a.txt.asc", data), ("b.txt.asc", spoilt):
        cases = len(w.council.cases())
        w.send(who, "csc-anken@council.test", mails.with_file(
            who, "csc-anken@council.test", name, what, "See the file."))
        w.council.wait_cases(cases + 1)
    found = w.council.json("mail", "list")["mails"][:2]
    bad, good = [m["number"] for m in found]
    shown = w.council.json("mail", "show", good)
    same(shown["attachments"][0]["marks"], ["sealed"])
    has(" ".join(shown["doubts"]), "mixed-parts")
    part, out = shown["attachments"][0]["part"], w.dir / "saved"
    w.council.run("mail", "save", good, part, out / "a.asc")
    same((out / "a.asc").read_bytes(), data)
    w.council.run("mail", "save", good, part, out / "a.txt", "--open")
    same((out / "a.txt").read_bytes(), b"log " + SECRET.encode())
    has(w.council.run("audit", "show"), "mail.save-open")
    has(w.council.refused("mail", "save", bad, part, out / "b.txt",
                          "--open"), "cannot be opened")
    same((out / "b.txt").exists(), False)
    w.council.refused("mail", "save", good, out / "c", "--raw", "--open")
    # By S/MIME, which this council has no certificate for.
    before = len(w.council.cases())
    w.send(who, "csc-anken@council.test", mails.with_file(
        who, "csc-anken@council.test", "log.p7m", bytes.fromhex(
            "3080 06092a864886f70d010703 a080") + bytes(40), "Another one."))
    w.council.wait_cases(before + 1)
    mail = w.council.json("mail", "list")["mails"][0]["number"]
    same(w.council.json("mail", "show", mail)["attachments"][0]["marks"],
         ["sealed"])
    has(w.council.refused("mail", "save", mail, part, out / "d", "--open"),
        "setup smime")


@step("a mail that is nothing but a sealed file, or sealed whole: the number is "
      "that of the list, whether it was opened or not")
def sealed_mail(w):
    key, who, out = w.keys["tanaka"], "file@consulter.test", w.dir / "saved"
    plain, before = bytes(range(256)) * 9, len(w.sink.all(FROM))
    data = key.encrypt(plain, w.own)
    at = len(data) // 2
    spoilt = data[:at] + (b"A" if data[at:at + 1] != b"A" else b"B") + \
        data[at + 1:]
    whole = encrypted(w, key, SECRET + "\n")
    at = whole.rindex(b"BEGIN PGP MESSAGE") + 200
    for raw in (mails.with_file(who, "csc-anken@council.test", "r.bin.asc",
                                data, ""),
                mails.with_file(who, "csc-anken@council.test", "r.bin.asc",
                                spoilt, ""),
                whole[:at] + (b"A" if whole[at:at + 1] != b"A" else b"B") +
                whole[at + 1:]):
        cases = len(w.council.cases())
        w.send(who, "csc-anken@council.test", raw)
        w.council.wait_cases(cases + 1)
    w.sink.wait(FROM, before + 1)       # T-27 to the third one's From
    broken, bad, good = [m["number"] for m in
                         w.council.json("mail", "list")["mails"][:3]]

    def listed(n):
        return [(a["part"], a["name"], a["marks"]) for a in
                w.council.json("mail", "show", n)["attachments"]]

    same(listed(good), [(1, "r.bin", [])])
    w.council.run("mail", "save", good, 1, out / "r.bin")
    same((out / "r.bin").read_bytes(), plain)
    same(listed(bad), [(1, "r.bin.asc", ["sealed"])])
    w.council.run("mail", "save", bad, 1, out / "r.bin.asc")
    same((out / "r.bin.asc").read_bytes(), spoilt)
    has(w.council.refused("mail", "save", bad, 1, out / "no", "--open"),
        "cannot be opened")
    same(listed(broken), [])
    for n, part in (bad, 2), (broken, 1):
        has(w.council.refused("mail", "save", n, part, out / "no", code=66),
            f"lists no attachment {part}", "mail read-again", "--raw")
    same((out / "no").exists(), False)


@step("the attached key is a proposal that an operator approves")
def proposed(w):
    key = w.keys["tanaka"]
    has(w.council.run("key", "list", w.number).replace(" ", ""), key.fpr)
    w.council.run("key", "approve", w.number, key.fpr)


@step("with a key approved the read-back goes encrypted, in words")
def in_words(w):
    before = len(w.sink.all(FROM))
    raw = encrypted(w, w.keys["tanaka"],
                    "1-B 会社名の部分\n2-B\n2-X 監督官庁\n3-A\n",
                    to=w.got["Reply-To"],
                    extra=[f"In-Reply-To: {w.got['Message-ID']}"])
    w.send(FROM, w.got["Reply-To"], raw)
    back = w.sink.wait(FROM, before + 1)
    lacks(back.raw.decode("utf-8", "replace"), "会社名")
    _, text, signer = copies.opened(w.keys["tanaka"], back)
    same(signer, w.own)
    has(text, "会社名の部分", "監督官庁", "4-Y")
    w.back = back


@step("a signed yes counts as a signature; the exclusion still blocks")
def signed_yes(w):
    raw = encrypted(w, w.keys["tanaka"], "4-Y\n", to=w.back["Reply-To"],
                    extra=[f"In-Reply-To: {w.back['Message-ID']}"])
    w.send(FROM, w.back["Reply-To"], raw)
    case = w.council.wait_case(
        w.number, lambda c: c["state"] == "CONFIRMED", "confirmed")
    same(case["terms"]["assurance"], "signature")
    same(case["terms"]["exclusions"][0]["orgs"], None)
    roster.fill(w)
    w.council.run("case", "take", w.number)
    text = w.file("item.txt", "通信先を確認してください。")
    item = w.council.json(
        "item", "add", w.number, "--category", "DESTINATION", "--confidence",
        "TENTATIVE", "--secret", "yes", "--tlp", "RED", "--text-file",
        text)["item"]
    w.item = item
    people = w.council.json("preview", item)["people"]
    same([p["person"] for p in people if p["send"]], [])


@step("mapped to an organisation, everybody else may have it")
def mapped(w):
    w.council.run("terms", "exclude", w.number, "ministry", "--reason",
                  "監督官庁にあたる")
    people = {p["person"]: p for p in
              w.council.json("preview", w.item)["people"]}
    same(people["ministry-ono"]["send"], False)
    # secret: a handler with a key whose organisation takes secret items
    same(sorted(p for p in people if people[p]["send"]),
         ["acme-sato", "lab-ito"])


@step("a mail encrypted to somebody else is kept, and said so")
def foreign(w):
    key = w.keys["tanaka"]
    content, body = mails.pgp_mime(key.encrypt(b"x", key.fpr))
    cases = len(w.council.cases())
    w.send(FROM, "csc-anken@council.test", mails.mail(
        FROM, "csc-anken@council.test", "z", content=content, body=body))
    w.council.wait_cases(cases + 1)


def why(w, copy):
    c = w.council.json("outbox", "show", copy)
    return c["state"], c["reason"]


@step("a read-back in words that waits is dropped: where a newer question was "
      "asked, when it would be sealed anew; where the case is over, when it "
      "would leave")
def unasked(w):
    waits, keys = {}, {}
    for who in "late@consulter.test", "over@consulter.test":
        keys[who] = w.using(gpg.Key(w.dir / who, who), "end")
        got = w.consult(who, "相談", "様子がおかしいです。")
        number = w.council.cases()[0]["number"]
        w.council.run("case", "take", number)
        w.council.run("key", "import", number, w.file(
            f"{who}.asc", keys[who].export()), "--approve")
        waits[number] = who, got
    w.postfix.stop()
    w.ends.remove(w.postfix.stop)
    for number, (who, got) in waits.items():
        same(lmtp.deliver(w, mails.reply(got, who, "1-C\n2-B\n3-A\n"),
                          [got["Reply-To"]], who), [250])
        waits[number] = wait.until("the read-back to wait", lambda: [
            c["copy"] for c in w.council.json("outbox", "list", "--case",
                                              number)["copies"]
            if c["template"] == "T-06E" and c["state"] == "ready"])[0]
    late, over = waits
    w.council.run("key", "stop", late, keys["late@consulter.test"].fpr,
                  "--how", "phone", "--reason", "lost")
    wait.until("it to be held", lambda: why(w, waits[late])[0] == "held")
    w.council.run("case", "ask", late)
    newer = w.using(gpg.Key(w.dir / "newer", "late@consulter.test"), "end")
    w.council.run("key", "import", late, w.file("newer.asc", newer.export()),
                  "--approve", "--how", "phone")
    wait.until("the older question to be dropped", lambda: why(
        w, waits[late]) == ("dropped", "superseded"))
    w.council.run("case", "close", over, "--support-only", "--quiet",
                  "--reason", "a test")
    w.council.call("outbox", "retry", waits[over])
    wait.until("what is over to be dropped", lambda: why(
        w, waits[over]) == ("dropped", "case-over"))


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""A person with two certificates, as they are mostly issued in Japan: copies are
sealed to the one, what the other signs is the person's word. Each is approved,
renewed, warned of and stopped alone (R-119, T-43)."""
from harness import cases, clock, mails, roster, wait
from harness.smime import Certificates
from harness.tap import has, lacks, run, same, step
from harness.world import world

SMIME = 'smime = { home = "gs"; roots = "roots.pem"; };\n'
SATO, MORI = "sato@acme.test", "mori@acme.test"
ROWS = ("ADD,acme,アクメ電力,class2,critical_infrastructure,no,yes,acme-sato,"
        f"佐藤,handler,yes,ja,{SATO},smime\n"
        "ADD,acme,アクメ電力,class2,critical_infrastructure,no,yes,acme-mori,"
        f"森,poc+handler,yes,en,{MORI},smime\n")
SIGNS, SEALS = "digitalSignature,nonRepudiation", "keyEncipherment"
ENDS = "署名用の証明書の有効期限が近づいています"
ENDED = "署名用の証明書の有効期限が過ぎました"


def pem(w, name):
    return w.ca.dir / f"{name}.pem"


def approve(w, name, *how):
    return w.council.json("key", "import", "acme-sato", pem(w, name),
                          "--approve", *how)


def rows(w):
    """Of each key its role, and how it stands, by the name of its file."""
    names = {w.ca.fingerprint(p.stem, "sha1"): p.stem
             for p in w.ca.dir.glob("s-*.pem")}
    return {names[k["fingerprint"]]: (k["role"], k["state"], k["usable"])
            for k in w.council.json("key", "show", "acme-sato")["keys"]}


def enveloped(w, who=SATO):
    return [m for m in w.sink.all(who)
            if m.message.get_content_type() == "application/pkcs7-mime"]


def outbox(w, state, field="copy"):
    return [c[field] for c in w.council.json(
        "outbox", "list", "--state", state)["copies"]
        if c["person"] == "acme-sato"]


def held(w):
    return outbox(w, "held", "reason")


def read(w, by):
    """All that came since the person's last sealing certificate."""
    return "".join(w.ca.opened(by, m)[1] for m in enveloped(w)[w.copies:])


def digest(w, number):
    w.item = cases.item(w, w.number, f"接続先 203.0.113.{number}")
    return [h["reason"] for h in w.council.json(
        "digest", "send", "--yes", "--now")["held"]]


def sent(w, number, by):
    """The next digest reaches Sato, sealed to that one alone."""
    before = len(enveloped(w))
    same(digest(w, number), [])
    wait.until("the copy", lambda: len(enveloped(w)) == before + 1)
    has(w.ca.opened(by, enveloped(w)[-1])[1], f"203.0.113.{number}")


def text_part(text):
    return mails.crlf(("Content-Type: text/plain; charset=utf-8\n"
                       "Content-Transfer-Encoding: 8bit\n\n" +
                       text).encode())


def with_next(w, name):
    content, body = mails.mixed("新しい証明書です。\n", [
        (f"{name}.cer", "application/pkix-cert", pem(w, name).read_bytes()
         + (w.ca.dir / "middle.pem").read_bytes())])
    return mails.crlf("\n".join(content).encode() + b"\n\n" + body)


def judged(w, signer, inner=None, sender=SATO):
    """What is made of a mail that this one signed."""
    before, heard = len(w.council.cases()), w.council.said().count("key.heard")
    content, body = w.ca.detached(signer, inner or
                                  text_part("お知らせします。\n"))
    w.send(sender, "csc-info@council.test", mails.mail(
        sender, "csc-info@council.test", "連絡", content=content, body=body))
    w.council.wait_cases(before + 1)
    number = w.council.cases()[0]["number"]
    crypto = w.council.json("mail", "show", w.council.case(number)[
        "mails"][0]["number"])["crypto"]
    if crypto["signature"] == "unknown-key":  # the certificate is looked at
        wait.until("it to be looked at", lambda:
                   w.council.said().count("key.heard") > heard)
    return crypto["signature"], crypto["signed_by"], crypto["signer_is_from"]


BELIEVED = ("good", "person", True)


@step("who has only a certificate that signs is believed, and has no key",
      needed=True)
def signing_alone(w):
    w.ca = Certificates(w.dir / "ca")
    (w.council.dir / "roots.pem").write_bytes(
        (w.ca.dir / "root.pem").read_bytes())
    w.council.init()
    w.council.policy("digest_spread_seconds = 600",
                     "digest_spread_seconds = 86400")
    w.ca.certify(w.council)
    w.council.start()
    w.council.run("roster", "import", w.file("roster.csv", roster.csv(ROWS)),
                  "--apply")
    w.ca.issue("s-sign", SATO, 100, usage=SIGNS)
    w.ca.issue("s-seal", SATO, 400, usage=SEALS)
    w.ca.issue("mori", MORI)
    w.council.run("key", "import", "acme-mori", pem(w, "mori"), "--approve")
    proposed = w.council.json("key", "import", "acme-sato", pem(w, "s-sign"))
    same([proposed[k] for k in ("role", "state", "encryption")],
         ["signs", "proposed", None])
    same(judged(w, "s-sign")[0], "unknown-key")
    key = approve(w, "s-sign")
    same([key[k] for k in ("role", "state", "usable")],
         ["signs", "pinned", "ok"])
    same(key["until"][:10], clock.day(100))
    same(w.council.json("person", "show", "acme-sato")["key"], "no-key")
    same(judged(w, "s-sign"), BELIEVED)
    has(w.sink.wait(SATO, 1, "署名用の証明書を登録しました").text.replace(
        " ", "").replace(":", ""), w.ca.fingerprint("s-sign"))
    w.sink.wait(MORI, 1, "certificate for signing was registered")
    has(w.council.call("check").stdout.decode(), "1 person has no key, first "
        "acme-sato")
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    same(digest(w, 1), ["no-key"])
    has(w.sink.wait(SATO, 1, "お届けできない情報があります").text,
        "暗号化に使える鍵が登録されていません")


@step("with the one that seals beside it what waited goes, by that one alone; "
      "the table shows both")
def both(w):
    key = approve(w, "s-seal")
    same(key["role"], "seals")
    wait.until("what waited", lambda: len(enveloped(w)) >= 1)
    wait.until("nothing held", lambda: held(w) == [])
    text = "".join(w.ca.opened("s-seal", m)[1] for m in enveloped(w))
    has(text, "203.0.113.1")
    same(rows(w), {"s-sign": ("signs", "pinned", "ok"),
                   "s-seal": ("seals", "pinned", "ok")})
    lines = w.council.run("key", "list", "acme-sato").splitlines()
    at = lines[0].index("ROLE")
    same(sorted(l[at:].split()[0] for l in lines[1:3]), ["seals", "signs"])
    has(w.council.run("key", "import", "acme-sato", pem(w, "s-seal")), "seals")


@step("an answer signed by the other is the person's; what the sealing one "
      "signs is nobody's word")
def answered(w):
    sent(w, 2, "s-seal")
    got = enveloped(w)[-1]
    content, body = w.ca.detached("s-sign", text_part("来ている\n"))
    w.send(SATO, got["Reply-To"], mails.mail(
        SATO, got["Reply-To"], "Re: [...]", content=content, body=body,
        extra=[f"In-Reply-To: {got['Message-ID']}"]))
    wait.until("the answer", lambda: w.council.json(
        "answers", w.item)["answers"])
    answer = w.council.json("answers", w.item)["answers"][0]
    same([answer["person"], answer["answer"]], ["acme-sato", "seen"])
    crypto = w.council.json("mail", "show", answer["mail"])["crypto"]
    same([crypto["signature"], crypto["signed_by"], crypto["signer"]],
         ["good", "person", w.ca.fingerprint("s-sign", "sha1")])
    same(judged(w, "s-seal")[1:], (None, False))


@step("it is one person's: nobody else gets it pinned, or speaks by it")
def anothers(w):
    words = ("key", "import", "acme-mori", pem(w, "s-sign"))
    has(w.council.refused(*words), "another address")
    has(w.council.refused(*words, "--approve", "--any-address"), "R-109")
    same(judged(w, "s-sign", sender=MORI)[2], False)
    # One that names both addresses is nobody's own.
    w.ca.issue("s-both", f"{SATO},email:{MORI}", key="s-sign", usage=SIGNS)
    has(w.council.refused("key", "import", "acme-sato", pem(w, "s-both"),
                          "--approve", "--how", "phone"), "R-004")


@step("a mail that it signs renews the one that seals, and itself; what is no "
      "renewal is a proposal")
def renewed(w):
    w.ca.issue("s-seal2", SATO, 400, usage=SEALS)
    same(judged(w, "s-sign", with_next(w, "s-seal2")), BELIEVED)
    wait.until("the renewal", lambda: rows(w).get("s-seal2") ==
               ("seals", "pinned", "ok"))
    same([rows(w)[k][1] for k in ("s-seal", "s-sign")], ["retired", "pinned"])
    w.sink.wait(SATO, 1, "鍵を更新しました")
    sent(w, 3, "s-seal2")
    w.ca.issue("s-sign2", SATO, 100, usage=SIGNS)
    judged(w, "s-sign", with_next(w, "s-sign2"))
    wait.until("the renewal", lambda: rows(w).get("s-sign2") ==
               ("signs", "pinned", "ok"))
    same([rows(w)[k][1] for k in ("s-seal2", "s-sign")],
         ["pinned", "retired"])
    same([judged(w, "s-sign")[0], judged(w, "s-sign2")],
         ["unknown-key", BELIEVED])
    w.ca.issue("s-seal3", SATO, 400, key="s-seal", usage=SEALS)
    judged(w, "s-sign", with_next(w, "s-seal3"))
    wait.until("the proposal", lambda: rows(w).get("s-seal3") ==
               ("seals", "proposed", "ok"))
    w.council.run("key", "decline", "acme-sato",
                  w.ca.fingerprint("s-seal3", "sha1"))


@step("its authority's next one for the same key takes its place, and no "
      "other's")
def reissued(w):
    w.ca.issue("s-sign3", SATO, 120, key="s-sign2", usage=SIGNS)
    before = w.council.said().count("key.heard")
    head, _, body = with_next(w, "s-sign3").partition(b"\r\n\r\n")
    w.send(SATO, "csc-info@council.test", mails.mail(
        SATO, "csc-info@council.test", "証明書",
        content=head.decode().split("\r\n"), body=body))
    wait.until("it to be looked at", lambda: w.council.said().count(
        "key.heard") > before)
    same([rows(w)[k][1] for k in ("s-sign3", "s-sign2", "s-seal2")],
         ["pinned", "retired", "pinned"])


@step("stopped, it speaks for nobody, and copies go on; a new one needs the "
      "word how it was checked")
def signer_stopped(w):
    # Sealed, and on its way: nothing of that hangs on this certificate.
    cases.item(w, w.number, "接続先 203.0.113.41")
    w.council.run("digest", "send", "--yes")
    waiting = wait.until("a copy to wait", lambda: outbox(w, "ready"))
    w.council.run("key", "stop", "acme-sato", w.ca.fingerprint("s-sign3"),
                  "--how", "phone", "--reason", "card lost")
    same([outbox(w, "ready"), held(w)], [waiting, []])
    same(rows(w)["s-sign3"], ("signs", "stopped", "key-stopped"))
    mail = w.sink.wait(SATO, 1, "署名用の証明書の使用を停止しました")
    has(mail.text, "暗号化に使う鍵は、変わりません")
    lacks(mail.text, "お預かり")
    same(judged(w, "s-sign3")[1:], (None, False))
    sent(w, 4, "s-seal2")
    has(w.council.call("check").stdout.decode(), "1 certificate that only "
        "signs has ended or stopped, first that of acme-sato")
    w.ca.issue("s-sign4", SATO, 100, key="s-sign", usage=SIGNS)
    has(w.council.refused("key", "import", "acme-sato", pem(w, "s-sign4"),
                          "--approve"), "--how")
    approve(w, "s-sign4", "--how", "meeting")
    same(judged(w, "s-sign4"), BELIEVED)


@step("the sealing one stopped holds what is for the person, who is believed "
      "all the same; a signed mail renews no stopped one")
def sealer_stopped(w):
    w.council.run("key", "stop", "acme-sato", w.ca.fingerprint("s-seal2"),
                  "--how", "phone", "--reason", "lost")
    same(digest(w, 6), ["key-stopped"])
    same(judged(w, "s-sign4"), BELIEVED)
    w.ca.issue("s-seal4", SATO, 400, key="s-seal", usage=SEALS)
    judged(w, "s-sign4", with_next(w, "s-seal4"))
    wait.until("the proposal", lambda: rows(w).get("s-seal4") ==
               ("seals", "proposed", "ok"))
    w.copies = len(enveloped(w))
    w.council.run("key", "approve", "acme-sato", w.ca.fingerprint("s-seal4"),
                  "--how", "phone")
    wait.until("what waited", lambda: "203.0.113.6\n" in read(w, "s-seal4"))


@step("before it ends the person and the POC hear of this one; ended, its "
      "mails are no word, and copies go on")
def signer_ended(w):
    clock.move(w, 41)
    wait.until("the copy that waited", lambda: "203.0.113.41\n" in
               read(w, "s-seal4"))
    wait.until("the warnings", lambda: w.sink.all(SATO, ENDS) and w.sink.all(
        MORI, "certificate for signing will expire soon"))
    mail = w.sink.all(SATO, ENDS)[0]
    has(mail.text.replace(" ", "").replace(":", ""),
        w.ca.fingerprint("s-sign4"))
    has(mail.text, clock.day(100, local=True), "関わりありません")
    same(w.sink.all(SATO, "鍵の有効期限"), [])
    clock.move(w, 101)
    wait.until("the end told", lambda: w.sink.all(SATO, ENDED))
    same(rows(w)["s-sign4"], ("signs", "pinned", "key-expired"))
    same(judged(w, "s-sign4"), ("key-expired", None, False))
    sent(w, 5, "s-seal4")
    w.ca.issue("s-sign5", SATO, 300, key="s-sign", usage=SIGNS)
    approve(w, "s-sign5", "--how", "phone")


@step("a consulter with two is believed in the case by the one, and has mail "
      "sealed to the other")
def of_a_case(w):
    who = "naoki@naoki.test"
    w.ca.issue("c-sign", who, 140, key="s-sign", usage=SIGNS)
    w.ca.issue("c-seal", who, key="s-seal", usage=SEALS)
    content, body = w.ca.detached("c-sign", text_part("様子がおかしいです。\n"))
    w.send(who, "csc-anken@council.test", mails.mail(
        who, "csc-anken@council.test", "相談", content=content, body=body))
    got = w.sink.wait(who)
    number = w.council.cases()[0]["number"]
    key = wait.until("the proposal", lambda: w.council.json(
        "key", "show", number)["keys"])[0]
    same([key["role"], key["state"]], ["signs", "proposed"])
    w.council.run("key", "approve", number, key["fingerprint"])
    w.council.run("key", "import", number, pem(w, "c-seal"), "--approve")
    before = len(enveloped(w, who))
    content, body = w.ca.detached("c-sign", text_part(
        "1-B 会社名の部分\n2-B\n3-A\n"))
    w.send(who, got["Reply-To"], mails.mail(
        who, got["Reply-To"], "Re: 相談", content=content, body=body,
        extra=[f"In-Reply-To: {got['Message-ID']}"]))
    wait.until("the read-back", lambda: len(enveloped(w, who)) == before + 1)
    has(w.ca.opened("c-seal", enveloped(w, who)[-1])[1], "会社名の部分")
    mail = max(m["number"] for m in w.council.case(number)["mails"]
               if m["direction"] == "in")
    crypto = w.council.json("mail", "show", mail)["crypto"]
    same([crypto["signature"], crypto["signed_by"], crypto["signer_is_from"]],
         ["good", "case", True])
    has(w.council.call("check").stdout.decode(), "1 key of an open case ends "
        f"within 60 days, first that of {number}")
    clock.move(w, 141)
    has(w.council.call("check").stdout.decode(), "1 certificate that only "
        f"signs has ended or stopped, first that of {number}")


@step("who leaves has neither")
def gone(w):
    w.council.run("person", "remove", "acme-sato", "--reason", "left")
    same({state for _, state, _ in rows(w).values()} & {"pinned", "stopped"},
         set())
    same(judged(w, "s-sign5")[2], False)


@step("who comes back and sends the one of before has it proposed again")
def back(w):
    w.council.run("person", "add", "acme-sato", "--org", "acme", "--name",
                  "佐藤", "--address", SATO, "--language", "ja", "--scheme",
                  "smime")
    same(judged(w, "s-sign5")[2], False)
    wait.until("the proposal (R-119)", lambda: rows(w)["s-sign5"][:2] ==
               ("signs", "proposed"))


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SMIME))

#!/usr/bin/env python3
"""The life of keys, with real gpg: warned before they end, held after, renewed
in every way there is, revoked at once; what waited goes out once, and only
once (T-39, T-43, L23, L29)."""
import hashlib

from harness import cases, clock, copies, gpg, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

SATO, MORI = roster.ADDRESSES["acme-sato"], roster.ADDRESSES["acme-mori"]
ENDS = "鍵の有効期限が近づいています"
ENDED = "鍵の有効期限が過ぎました"
MORI_ENDS = "key will expire soon"
WAITS = "お届けできない情報があります"


def told(w, ends, waits=None):
    """Sato has so many warnings, and his POC as many."""
    wait.until(f"{ends} warnings", lambda: len(w.sink.all(SATO, ENDS)) >= ends
               and len(w.sink.all(MORI, MORI_ENDS)) >= ends)
    w.council.run("case", "list")     # a turn later nothing more has come
    same([len(w.sink.all(SATO, ENDS)), len(w.sink.all(MORI, MORI_ENDS))],
         [ends, ends])


def held(w):
    return [c for c in w.council.json("outbox", "list", "--state",
                                      "held")["copies"]
            if c["person"] == "acme-sato"]


@step("a key that ends in 100 days is pinned; nobody is told", needed=True)
def pinned(w):
    w.key("acme-sato", SATO, life="100d")
    roster.fill(w)
    roster.council_key(w)
    key = w.council.json("key", "show", "acme-sato")["keys"][0]
    same(key["usable"], "ok")
    same(key["until"][:10], clock.day(100))
    clock.move(w, 30)
    same(w.sink.all(SATO), [])


@step("60 days before the person and the POC are told, once, in plain text "
      "without a name")
def sixty(w):
    clock.move(w, 41)
    told(w, 1)
    mail = w.sink.all(SATO, ENDS)[0]
    has(mail.text.replace(" ", ""), w.keys["acme-sato"].fpr)
    has(mail.text, clock.day(100, local=True))
    has(w.sink.all(MORI, MORI_ENDS)[0].text, "a person of your organisation")
    lacks(mail.text + w.sink.all(MORI, MORI_ENDS)[0].text, "佐藤", "sato")
    clock.move(w, 41)
    told(w, 1)


@step("check says it with the count, the first, and what to type (L23)")
def nagged(w):
    said = w.council.call("check").stdout.decode()
    has(said, "1 key ends within 60 days, first that of acme-sato",
        "`sekisho key list'", "1 person has no key, first late-ueda",
        "sekisho key import late-ueda FILE --approve")


@step("a clock that jumped over 30 days says the 7 days alone; one that "
      "jumped back says nothing, and what was said too early in its time")
def jump(w):
    clock.move(w, 95)
    told(w, 2)
    clock.move(w, 72)
    told(w, 2)
    clock.move(w, 96)
    told(w, 3)


@step("ended: both are told, a digest is held for it, and of that they are "
      "told once")
def ended(w):
    clock.move(w, 101)
    wait.until("the end told", lambda: w.sink.all(SATO, ENDED))
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.items = [cases.item(w, w.number, f"接続先 203.0.113.{n}")
               for n in (1, 2)]
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("T-39", lambda: w.sink.all(SATO, WAITS) and
               w.sink.all(MORI, "waiting for you"))
    same([c["reason"] for c in held(w)], ["key-expired"])
    w.items.append(cases.item(w, w.number, "接続先 203.0.113.3"))
    w.council.run("digest", "send", "--yes", "--now")
    same(len(held(w)), 2)
    clock.move(w, 102)
    same(len(w.sink.all(SATO, WAITS)), 1)
    same(len(w.sink.all(MORI, "waiting for you")), 1)
    same(len(w.sink.all(SATO, ENDED)), 1)
    lacks(w.sink.all(SATO, WAITS)[0].text, "203.0.113", w.number)


@step("check names what has ended, with the first and the next command; the "
      "list says of each key why (L23)")
def nagged_ended(w):
    faults = "\n".join(w.council.json("key", "check")["faults"])
    has(faults, "1 key has ended or stopped, first acme-sato: nothing is sent "
        "to it", "`sekisho key import acme-sato FILE'")
    lacks(faults, "within 60 days")
    has(w.council.call("check").stdout.decode(), "1 key has ended or stopped, "
        "first acme-sato")
    same(w.council.json("key", "show", "acme-sato")["keys"][0]["usable"],
         "key-expired")
    clock.move(w, 730 + 1)          # everybody's, made for two years
    faults = "\n".join(w.council.json("key", "check")["faults"])
    has(faults, "6 keys have ended or stopped, first acme-sato: nothing is "
        "sent to them")
    clock.move(w, 102)


@step("a clock that was ahead for a while: what it held goes, and of a key that "
      "it ended its owner is warned in time")
def ahead(w):
    _, number = cases.confirmed(w, "1-C\n2-A\n3-A\n")
    cases.item(w, number, "接続先 203.0.113.9")
    lab = roster.ADDRESSES["lab-ito"]
    before = len(digests(w, "lab-ito"))
    clock.move(w, 730 + 1)
    wait.until("the end told", lambda: w.sink.all(lab, ENDED))
    same([h["reason"] for h in w.council.json(
        "digest", "send", "--yes", "--now")["held"]], ["key-expired"])
    clock.move(w, 102)
    wait.until("its copy", lambda: len(digests(w, "lab-ito")) == before + 1)
    same(w.sink.all(lab, ENDS), [])
    clock.move(w, 730 - 59)
    w.sink.wait(lab, subject=ENDS)
    clock.move(w, 102)


def digests(w, who="acme-sato"):
    """The copies of digests that this person has, by Message-ID."""
    return {m["Message-ID"]: m for m in w.sink.all(roster.ADDRESSES[who])
            if m.message.get_content_type() == "multipart/encrypted"}


def opened(w, key):
    return [copies.opened(key, m)[1] for m in digests(w).values()]


def state(w, fpr, who="acme-sato"):
    for key in w.council.json("key", "show", who)["keys"]:
        if key["fingerprint"] == fpr:
            return key["state"]
    return None


def proposed(w):
    return [k for k in w.council.json("key", "list", "--proposed")["keys"]
            if k["person"] == "acme-sato"]


def attached(text, block):
    """A text with a key, as an entity of its own."""
    content, body = mails.mixed(text, [("key.asc", "application/pgp-keys",
                                        block)])
    return mails.crlf("\n".join(content).encode() + b"\n\n" + body)


def heard(w):
    return w.council.said().count("key.heard")


def mail(w, entity=None, signer=None, to="csc-info@council.test", extra=(),
         sender=SATO):
    """One mail by Sato; until it was filed and its keys were looked at."""
    before = heard(w)
    if signer:
        content, body = mails.pgp_signed(signer, entity)
    else:
        head, _, body = entity.partition(b"\r\n\r\n")
        content = head.decode().split("\r\n")
    w.send(sender, to, mails.mail(sender, to, "鍵", content=content, body=body,
                                  extra=list(extra)))
    wait.until("the key to be looked at", lambda: heard(w) > before)


@step("the same key with later dates needs no --approve; what waited goes out, "
      "each copy once")
def extended(w):
    w.old_block = w.keys["acme-sato"].export()
    block = w.keys["acme-sato"].renew("2y")
    key = w.council.json("key", "import", "acme-sato",
                         w.file("later.asc", block))
    same([key["state"], key["usable"]], ["pinned", "ok"])
    wait.until("both copies", lambda: len(digests(w)) == 2)
    text = "".join(opened(w, w.keys["acme-sato"]))
    same([text.count(i) for i in w.items], [1, 1, 1])
    same(held(w), [])
    has(w.sink.wait(SATO, 1, "更新しました").text, "新しい有効期限")
    w.sink.wait(MORI, 1, "was renewed")


@step("an older copy of it takes nothing back")
def older(w):
    before = w.council.json("key", "show", "acme-sato")["keys"][0]["until"]
    w.council.run("key", "import", "acme-sato", w.file("old.asc",
                                                       w.old_block))
    mail(w, attached("古い鍵です。\n", w.old_block))
    same(w.council.json("key", "show", "acme-sato")["keys"][0]["until"],
         before)
    same(len(w.sink.all(SATO, "更新しました")), 1)


@step("in an unsigned mail the same key with later dates counts, as a reply to "
      "T-43 too, which opens no case; another one is a proposal")
def unsigned(w):
    cases_before = len(w.council.cases())
    got = w.sink.all(SATO, ENDS)[0]
    block = w.keys["acme-sato"].renew("3y")
    mail(w, attached("延ばしました。\n", block), to=got["Reply-To"])
    w.sink.wait(SATO, 2, "更新しました")
    same(len(w.council.cases()), cases_before)
    same(w.council.json("mail", "list")["mails"][0]["note"], "key")
    # Also while a certificate of theirs is waited for.
    w.council.run("person", "change", "acme-sato", "--scheme", "smime")
    mail(w, attached("また延ばしました。\n", w.keys["acme-sato"].renew("5y")))
    until = [k["until"] for k in w.council.json("key", "show", "acme-sato")
             ["keys"] if k["state"] == "pinned"][0]
    assert until[:10] > clock.day(1600), until
    w.council.run("person", "change", "acme-sato", "--scheme", "openpgp")
    w.second = w.using(gpg.Key(w.dir / "second", SATO), "end")
    mail(w, attached("新しい鍵です。\n", w.second.export()))
    key = proposed(w)[0]
    same(key["fingerprint"], w.second.fpr)
    has(key["origin"], "mail ", "attachment", SATO)
    has(w.council.run("key", "list", "--proposed"), "attachment", SATO)
    same(state(w, w.keys["acme-sato"].fpr), "pinned")


@step("declined: it does not come back by itself")
def declined(w):
    has("\n".join(w.council.json("key", "check")["faults"]),
        "`sekisho key list --proposed'")
    w.council.run("key", "decline", "acme-sato", w.second.fpr, "--reason",
                  "unknown")
    mail(w, attached("新しい鍵です。\n", w.second.export()))
    same(proposed(w), [])
    same(state(w, w.second.fpr), "declined")


@step("signed with the pinned key a hundred days ago, a new key is a proposal: "
      "who has an old mail may send it again (LIMIT_SIGNED_SECONDS)")
def signed_long_ago(w):
    old = w.using(gpg.Key(w.dir / "old", SATO), "end")
    mail(w, attached("新しい鍵です。\n", old.export()), w.keys["acme-sato"])
    same([state(w, old.fpr), state(w, w.keys["acme-sato"].fpr)],
         ["proposed", "pinned"])
    w.council.run("key", "decline", "acme-sato", old.fpr)
    clock.right(w)


@step("signed with the pinned key, a new key in the mail is a renewal: told, "
      "audited, used; an Autocrypt field of it is none (L16)")
def signed(w):
    import base64
    other = w.using(gpg.Key(w.dir / "other", SATO), "end")
    raw = other.run("--export", other.fpr).stdout
    mail(w, mails.crlf(b"Content-Type: text/plain\n\nkey\n"),
         w.keys["acme-sato"], extra=[
             f"Autocrypt: addr={SATO}; keydata=\n " + "\n ".join(
                 base64.b64encode(raw).decode()[i:i + 76]
                 for i in range(0, len(raw) * 4 // 3 + 4, 76)).strip()])
    same([k["fingerprint"] for k in proposed(w)], [other.fpr])
    has(proposed(w)[0]["origin"], "autocrypt")
    w.council.run("key", "decline", "acme-sato", other.fpr)
    w.third = w.using(gpg.Key(w.dir / "third", SATO), "end")
    mail(w, attached("新しい鍵です。\n", w.third.export()),
         w.keys["acme-sato"])
    same(state(w, w.third.fpr), "pinned")
    same(state(w, w.keys["acme-sato"].fpr), "retired")
    has(w.sink.wait(SATO, 4, "更新しました").text.replace(" ", ""),
        w.third.fpr)
    w.sink.wait(MORI, 3, "was renewed")
    row = [r for r in w.council.json("audit", "show", "acme-sato")["rows"]
           if r["event"] == "key.renew"][0]
    has(row["detail"], w.third.fpr, "was " + w.keys["acme-sato"].fpr,
        "signature of", "mail ")
    w.keys["acme-sato"], w.first = w.third, w.keys["acme-sato"]
    roster.council_key(w)


@step("signed with a retired key, or with another person's, it is a proposal")
def not_theirs(w):
    fourth = w.using(gpg.Key(w.dir / "fourth", SATO), "end")
    for signer in (w.first, w.keys["acme-mori"]):
        mail(w, attached("新しい鍵です。\n", fourth.export()), signer)
        same(state(w, fourth.fpr), "proposed")
        same(state(w, w.third.fpr), "pinned")
    has(w.council.refused("key", "approve", "acme-sato", fourth.fpr), "--how")
    other = w.using(gpg.Key(w.dir / "elsewhere", "x@elsewhere.test"), "end")
    mail(w, attached("鍵です。\n", other.export()))
    same(state(w, other.fpr), "proposed")
    has(w.council.refused("key", "approve", "acme-sato", other.fpr, "--how",
                          "phone"), "--any-address")
    w.council.run("key", "decline", "acme-sato", other.fpr)
    w.council.run("key", "decline", "acme-sato", fourth.fpr)


@step("a key beside what was signed, or one of two, is a proposal")
def beside(w):
    beside = w.using(gpg.Key(w.dir / "beside", SATO), "end")
    inline = w.third.run("--clearsign", "--local-user", w.third.fpr,
                         stdin="鍵を送ります。\n".encode()).stdout.decode()
    mail(w, attached(inline, beside.export()))
    same(state(w, beside.fpr), "proposed")
    w.council.run("key", "decline", "acme-sato", beside.fpr)
    two = [w.using(gpg.Key(w.dir / n, SATO), "end") for n in ("p", "q")]
    outer = w.using(gpg.Key(w.dir / "outer", SATO), "end")
    whole = mails.pgp_signed(w.third, mails.crlf(
        b"Content-Type: text/plain\n\nkey\n"))
    around = mails.crlf(
        b'Content-Type: multipart/mixed; boundary="=_out"\n\n--=_out\n' +
        "\n".join(whole[0]).encode() + b"\n\n" + whole[1] +
        b"\n--=_out\nContent-Type: application/pgp-keys\n"
        b'Content-Disposition: attachment; filename="k.asc"\n\n' +
        outer.export() + b"\n--=_out--\n")
    mail(w, around)
    same(state(w, outer.fpr), "proposed")
    w.council.run("key", "decline", "acme-sato", outer.fpr)
    mail(w, attached("二つあります。\n", two[0].export() + two[1].export()),
         w.third)
    wait.until("both", lambda: state(w, two[1].fpr))
    same([state(w, k.fpr) for k in (*two, w.third)],
         ["proposed", "proposed", "pinned"])
    for key in two:
        w.council.run("key", "decline", "acme-sato", key.fpr)


def handed_over(w):
    """What is with Postfix cannot be held here: the operator is told which
    copies, and no others, by the ids that Postfix has for them."""
    duty = "duty@council.test.example"
    note = wait.until("the notice", lambda: [
        m for m in w.sink.all(duty) if "止められた鍵" in m.text])
    same(len(note), 1)
    lacks(note[0].text, "sato", w.third.fpr)
    rows = w.council.json("key", "show", "acme-sato")["handed_over"]
    same([(r["person"], r["state"], r["fingerprint"]) for r in rows],
         [("acme-sato", "sent", w.third.fpr)])
    assert rows[0]["queue_id"] in w.postfix.queue_ids(SATO), rows
    has(w.council.run("key", "show", "acme-sato"), "Handed over",
        rows[0]["queue_id"])
    same(w.council.json("key", "show", "acme-mori")["handed_over"], [])


@step("eight keys of a person wait at most: a ninth is not proposed, until one "
      "is decided (LIMIT_KEY_PROPOSALS)")
def many(w):
    home = w.using(gpg.Key(w.dir / "many", SATO), "end")
    for _ in range(9):
        home.run("--passphrase", "", "--quick-generate-key", "--yes", SATO,
                 "future-default", "default", "2y")
    out = home.run("--with-colons", "--list-keys").stdout.decode().split("\n")
    fprs = [out[i + 1].split(":")[9] for i, line in enumerate(out)
            if line.startswith("pub:")]
    same(len(fprs), 10)
    blocks = [home.run("--armor", "--export", f).stdout for f in fprs]
    said = w.council.said
    heard = said().count("key.heard")
    for at in (0, 4, 8):
        mail(w, attached("鍵です。\n", b"".join(blocks[at:at + 4])))
    wait.until("ten looks", lambda: said().count("key.heard") >= heard + 10)
    same(len(proposed(w)), 8)
    waiting = {k["fingerprint"] for k in proposed(w)}
    left = [i for i, f in enumerate(fprs) if f not in waiting]
    has("\n".join(w.council.json("key", "check")["faults"]),
        "keys wait for a decision: `sekisho key list --proposed'")
    w.council.run("key", "decline", "acme-sato", sorted(waiting)[0])
    mail(w, attached("鍵です。\n", blocks[left[0]]))
    same(state(w, fprs[left[0]]), "proposed")
    for key in proposed(w):
        w.council.run("key", "decline", "acme-sato", key["fingerprint"])


@step("revoked by its certificate in a mail: what was sealed to it does not "
      "leave, from that turn on")
def revoked(w):
    cases.item(w, w.number, "接続先 203.0.113.9")
    before = len(digests(w)) + 1
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("one that leaves", lambda: len(digests(w)) == before)
    w.items = [cases.item(w, w.number, "接続先 203.0.113.10")]
    w.council.run("digest", "send", "--yes")      # spread: it waits, sealed
    wait.until("the copy to be sealed", lambda: [
        c for c in w.council.json("outbox", "list", "--state",
                                  "ready")["copies"]
        if c["person"] == "acme-sato"])
    mail(w, attached("失効しました。\n", w.third.revocation()))
    same([c["reason"] for c in held(w)], ["key-revoked"])
    same(w.council.json("key", "show", "acme-sato")["keys"][-1]["usable"] in
         ("ok", "key-revoked"), True)
    has(w.sink.wait(SATO, 1, "失効しました").text.replace(" ", ""),
        w.third.fpr)
    w.sink.wait(MORI, 1, "was revoked")
    handed_over(w)
    w.council.refused("key", "import", "acme-sato",
                      w.file("third.asc", w.third.export()), "--approve")
    same(len(digests(w)), before)


@step("a new key, checked by telephone, and sudden death around it: the "
      "missing copies go out, each in one version (I5, L23)")
def killed(w):
    import random
    import time
    before = set(digests(w))
    for n in (11, 12, 13):
        w.items.append(cases.item(w, w.number, f"接続先 203.0.113.{n}"))
        w.council.run("digest", "send", "--yes", "--now")
    same(len(held(w)), 4)
    tokens = {c["copy"] for c in held(w)}
    w.fifth = w.using(gpg.Key(w.dir / "fifth", SATO), "end")
    path = w.file("fifth.asc", w.fifth.export())
    for _ in range(6):
        w.council.call("key", "import", "acme-sato", path, "--approve",
                       "--how", "phone")
        time.sleep(random.choice([0, 0.02, 0.05, 0.1, 0.2]))
        w.council.kill()
        w.council.start()
    w.council.run("key", "import", "acme-sato", path, "--approve", "--how",
                  "phone")
    clock.move(w, 103)          # the first was to leave within ten minutes
    wait.until("the missing copies", lambda: len(digests(w)) ==
               len(before) + 4)
    w.keys["acme-sato"] = w.fifth
    roster.council_key(w)
    new = {i: m for i, m in digests(w).items() if i not in before}
    for m in w.sink.all(SATO):
        if m["Message-ID"] in new:
            same(m.own == new[m["Message-ID"]].own, True, "two versions")
            same(gpg.recipients(copies.armour(m)),
                 [w.fifth.field("sub_id")])
    text = "".join(copies.opened(w.fifth, m)[1] for m in new.values())
    same([text.count(i) for i in w.items], [1, 1, 1, 1])
    same([c["state"] for c in w.council.json("outbox", "list")["copies"]
          if c["copy"] in tokens], ["sent"] * 4)


@step("the key that a consulter gave for a case: he is told before it ends, "
      "once for all his cases, and in one that is over no more (T-43)")
def of_a_case(w):
    who = "keyed@consulter.test"
    w.theirs = w.using(gpg.Key(w.dir / "theirs", who, life="180d"), "end")
    path = w.file("theirs.asc", w.theirs.export())
    numbers = []
    for n, desk in enumerate(("anken", "anken", "info")):
        w.consult(who, f"相談 {n}", "様子がおかしいです。",
                  to=f"csc-{desk}@council.test")
        numbers.append(w.council.cases()[0]["number"])
    for number in numbers:
        w.council.run("key", "import", number, path, "--approve")
    w.council.run("case", "close", numbers[2], "--rejected", "--quiet",
                  "--reason", "a test")
    same(w.sink.all(who, ENDS), [])
    clock.move(w, 125)
    got = w.sink.wait(who, 1, ENDS)
    w.council.run("case", "list")
    same(len(w.sink.all(who, ENDS)), 1)
    w.told_for = [n for n in numbers if n in got["Subject"]][0]
    has(got.text, w.told_for, clock.day(180, local=True))
    has(got.text.replace(" ", ""), w.theirs.fpr)
    lacks(got.text, "ご登録", "様子")
    has(w.council.call("check").stdout.decode(), "2 keys of open cases end "
        "within 60 days, first that of " + numbers[1])


@step("his answer with the same key for longer reaches the case")
def of_a_case_extended(w):
    before = len(w.council.cases())
    got = w.sink.all("keyed@consulter.test", ENDS)[0]
    mail(w, attached("延ばしました。\n", w.theirs.renew("3y")),
         to=got["Reply-To"], sender="keyed@consulter.test")
    key = w.council.json("key", "show", w.told_for)["keys"][0]
    assert key["until"][:10] > clock.day(400), key
    same(len(w.council.cases()), before)
    # It is one key, whatever cases it was given for.
    all = [k for c in w.council.cases() for k in w.council.json(
        "key", "show", c["number"])["keys"]]
    same({k["until"] for k in all if k["fingerprint"] == key["fingerprint"]},
         {key["until"]})


def costly(n):
    """A key of RSA 16,384 with an exponent as long: gpg needs 3 s for each of
    its 28 signatures, right or wrong."""
    number = b"\x40\x00" + b"\xff" * 2048
    key = b"\x04\x60\x00\x00" + bytes([n]) + b"\x01" + 2 * number
    whole = b"\x99" + len(key).to_bytes(2, "big") + key
    head = b"\x04\x13\x01\x08\x00\x06\x05\x02\x60\x00\x01"

    def sign(i):
        body = head + bytes([i]) + b"\x00\x0a\x09\x10" + hashlib.sha1(
            whole).digest()[-8:] + b"xx" + number
        return b"\x89" + len(body).to_bytes(2, "big") + body
    name = b"a <a@hostile.example>"
    return whole + b"\xb4" + bytes([len(name)]) + name + b"".join(
        map(sign, range(28)))


@step("four keys in one mail that would occupy every keyd for minutes: they "
      "are refused unseen by gpg, and what is to be sealed goes out")
def hostile(w):
    desk, killer = "csc-info@council.test", "killer@hostile.test"
    content, body = mails.mixed("鍵です。\n", [
        (f"{n}.gpg", "application/pgp-keys", costly(n)) for n in (1, 2, 3, 3)])
    w.send(killer, desk, mails.mail(killer, desk, "鍵", content=content,
                                    body=body))
    wait.until("the mail to be filed", lambda: any(
        c["originator"] and c["originator"]["address"] == killer
        for c in w.council.cases()))
    before = len(w.sink.all("keyed@consulter.test"))
    w.council.run("case", "advise", w.told_for, "--text-file",
                  w.file("advice.txt", "更新してください。"))
    w.sink.wait("keyed@consulter.test", before + 1)
    wait.until("the keys to be refused", lambda: w.council.said().count(
        "a number in it is larger than in any key") == 3)	# one came twice


@step("his key ends while a mail waits for the relay: he is asked for another, "
      "and the secretariat is told (T-26, I4)")
def of_a_case_ended(w):
    w.postfix.stop()
    w.ends.remove(w.postfix.stop)
    w.council.run("case", "advise", w.told_for, "--text-file",
                  w.file("advice.txt", "更新してください。"))
    copy = wait.until("it to wait", lambda: [
        c for c in w.council.json("outbox", "list", "--case",
                                  w.told_for)["copies"]
        if c["form"] == "E" and c["state"] == "ready"])[0]
    clock.move(w, 3 * 366 + 200)
    wait.until("it to be held", lambda: w.council.json(
        "outbox", "show", copy["copy"])["reason"] == "key-expired")
    asked = [c for c in w.council.json("outbox", "list", "--case",
                                       w.told_for)["copies"]
             if c["template"] == "T-26"]
    same(len(asked), 1)
    told = [c for c in w.council.json("outbox", "list")["copies"]
            if c["template"] == "N-01" and c["state"] != "sent"]
    same(len(told), 1)


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""News of a key, with real gpg: it is durable from the mail on, is laid over every
row of the fingerprint, and where nothing is left to encrypt to it stops what
waits (R-119, L16, L29)."""
import os
import signal

from harness import cases, gpg, mails, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

SATO, MORI = roster.ADDRESSES["acme-sato"], roster.ADDRESSES["acme-mori"]
CONSULTER = "two-cases@consulter.test"
DUTY = "duty@council.test.example"


def made(w, name, address=SATO, **how):
    return w.using(gpg.Key(w.dir / name, address, **how), "end")


def row(w, fpr, who="acme-sato"):
    for key in w.council.json("key", "show", who)["keys"]:
        if key["fingerprint"] == fpr:
            return key["state"], key["usable"]
    return None


def held(w):
    return [c["reason"] for c in w.council.json(
        "outbox", "list", "--state", "held")["copies"]
        if c["person"] == "acme-sato"]


def sealed(w, words):
    """A copy for Sato that waits, sealed, for its time to leave."""
    w.items = [cases.item(w, w.number, words)]
    w.council.run("digest", "send", "--yes")
    wait.until("the copy to be sealed", lambda: [
        c for c in w.council.json("outbox", "list", "--state",
                                  "ready")["copies"]
        if c["person"] == "acme-sato"])


def heard(w):
    return w.council.said().count("key.heard")


def with_keys(sender, to, blocks, extra=()):
    content, body = mails.mixed("鍵を送ります。\n", [
        (f"{n}.asc", "application/pgp-keys", block)
        for n, block in enumerate(blocks)])
    return mails.mail(sender, to, "鍵", content=content, body=body,
                      extra=list(extra))


def mail(w, *blocks, sender=SATO, to="csc-info@council.test", extra=()):
    before = heard(w)
    w.send(sender, to, with_keys(sender, to, blocks, extra))
    wait.until("the keys to be looked at",
               lambda: heard(w) >= before + len(blocks))


def edit(key, *lines):
    key.run("--no-batch", "--command-fd", "0", "--passphrase", "",
            "--edit-key", key.fpr, stdin="\n".join([*lines, "save", ""])
            .encode())
    return key.export()


def faults(w):
    return "\n".join(w.council.json("key", "check")["faults"])


@step("a council with a case whose items reach Sato", needed=True)
def begin(w):
    w.key("acme-sato", SATO)
    roster.fill(w)
    roster.council_key(w)
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")


@step("`gpg --export ADDRESS` after a rollover, the revoked old key and the "
      "new one in one file: the old one is stopped, with its block")
def rollover(w):
    old, new = w.keys["acme-sato"], made(w, "second")
    w.before = old.export()
    sealed(w, "接続先 203.0.113.20")
    old.run("--import", stdin=new.export())
    old.run("--import", stdin=old.revocation())
    both = old.run("--armor", "--export", old.fpr, new.fpr).stdout
    mail(w, both)
    same(row(w, old.fpr), ("pinned", "key-revoked"))
    same(held(w), ["key-revoked"])
    w.sink.wait(SATO, 1, "失効しました")
    mail(w, w.before)
    same(row(w, old.fpr), ("pinned", "key-revoked"), "an old copy lifts it")
    w.council.refused("key", "import", "acme-sato", w.file("old.asc",
                                                           w.before),
                      "--approve")
    w.both, w.old, w.new = both, old, new


@step("of the new key in that file an operator is told, until one is pinned")
def told(w):
    has(faults(w), "2 keys and must hold exactly one", "mail show")
    number = w.council.json("mail", "list")["mails"][1]["number"]
    has(w.council.run("mail", "show", str(number)), "Key not taken")
    wait.until("the notice", lambda: [m for m in w.sink.all(DUTY)
                                      if "登録できない鍵" in m.text])
    same(row(w, w.new.fpr), None)
    has(w.council.refused("key", "import", "acme-sato",
                          w.file("both.asc", w.both), "--approve"), "2 keys")
    w.council.run("key", "import", "acme-sato",
                  w.file("new.asc", w.new.export()), "--approve", "--how",
                  "phone")
    lacks(faults(w), "2 keys")
    wait.until("the copy", lambda: not held(w))
    w.keys["acme-sato"] = w.new
    roster.council_key(w)


@step("the encryption subkey alone is revoked, and nothing in its place: what "
      "was sealed to it stops, and an old copy lifts nothing (I4)")
def subkey(w):
    before = w.new.export()
    sealed(w, "接続先 203.0.113.21")
    edit(w.new, "key 1", "revkey", "y", "0", "", "y")
    mail(w, w.new.export())
    same(row(w, w.new.fpr), ("pinned", "key-no-encryption"))
    same(set(held(w)), {"key-no-encryption"})
    has(w.sink.wait(SATO, 1, "使用を停止しました").text, "副鍵")
    w.sink.wait(MORI, 1, "not used any more")
    mail(w, before)
    same(row(w, w.new.fpr), ("pinned", "key-no-encryption"))


@step("the operator's import says the same, and a new subkey sends what "
      "waited, once")
def mended(w):
    key = w.council.call("key", "import", "acme-sato",
                         w.file("no.asc", w.new.export()))
    has((key.stdout + key.stderr).decode(), "only sign")
    w.new.run("--passphrase", "", "--quick-add-key", w.new.fpr, "cv25519",
              "encr", "2y")
    mail(w, w.new.export())
    same(row(w, w.new.fpr), ("pinned", "ok"))
    same(held(w), [])


@step("stopped by word: for every owner, told, audited; no mail of it and no "
      "signature of it counts, and only lifting it with a reason ends it")
def stopped(w):
    cases.item(w, w.number, "接続先 203.0.113.20")
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("one to be handed over", lambda: [
        c for c in w.council.json("outbox", "list", "--state",
                                  "sent")["copies"]
        if c["person"] == "acme-sato" and c["form"] == "E"])
    sealed(w, "接続先 203.0.113.22")
    has(w.council.refused("key", "stop", "acme-sato", w.new.fpr),
        "--how")
    key = w.council.json("key", "stop", "acme-sato", w.new.fpr, "--how",
                         "phone", "--reason", "card stolen")
    same([key["state"], key["usable"]], ["stopped", "key-stopped"])
    # What lies in Postfix by then is for the postmaster (I1).
    assert [h for h in key["handed_over"] if h["person"] == "acme-sato" and
            h["queue_id"]], key
    same(set(held(w)), {"key-stopped"})
    w.sink.wait(SATO, 2, "使用を停止しました")
    audit = w.council.json("audit", "show", "acme-sato")["rows"]
    has([r for r in audit if r["event"] == "key.stop"][0]["detail"],
        w.new.fpr, "phone: card stolen")
    has(faults(w), "ended or stopped, first acme-sato")
    mail(w, w.new.renew("3y"))
    same(row(w, w.new.fpr), ("stopped", "key-stopped"))
    # signed with it, a new key is no renewal
    third = made(w, "third")
    content, body = mails.mixed("鍵\n", [("k.asc", "application/pgp-keys",
                                        third.export())])
    entity = mails.crlf("\n".join(content).encode() + b"\n\n" + body)
    content, body = mails.pgp_signed(w.new, entity)
    before = heard(w)
    w.send(SATO, "csc-info@council.test", mails.mail(
        SATO, "csc-info@council.test", "鍵", content=content, body=body))
    wait.until("the key", lambda: heard(w) > before)
    same(row(w, third.fpr)[0], "proposed")
    w.council.run("key", "decline", "acme-sato", third.fpr)
    has(w.council.refused("key", "approve", "acme-sato", w.new.fpr, "--how",
                          "phone"), "key lift")
    same(set(held(w)), {"key-stopped"})
    has(w.council.refused("key", "lift", w.new.fpr), "--how")
    w.council.run("key", "lift", w.new.fpr, "--how", "phone", "--reason",
                  "card found")
    same(row(w, w.new.fpr), ("pinned", "ok"))
    same(held(w), [])
    w.sink.wait(SATO, 1, "使用を再開しました")
    audit = w.council.json("audit", "show", "acme-sato")["rows"]
    has([r for r in audit if r["event"] == "key.lift"][0]["detail"],
        w.new.fpr, "phone: card found")
    w.council.refused("key", "lift", w.new.fpr, "--how", "phone",
                      "--reason", "again")


@step("a stop outlives its row: retired by another key, and brought again, it "
      "stands until it is lifted")
def stop_stays(w):
    fourth = made(w, "fourth")
    path = w.file("fourth.asc", fourth.export())
    w.council.run("key", "stop", "acme-sato", w.new.fpr, "--how", "phone",
                  "--reason", "card stolen")
    w.council.run("key", "import", "acme-sato", path, "--approve", "--how",
                  "phone")
    same(row(w, w.new.fpr), ("retired", "key-stopped"))
    listed = [k["fingerprint"] for k in w.council.json(
        "key", "list", "--stopped")["keys"]]
    same(set(listed), {w.new.fpr})
    has(w.council.refused("key", "import", "acme-sato",
                          w.file("new.asc", w.new.export()), "--approve",
                          "--how", "phone"), "key lift")
    # one that is pinned nowhere can be stopped too
    w.council.run("key", "lift", w.new.fpr, "--how", "phone", "--reason",
                  "card found")
    same(row(w, w.new.fpr), ("retired", "ok"))
    w.council.run("key", "stop", "acme-sato", w.new.fpr, "--how", "phone",
                  "--reason", "lost again")
    same(row(w, w.new.fpr), ("retired", "key-stopped"))
    has(w.council.refused("key", "stop", "acme-sato", w.new.fpr, "--how",
                          "phone", "--reason", "twice"), "already")
    w.council.run("key", "lift", w.new.fpr, "--how", "phone", "--reason",
                  "card found")
    w.council.run("key", "approve", "acme-sato", w.new.fpr, "--how", "phone")
    same(row(w, w.new.fpr), ("pinned", "ok"))


@step("a consulter's key is pinned for two cases: its revocation in a new mail "
      "stops both, and a third that it is proposed for")
def two_cases(w):
    w.twice = made(w, "twice", CONSULTER)
    numbers = [cases.confirmed(w, "1-C\n2-B\n3-A\n", who=CONSULTER)[1]
               for _ in range(2)]
    for number in numbers:
        w.council.run("key", "import", number,
                      w.file("twice.asc", w.twice.export()), "--approve")
    count = len(w.council.cases())
    mail(w, w.twice.export(), sender=CONSULTER)
    w.council.wait_cases(count + 1)
    third = w.council.cases()[0]["number"]
    same(row(w, w.twice.fpr, third)[0], "proposed")
    mail(w, w.twice.revocation(), sender=CONSULTER)
    for number in numbers:
        same(row(w, w.twice.fpr, number), ("pinned", "key-revoked"))
        same([r["event"] for r in w.council.json("audit", "show",
                                                 number)["rows"]
              if r["event"] == "key.revoke"], ["key.revoke"])
    same(row(w, w.twice.fpr, third), ("declined", "key-revoked"))
    w.council.refused("key", "approve", third, w.twice.fpr)
    w.third = third


@step("stopped for one, a key is stopped for all: nobody else may have it "
      "pinned until that is lifted")
def stopped_elsewhere(w):
    key = made(w, "elsewhere", CONSULTER)
    path = w.file("elsewhere.asc", key.export())
    _, number = cases.confirmed(w, "1-C\n2-B\n3-A\n", who=CONSULTER)
    w.council.run("key", "import", number, path, "--approve")
    w.council.run("key", "stop", number, key.fpr, "--how", "phone",
                  "--reason", "card stolen")
    has(w.council.refused("key", "import", w.third, path, "--approve"),
        "key lift", "stopped")
    same(row(w, key.fpr, w.third), None)
    mail(w, key.export(), sender=CONSULTER)
    newest = wait.until("the proposal", lambda: [
        c["number"] for c in w.council.cases()
        if row(w, key.fpr, c["number"]) == ("proposed", "key-stopped")])[0]
    has(w.council.refused("key", "approve", newest, key.fpr, "--how",
                          "phone"), "key lift")
    w.council.run("key", "lift", key.fpr, "--how", "phone", "--reason",
                  "found")
    w.council.run("key", "approve", newest, key.fpr)
    same([row(w, key.fpr, n) for n in (newest, number)],
         [("pinned", "ok")] * 2)


@step("a key whose proposal waits is revoked: it is declined, and its old form "
      "does not come back")
def proposal(w):
    key = made(w, "waiting")
    clean = key.export()
    mail(w, clean)
    same(row(w, key.fpr), ("proposed", "ok"))
    mail(w, key.revocation())
    same(row(w, key.fpr), ("declined", "key-revoked"))
    mail(w, clean)
    same(row(w, key.fpr), ("declined", "key-revoked"))
    w.council.refused("key", "approve", "acme-sato", key.fpr, "--how",
                      "phone")
    has(w.council.refused("key", "import", "acme-sato", w.file("c.asc",
                                                               clean),
                          "--approve", "--how", "phone"), "revoked")


@step("an answer to a letter with a key that cannot be taken is told to an "
      "operator: one that only signs, a weak one")
def refused(w):
    letter = w.sink.all(SATO, "更新しました")[0]
    signs = made(w, "signs")
    edit(signs, "key 1", "delkey", "y")
    weak = made(w, "weak", algo="rsa2048", cipher="rsa1024")
    for block, why in ((signs.export(), "this key can only sign"),
                       (weak.export(), "fewer than 2048 bits")):
        mail(w, block, to=letter["Reply-To"])
        has(faults(w), why)
    same(w.council.json("mail", "list")["mails"][0]["note"], "key")
    has(w.council.refused("key", "import", "acme-sato", w.file(
        "weak.asc", weak.export()), "--approve", "--how", "phone"),
        "fewer than 2048 bits")


@step("sudden death between a mail's filing and keyd's look: the revocation "
      "counts after the start (I5)")
def death(w):
    keyds = w.council.helpers("sekisho-keyd")
    for pid in keyds:
        os.kill(pid, signal.SIGSTOP)
    filed = w.council.said().count("mail.filed")
    w.send(SATO, "csc-info@council.test", with_keys(
        SATO, "csc-info@council.test", [w.new.revocation()]))
    wait.until("the mail to be filed",
               lambda: w.council.said().count("mail.filed") > filed)
    same(row(w, w.new.fpr), ("pinned", "ok"))
    w.council.kill()
    for pid in keyds:
        os.kill(pid, signal.SIGKILL)
    w.council.start()
    wait.until("the revocation", lambda: row(w, w.new.fpr) ==
               ("pinned", "key-revoked"))


if __name__ == "__main__":
    run(lambda: world())

#!/usr/bin/env python3
"""Every encrypted text that the council has, brought about as an ordinary run
does, one to a person with an OpenPGP key and one to a person with a certificate,
each opened by every program that we did not write (standards.md A6-A8, A10); in
the short form by two of them in turn."""
import os
import re
import signal

import openers
from harness import cases, clock, mails, roster, wait
from harness.smime import SETTINGS
from harness.tap import has, run, same, step
from harness.world import world
from people import council, kind, of, open_with, seal

SHORT = bool(os.environ.get("SEKISHO_INTEROP_SHORT"))
CURVE = ("ed25519", "cv25519")
CANARY = "紅雀通信"		# stands in items and words alone

# two of each sort, one for each scheme
PEOPLE = {
    "asker": ("openpgp", "ja", CURVE), "client": ("smime", "en", None),
    "lab": ("openpgp", "ja", CURVE), "plant": ("smime", "en", None),
    "bank": ("openpgp", "en", CURVE), "shop": ("smime", "ja", None),
    "host": ("openpgp", "en", CURVE), "cert": ("smime", "en", None),
    "new": ("openpgp", "ja", CURVE), "late": ("smime", "ja", None),
}
ORIGINATORS = ("asker", "client")
CLASS1, GENERAL = ("lab", "plant"), ("bank", "shop")
OUTSIDE, NEWCOMERS = ("host", "cert"), ("new", "late")

LABEL = ("--secret", "no", "--tlp", "GREEN", "--yes")


def named(w, *names):
    return [next(p for p in w.people if p.name == n) for n in names]


def texts_sent(w):
    """{queue id: template} of the E texts that were handed over."""
    return {c["queue_id"]: c["template"] for c in w.council.json(
        "outbox", "list", "--last", "500")["copies"]
        if c["form"] == "E" and c["state"] == "sent"}


def text_of(sent, mail):
    """By the queue id in the Received field of the Postfix that took it."""
    return next((sent[name] for name in re.findall(
        r"\bid ([0-9A-Za-z]+)", "".join(mail.message.get_all("Received")))
        if name in sent), None)


def wait_for(w, template, *names):
    """The newest copy of a text for each of them, once it is outside."""
    def found():
        sent = texts_sent(w)
        mails = [next((m for m in reversed(w.sink.all(p.address))
                       if text_of(sent, m) == template), None)
                 for p in named(w, *names)]
        return mails if all(mails) else None

    return wait.until(template, found)


def first_opened(w, mail):
    return openers.READERS[kind(mail)][0](of(w, mail), mail) \
        if kind(mail) != "plain" else None


def answer(w, p, got, text):
    """Signed and encrypted, with the code of what it answers."""
    opened = first_opened(w, got)
    code = [line for line in opened.text.split("\n")
            if line.startswith("code: ")] if opened else []
    content, body = seal(w, p, "\n".join([text, *code]) + "\n")
    w.send(p.address, got["Reply-To"], mails.mail(
        p.address, got["Reply-To"], "Re: Help", content=content, body=body,
        extra=[f"In-Reply-To: {got['Message-ID']}"]))


@step("a council with a certificate, and people of every sort", needed=True)
def people(w):
    council(w, PEOPLE)
    w.secrets = [CANARY, "indicators-", "council-key"]
    row = "ADD,{0},{0}社,{1},critical_infrastructure,no,yes,{2},甲," \
        "poc+handler,yes,{3},{4},{5}\n"
    w.council.run("roster", "import", w.file("roster.csv", roster.csv(
        "".join(row.format(org, cls, p.name, p.language, p.address, p.scheme)
                for org, cls, names in (("lab", "class1", CLASS1),
                                        ("bank", "general", GENERAL))
                for p in named(w, *names)))), "--apply")
    for p in named(w, *CLASS1, *GENERAL):
        w.council.run("key", "import", p.name, p.public, "--approve")


@step("what is unclear is asked once more, sealed, and read-backs are confirmed "
      "(T-05E, T-06E)", needed=True)
def consulted(w):
    w.numbers = {}
    for p in named(w, *ORIGINATORS):
        text = "I have a problem.\n" if p.language == "en" else "相談です。\n"
        got = w.consult(p.address, "Help", text)
        number = w.numbers[p.name] = w.council.cases()[0]["number"]
        w.council.run("key", "import", number, p.public, "--approve")
        answer(w, p, got, "1-C\n3-C")
        got = wait_for(w, "T-05E", p.name)[0]
        answer(w, p, got, "1-C\n2-C\n3-C")
        answer(w, p, wait_for(w, "T-06E", p.name)[0], "4-Y")
        w.council.wait_case(number, lambda c: c["state"] == "CONFIRMED",
                            "confirmed")
        w.council.run("case", "take", number)
    w.secrets += w.numbers.values()


@step("digests: for members, for the task force, for class 1 (T-13, T-14, T-15)",
      needed=True)
def digests(w):
    _, w.open = cases.confirmed(w, "1-C\n2-E\n3-A\n", vouch=True)
    table = ("--indicator", "sha256:" + "0a" * 32)
    w.advice = cases.item(
        w, w.open, f"修正版（{CANARY}）を適用してください。",
        category="COUNTERMEASURE", confidence="CONFIRMED", tlp="CLEAR",
        more=("--onward", "PUBLIC", *table))
    w.items = {name: cases.item(w, number, f"{CANARY} 198.51.100.{n}",
                                more=table)
               for n, (name, number) in enumerate(w.numbers.items(), 1)}
    w.council.run("digest", "send", "--yes", "--now")
    wait_for(w, "T-14", *CLASS1)
    wait_for(w, "T-15", *GENERAL)
    raw = cases.item(w, w.open, CANARY, category="CAMPAIGN_TREND",
                     confidence="RAW", secret="yes", tlp="RED", more=table)
    w.council.run("digest", "send", "--yes", "--now")
    wait_for(w, "T-13", *CLASS1)
    w.secrets += [w.advice, raw, *w.items.values()]


@step("an answer is acknowledged, what was not answered asked once more, and a "
      "request goes by Article 17(3) (T-18, T-16, T-17)")
def members(w):
    for p, got in zip(named(w, *CLASS1), wait_for(w, "T-14", *CLASS1)):
        w.send(p.address, got["Reply-To"], mails.mail(
            p.address, got["Reply-To"], "Re: ...", "A 来ている\n"))
    wait_for(w, "T-18", *CLASS1)
    w.council.run("request", "answers", *w.items.values(), "--yes")
    wait_for(w, "T-16", *CLASS1)
    asked = cases.item(w, w.open, f"{CANARY} の記録をお知らせください。")
    w.council.run("request", "cooperation", asked, "--committee",
                  "運営委員会 7", "--decided", "2026-11-20", "--ground",
                  "large-scale", "--yes")
    wait_for(w, "T-17", *CLASS1)


@step("what an originator is asked and told (T-11E, T-07, T-09, T-10, T-19, "
      "T-20, T-21, T-22)")
def originators(w):
    words = w.file("words.txt", f"{CANARY} をご確認ください。\n")
    for name, number in w.numbers.items():
        why = ("--reason", "役立つため")
        for verb in (
                ("case", "advise", number, "--text-file", words),
                ("request", "secrecy", number, "--parts", CANARY, *why),
                ("request", "widen", number, "--scope", "PUBLIC", "--item",
                 w.items[name], *why),
                ("request", "exception", number, "--scope", "TASK_FORCE",
                 "--text-file", words, *why),
                ("feedback", number, "--interim", "--text-file", words,
                 *LABEL),
                ("feedback", number, "--nothing-found", *LABEL),
                ("case", "match", number, w.advice, "--yes"),
                ("publication", number, "--date", "2026-12-10",
                 "--text-file", words, "--yes")):
            w.council.run(*verb)
    for template in ("T-11E", "T-07", "T-09", "T-10", "T-19", "T-20", "T-21",
                     "T-22"):
        wait_for(w, template, *ORIGINATORS)


@step("a word to somebody outside, once a key of his is there (T-23)")
def outside(w):
    words = w.file("abuse.txt", f"{CANARY} sends commands to bots.\n")
    for p, number in zip(named(w, *OUTSIDE), w.numbers.values()):
        case = w.council.json(
            "request", "outside", number, "--act", "NOTIFY_SOURCE", "--to",
            p.address, "--tlp", "GREEN", "--lang", p.language, "--text-file",
            words, "--yes")["case"]
        w.council.run("key", "import", case, p.public, "--approve")
    w.council.call("outbox", "retry", "--held")
    wait_for(w, "T-23", *OUTSIDE)


@step("who has an item hears that it is surer, withdrawn, or for fewer (T-38, "
      "T-37, T-08)")
def changed(w):
    w.council.run("item", "raise", w.items["asker"], "CONFIRMED",
                  "--reason", "確認が取れたため")
    cases.approvals(w, w.items["asker"])
    wait_for(w, "T-38", *CLASS1)
    w.council.run("item", "withdraw", w.items["client"], "--tell",
                  "--reason", "誤り")
    wait_for(w, "T-37", *CLASS1)
    w.council.run("terms", "narrow", w.open, "--scope", "CLASS1_GROUP",
                  "--reason", "本人の希望")
    wait_for(w, "T-08", *GENERAL)


@step("what a member contributed; who comes is welcomed, and the POCs hear of it "
      "(T-35, T-30, T-29)")
def membership(w):
    w.council.run("org", "review", "lab", "--from", "2020-01-01", "--until",
                  "2099-12-31", "--yes")
    wait_for(w, "T-35", *CLASS1)
    w.council.policy("welcome = false", "welcome = true")
    w.council.process.send_signal(signal.SIGHUP)
    wait.until("the new policy", lambda: w.council.said().count("reload"))
    for p in named(w, *NEWCOMERS):
        w.council.run("person", "add", p.name, "--org", "lab", "--name", "乙",
                      "--address", p.address, "--roles", "handler",
                      "--language", p.language, "--scheme", p.scheme)
        w.council.run("key", "import", p.name, p.public, "--approve")
    wait_for(w, "T-30", *NEWCOMERS)
    wait_for(w, "T-29", *CLASS1)


@step("the council's next key is announced, with the keys (T-46)")
def announced(w):
    w.council.run("setup", "key", "--next", "--from", clock.day(10, True),
                  "--until", clock.day(40, True))
    clock.move(w, 0)
    wait.until("the next one to be told", lambda: any(
        k["state"] == "next" for k in w.council.json("key", "own")["keys"]))
    w.council.run("key", "announce", "--yes")
    # Of the key hears who has one; a certificate has an announcement of its
    # own (flow smime_own).
    mail, = wait_for(w, "T-46", *[
        p.name for p in named(w, *CLASS1) if p.scheme == "openpgp"])
    same(sorted(first_opened(w, mail).files),
         ["council-key-next.asc", "council-key-present.asc"])


def newest(w):
    """{template: {scheme: the newest mail}}, of E texts to people we have."""
    out, sent = {}, texts_sent(w)
    for mail in w.sink.all():
        if of(w, mail) and text_of(sent, mail):
            out.setdefault(text_of(sent, mail), {})[kind(mail)] = mail
    return out


@step("no encrypted text was left out, in either scheme")
def whole(w):
    texts = [t["text"] for t in w.council.json("text", "list")["texts"]
             if t["form"] == "encrypted"]
    assert len(texts) > 20, texts
    w.made = newest(w)
    same(sorted(w.made), sorted(set(texts)))
    same({t: sorted(by) for t, by in w.made.items()},
         {t: ["openpgp", "smime"] if t != "T-46" else ["openpgp"]
          for t in w.made})


def opened_by_all(w, scheme):
    open_with(w, scheme, [by[scheme] for _, by in sorted(w.made.items())
                         if scheme in by], in_turn=SHORT)


@step("OpenPGP: gpg, sq, rnp, neomutt and notmuch open one of each")
def openpgp(w):
    opened_by_all(w, "openpgp")


@step("S/MIME: openssl, gpgsm, neomutt and notmuch open one of each")
def smime(w):
    opened_by_all(w, "smime")


@step("items, words and tables are what was written")
def meant(w):
    for template in ("T-13", "T-14", "T-15"):
        for mail in w.made[template].values():
            got = first_opened(w, mail)
            has(got.text, CANARY)
            (name, table), = got.files.items()
            assert table.startswith(b"\xef\xbb\xbf"), name
            has(table.decode("utf-8-sig"), "0a" * 32)
    for template in ("T-07", "T-09", "T-10", "T-11E", "T-19", "T-21", "T-22",
                     "T-23"):
        for mail in w.made[template].values():
            has(first_opened(w, mail).text, CANARY)


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SETTINGS))

#!/usr/bin/env python3
"""What waits while the world changes (I1, L23): a copy that could not leave at
once is asked about again when it can, a temporary no holds it, nothing is lost,
and whoever may have something hears what became of it (R-069)."""
import datetime
import grp
import json
import threading

from harness import cases, copies, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

SATO, MORI = (roster.ADDRESSES[p] for p in ("acme-sato", "acme-mori"))
ABE, ITO = (roster.ADDRESSES[p] for p in ("uni-abe", "lab-ito"))
LATER = "451 4.3.0 later"
POSTMASTERS = "mail"


class Relay:
    """What we are handed over to, before the outside: it says later to some,
    and keeps others waiting for its answer after the final dot."""
    def __init__(self, w):
        self.later, self.waiting = set(), {}
        self.kept, w.hold.keep = w.sink.keep, self.keep
        self.slow = set()
        w.hold.refuse = lambda rcpt: LATER if rcpt in self.later else None

    def keep(self, mail):
        if mail.to not in self.slow:
            return self.kept(mail)
        answer = [threading.Event(), None]
        self.waiting[mail.to] = answer
        answer[0].wait(60)
        if answer[1] is None:
            self.kept(mail)
        return answer[1]

    def arrived(self, to):
        wait.until(f"a copy to {to} on its way", lambda: to in self.waiting)

    def answer(self, to, text=None):
        self.slow.discard(to)
        answer = self.waiting.pop(to)
        answer[1] = text
        answer[0].set()


def copies_of(w, person, template=None, state=None):
    return [c for c in w.council.json("outbox", "list")["copies"]
            if c["person"] == person and
            (template is None or c["template"] == template) and
            (state is None or c["state"] == state)]


def tried(w, person, template=None):
    """The copy of this person that the relay said later to."""
    return wait.until(f"a try for {person}", lambda: [
        c for c in copies_of(w, person, template, "ready") if c["tries"]])[0]


def came_to(w, person, state):
    return lambda: (lambda c: c if c["state"] == state else None)(
        w.council.json("outbox", "show", person["copy"]))


def secret(mail):
    return mail.message.get_content_type() == "multipart/encrypted"


def arrived(w, address):
    return [m for m in w.sink.all(address) if secret(m)]


def sent_item(w, number, text, count):
    item = cases.item(w, number, text)
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("the copies", lambda: len([
        c for c in w.council.json("outbox", "list")["copies"]
        if c["items"] == item and c["state"] == "sent"]) >= count)
    return item


def audit(w, copy):
    return [r["event"] for r in w.council.json(
        "audit", "show", f"copy {copy}")["rows"]]


@step("an item is with everybody", needed=True)
def prepared(w):
    roster.fill(w)
    w.relay = Relay(w)
    w.who, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.item = sent_item(w, w.number, "接続先 203.0.113.10", 5)
    same(audit(w, copies_of(w, "acme-sato")[0]["copy"])[0], "copy.sent")


@step("the address changes while a notice waits: it goes to the new one alone")
def moved(w):
    before = len(w.sink.all(SATO))
    w.relay.later |= {SATO, MORI}
    w.council.run("terms", "narrow", w.number, "--scope", "CLASS1_GROUP",
                  "--reason", "asked")
    told = tried(w, "acme-sato", "T-08")
    tried(w, "acme-mori", "T-08")
    new = "hanako@acme.test"
    w.council.run("person", "change", "acme-sato", "--address", new)
    w.relay.later.discard(SATO)
    w.council.run("outbox", "retry", told["copy"])
    _, text, _ = copies.opened(w.keys["acme-sato"], w.sink.wait(new))
    has(text, w.item)
    same(len(w.sink.all(SATO)), before)
    row = w.council.json("outbox", "show", told["copy"])
    same((row["state"], row["reason"]), ("dropped", "address-changed"))
    same(audit(w, told["copy"])[0], "copy.dropped")
    moved = copies_of(w, "acme-sato", "T-08", "sent")
    same((len(moved), moved[0]["case"]), (1, w.number))


@step("a member is suspended while a notice is on its way: it waits for the end")
def suspended(w):
    before = len(arrived(w, MORI))
    w.relay.slow.add(MORI)
    w.relay.later.discard(MORI)
    told = copies_of(w, "acme-mori", "T-08")[0]
    w.council.run("outbox", "retry", told["copy"])
    w.relay.arrived(MORI)
    # With the relay it is not told another way as well.
    has(w.council.refused("outbox", "mark", told["copy"], "--delivered-by",
                          "phone", "--reason", "x", code=65), "relay")
    w.council.run("org", "suspend", "acme", "--reason", "調査")
    w.relay.answer(MORI, LATER)
    wait.until("it waits again", came_to(w, told, "ready"))
    w.council.run("outbox", "retry", told["copy"])
    row = wait.until("it is held", came_to(w, told, "held"))
    same(row["reason"], "member-inactive")
    same(len(arrived(w, MORI)), before)
    held = w.council.json("outbox", "list", "--held")["held"]
    has([h["mend"] for h in held if h["person"] == "acme-mori"][0],
        "org resume acme")
    w.council.run("org", "resume", "acme")
    wait.until("the notice", lambda: len(arrived(w, MORI)) == before + 1)


@step("words that nobody has mapped hold what waits; mapped, it goes (I1)")
def unmapped(w):
    w.who, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    _, other = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    address = "hanako@acme.test"
    w.relay.later |= {address, ITO}
    both = [cases.item(w, n, f"接続先 203.0.113.{i}")
            for i, n in ((20, w.number), (21, other))]
    w.council.run("digest", "send", "--yes", "--now")
    tried(w, "acme-sato")
    tried(w, "lab-ito")
    # A complete answer that only narrows counts at once.
    w.answer(w.sink.all(w.who)[-1], w.who,
             "1-C\n2-B\n2-X 監督省\n3-A\n", below=False)
    parts = wait.until("the part that waits", lambda: [
        c for c in copies_of(w, "acme-sato", state="held")
        if c["reason"] == "exclusion-unmapped"])
    same([c["items"] for c in parts], [both[0]])
    same(audit(w, parts[0]["copy"])[0], "copy.held")
    rest = wait.until("the rest", lambda: copies_of(
        w, "acme-sato", state="ready"))
    same([c["items"] for c in rest], [both[1]])
    w.relay.later.clear()
    w.council.run("outbox", "retry", rest[0]["copy"])
    wait.until("the rest", came_to(w, rest[0], "sent"))
    w.council.run("terms", "exclude", w.number, "ministry", "--reason", "named")
    wait.until("the part", came_to(w, parts[0], "sent"))
    got = [copies.opened(w.keys["acme-sato"], m)[1] for m in
           arrived(w, address)[-2:]]
    same([[i in t for t in got] for i in both], [[False, True], [True, False]])


@step("who is excluded while T-38 waits does not hear of the raise (R-065)")
def raised(w):
    w.who, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    item = sent_item(w, number, "接続先 203.0.113.30", 5)
    before = len(arrived(w, ABE))
    w.relay.later.add(ABE)
    w.council.run("item", "raise", item, "CONFIRMED", "--reason", "checked")
    cases.approvals(w, item)
    told = tried(w, "uni-abe", "T-38")
    w.council.run("terms", "exclude", number, "uni", "--reason", "named")
    w.relay.later.discard(ABE)
    w.council.run("outbox", "retry", told["copy"])
    row = wait.until("it is dropped", came_to(w, told, "dropped"))
    same(row["reason"], "excluded")
    # That it is over is told, and nothing else.
    same([c["template"] for c in copies_of(w, "uni-abe")][0], "T-08")
    wait.until("the T-08", lambda: len(arrived(w, ABE)) == before + 1)


@step("what has to stay keeps back nobody else's")
def others(w):
    w.who, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    item = sent_item(w, number, "接続先 203.0.113.31", 5)
    orgs = {"acme-sato": "acme", "acme-mori": "acme", "uni-abe": "uni",
            "ministry-ono": "ministry", "lab-ito": "lab"}
    w.relay.later |= {m.to for m in w.sink.all() if secret(m)}
    w.council.run("item", "raise", item, "CONFIRMED", "--reason", "checked")
    cases.approvals(w, item)
    told = [tried(w, p, "T-38") for p in orgs]
    last = max(told, key=lambda c: c["copy"])
    out = sorted(set(orgs.values()) - {orgs[last["person"]]})
    w.council.run("terms", "exclude", number, *out, "--reason", "named")
    for person in (p for p in orgs if orgs[p] in out):
        wait.until("its T-08", lambda p=person: [
            c for c in copies_of(w, p, "T-08", "ready")
            if c["tries"] and c["case"] == number])
    w.relay.later.clear()
    # Five are due and four are taken at once: the first of them all stay.
    w.council.run("outbox", "retry", *[c["copy"] for c in told])
    wait.until("the one that may go", came_to(w, last, "sent"), 15)


@step("the relay never answered: its person may have it, and is told (R-069)")
def unknown(w):
    w.who, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.relay.slow.add(ABE)
    w.relay.later.add(ITO)
    item = cases.item(w, number, "接続先 203.0.113.40")
    w.council.run("digest", "send", "--yes", "--now")
    w.relay.arrived(ABE)
    copy = copies_of(w, "uni-abe")[0]
    w.relay.answer(ABE, False)
    row = wait.until("it waits again", came_to(w, copy, "ready"))
    same(row["sent"], None)
    assert row["may_have_left"], row
    tried(w, "lab-ito")
    w.council.run("terms", "narrow", number, "--scope", "COORDINATOR",
                  "--reason", "asked")
    wait.until("nothing of it goes", came_to(w, copy, "dropped"))
    doc = w.council.json("terms", "show", number)
    who = {h["person"]: h["copy"] for h in doc["handed_over"]}
    same(who.get("uni-abe"), copy["copy"])
    assert "lab-ito" not in who, who     # of that one it is known: it has not
    assert copies_of(w, "uni-abe", "T-08") and not [
        c for c in copies_of(w, "lab-ito", "T-08") if c["case"] == number]
    w.relay.later.clear()


@step("told by telephone: its person counts among those who have it")
def marked(w):
    _, w.last = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    _, number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    item = sent_item(w, number, "接続先 203.0.113.50", 5)
    copy = copies_of(w, "late-ueda", state="held")[0]
    same((copy["items"], copy["reason"]), (item, "no-key"))
    reason = "上田さんに電話で読み上げた"
    w.council.run("outbox", "mark", copy["copy"], "--delivered-by", "phone",
                  "--reason", reason)
    doc = w.council.json("terms", "narrow", number, "--scope",
                         "CLASS1_GROUP", "--reason", "asked")
    assert "late-ueda" in {h["person"] for h in doc["handed_over"]}, doc
    told = copies_of(w, "late-ueda", "T-08")
    same([(c["state"], c["reason"]) for c in told][0], ("held", "no-key"))
    w.marked, w.reason = copy["copy"], reason


@step("a postmaster sees the word, and neither text, key nor the relay's reply")
def postmaster(w):
    c = w.council
    w.relay.later.add(ITO)
    cases.item(w, w.last, "接続先 203.0.113.60")
    c.run("digest", "send", "--yes", "--now")
    tried(w, "lab-ito")
    c.stop()
    c.conf.write_text(c.conf.read_text().replace(
        'control = { socket = "control"; };', 'control = { socket = "control"; '
        f'operator = "adm"; postmaster = "{POSTMASTERS}"; }};'))
    c.dir.chmod(0o755)
    c.conf.chmod(0o644)
    c.now = (datetime.datetime.now(datetime.timezone.utc) +
             datetime.timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    c.start()
    same(c.json("outbox", "show", w.marked)["reason"], "phone: " + w.reason)
    has(c.run("--json", "outbox", "check"), LATER)
    held, c.group = c.group, grp.getgrnam(POSTMASTERS).gr_gid
    try:
        shown = c.json("outbox", "show", w.marked, user=65534)
        same((shown["reason"], shown["fingerprint"]), ("phone", None))
        lacks(json.dumps(shown, ensure_ascii=False), w.reason)
        said = c.run("--json", "outbox", "check", user=65534)
        has(said, "should have been handed over")
        lacks(said, LATER)
        for copy in c.json("outbox", "list", user=65534)["copies"]:
            same((copy["fingerprint"], copy["reply"]), (None, None))
    finally:
        c.group = held


if __name__ == "__main__":
    run(lambda: world(held=True))

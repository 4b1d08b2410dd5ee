#!/usr/bin/env python3
"""People with keys of every kind and in every state, in one digest: the report
says who has it, who has not and why, its numbers add up, and when keys and
addresses are mended exactly the missing copies go out (L23, L29)."""
import collections

from harness import bounce, cases, clock, copies, gpg, roster, wait
from harness.smime import SETTINGS, Certificates
from harness.tap import has, lacks, run, same, step
from harness.world import world

OPENPGP = {"ed25519": "cv25519", "rsa2048": "rsa2048",
           "nistp256": "nistp256", "brainpoolP256r1": "brainpoolP256r1"}
PAIRS = [["ed25519", "rsa2048"], ["nistp256", "brainpoolP256r1"]]
# Where each stands when the second digest is made: its reason, or None.
FATES = [None, "key-expired", "key-revoked", "no-key", "bounced"]
DAYS = 20			# the life of what is to expire
ORGS = ("ADD,org{0},組織{0},class2,critical_infrastructure,no,yes,{1},人{1},"
        "poc+handler,yes,ja,{2},{3}\n")


class Person:
    def __init__(self, number, fate, algo=None):
        self.fate, self.algo = fate, algo
        self.name = f"p{number:02}"
        self.address = f"{self.name}@o{number}.test"
        self.scheme = "openpgp" if algo else "smime"
        self.row = ORGS.format(number, self.name, self.address, self.scheme)
        self.read = {}

    def life(self):
        return DAYS if self.fate == "key-expired" else 365

    def make(self, w, again=""):
        """A key or a certificate; the file to import."""
        name = self.name + again
        if not self.algo:
            w.ca.issue(name, self.address, 365 if again else self.life())
            self.opens = name
            return w.ca.dir / f"{name}.pem"
        algo = "ed25519" if again else self.algo
        self.key = w.using(gpg.Key(
            w.dir / name, self.address, algo=algo, cipher=OPENPGP[algo],
            life=f"{self.life()}d"), "end")
        return w.file(name + ".asc", self.key.export())

    def sealed(self, w):
        """Texts of the sealed mails, each opened when it is first looked at, by
        this one's program with the key of then; None if it does not open."""
        all = [m for m in w.sink.all(self.address)
               if m.message.get_content_type() in
               ("multipart/encrypted", "application/pkcs7-mime")]
        for m in all:
            if m not in self.read:
                self.read[m] = self.opened(w, m)
        return [self.read[m] for m in all]

    def opened(self, w, mail):
        try:
            return copies.opened(self.key, mail)[1] if self.algo else \
                w.ca.opened(self.opens, mail)[1]
        except AssertionError:
            return None


def digest(w, number):
    cases.item(w, w.number, f"接続先 203.0.113.{number}")
    done = w.council.json("digest", "send", "--yes", "--now")
    same(done["copies"] + len(done["held"]), len(w.people))
    return done["digest"]


def report(w, row):
    """The report when nothing is on its way any more."""
    def settled():
        one = w.council.json("digest", "report", row)
        return one if {c["state"] for c in one["counts"]} <= {
            "sent", "held", "bounced"} else None
    return wait.until("the copies", settled)


def adds_up(w, one, want):
    """Every person once; the numbers above are those of the lines below."""
    same(one["copies"], len(w.people))
    same(sorted(p["person"] for p in one["people"]),
         sorted(p.name for p in w.people))
    lines = collections.Counter((p["state"], p["reason"])
                                for p in one["people"])
    same({(c["state"], c["reason"]): c["copies"] for c in one["counts"]},
         dict(lines))
    same(dict(lines), dict(want))
    same(sum(c["copies"] for c in one["counts"]), one["copies"])
    for p in one["people"]:
        same(p["sent"] is not None, p["state"] in ("sent", "bounced"), p)


def expected(w):
    return collections.Counter(("held" if p.fate else "sent", p.fate)
                               for p in w.people)


@step("a council with a certificate, and people of both schemes and five "
      "algorithms who will be in five states", needed=True)
def people(w):
    w.ca = Certificates(w.dir / "ca", "bob")
    w.council.init()
    w.ca.certify(w.council)
    w.council.start()
    kinds = [(fate, algo) for n, fate in enumerate(FATES)
             for algo in PAIRS[n % 2] + [None]
             if algo or fate != "key-revoked"]	# gpgsm asks no list
    w.people = [Person(n, *kind) for n, kind in enumerate(kinds)]
    w.council.run("roster", "import", w.file("roster.csv", roster.csv(
        "".join(p.row for p in w.people))), "--apply")
    w.of = {p.name: p for p in w.people}
    for p in w.people:
        if p.fate != "no-key":
            w.council.run("key", "import", p.name, p.make(w), "--approve")
    for p in w.people:
        if p.algo and p.fate != "no-key":
            p.key.learn(w.council.run("key", "export").encode())


@step("the first digest finds all but the keyless well", needed=True)
def first(w):
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    w.first = digest(w, 1)
    adds_up(w, report(w, w.first), collections.Counter(
        ("held", "no-key") if p.fate == "no-key" else ("sent", None)
        for p in w.people))


@step("mail comes back, keys are revoked and end", needed=True)
def spoilt(w):
    w.postfix.drained()
    for p in w.people:
        if p.fate == "bounced":
            mail = [m for m in w.sink.all(p.address)
                    if m.message.get_content_type() != "text/plain"][0]
            bounce.deliver(w, mail.sender, p.address)
        elif p.fate == "key-revoked":
            done = w.council.json("key", "import", p.name, w.file(
                "rev.asc", p.key.revocation()))
            same(done["usable"], "key-revoked")
            same([(h["person"], h["state"]) for h in done["handed_over"]],
                 [(p.name, "sent")])
            has(w.postfix.queue_ids(p.address),
                done["handed_over"][0]["queue_id"])
    clock.move(w, DAYS + 1)


@step("a digest: the table has everybody, with the reason; its numbers add up",
      needed=True)
def told(w):
    w.later = [digest(w, 2), digest(w, 3)]
    for row in w.later:
        one = report(w, row)
        adds_up(w, one, expected(w))
        same({p["person"]: p["reason"] for p in one["people"]},
             {p.name: p.fate for p in w.people})
        bad = [p["person"] for p in w.council.json(
            "digest", "report", row, "--not-sent")["people"]]
        same(sorted(bad), sorted(p.name for p in w.people if p.fate))
    text = w.council.run("digest", "report", w.later[0])
    rows = [line.split() for line in text.split("\n")]
    for (state, reason), n in expected(w).items():
        has(rows, [str(n), state, reason or "-"])
    lacks(text, "@", "203.0.113")


@step("what was lost stands in the first one's table")
def lost(w):
    adds_up(w, report(w, w.first), collections.Counter(
        ("held", "no-key") if p.fate == "no-key" else
        ("bounced", "bounced") if p.fate == "bounced" else ("sent", None)
        for p in w.people))


@step("those who wait have nothing of it, the others each have each once")
def nothing_yet(w):
    w.postfix.drained()
    for p in w.people:
        texts = "".join(p.sealed(w)) if p.fate != "no-key" else ""
        same([texts.count(f"203.0.113.{n}\n") for n in (1, 2, 3)],
             [int(p.fate != "no-key")] + 2 * [int(not p.fate)], p.name)


def mend(w, p):
    if p.fate == "bounced":
        w.council.run("outbox", "release", p.name, "--reason", "電話で確認")
    elif p.fate == "key-expired" and p.algo:
        w.council.run("key", "import", p.name,
                      w.file("later.asc", p.key.renew("2y")))
    else:
        w.council.run("key", "import", p.name, p.make(w, "n"), "--approve",
                      "--how", "phone")
        if p.algo:
            p.key.learn(w.council.run("key", "export").encode())


@step("each mended in its own way: exactly the missing copies go out, in no "
      "key but the new one", needed=True)
def mended(w):
    before = {p.name: len(p.sealed(w)) for p in w.people}
    for p in w.people:
        if p.fate:
            mend(w, p)
    everybody = collections.Counter({("sent", None): len(w.people)})
    for row in [w.first] + w.later:
        adds_up(w, report(w, row), everybody)
    w.postfix.drained()
    owed = {None: 0, "key-expired": 2, "key-revoked": 2, "no-key": 3,
            "bounced": 3}
    for p in w.people:
        new = p.sealed(w)[before[p.name]:]
        same(len(new), owed[p.fate], p.name)
        text = "".join(new)			# None: does not open
        same([text.count(f"203.0.113.{n}\n") for n in (1, 2, 3)],
             {0: [0, 0, 0], 2: [0, 1, 1], 3: [1, 1, 1]}[len(new)], p.name)
    same(w.council.json("outbox", "list", "--held")["held"], [])
    has(w.council.run("outbox", "list", "--held"), "Nothing is held")


if __name__ == "__main__":
    run(lambda: world(start=False, extra=SETTINGS))

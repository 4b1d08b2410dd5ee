"""A digest in which every twentieth person has no usable key or address,
against the same one without them, turn by turn in one run: people of both
schemes with keys of every kind, some of them expired, revoked, missing or
bounced. Its report is held against what was done, and when all is mended
exactly what was missing goes out."""
import collections
import os
import threading
import time

from harness import bounce, mails
from harness.smime import SETTINGS, Certificates

from . import people, wire
from .council import DOMAIN, Council, Counter, consult
from .digest import SmtpSink, add_item, check, text
from .lab import ROUNDS, median, pairs, run

# Of twenty people so many, and how their keys are made: sq, gpg, openssl.
KINDS = ["cv25519"] * 13 + ["rsa3k"] + ["nistp256"] * 2 + ["brainpoolP256r1"] + \
    ["smime"] * 3
FATES = ["no-key", "key-expired", "key-revoked", "bounced"]
DAYS = 30			# the life of what is to expire


class Everybody:
    """Number n is of a kind; from `good` on each has a fate."""

    def __init__(self, lab, count):
        self.count, self.good = count, count - count // 20
        self.folder = lab.path("certs")
        self.folder.mkdir()
        self.gpg, self.one = lab.home("maker"), threading.Lock()
        self.ca = Certificates(lab.path("ca"), "bob")

    def fate(self, n):
        return FATES[n % len(FATES)] if n >= self.good else None

    def of(self, fate):
        return [n for n in range(self.good, self.count)
                if self.fate(n) == fate]

    def kind(self, n):
        kind = KINDS[n % len(KINDS)]
        # gpgsm is told of no revocation.
        return "cv25519" if kind == "smime" and \
            self.fate(n) == "key-revoked" else kind

    def scheme(self, n):
        return "smime" if self.kind(n) == "smime" else "openpgp"

    def make(self, n, again=False):
        """A file to import; `again`: another one, that lives."""
        kind = self.kind(n)
        days = DAYS if self.fate(n) == "key-expired" and not again else 730
        name = f"p{n}n" if again else f"p{n}"
        if kind == "smime":
            self.ca.issue(name, people.address(n), days)
            return self.ca.dir / f"{name}.pem"
        folder = self.folder / ("again" if again else "first")
        folder.mkdir(exist_ok=True)
        if kind in ("cv25519", "rsa3k") or self.fate(n) == "key-revoked":
            return people.make_key(
                folder, n, "--cipher-suite",
                kind if kind == "rsa3k" else "cv25519", "--expires-in",
                f"{days}d")
        with self.one:		# two at a time spoil a ring
            return self.by_gpg(folder / f"{n}.asc", n, kind, days)

    def by_gpg(self, path, n, kind, days):
        words = ["gpg", "--homedir", self.gpg, "--batch", "--quiet",
                 "--status-fd", "1", "--passphrase", "", "--yes"]
        made = run(*words, "--quick-generate-key", people.address(n), kind,
                   "sign", f"{days}d")
        fpr = made.split("KEY_CREATED P ")[1].split()[0]
        run(*words, "--quick-add-key", fpr, kind, "encr", f"{days}d")
        path.write_text(run(*words[:5], "--armor", "--export", fpr))
        return path


def learn(council, who, made):
    people.both_cores(lambda n: council.tell(
        "key", "import", f"p{n}", str(made[n]), "--approve", "--how",
        "phone"), who)


def first_digest(council, all, case):
    """Everybody who has a key gets it; some of it comes back."""
    sink = wire.Sink(council.relay)
    add_item(council, case, "first")
    sent = Counter(council, "template=T-14")	# ready, then sent
    made = council.ask("digest", "send", "--yes", "--now")
    sent.reach(2 * made["copies"])
    came = {m.to: m for m in sink.mails
            if m.message.get_content_type() != "text/plain"}
    sink.close()
    door = council.lmtp()
    heard = Counter(council, "copy.returned")
    for n in all.of("bounced"):
        token = came[people.address(n)]["Message-ID"].strip("<>")
        to = f"csc-return+{token.partition('@')[0]}@{DOMAIN}"
        body, content = bounce.report(people.address(n))
        door.send("", to, mails.mail("mailer-daemon@mx.test", to, "Back",
                                     body=body, content=content))
    heard.reach(len(all.of("bounced")))
    door.close()
    return made["digest"]


def spoil(council, all, made):
    for n in all.of("key-revoked"):
        council.tell("key", "import", f"p{n}",
                     str(made[n].with_suffix(".rev")))
    council.stop()
    council.env["SEKISHO_NOW"] = time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + (DAYS + 1) * 86400))
    council.start()


def send(council, count):
    """Seconds until the last copy is SENT, and which digest it was: each is
    ready, then sent. Notices of what is held do not count."""
    sent = Counter(council, "template=T-14")
    began = time.monotonic()
    made = council.ask("digest", "send", "--yes", "--now")
    if made["copies"] != count:
        raise SystemExit(f"bench: {made['copies']} copies, not {count}")
    sent.reach(2 * count)
    taken = time.monotonic() - began
    check(council, made["digest"], count)
    return taken, made["digest"]


def account(council, all, yes):
    people.both_cores(lambda n: council.tell(
        "person", "change", f"p{n}", "--account", yes),
        range(all.good, all.count))


def report(council, row, want):
    """Seconds that it takes. Its numbers are those of its lines, each person
    has one, and they are what was done to each."""
    began = time.monotonic()
    one = council.ask("digest", "report", str(row))
    taken = time.monotonic() - began
    lines = collections.Counter((p["state"], p["reason"])
                                for p in one["people"])
    counts = {(c["state"], c["reason"]): c["copies"] for c in one["counts"]}
    names = {p["person"] for p in one["people"]}
    want = collections.Counter(want)
    if counts != lines or lines != +want or \
            not one["copies"] == len(one["people"]) == len(names):
        raise SystemExit(f"bench: digest {row}: {counts}, lines {lines}, "
                         f"wanted {want}")
    return taken


def as_spoilt(all):
    return {("sent", None): all.good,
            **{("held", f): len(all.of(f)) for f in FATES}}


def mend(council, all):
    """When it began: keys are made before."""
    new = dict(zip(range(all.good, all.count), people.both_cores(
        lambda n: all.make(n, True), range(all.good, all.count))))
    began = time.monotonic()
    learn(council, [n for n in new if all.fate(n) != "bounced"], new)
    for n in all.of("bounced"):
        council.tell("outbox", "release", f"p{n}", "--reason", "phoned")
    return began


def measure(lab, build, top, table):
    all = Everybody(lab, int(os.environ.get("BENCH_PEOPLE", 1500)))
    bad = all.count - all.good
    body = text(4000)
    print(f"  making {all.count} keys", flush=True)
    began = time.monotonic()
    made = people.both_cores(all.make, range(all.count))
    keys = time.monotonic() - began
    council = Council(lab, "u", build, top, SETTINGS)
    all.ca.certify(council)
    council.start()
    case = consult(council)
    print(f"  importing them ({keys:.0f} s)", flush=True)
    trials = Counter(council, "key.tried")
    people.enroll(council, 0, all.count, all.scheme)
    began = time.monotonic()
    keyed = [n for n in range(all.count) if all.fate(n) != "no-key"]
    learn(council, keyed, made)
    trials.reach(len(keyed))
    imported = time.monotonic() - began
    print(f"  one digest to all, then spoiling ({imported:.0f} s)",
          flush=True)
    first = first_digest(council, all, case)
    spoil(council, all, made)
    sink = SmtpSink(lab, council.relay)
    without, mixed, rows = [], [], []
    for n in range(ROUNDS):
        print(f"  round {n + 1}: ", end="", flush=True)
        account(council, all, "no")
        add_item(council, case, body)
        taken, row = send(council, all.good)
        report(council, row, {("sent", None): all.good})
        without.append(taken)
        account(council, all, "yes")
        add_item(council, case, body)
        taken, row = send(council, all.good)
        mixed.append(taken)
        rows.append(row)
        looked = report(council, row, as_spoilt(all))
        print(f"{without[-1]:.2f} s, mixed {mixed[-1]:.2f} s", flush=True)
    owed = ROUNDS * bad + len(all.of("no-key")) + len(all.of("bounced"))
    sent = Counter(council, "template=T-14")
    began = mend(council, all)
    sent.reach(2 * owed)
    taken = time.monotonic() - began
    for row in [first] + rows:
        report(council, row, {("sent", None): all.count})
    council.stop()
    sink.stop()
    table.row(f"digest, {all.good} persons, keys of all kinds",
              f"{median(without):.2f} s", "")
    table.row(f"  and {bad} without a usable one", f"{median(mixed):.2f} s",
              "")
    table.ratio("  mixed / without", pairs(mixed, without), "about 1")
    table.row(f"  its report, {all.count} lines", f"{looked:.2f} s",
              "adds up")
    table.row(f"  {owed} held copies, all mended", f"{taken:.2f} s",
              "none missing, none twice")

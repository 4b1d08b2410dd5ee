"""A digest in which every twentieth person has no usable key, against the same
one without them, turn by turn in one run; and what goes out when the keys are
there."""
import os
import time

from . import people
from .council import Council, Counter, consult
from .digest import SmtpSink, add_item, check, text
from .lab import ROUNDS, median, pairs


def send(council, count):
    """Seconds until the last copy is SENT: each is ready, then sent. Notices
    of what is held do not count."""
    sent = Counter(council, "template=T-14")
    began = time.monotonic()
    made = council.ask("digest", "send", "--yes", "--now")
    if made["copies"] != count:
        raise SystemExit(f"bench: {made['copies']} copies, not {count}")
    sent.reach(2 * count)
    taken = time.monotonic() - began
    check(council, made["digest"], count)
    return taken


def account(council, first, last, yes):
    people.both_cores(lambda n: council.tell(
        "person", "change", f"p{n}", "--account", yes), range(first, last))


def renew(council, certs, first, last, missing):
    """Seconds until every missing copy, and not one more, is handed over."""
    sent = Counter(council, "template=T-14")
    began = time.monotonic()
    people.both_cores(lambda n: council.tell(
        "key", "import", f"p{n}", str(certs[n]), "--approve"),
        range(first, last))
    sent.reach(2 * missing)
    return time.monotonic() - began


def by_reason(council):
    digests = council.ask("digest", "list")["digests"]
    counts = {}
    for d in digests:
        for c in council.ask("digest", "report", str(d["digest"]))["counts"]:
            key = (c["state"], c["reason"])
            counts[key] = counts.get(key, 0) + c["copies"]
    return counts


def measure(lab, build, top, table):
    count = int(os.environ.get("BENCH_PEOPLE", 400))
    good = count - count // 20
    body = text(4000)
    print(f"  making {count} keys", flush=True)
    certs = people.make_keys(lab.path("certs"), count)
    council = Council(lab, "u", build, top)
    council.start()
    case = consult(council)
    sink = SmtpSink(lab, council.relay)
    people.register(council, certs, 0, good)
    path = council.dir / "keyless.csv"
    path.write_text(people.roster(good, count))
    council.tell("roster", "import", str(path), "--apply")
    without, mixed = [], []
    for n in range(ROUNDS):
        print(f"  round {n + 1}: ", end="", flush=True)
        account(council, good, count, "no")
        add_item(council, case, body)
        without.append(send(council, good))
        account(council, good, count, "yes")
        add_item(council, case, body)
        mixed.append(send(council, good))
        print(f"{without[-1]:.2f} s, mixed {mixed[-1]:.2f} s", flush=True)
    held = by_reason(council).get(("held", "no-key"), 0)
    if held != ROUNDS * (count - good):
        raise SystemExit(f"bench: {held} copies held instead of "
                         f"{ROUNDS * (count - good)}")
    taken = renew(council, certs, good, count, held)
    left = by_reason(council)
    if set(left) != {("sent", None)} or \
            left[("sent", None)] != 2 * ROUNDS * good + held:
        raise SystemExit(f"bench: after the keys came: {left}")
    council.stop()
    sink.stop()
    table.row(f"digest, {good} persons", f"{median(without):.2f} s", "")
    table.row(f"  and {count - good} without a key", f"{median(mixed):.2f} s",
              "")
    table.ratio("  mixed / without", pairs(mixed, without), "about 1")
    table.row(f"  {held} held copies, keys imported", f"{taken:.2f} s",
              "none missing, none twice")

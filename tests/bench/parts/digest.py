"""Row 1: one digest, individually signed and encrypted for each of N persons,
handed to Postfix's smtp-sink; against raw gpg doing the same work."""
import os
import time

from . import peers, people, schleuder
from .council import Council, Counter, consult
from .lab import ROUNDS, Skip, answers, median, pairs, until

LINE = ("観測した通信の宛先と検体のハッシュ値は次のとおりです。"
        "各組織の記録を確認してください。 198.51.100.{0} sha256:{0:064x}\n")


def text(size=20000):
    out, n = "", 0
    while len(out.encode()) < size:
        out, n = out + LINE.format(n % 256), n + 1
    return out


class SmtpSink:
    """Postfix's own sink; it prints how many messages it has."""

    def __init__(self, lab, port):
        self.lab, self.log = lab, lab.path(f"sink-{port}.log")
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        with open(self.log, "wb") as out:
            self.process = lab.start(
                "smtp-sink", "-c", *user, f"127.0.0.1:{port}", 1000,
                log=f"sink-{port}.err", stdout=out)
        until("smtp-sink", lambda: answers(port), 10)

    def stop(self):
        self.lab.stop(self.process)


def add_item(council, case, body):
    item = council.ask(
        "item", "add", case, "--category", "ATTACK_IDENTIFIER",
        "--confidence", "TENTATIVE", "--secret", "no", "--tlp", "AMBER",
        "--text-file", "-", stdin=body.encode())["item"]
    council.tell("item", "approve", item)
    return item


def send(council, count):
    """Seconds from `digest send` to the last copy SENT."""
    sent = Counter(council, "copy.sent")
    began = time.monotonic()
    made = council.ask("digest", "send", "--yes", "--now")
    if made["copies"] != count:
        raise SystemExit(f"bench: {made['copies']} copies instead of {count}:"
                         f" {made['held'][:3]}")
    sent.reach(count)
    taken = time.monotonic() - began
    check(council, made["digest"], count)
    return taken


def check(council, digest, count):
    """What the ledger says, whatever the log said."""
    sent = len(council.ask("outbox", "list", "--digest", str(digest),
                           "--state", "sent", "--last", str(count + 1))
               ["copies"])
    if sent != count:
        raise SystemExit(f"bench: the ledger has {sent} copies sent instead "
                         f"of {count}")


def measure(lab, build, top, table):
    count = int(os.environ.get("BENCH_PEOPLE", 1500))
    quarter = max(1, count // 4)
    body = text()
    print(f"  making {count} keys", flush=True)
    certs = people.make_keys(lab.path("certs"), count)
    council = Council(lab, "d", build, top)
    council.start()
    case = consult(council)
    sink = SmtpSink(lab, council.relay)
    print(f"  importing {quarter} persons and keys", flush=True)
    people.register(council, certs, 0, quarter)
    add_item(council, case, body)
    few = send(council, quarter)
    print(f"  importing {count - quarter} more", flush=True)
    began = time.monotonic()
    people.register(council, certs, quarter, count)
    imported = (time.monotonic() - began) / (count - quarter)
    gpg = peers.RawGpg(lab, certs, body)
    many, raw = [], []
    for n in range(ROUNDS):
        print(f"  round {n + 1}: ", end="", flush=True)
        add_item(council, case, body)
        many.append(send(council, count))
        raw.append(gpg.run())
        print(f"{many[-1]:.2f} s, gpg {raw[-1]:.2f} s", flush=True)
    council.stop()
    sink.stop()
    each = 1000 * median(many) / count
    table.row(f"digest, {count} persons", f"{median(many):.2f} s",
              f"{each:.2f} ms each")
    table.row(f"  raw gpg, {len(gpg.homes)} homes", f"{median(raw):.2f} s",
              f"{1000 * median(raw) / count:.2f} ms each")
    table.ratio("  digest / raw gpg", pairs(many, raw), "at most 1.2")
    table.ratio(f"  per copy, {count} / {quarter} persons",
                (many[0] / count) / (few / quarter), "about 1: linear")
    table.row("  one person's key imported", f"{1000 * imported:.0f} ms", "")
    try:
        theirs = 1000 * schleuder.measure(lab, certs[:100], body)
        table.row("  Schleuder, per subscriber", f"{theirs:.1f} ms", "")
        table.ratio("  Schleuder / digest, per recipient", theirs / each,
                    "at least 30")
    except Skip as why:
        table.row("  Schleuder", "skipped", str(why))

"""Row 2: plain 5 kB mails by 20 sessions, durable, until the last case is open;
against Dovecot's LMTP server with fsync. What was stored is counted: a refusing
server makes smtp-source look fast."""
import os
import subprocess
import time

from harness import ports

from . import peers
from .council import DESK, Council, Counter
from .lab import ROUNDS, median, pairs

SESSIONS, SIZE = 20, 5000


def source(where, to, count):
    """Postfix's load generator: new connection for each mail, as Postfix's
    lmtp client does without connection cache."""
    return subprocess.run(
        ["smtp-source", "-L", "-s", str(SESSIONS), "-m", str(count),
         "-l", str(SIZE), "-f", "someone@bench.example", "-t", to, where],
        stdin=subprocess.DEVNULL, capture_output=True, text=True)


def ours(council, count):
    """(mails/s until the last 250, mails/s until the last case is open)."""
    filed = Counter(council, "mail.filed")
    began = time.monotonic()
    done = source(f"unix:{council.dir}/lmtp", DESK, count)
    taken = time.monotonic() - began
    if done.returncode:
        print("  smtp-source: " + done.stderr.strip())
    filed.reach(count)
    return count / taken, count / (time.monotonic() - began)


def dovecot(lab, count):
    port = ports.free()
    server = peers.Dovecot(lab, port)
    began = time.monotonic()
    source(f"127.0.0.1:{port}", "someone@bench.test", count)
    taken = time.monotonic() - began
    stored = server.stored()
    server.stop()
    if stored != count:
        raise SystemExit(f"bench: Dovecot stored {stored} of {count}")
    return count / taken


def measure(lab, build, top, table):
    count = int(os.environ.get("BENCH_MAILS", 5000))
    print(f"  {count} mails of {SIZE} bytes, {SESSIONS} sessions", flush=True)
    council = Council(lab, "i", build, top)
    council.start()
    accepted, opened, theirs = [], [], []
    for n in range(ROUNDS):
        said, done = ours(council, count)
        accepted.append(said)
        opened.append(done)
        theirs.append(dovecot(lab, max(100, count * 2 // 5)))
        print(f"  round {n + 1}: {done:.0f} /s, Dovecot {theirs[-1]:.0f} /s",
              flush=True)
    cases = council.cases()
    if cases != ROUNDS * count:
        raise SystemExit(f"bench: {cases} cases instead of {ROUNDS * count}")
    council.stop()
    table.row(f"intake, {count} mails, cases open", f"{median(opened):.0f} /s",
              f"250 said: {median(accepted):.0f} /s")
    table.row("  Dovecot LMTP, fsync, maildir", f"{median(theirs):.0f} /s", "")
    table.ratio("  intake / Dovecot", pairs(opened, theirs), "at least 4")
    table.ratio("  250 said / Dovecot", pairs(accepted, theirs), "")

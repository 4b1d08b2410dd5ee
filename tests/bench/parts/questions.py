"""Row 3: from our 250 to the three questions accepted by the relay, one mail at
a time on an idle machine."""
import statistics

from . import wire
from .council import DESK, Council, mail

MAILS = 50
BODY = "貴協議会に相談します。不審な通信がありました。\n" * 60


def one(door, sink, n):
    sender = f"soc@org{n}.example"
    said = door.send(sender, DESK, mail(sender, DESK, f"q{n}", BODY))
    asked = sink.wait_for(sender)
    if "1-A" not in asked.text:
        raise SystemExit("bench: that mail asks no question:\n" + asked.text)
    return 1000 * (asked.at - said)


def measure(lab, build, top, table):
    council = Council(lab, "q", build, top)
    sink = wire.Sink(council.relay)
    council.start()
    door = council.lmtp()
    one(door, sink, 0)
    times = [one(door, sink, n) for n in range(1, MAILS + 1)]
    door.close()
    council.stop()
    sink.close()
    if len(times) != MAILS:
        raise SystemExit("bench: mails are missing")
    table.row("250 to questions in the relay",
              f"{statistics.median(times):.1f} ms", "median; at most 50")
    table.row("  worst of 50", f"{max(times):.1f} ms", "")

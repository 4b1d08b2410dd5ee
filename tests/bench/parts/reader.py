"""Row 6: what the reader takes for a mail, beside libetpan alone on the same
mails: those of Japanese business, and a plain one of 5 kB."""
import subprocess

from .lab import ROUNDS, median, pairs

TIMES = 20


def plain(lab):
    path = lab.dir / "plain.eml"
    line = b"\x1b$B4X=j4X=j4X=j4X=j4X=j\x1b(B 1234\r\n"
    head = (b"From: Sato <sato@acme.example>\r\nTo: csc-anken@example.jp\r\n"
            b"Subject: =?UTF-8?B?55u46KuH?=\r\n"
            b"Date: Wed, 01 Apr 2026 09:00:00 +0900\r\n"
            b"Message-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n")
    path.write_bytes(head + line * ((5000 - len(head)) // len(line) + 1))
    return path


def timed(*args):
    return float(subprocess.run([str(a) for a in args], check=True,
                                capture_output=True, text=True).stdout)


def row(table, build, what, mails, times):
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(timed(build / "tests/bench/reader_rate",
                          build / "sekisho-reader", times, *mails))
        floor.append(timed(build / "tests/bench/etpan_rate", times, *mails))
    table.row(f"reader: {what}", f"{median(ours):.0f} us",
              "a mail, behind its walls")
    table.row("  libetpan alone", f"{median(floor):.0f} us",
              "nothing asked of it")
    table.ratio("  ratio", pairs(ours, floor), "")


def measure(lab, build, top, table):
    # As people write; what is hostile may be refused, which is no measure.
    mails = top / "tests/golden/mails"
    golden = [*sorted(mails.glob("ja-*.eml")), *sorted(mails.glob("biz-*.eml"))]
    row(table, build, f"{len(golden)} business mails", golden, TIMES)
    row(table, build, "5 kB of Japanese text", [plain(lab)], 100 * TIMES)

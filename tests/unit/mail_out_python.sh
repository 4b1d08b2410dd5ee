#!/bin/sh
# What Python's own mail parser reads in our mail is what we wrote (A13).
command -v python3 >/dev/null || exit 77
exec python3 - tests/unit/show_mail_out <<'EOF'
import email, email.policy, subprocess, sys

SUBJECT = ("TLP:AMBER 不正アクセスの疑いに関する情報共有"
    "について (第三報) とても長い件名の折り返しを確かめる、①㈱髙～－")
TEXT = "本文です。\r\n.\r\nFrom 二行目 ①㈱\r\n\r\n-- \r\n終わり\r\n"
FILE = ("指標一覧 (令和8年4月)_とても長い名前の付いた"
    "表計算ファイル, \"最終\" 100%.csv")
FIELDS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID",
    "In-Reply-To", "References", "Auto-Submitted"]

def same(got, want):
    if got != want:
        sys.exit("got %r, wanted %r" % (got, want))

def check(kind):
    raw = subprocess.run([sys.argv[1], kind], stdout=subprocess.PIPE,
        check=True).stdout
    m = email.message_from_bytes(raw, policy=email.policy.default)
    same(m.defects, [])
    same(m["Subject"], SUBJECT)
    same(m["From"].addresses[0].addr_spec, "csc-info@council.example")
    same(m["From"].addresses[0].display_name, "協議会")
    same(m["To"], "sato@acme.example")
    same(m["Date"].datetime.isoformat(), "2026-04-01T09:00:00+09:00")
    own = [k for k in m.keys() if k in FIELDS]
    same(own, FIELDS)
    body = m.get_body(("plain",)).get_content()
    if kind == "plain":
        same(body, TEXT)
        return
    same(body, "Subject: " + SUBJECT + "\r\n\r\n" + TEXT)
    same(m["Content-Type"].params["hp"], "cipher")
    outer = [v.split(":")[0] for v in m.get_all("HP-Outer")]
    same(outer, FIELDS)
    same(len(raw) % 4096, 0)
    if kind == "mixed":
        parts = list(m.iter_attachments())
        same([p.get_filename() for p in parts], [FILE, "plain name.bin"])
        same([p.get_payload(decode=True) for p in parts],
            [b"a,b\r\n", b"\x00\x01\xff"])

for kind in ("plain", "single", "mixed"):
    check(kind)
EOF

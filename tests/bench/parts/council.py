"""A throw-away council: its configuration, its daemon, its command, and one
consultation played to confirmed terms so that there is something to share."""
import json
import os
import re

from harness import ports

from . import wire
from .lab import run, until

DOMAIN = "council.test"
AUTHSERV = "mx.council.test"
DESK = "csc-anken@" + DOMAIN

CONF = """\
council = {{ name = "Bench council"; domain = "{domain}"; language = "ja";
	timezone = "Asia/Tokyo"; policy = "{top}/policies/council.conf";
	templates = "{top}/templates"; notify = ( "duty@{domain}" ); }};
desks = (
	{{ address = "csc-anken@{domain}"; kind = "incident";
	  ask_at_once = true; }},
	{{ address = "csc-info@{domain}"; kind = "inquiry";
	  ask_at_once = false; }} );
return_address = "csc-return@{domain}";
lmtp = {{ listen = "unix:{dir}/lmtp"; max_message_bytes = 26214400; }};
store = {{ url = "sqlite:council.db"; key = "store.key"; }};
relay = {{ url = "smtp://127.0.0.1:{relay}"; connections = 4; }};
openpgp = {{ home = "gnupg"; fingerprint = ""; }};
vault = {{ key = "vault.key"; }};
control = {{ socket = "control"; }};
authentication = {{ authserv_id = "{authserv}"; }};
{more}"""

MAIL = """\
Authentication-Results: {authserv}; dmarc=pass header.from={domain}\r
Received: from mail.{domain} by {authserv} with ESMTPS id {id};\r
\tWed, 01 Apr 2026 09:00:00 +0900\r
From: <{sender}>\r
To: <{to}>\r
Subject: =?utf-8?B?44GU55u46KuH?=\r
Date: Wed, 01 Apr 2026 09:00:00 +0900\r
Message-ID: <{id}@{domain}>\r
{more}MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
{text}\r
"""


def mail(sender, to, ident, text, more=""):
    return MAIL.format(
        authserv=AUTHSERV, domain=sender.partition("@")[2], sender=sender,
        to=to, id=ident, more=more,
        text=text.replace("\n", "\r\n")).encode()


class Council:
    def __init__(self, lab, name, build, top, more=""):
        self.lab, self.name = lab, name
        self.dir = lab.path(name)
        self.dir.mkdir(mode=0o700)
        self.relay = ports.free()
        self.conf = self.dir / "sekisho.conf"
        self.conf.write_text(CONF.format(
            domain=DOMAIN, top=top, dir=self.dir, relay=self.relay,
            authserv=AUTHSERV, more=more))
        self.programs = lay_out(lab, build)
        self.env = {**os.environ, "LC_ALL": "C.UTF-8",
                    "SEKISHO_LIBEXECDIR": str(self.programs),
                    "SEKISHO_DATADIR": str(top)}
        self.log = self.dir / "log"
        self.daemon = None
        run(self.programs / "sekisho", "-c", self.conf, "init", env=self.env)

    def start(self):
        before = len(self.said())
        self.daemon = self.lab.start(
            self.programs / "sekishod", "-c", self.conf,
            log=f"{self.name}/log", env=self.env)
        until("sekishod", lambda: self.daemon.poll() is not None
              or " ready" in self.said()[before:], 60)
        if self.daemon.poll() is not None:
            raise SystemExit("bench: sekishod ended:\n" + self.said())

    def stop(self):
        self.lab.stop(self.daemon)

    def said(self):
        return self.log.read_text("utf-8", "replace") \
            if self.log.exists() else ""

    def ask(self, *args, stdin=b""):
        """One verb through the command; its document."""
        out = run(self.programs / "sekisho", "-c", self.conf, "--json", *args,
                  stdin=stdin, env=self.env)
        return json.loads(out)

    def tell(self, *args, stdin=b""):
        run(self.programs / "sekisho", "-c", self.conf, *args, stdin=stdin,
            env=self.env)

    run = tell			# as the flows' council calls it

    def command(self, *args):
        return [str(self.programs / "sekisho"), "-c", str(self.conf), *args]

    def cases(self):
        """Cases of this year: they are numbered without gaps, and a list
        shows the newest only."""
        newest = self.ask("case", "list")["cases"][0]["number"]
        return int(newest.partition("-")[2])

    def lmtp(self):
        return wire.Lmtp(self.dir / "lmtp")


def lay_out(lab, build):
    """The programs in one folder, as an installation would have them."""
    folder = lab.path("programs")
    if folder.exists():
        return folder
    folder.mkdir()
    for name, place in (("sekishod", "src/sekishod"), ("sekisho", "src/cli"),
                        ("sekisho-reader", "src/reader"),
                        ("sekisho-keyd", "src/keyd")):
        found = [p for p in (build / name, build / place / name)
                 if p.exists()]
        if not found:
            raise SystemExit(f"bench: {name} is not built in {build}")
        (folder / name).symlink_to(found[0].resolve())
    return folder


class Counter:
    """Counts an event in the daemon's log from now on, reading each byte once:
    whoever watches must not take the time that is measured."""

    def __init__(self, council, event):
        self.path, self.event = council.log, f" {event} ".encode()
        self.at, self.n, self.rest = os.path.getsize(self.path), 0, b""

    def count(self):
        with open(self.path, "rb") as log:
            log.seek(self.at)
            new = log.read()
        self.at += len(new)
        whole, _, self.rest = (self.rest + new).rpartition(b"\n")
        self.n += whole.count(self.event)
        return self.n

    def reach(self, count):
        until(f"{count} times{self.event.decode()}",
              lambda: self.count() >= count, pause=0.05)


def consult(council, terms=("1-C", "2-B", "3-A")):
    """From first mail to locked terms; the case's number. The member asks, our
    sink stands in the relay's place."""
    sender = "soc@member.example"
    sink = wire.Sink(council.relay)
    door = council.lmtp()
    try:
        door.send(sender, DESK, mail(sender, DESK, "m1", "検体を見ました。"))
        asked = sink.wait_for(sender)
        for n, text in ((2, "\n".join(terms)), (3, "はい")):
            seen = len(sink.mails)
            to = re.search(r"<?([^<>\s]+@[^<>\s]+)>?$",
                           asked["Reply-To"]).group(1)
            door.send(sender, to, mail(
                sender, to, f"m{n}", text,
                f"In-Reply-To: {asked['Message-ID']}\r\n"))
            if n == 2:
                asked = sink.wait_for(sender, seen)
        case = council.ask("case", "list")["cases"][0]["number"]
        until("locked terms", lambda: council.ask("case", "show", case)
              ["state"] == "CONFIRMED", 30)
        return case
    finally:
        door.close()
        sink.close()

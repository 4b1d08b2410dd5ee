#!/usr/bin/env python3
"""A Postfix as Debian leaves it, set right by one command, examined by another,
and put back by the first. Then SMTP smuggling, tried with every line end that a
server has ever taken for the end of a mail (L21): against Postfix with its
default and with the right setting, and against our own LMTP server."""
import contextlib
import socket
import subprocess

from harness import mails, milter, postfix, wait
from harness.council import DOMAIN
from harness.tap import has, lacks, run, same, step
from harness.world import World

DESK = f"csc-anken@{DOMAIN}"
ENDS = {"LF.LF": b"\n.\n", "LF.CRLF": b"\n.\r\n", "CR.CR": b"\r.\r",
        "CRLF.LF": b"\r\n.\n", "CRLF.CR": b"\r\n.\r",
        "CRLF NUL.CRLF": b"\r\n\0.\r\n", "LF.CR": b"\n.\r"}


class Fresh(postfix.Postfix):
    """Debian's defaults, but for places, ports and the way out."""

    def main(self, domain, lmtp, sink_port, size):
        return f"""\
compatibility_level = 3.6
queue_directory = {self.dir}/queue
data_directory = {self.dir}/data
multi_instance_name = postfix-sekisho-{self.border}
multi_instance_enable = yes
maillog_file = {self.log}
maillog_file_prefixes = {self.dir}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.council.test
mydestination = $myhostname, localhost
alias_maps =
alias_database =
recipient_delimiter = -
local_recipient_maps =
relayhost = [127.0.0.1]:{sink_port}
smtp_host_lookup = native
disable_dns_lookups = yes
transport_maps = inline:{{ {{ other.test = discard: }} }}
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""


    def master(self, *_):
        self.door = self.border
        return f"127.0.0.1:{self.border} inet n - n - - smtpd\n" + \
            postfix.DAEMONS


class Lab(World):
    def __init__(self):
        super().__init__(with_postfix=False, milter="")
        for local in (False, True):
            part = milter.Milterd(self.dir, self.council, local)
            self.ends.append(part.stop)
            part.start()
        self.postfix = Fresh(self.dir, DOMAIN, None, self.sink.port)
        self.ends.append(self.postfix.stop)
        self.postfix.start()
        (self.dir / "postfix/maillog").chmod(0o600)
        self.before = self.says()

    def says(self):
        return [self.conf("-n"), self.conf("-M"), self.conf("-P")]

    def conf(self, *what):
        return subprocess.run(
            ["postconf", "-c", self.postfix.etc, *what], check=True,
            stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout

    def command(self, *words):
        done = self.council.call(*words, "--postfix", self.postfix.etc,
                                 user=0)
        return done.returncode, (done.stdout + done.stderr).decode()

    def check(self):
        return self.command("check")

    def reload(self):
        """Anew, since a reload leaves idle daemons with the old settings to
        serve one more connection."""
        self.postfix.stop()
        self.postfix.start()

    def mails_from(self, sender):
        return [m for m in self.council.json(
            "mail", "list", "--last", "200")["mails"]
            if m["from"] == sender]


@contextlib.contextmanager
def lab():
    w = Lab()
    try:
        yield w
    finally:
        w.end()


@step("a Postfix as it comes: check names what is wrong, with the mend")
def fresh(w):
    code, said = w.check()
    same(code, 78, said)
    for word in ("takes no mail for council.test", "desk+TOKEN@",
                 "no entry in transport_maps", "max_message_bytes",
                 "read as two", "anybody passes", "setup postfix --apply"):
        has(said, word)


@step("setup postfix prints the lines, and changes nothing")
def printed(w):
    code, said = w.command("setup", "postfix")
    same(code, 0, said)
    for line in ("recipient_delimiter = +", "lmtp_line_length_limit = 0",
                 "message_size_limit = 26214400",
                 "smtpd_forbid_bare_newline = normalize",
                 f"{DESK}\tsekisho:unix:{w.council.dir}/lmtp",
                 "maximal_queue_lifetime = 14d",
                 f"smtpd_milters = unix:{w.dir}/m/milter",
                 f"non_smtpd_milters = unix:{w.dir}/m/local"):
        has(said, line)
    same(w.says(), w.before)
    same(w.command("setup", "postfix", "--undo")[0], 66)
    same(w.command("setup", "postfix", "--undo", "--apply")[0], 64)


@step("--apply makes them; then check finds nothing, and mail opens a case")
def applied(w):
    code, said = w.command("setup", "postfix", "--apply")
    same(code, 0, said)
    has(said, "set: transport_maps")
    has(said, "reload")
    has(w.conf("-h", "transport_maps"), "inline:{ { other.test = discard: } }")
    w.reload()
    code, said = w.check()
    same(code, 0, said)
    has(said, "a forged mail, tried")
    code, said = w.command("setup", "postfix", "--apply")
    same(code, 0, said)
    has(said, "stands so already")
    same(len(w.council.cases()), 0, "a probe opens no case")
    w.send("first@consulter.test", DESK, mails.mail(
        "first@consulter.test", DESK, "相談", "不審な通信があります。"), False)
    w.council.wait_cases(1)


@step("what is set wrong later is named, the probe sees it too")
def broken(w):
    wrong = {"always_bcc": "archive@example.org",
             "recipient_delimiter": "-", "message_size_limit": "10240000",
             "canonical_maps":
                 f"inline:{{ {{{DESK} = desk@example.org}} }}",
             "content_filter": "smtp:[127.0.0.1]:9",
             "non_smtpd_milters": "", "milter_default_action": "accept"}
    old = {name: w.conf("-h", name).strip() for name in wrong}
    w.conf("-e", *(f"{name}={value}" for name, value in wrong.items()))
    code, said = w.check()
    same(code, 78)
    for word in ("copy of every mail", "desk+TOKEN@", "in two",
                 "max_message_bytes", "canonical_maps makes desk@example.org",
                 "behind the guard", "non_smtpd_milters has no milter",
                 "the guard is away"):
        has(said, word)
    w.conf("-e", *(f"{name}={value}" for name, value in old.items()))
    checks = w.conf("-h", "header_checks").strip()
    w.conf("-e", "header_checks=", "smtpd_forbid_bare_newline=no",
           "smtpd_forbid_unauth_pipelining=no", "smtpd_data_restrictions=")
    w.reload()
    code, said = w.check()
    same(code, 78)
    has(said, "one mail came as two")
    milters = w.conf("-h", "smtpd_milters").strip()
    # The door would take the field out too.
    w.conf("-e", "smtpd_forbid_bare_newline=normalize", "smtpd_milters=")
    w.reload()
    has(w.check()[1], "field that the sender wrote arrived")
    w.conf("-e", f"header_checks={checks}", f"smtpd_milters={milters}",
           "smtpd_forbid_unauth_pipelining=yes",
           "smtpd_data_restrictions=reject_unauth_pipelining")
    w.reload()
    same(w.check()[0], 0)


def dialogue(port, raw, lmtp=None):
    """Everything the server says to a hand-made mail."""
    s = socket.socket(socket.AF_UNIX) if lmtp else socket.socket()
    s.settimeout(60)
    s.connect(str(lmtp) if lmtp else ("127.0.0.1", port))
    said = s.makefile("rb")

    def reply():
        while True:
            line = said.readline()
            if not line or line[3:4] != b"-":
                return line.decode(errors="replace")
    reply()
    for line in raw[:-1]:
        s.sendall(line)
        reply()
    s.sendall(raw[-1])
    first = reply()
    try:
        s.sendall(b"QUIT\r\n")
        while reply():
            pass
    except OSError:
        pass
    s.close()
    return first


def smuggling(end, sender, evil, hello=b"EHLO"):
    """Two mails, if `end` is taken for an end of data."""
    return [hello + b" client.test\r\n",
            b"MAIL FROM:<" + sender + b">\r\n",
            b"RCPT TO:<" + DESK.encode() + b">\r\n", b"DATA\r\n",
            b"From: " + sender + b"\r\nSubject: outer\r\n\r\nouter" + end +
            b"MAIL FROM:<" + evil + b">\r\nRCPT TO:<" + DESK.encode() +
            b">\r\nDATA\r\nFrom: " + evil + b"\r\nSubject: smuggled\r\n"
            b"\r\nsmuggled\r\n.\r\n"]


def tried(w, label):
    """Which line ends brought a second mail through Postfix."""
    came = set()
    for n, (name, end) in enumerate(ENDS.items()):
        sender = f"{label}{n}@consulter.test"
        evil = f"evil-{label}{n}@bank.example"
        first = dialogue(w.postfix.border, smuggling(
            end, sender.encode(), evil.encode()))
        w.postfix.drained()
        if first.startswith("2"):
            wait.until(f"{name} to be filed",
                       lambda: w.mails_from(sender))
        if w.mails_from(evil):
            came.add(name)
    return came


@step("Postfix's default lets mails be smuggled: what the check is for")
def smuggled_by_default(w):
    w.conf("-e", "smtpd_forbid_bare_newline=no",
           "smtpd_forbid_unauth_pipelining=no", "smtpd_data_restrictions=")
    w.reload()
    came = tried(w, "default")
    same(came >= {"LF.LF", "LF.CRLF"}, True, str(came))
    w.conf("-e", "smtpd_forbid_bare_newline=normalize",
           "smtpd_forbid_unauth_pipelining=yes",
           "smtpd_data_restrictions=reject_unauth_pipelining")
    w.reload()


@step("with the right setting every variant is one mail or none")
def smuggling_ends(w):
    same(tried(w, "right"), set())


@step("our own LMTP server refuses or keeps whole every variant")
def lmtp_itself(w):
    for n, (name, end) in enumerate(ENDS.items()):
        evil = f"evil-lmtp{n}@bank.example"
        first = dialogue(0, smuggling(
            end, f"lmtp{n}@consulter.test".encode(), evil.encode(),
            b"LHLO"), w.council.dir / "lmtp")
        # A NUL is legal enough to be kept; no bare CR or LF is.
        same(first[:1], "2" if "NUL" in name else "5", f"{name}: {first}")
        same(w.mails_from(evil), [], name)


@step("--undo puts back what stood there; what changed since stays")
def undone(w):
    w.conf("-e", "maximal_queue_lifetime=20d")
    code, said = w.command("setup", "postfix", "--undo")
    same(code, 0, said)
    has(said, "left, since it was changed meanwhile: maximal_queue_lifetime")
    w.conf("-X", "maximal_queue_lifetime")
    for name in ("always_bcc", "canonical_maps", "content_filter",
                 "milter_default_action"):
        w.conf("-X", name)
    same(w.says(), w.before)
    lacks(str(list(w.postfix.etc.glob("*"))), "sekisho-transport")
    same(w.command("setup", "postfix", "--undo")[0], 66)


if __name__ == "__main__":
    run(lab)

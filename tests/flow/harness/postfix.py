"""A private Postfix on loopback: own configuration, queue and data. The council's
border (verifying milter, forged results stripped) and the outside world's door
(signing milter) are two smtpd services of the one instance; mail of the second
goes through the first as over the wire."""
import pathlib
import re
import shutil
import smtplib
import subprocess

from . import ports, wait

DAEMONS = """\
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
virtual   unix  - n n - - virtual
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
pickup    unix  n - n 60 1 pickup
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    def __init__(self, folder, domain, lmtp, sink_port, verifier=None,
                 signer=None, size=26214400, guard=(), local=(), more=""):
        self.dir = pathlib.Path(folder) / "postfix"
        self.etc, self.log = self.dir / "etc", self.dir / "maillog"
        self.border, self.door, self.relay = (
            ports.free(), ports.free(), ports.free())
        for name in ("etc", "queue", "data"):
            (self.dir / name).mkdir(parents=True)
        shutil.chown(self.dir / "data", "postfix")
        for path in (self.dir, self.etc, self.dir / "queue"):
            path.chmod(0o755)
        for name in ("postfix-files", "dynamicmaps.cf"):
            shutil.copy(f"/etc/postfix/{name}", self.etc / name)
        for name in ("postfix-files.d", "dynamicmaps.cf.d"):
            (self.etc / name).mkdir()
        (self.etc / "main.cf").write_text(
            self.main(domain, lmtp, sink_port, size) +
            f"non_smtpd_milters = {', '.join(local)}\n" + more)
        (self.etc / "master.cf").write_text(
            self.master(verifier, signer, guard))

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
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
recipient_delimiter = +
relay_domains = {domain}
relay_recipient_maps =
transport_maps = inline:{{ {{ {domain} = lmtp:{lmtp} }} }}
lmtp_line_length_limit = 0
lmtp_destination_concurrency_limit = 20
message_size_limit = {size}
mailbox_size_limit = 0
smtpd_forbid_bare_newline = normalize
smtpd_forbid_bare_newline_exclusions =
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{sink_port}
disable_dns_lookups = yes
smtp_host_lookup = native
smtp_tls_security_level = none
smtp_destination_concurrency_limit = 10
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
lmtp_connect_timeout = 5s
in_flow_delay = 0
milter_default_action = tempfail
header_checks = regexp:{{{{/^Authentication-Results:/ IGNORE}}}}
"""

    def master(self, verifier, signer, guard):
        def smtpd(port, milter, more=()):
            options = list(more)
            if isinstance(milter, (list, tuple)):
                milter = ",".join(milter)
            if milter:
                options.append(f"smtpd_milters={milter}")
            return f"127.0.0.1:{port} inet n - n - - smtpd\n" + "".join(
                f"  -o {o}\n" for o in options)

        # The outside's own header_checks must not strip what a forger wrote:
        # the border has to do that.
        return (smtpd(self.border, verifier) +
                smtpd(self.door, signer,
                      [f"content_filter=smtp:[127.0.0.1]:{self.border}",
                       "cleanup_service_name=outside"]) +
                smtpd(self.relay, guard, ["cleanup_service_name=outside"]) +
                "outside unix n - n - 0 cleanup\n"
                "  -o header_checks=\n" + DAEMONS)

    def run(self, *what):
        return subprocess.run(["postfix", "-c", self.etc, *what],
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)

    def start(self):
        done = self.run("start")
        if done.returncode:
            raise AssertionError("postfix start: " + done.stderr +
                                 self.said())
        wait.until("Postfix", lambda: wait.answers(self.border)
                   and wait.answers(self.door))

    def stop(self):
        # `stop` waits five seconds for idle daemons; nothing here is theirs
        # to finish.
        self.run("abort")
        wait.until("Postfix to end",
                   lambda: not wait.answers(self.border), 20)

    def sendmail(self, sender, to, raw, *more):
        """As a program on this host would."""
        to = [to] if isinstance(to, str) else to
        return subprocess.run(
            ["sendmail", "-C", self.etc, "-f", sender, "-i", *more, *to],
            input=raw.replace(b"\r\n", b"\n"), capture_output=True)

    def flush(self):
        subprocess.run(["postqueue", "-c", self.etc, "-f"],
                       stdin=subprocess.DEVNULL, capture_output=True)

    def queue(self):
        out = subprocess.run(["postqueue", "-c", self.etc, "-j"],
                             stdin=subprocess.DEVNULL, capture_output=True,
                             text=True).stdout
        return [line for line in out.split("\n") if line.strip()]

    def said(self):
        return self.log.read_text("utf-8", "replace") \
            if self.log.exists() else ""

    def drained(self, seconds=None):
        wait.until("an empty queue", lambda: not self.queue(), seconds)

    def queue_ids(self, to):
        return re.findall(r": ([0-9A-Za-z]{6,}): to=<" + re.escape(to) + ">",
                          self.said())

    def send(self, sender, to, raw, signed=True):
        """Hands a mail in as the outside world would."""
        to = [to] if isinstance(to, str) else to
        port = self.door if signed else self.border
        with smtplib.SMTP("127.0.0.1", port, "client.test", 60) as s:
            s.sendmail(sender, to, raw, ["SMTPUTF8"]
                       if not sender.isascii() else [])

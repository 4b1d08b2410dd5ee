"""Schleuder, where it is installed: one list whose subscribers hold keys of the
same kind, one mail of the same size, into the same sink. Its rate is per
subscriber, so a smaller list is enough."""
import os
import shutil
import subprocess
import time

from harness import ports

from .lab import Skip, answers, run, until

CONF = """\
lists_dir: {dir}/lists
listlogs_dir: {dir}/lists
keyword_handlers_dir: {dir}/none
filters_dir: {dir}/none
log_level: error
superadmin: root@bench.test
smtp_settings:
  address: 127.0.0.1
  port: {port}
  enable_starttls_auto: false
database:
  production:
    adapter: sqlite3
    database: {dir}/db.sqlite
    timeout: 5000
"""

LIST = "list@bench.test"

SUBSCRIBE = """\
require 'schleuder'
list, _ = Schleuder::ListBuilder.new({email: ARGV[0]}).run
abort list.errors.full_messages.join(', ') unless list.errors.empty?
Dir.glob(ARGV[1] + '/*.asc').each_with_index do |file, n|
  next if n >= ARGV[2].to_i
  sub, _ = list.subscribe("p#{n}@bench.test", nil, n == 0, true,
                          File.read(file))
  abort sub.errors.full_messages.join(', ') unless sub.errors.empty?
end
"""

MAIL = """\
From: p0@bench.test
To: {to}
Subject: bench
Message-ID: <bench@bench.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


def set_up(lab, port):
    folder = lab.path("schleuder")
    (folder / "lists" / "bench.test").mkdir(parents=True)
    (folder / "schleuder.yml").write_text(CONF.format(dir=folder, port=port))
    env = {**os.environ, "SCHLEUDER_ENV": "production",
           "SCHLEUDER_CONFIG": str(folder / "schleuder.yml"),
           "SCHLEUDER_LIST_DEFAULTS": "/etc/schleuder/list-defaults.yml",
           "LC_ALL": "C.UTF-8"}
    home = lab.home("schleuder", "lists", "bench.test", "list")
    run("gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "",
        "--pinentry-mode", "loopback", "--quick-generate-key",
        f"list <{LIST}>", "ed25519", "cert,sign", "never")
    return env


def try_run(env, *args, stdin=""):
    done = subprocess.run([str(a) for a in args], env=env, text=True,
                          input=stdin, capture_output=True)
    if done.returncode or "rror" in done.stdout:
        raise Skip("Schleuder said: "
                   + (done.stderr + done.stdout).strip()[-200:])


def measure(lab, certs, body):
    """Seconds for each subscriber."""
    if not shutil.which("schleuder"):
        raise Skip("not installed")
    port = ports.free()
    env = set_up(lab, port)
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    counts = lab.path("schleuder.count")
    with open(counts, "wb") as out:
        sink = lab.start("smtp-sink", "-c", *user, f"127.0.0.1:{port}", 100,
                         log="schleuder.sink", stdout=out)
    until("smtp-sink", lambda: answers(port), 10)
    try_run(env, "schleuder", "install")
    try_run(env, "ruby", "-e", SUBSCRIBE, LIST, certs[0].parent, len(certs))
    began = time.monotonic()
    try_run(env, "schleuder", "work", LIST,
            stdin=MAIL.format(to=LIST, text=body))
    taken = time.monotonic() - began
    lab.stop(sink)
    sent = counts.read_bytes().replace(b"\r", b"\n").strip().split(b"\n")[-1]
    if f"mesg={len(certs)}".encode() not in sent:
        raise Skip(f"Schleuder sent not {len(certs)}: {sent.decode()}")
    return taken / len(certs)

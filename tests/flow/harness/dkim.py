"""Real OpenDKIM, once as the consulting organisation's signer and once as the
council's verifier. Keys are found in a file instead of DNS."""
import os
import re
import subprocess

from . import ports, wait

AUTHSERV = "mx.council.test"


class OpenDKIM:
    def __init__(self, folder, name, lines):
        self.folder = folder / name
        self.folder.mkdir()
        self.port = ports.free()
        self.conf = self.folder / "opendkim.conf"
        self.log = open(self.folder / "log", "wb")
        self.conf.write_text("\n".join(
            [f"Socket inet:{self.port}@127.0.0.1", "Background no",
             "Syslog no", "UserID root" if os.getuid() == 0 else "",
             f"PidFile {self.folder}/pid"] + lines) + "\n")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["opendkim", "-f", "-x", self.conf], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        wait.until("OpenDKIM", lambda: wait.answers(self.port))

    def stop(self):
        # Asked to end, it takes five seconds for what nobody needs.
        if self.process:
            self.process.kill()
            self.process.wait()
        self.log.close()

    @property
    def milter(self):
        return f"inet:127.0.0.1:{self.port}"


def make_key(folder, domain):
    subprocess.run(["opendkim-genkey", "-b", "1024", "-s", "s1", "-d", domain,
                    "-D", folder], check=True, stdin=subprocess.DEVNULL)
    record = "".join(re.findall(r'"([^"]*)"',
                                (folder / "s1.txt").read_text()))
    key = folder / f"{domain}.key"
    (folder / "s1.private").rename(key)
    key.chmod(0o600)
    (folder / "s1.txt").unlink()
    return key, f"s1._domainkey.{domain}", record.replace(" ", "")


def signing(folder, name, domains):
    """A signer for these domains, and the records of their keys."""
    keys = folder / f"{name}-keys"
    keys.mkdir()
    table, signing, records = [], [], []
    for domain in domains:
        key, name, record = make_key(keys, domain)
        table.append(f"{domain} {domain}:s1:{key}")
        signing.append(f"*@{domain} {domain}")
        records.append(f"{name} {record}")
    (keys / "keytable").write_text("\n".join(table) + "\n")
    (keys / "signing").write_text("\n".join(signing) + "\n")
    (keys / "records").write_text("\n".join(records) + "\n")
    return OpenDKIM(folder, name, [
        "Mode s", f"KeyTable file:{keys}/keytable",
        f"SigningTable refile:{keys}/signing", "RequireSafeKeys no",
        "InternalHosts 0.0.0.0/0", "Canonicalization relaxed/relaxed",
        "OversignHeaders From"]), keys / "records"


def pair(folder, domains):
    """A signer for these domains and a verifier that knows their keys."""
    signer, records = signing(folder, "signer", domains)
    # Everybody is a stranger at the border; nothing is signed there.
    verifier = OpenDKIM(folder, "verifier", [
        "Mode v", f"TestPublicKeys {records}",
        f"AuthservID {AUTHSERV}", "AlwaysAddARHeader yes",
        "InternalHosts 192.0.2.1"])
    return signer, verifier

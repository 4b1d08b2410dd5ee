#!/usr/bin/env python3
"""Who may use whom (design: base below everything, pure libraries above it,
programs on top), read from the #include lines; and each foreign library in one
C file only, so that replacing one means changing one file."""
import re

import source

# folder of src -> folders whose private headers it may include
PRIVATE = {
    "base": {"base"},
    "mail": {"mail"},
    "lmtp": {"lmtp"},
    "council": {"council"},
    "template": {"template"},
    "wire": {"wire"},
    "policy": {"policy"},
    "store": {"store"},
    "crypto": {"crypto"},
    "postfix": {"postfix"},
    "sekishod": {"sekishod"},
    "reader": {"reader"},
    "keyd": {"keyd", "crypto"},
    "milterd": {"milterd"},
    "cli": {"cli"},
}

# contract headers that are plain data or base: everybody's
BASE = {"arena", "address", "buf", "clock", "domain", "error", "files", "hash", "install", "idn",
        "limits", "log", "mem", "text", "ascii", "unicode", "der"}
DATA = {"facts", "verdict", "actions", "answer", "council", "terms", "roster", "key", "own",
        "request"}
OWNER = {
    "mail": {"mail_read", "compose", "proof", "answer"},
    "lmtp": {"lmtp"},
    "council": {"decide", "gate", "deny", "terms", "roster", "council", "calendar",
                "campaign", "feedback", "digest", "returned"},
    "template": {"template"},
    "wire": {"wire", "channel", "messages", "sandbox", "reader_client",
             "json", "verbs", "notify"},
    "policy": {"policy", "config"},
    "store": {"store", "store_beside"},
    "crypto": {"vault", "pgp", "cms", "key", "own", "x509",
               "cms_keys", "cms_certs"},
    "postfix": {"postfix"},
}
BELOW = {
    "base": set(),
    "mail": {"base"},
    "lmtp": {"base"},
    "council": {"base"},
    "template": {"base"},
    "wire": {"base"},
    "policy": {"base", "council", "mail", "lmtp", "template", "wire"},
    "store": {"base", "council", "mail", "lmtp", "template", "wire"},
    "postfix": {"base"},
    "crypto": {"base", "council", "mail", "lmtp", "template", "wire"},
}
# A pure module may speak of another's plain types without calling it.
TYPES_ONLY = {("wire", "verbs"), ("council", "policy"), ("council", "config"),
              ("store", "vault"), ("postfix", "config")}

FOREIGN = {
    r"libetpan/": {"src/mail/mime.c"},
    r"libxml/": {"src/mail/html.c"},
    r"iconv\.h": {"src/mail/charset.c", "src/council/roster_csv.c"},
    r"gpgme\.h": {"src/crypto/gnupg.h"},
    r"sqlite3": {"src/store/db.c"},
    r"libconfig\.h": {"src/policy/schema.c"},
    r"event2?/|event\.h": {"src/sekishod/loop.c"},
    r"curl/": {"src/sekishod/courier.c", "src/sekishod/fetcher.c"},
    r"nettle/": {"src/sekishod/wkd.c"},
    r"jansson\.h": {"src/wire/json.c"},
    r"sodium": {"src/base/hash.c", "src/crypto/vault.c"},
    r"seccomp\.h": {"src/wire/wall.c"},
    r"libpsl\.h": {"src/base/domain.c"},
    r"idn2\.h": {"src/base/idn.c"},
    r"uni(str|norm|case|width|conv|name|ctype|wbrk|gbrk|types)": {
        "src/base/unicode.c"},
    r"systemd/": {"src/wire/notify.c"},
    r"libmilter/": {"src/milterd/milter.c", "tests/bench/noop_milter.c"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.M)


def owner(header):
    for module, headers in OWNER.items():
        if header in headers:
            return module
    return "base" if header in BASE else None


def contract(report, path, line, module, header):
    if module not in BELOW or header in BASE or header in DATA:
        return
    of = owner(header)
    if of is None:
        report.fault(path, line, f"sekisho/{header}.h belongs to no module "
                     "that tests/lint/includes.py knows")
    elif of != module and of not in BELOW[module] and \
            (module, header) not in TYPES_ONLY:
        report.fault(path, line, f"{module} may not use {of} ({header}.h)")


def private(report, path, line, module, header):
    folder = header.split("/")[0] if "/" in header else module
    if folder not in PRIVATE.get(module, set()):
        report.fault(path, line, f"{module} may not include {header}")


def foreign(report, path, line, header):
    for pattern, allowed in FOREIGN.items():
        if re.match(pattern, header) and source.name(path) not in allowed:
            report.fault(path, line, f"<{header}> is for "
                         f"{', '.join(sorted(allowed))} only")


def main():
    report, count = source.Report(), 0
    for path in source.files():
        where = path.relative_to(source.TOP).parts
        module = where[1] if where[0] == "src" else "include"
        text = source.uncommented(path)
        for match in INCLUDE.finditer(text):
            header, line = match.group(1), source.line_of(text, match.start())
            count += 1
            foreign(report, path, line, header)
            if header.startswith("sekisho/"):
                contract(report, path, line, module, header[8:-2])
            elif '"' in match.group(0) and header != "config.h":
                private(report, path, line, module, header)
    report.end(f"includes: {count} looked at")


main()

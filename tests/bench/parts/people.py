"""Registered persons with keys of their own."""
import concurrent.futures
import os

from .council import Counter
from .lab import run

HEAD = ("verb,org,org_name,class,org_kind,foreign_capital,receive_secret,"
        "person,name,roles,account,language,address,scheme,approval")
PER_ORG = 5


def address(n):
    return f"p{n}@o{n // PER_ORG}.example"


def roster(first, last, scheme=lambda n: "openpgp"):
    rows = [HEAD]
    for n in range(first, last):
        org = n // PER_ORG
        roles = "poc+handler" if n % PER_ORG == 0 else "handler"
        rows.append(f"ADD,o{org},Organisation {org},class2,"
                    f"critical_infrastructure,no,yes,p{n},Person {n},{roles},"
                    f"yes,{'ja' if n % 2 else 'en'},{address(n)},{scheme(n)},"
                    "approved 2026-1")
    return "\n".join(rows) + "\n"


def make_key(folder, n, *more):
    """The certificate's file, with its revocation beside it as .rev; the
    secret part is thrown away."""
    secret, cert = folder / f"{n}.key", folder / f"{n}.asc"
    run("sq", "key", "generate", "--userid", f"Person {n} <{address(n)}>",
        "--export", secret, "--rev-cert", cert.with_suffix(".rev"), *more)
    cert.write_text(run("sq", "key", "extract-cert", secret))
    secret.unlink()
    return cert


def both_cores(work, numbers):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, numbers))


def make_keys(folder, count):
    folder.mkdir()
    return both_cores(lambda n: make_key(folder, n), range(count))


def enroll(council, first, last, *scheme):
    table = council.dir / f"roster-{first}.csv"
    table.write_text(roster(first, last, *scheme))
    council.tell("roster", "import", str(table), "--apply")


def register(council, certs, first, last):
    """Imports persons first to last with their keys, as an operator would."""
    trials = Counter(council, "key.tried")
    enroll(council, first, last)
    both_cores(lambda n: council.tell("key", "import", f"p{n}",
                                      str(certs[n]), "--approve"),
               range(first, last))
    # Each pinned key is tried once; the digest is not to wait for that.
    trials.reach(last - first)

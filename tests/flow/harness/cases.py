"""Short ways to a case with locked terms and to an approved item, for tests that
begin where those end."""
import itertools

from . import mails

PEOPLE = itertools.count(1)


def confirmed(w, codes, text="様子がおかしいです。", who=None, signed=True,
              vouch=False):
    """A case whose terms are in force: (originator, number)."""
    who = who or f"c{next(PEOPLE)}@consulter.test"
    before = {c["number"] for c in w.council.cases()}
    got = w.consult(who, "相談", text, signed=signed)
    number = [c["number"] for c in w.council.cases()
              if c["number"] not in before][0]
    back = w.answer(got, who, codes, signed=signed, below=False)
    w.send(who, back["Reply-To"],
           mails.reply(back, who, "はい\n", below=False), signed)
    w.council.wait_mails(number, 3)
    if vouch:
        for user in (None, 0):
            w.council.run("terms", "vouch", number, "--how", "phone",
                          "--reason", "called", user=user)
    w.council.wait_case(number, lambda c: c["state"] == "CONFIRMED",
                        "confirmed")
    w.council.run("case", "take", number)
    return who, number


def item(w, number, text, category="DESTINATION", confidence="TENTATIVE",
         secret="no", tlp="AMBER+STRICT", approve=True, more=()):
    """An item of the case, approved by two operators; its id."""
    path = w.file(f"item{next(PEOPLE)}.txt", text)
    document = w.council.json(
        "item", "add", number, "--category", category, "--confidence",
        confidence, "--secret", secret, "--tlp", tlp, "--text-file", path,
        *more)
    name = document["item"]
    if approve:
        approvals(w, name)
    return name


def approvals(w, name):
    w.council.run("item", "approve", name)
    done = w.council.call("item", "approve", name, user=0)
    # One approval is enough for what is not secret; a second is no harm.
    assert done.returncode in (0, 65, 73, 77), done.stderr.decode()


def permitted(w, name):
    return sorted(p["person"] for p in
                  w.council.json("preview", name)["people"] if p["send"])

#!/usr/bin/env python3
"""Nobody is frozen and forgotten (L23): what is held ages in the open, `check`
names it with the command to type, and a notice without content comes daily."""
import datetime
import json

from harness import cases, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

DUTY = "duty@council.test.example"


def daily(w):
    return [m for m in w.sink.all(DUTY) if "お預かりしている写し" in m.subject]


def at(w, days, hour):
    """A daemon that starts so many days from now, at that hour of Japan."""
    day = datetime.datetime.now(datetime.timezone(
        datetime.timedelta(hours=9))) + datetime.timedelta(days=days)
    moment = day.replace(hour=hour, minute=5, second=0).astimezone(
        datetime.timezone.utc)
    w.council.stop()
    w.council.now = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    w.council.start()


def delivery(w, user=None):
    """What `check` says of delivery."""
    done = w.council.call("--json", "check", "--postfix", "none", user=user)
    return done.returncode, [f["text"] for f in json.loads(
        done.stdout)["findings"] if f["what"] == "delivery" and not f["ok"]]


@step("nothing is held: an empty list, no fault, no notice", needed=True)
def nothing(w):
    at(w, 0, 12)
    roster.fill(w)
    same(w.council.json("outbox", "list", "--held")["held"], [])
    has(w.council.run("outbox", "list", "--held"), "Nothing is held")
    same(delivery(w)[1], [])
    same(daily(w), [])


@step("held today: it stands there with person, reason and mend; no fault yet",
      needed=True)
def today(w):
    _, w.number = cases.confirmed(w, "1-C\n2-B\n3-A\n")
    cases.item(w, w.number, "接続先 203.0.113.77")
    w.council.run("digest", "send", "--yes", "--now")
    row = w.council.json("outbox", "list", "--held")["held"][0]
    same((row["person"], row["org"], row["reason"], row["copies"],
          row["days"]), ("late-ueda", "late", "no-key", 1, 0))
    has(row["mend"], "sekisho key import late-ueda FILE --approve")
    has(w.council.run("outbox", "list", "--held"), "late-ueda",
        "key import late-ueda")
    same(delivery(w)[1], [])
    # The others' copies go, or they would be late in four days.
    wait.until("the others", lambda: all(
        c["state"] in ("sent", "held") for c in w.council.json(
            "outbox", "list")["copies"]))


@step("it ages: a fault of check, with days and the command, and exit 78")
def ages(w):
    at(w, 4, 14)
    code, said = delivery(w)
    same(code, 78)
    same(len(said), 1)
    has(said[0], "person late-ueda", "1 copy", "4 days",
        "sekisho key import late-ueda FILE --approve")
    lacks(said[0], "203.0.113.77", roster.ADDRESSES["late-ueda"])


@step("the daily notice: numbers alone, once a day, whatever restarts")
def notice(w):
    w.sink.wait(DUTY, subject="お預かりしている写し")
    text = daily(w)[0].text
    has(text, "写し: 1 通", "宛先: 1 件", "4 日前")
    lacks(text, "late", "203.0", "上田", w.number)
    at(w, 4, 15)
    w.council.run("case", "list")
    same(len(daily(w)), 1)
    at(w, 5, 3)                    # before eight nobody is told
    w.council.run("case", "list")
    same(len(daily(w)), 1)
    at(w, 5, 9)
    wait.until("the next day's", lambda: len(daily(w)) == 2)


@step("the oldest first, and copies of one person are one line")
def order(w):
    w.council.run("person", "add", "new-one", "--org", "uni", "--name", "新",
                  "--address", "new@uni.test", "--language", "ja")
    cases.item(w, w.number, "接続先 203.0.113.78")
    w.council.run("digest", "send", "--yes", "--now")
    rows = w.council.json("outbox", "list", "--held")["held"]
    same([(r["person"], r["copies"], r["days"]) for r in rows],
         [("late-ueda", 2, 4), ("new-one", 1, 0)])


@step("the report of a digest: counts by reason, then who does not have it")
def report(w):
    newest = w.council.json("digest", "list")["digests"][0]["digest"]
    wait.until("the others", lambda: not [
        c for c in w.council.json("digest", "report", newest)["counts"]
        if c["state"] not in ("held", "sent")])
    done = w.council.json("digest", "report", newest)
    same([(c["state"], c["reason"], c["copies"]) for c in done["counts"]],
         [("held", "no-key", 2), ("sent", None, done["copies"] - 2)])
    same([(p["person"], p["org"], p["state"]) for p in done["people"][:2]],
         [("late-ueda", "late", "held"), ("new-one", "uni", "held")])
    same(len(done["people"]), done["copies"])
    short = w.council.json("digest", "report", newest, "--not-sent")
    same([p["person"] for p in short["people"]], ["late-ueda", "new-one"])
    has(w.council.run("digest", "report", newest), "no-key", "late-ueda")
    lacks(w.council.run("digest", "report", newest), "@")


@step("a key comes: exactly its person's copies go, and the line is gone")
def mended(w):
    key = w.key("late-ueda", roster.ADDRESSES["late-ueda"])
    w.council.run("key", "import", "late-ueda",
                  w.file("late.asc", key.export()), "--approve")
    address = roster.ADDRESSES["late-ueda"]
    wait.until("two copies", lambda: len([
        m for m in w.sink.all(address)
        if m.message.get_content_type() == "multipart/encrypted"]) == 2)
    same([r["person"] for r in
          w.council.json("outbox", "list", "--held")["held"]], ["new-one"])
    same(delivery(w)[1], [])


@step("what should have been handed over by now is named with the relay's word")
def waiting(w):
    w.sink.refuse = lambda rcpt: None
    w.postfix.stop()
    w.ends.remove(w.postfix.stop)
    cases.item(w, w.number, "接続先 203.0.113.79")
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("tries", lambda: any(
        c["tries"] for c in w.council.json(
            "outbox", "list", "--state", "ready")["copies"]))
    at(w, 7, 12)
    code, said = delivery(w)
    same(code, 78)
    assert [s for s in said if "should have been handed over" in s and
            "sekisho outbox show" in s], said


@step("however long it waits, list and check tell its age in days")
def old(w):
    for days in (8, 40, 400):          # new-one's was made on day 5, at nine
        at(w, days, 14)
        row = [r for r in w.council.json("outbox", "list", "--held")["held"]
               if r["person"] == "new-one"][0]
        same((row["reason"], row["copies"] >= 1, row["days"]),
             ("no-key", True, days - 5))
        text = w.council.run("outbox", "list", "--held")
        assert [line for line in text.split("\n") if line.split()[:1] ==
                ["new-one"] and str(days - 5) in line.split()], text
        has("\n".join(delivery(w)[1]), "person new-one",
            f"{days - 5} days")
    # And when the clock was wrong for a while, the next morning says it.
    def made():
        return len([c for c in w.council.json("outbox", "list")["copies"]
                    if c["template"] == "N-03"])
    before = made()
    at(w, 9, 9)
    wait.until("the next day's", lambda: made() == before + 1)


def ready(w):
    return w.council.json("outbox", "list", "--state", "ready")["copies"]


@step("a clock that was ahead and is right again: what was made then is named, "
      "and goes")
def ahead(w):
    at(w, 49, 9)
    row = ("ADD,uni,北国大学,class2,university_research,no,no,uni-neu,新 花,"
           "handler,yes,ja,neu@uni.test,openpgp\n")
    w.council.run("roster", "import", w.file("neu.csv", roster.csv(row)),
                  "--apply")
    item = cases.item(w, w.number, "接続先 203.0.113.80")
    w.council.run("digest", "send", "--yes", "--now")
    wait.until("tries", lambda: [c for c in ready(w) if c["tries"] and
                                 item in (c["items"] or "")])
    at(w, 10, 12)
    row = [r for r in w.council.json("outbox", "list", "--held")["held"]
           if r["person"] == "uni-neu"][0]
    has(row["mend"], "clock was ahead", "sekisho key import uni-neu")
    code, said = delivery(w)
    same(code, 78)
    late = [s for s in said if "should have been handed over" in s]
    has(late[0], "made while the clock was ahead")
    has([s for s in said if "person uni-neu" in s][0], "clock was ahead")
    # Ahead once more, so that all wait for that day; nothing but the clock
    # is mended then, and the relay is there.
    at(w, 49, 12)
    wait.until("all wait", lambda: all(
        c["next_try"] and c["next_try"] > w.council.now for c in ready(w)))
    w.council.stop()
    w.postfix.start()
    w.ends.append(w.postfix.stop)
    at(w, 10, 14)
    wait.until("nothing that waits", lambda: not ready(w))
    wait.until("nothing that is late", lambda: not [
        s for s in delivery(w)[1] if "handed over" in s])


if __name__ == "__main__":
    run(lambda: world())

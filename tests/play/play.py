#!/usr/bin/env python3
"""One consultation before the reader's eyes; run by tests/try. Everything shown
really happens: real Postfix, OpenDKIM and gpg, the programs as installed."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))

import show  # noqa: E402
from harness import copies, mails, roster, wait  # noqa: E402
from harness.world import World  # noqa: E402

HANA = "suzuki@consulter.test"
OSCAR = "oscar@plain.test"
DESK = "csc-anken@council.test"
BODY = ("お世話になります。カナリア鉄工所の鈴木です。\n\n"
        "①昨夜から、社内のｻｰﾊﾞｰが 198.51.100.77 へ通信を続けています。\n"
        "②被害があるかどうかは、まだ分かりません。\n")


def mail(title, got, colour="33", lines=22, text=None):
    show.frame(title, [("From", got["From"]), ("To", got.to),
                       ("Subject", got.subject)],
               got.text if text is None else text, colour, lines)


def outgoing(who, to, subject, text, note):
    show.frame(note, [("From", who), ("To", to), ("Subject", subject)], text,
               "32")


def run(w, *args, user=None, lines=30):
    output = w.council.run(*args, user=user, environment={
        **w.council.environment, "COLUMNS": str(show.ROOM)})
    shown = [f'"{a}"' if " " in str(a) else str(a).replace(
        str(w.dir), "…") for a in args]
    who = "operator 2" if user == 0 else "operator 1"
    show.command(" ".join(shown), output, who, lines)
    return output


def members(w):
    show.chapter(1, "A council: members, their people, one key each")
    roster.fill(w)
    roster.council_key(w)
    run(w, "person", "list")
    show.tell("""Eight people of seven organisations; one has no key yet, one
    wants no mail. Everybody else's key was checked by the secretariat.""")


def first_mail(w):
    show.chapter(2, "An organisation asks for help, in ISO-2022-JP")
    subject = "不審な通信①について"
    outgoing(HANA, DESK, subject, BODY, "a consultation, signed by its "
             "domain (DKIM)")
    w.got = w.consult(HANA, subject, BODY, charset="iso-2022-jp")
    mail("the answer, within the second: it quotes nothing, it asks",
         w.got, lines=64)
    w.number = w.council.cases()[0]["number"]
    run(w, "case", "list")
    run(w, "case", "take", w.number)
    number = w.council.case(w.number)["mails"][0]["number"]
    run(w, "mail", "text", number)


def terms(w):
    show.chapter(3, "Her terms: ticked, read back, confirmed")
    form = mails.ticked(w.got, {"1-B": "会社の名前", "2-B": "",
                                "2-X": "監督省", "3-B": ""})
    ticks = "\n".join(l for l in form.split("\n") if "[x]" in l)
    outgoing(HANA, w.got["Reply-To"], "Re: " + w.got.subject, ticks,
             "her reply (only the ticked lines are shown here)")
    before = len(w.sink.all(HANA))
    w.send(HANA, w.got["Reply-To"], mails.mail(
        HANA, w.got["Reply-To"], "Re: " + w.got.subject, form,
        extra=[f"In-Reply-To: {w.got['Message-ID']}"]))
    back = w.sink.wait(HANA, before + 1)
    mail("read back: codes only, since she has no key with us", back, lines=34)
    outgoing(HANA, back["Reply-To"], "Re: " + back.subject,
             "相違ありません。", "one line is enough")
    w.answer(back, HANA, "相違ありません。\n", expect=False)
    w.council.wait_case(w.number, lambda c: c["state"] == "CONFIRMED",
                        "confirmed")
    run(w, "terms", "show", w.number)
    show.tell("""The exclusion "監督省" is in her words. Until an operator says
    who is meant, the item may go to nobody.""")
    run(w, "terms", "exclude", w.number, "ministry", "--reason",
        "the supervising ministry")


def vouched(w):
    show.chapter(4, "Another one, whom nothing authenticates")
    got = w.consult(OSCAR, "Odd logins", "We see odd logins since noon.\n",
                    signed=False)
    number = [c["number"] for c in w.council.cases()
              if c["number"] != w.number][0]
    back = w.answer(got, OSCAR, "1-C\n2-B\n3-A\n", signed=False, below=False)
    w.answer(back, OSCAR, "yes\n", signed=False, below=False, expect=False)
    w.council.wait_mails(number, 3)
    show.tell(f"""Oscar ticked and said yes, but anybody can write his address.
    Case {number} is {w.council.case(number)['state']}; somebody must call.""")
    run(w, "terms", "vouch", number, "--how", "phone", "--reason",
        "called the number in the public register")
    show.tell(f"Now it is {w.council.case(number)['state']}.")


def item(w):
    show.chapter(5, "The operators write an item; the gate says who gets it")
    text = w.file("item.txt", "198.51.100.77 への通信がないか、"
                  "記録を確認してください。\n")
    document = w.council.json(
        "item", "add", w.number, "--category", "DESTINATION", "--confidence",
        "TENTATIVE", "--secret", "no", "--tlp", "AMBER+STRICT", "--title",
        "不審な接続先", "--text-file", text)
    w.item = document["item"]
    run(w, "item", "show", w.item)
    run(w, "preview", w.item)
    run(w, "why", "ministry-ono", w.item)
    run(w, "item", "approve", w.item)


def digest(w):
    show.chapter(6, "One copy for each person, encrypted to that person alone")
    run(w, "digest", "send", "--yes", "--now")
    people = sorted(p["person"] for p in
                    w.council.json("preview", w.item)["people"] if p["send"])
    for person in people:
        w.sink.wait(roster.ADDRESSES[person])
    copy = w.sink.wait(roster.ADDRESSES["acme-sato"])
    mail("on the wire: what Postfix carries for 佐藤 花子", copy, "31",
         text=copies.armour(copy).decode(), lines=9)
    inner, text, signer = copies.opened(w.keys["acme-sato"], copy)
    show.frame("opened with her own gpg; signed by the council "
               f"({signer[-8:]})",
               [("Subject", inner["Subject"] or copy.subject)], text, "32",
               lines=70)
    w.copy = copy
    if w.item not in text or "198.51.100.77" not in text:
        raise AssertionError("the digest does not hold the item")
    run(w, "outbox", "list")


def answer(w):
    show.chapter(7, "A member answers with one word; the account is whole")
    sato = roster.ADDRESSES["acme-sato"]
    outgoing(sato, w.copy["Reply-To"], "Re: " + w.copy.subject,
             "A 来ている", "her answer")
    w.send(sato, w.copy["Reply-To"],
           mails.reply(w.copy, sato, "A 来ている\n", quote=False))
    wait.until("the answer to be filed", lambda: "member-answer" in
               w.council.run("mail", "list").lower().replace("_", "-"))
    run(w, "mail", "list", "--last", "3")
    run(w, "audit", "verify")
    run(w, "audit", "show", "--last", "8")


def wrapper(w):
    """The operators' command as the first operator runs it."""
    c, path = w.council, w.dir / "sekisho"
    path.write_text(f"""\
#!/bin/sh
SEKISHO_LIBEXECDIR={c.stage}/libexec SEKISHO_DATADIR={c.stage}/share
export SEKISHO_LIBEXECDIR SEKISHO_DATADIR
exec setpriv --reuid {c.user} --regid {c.group} --clear-groups \\
    {c.stage}/sekisho -c {c.conf} "$@"
""")
    path.chmod(0o755)
    return path


def stay(w, done):
    """Leaves everything running: this process, which holds it all, lets go of
    the terminal and waits to be ended."""
    child = os.getpid()
    command = wrapper(w)
    as_root = " (as root)" if "SUDO_UID" in os.environ else ""
    show.say()
    show.say(show.bold(f"The council stays. Commands to copy{as_root}:"))
    show.say(f"""
  {command} case list
  {command} help
  swaks --server 127.0.0.1:{w.postfix.door} --from you@consulter.test \\
      --to {DESK} --header 'Subject: hello' --body 'Something is odd.'
  neomutt -e 'set folder={w.dir}' -f {w.dir}/outside  # all that left
  ls {w.dir}/outside/new                 # its files; a member's own gpg:
  gpg --homedir {w.keys['acme-sato'].home} -d FILE
  tail -f {w.council.logfile}
  kill {child}; rm -rf {w.council.stage}            # ends and removes it all
""")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(done)
    signal.pause()


def play(w):
    for scene in (members, first_mail, terms, vouched, item, digest, answer):
        scene(w)
    show.say()
    show.say(show.good("  Played to the end: from a mail in ISO-2022-JP to a "
                       "digest opened by ordinary gpg."))


def apart():
    """For --keep: the play goes on in a child; the parent ends when the child
    lets go of the pipe, with the child's success."""
    told, done = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        os.setsid()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        return done
    os.close(done)
    os.read(told, 1)
    pid, status = os.waitpid(child, os.WNOHANG)
    os._exit(os.waitstatus_to_exitcode(status) if pid else 0)


def main():
    keep = apart() if "--keep" in sys.argv else None
    show.say(show.dim("  starting a council, Postfix and OpenDKIM on "
                      "loopback …"))
    w = World(maildir=True)
    try:
        play(w)
        if keep is not None:
            stay(w, keep)
    except Exception:
        w.post_mortem()
        raise
    finally:
        w.end()


main()

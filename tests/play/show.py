"""How the play looks: headings, commands as typed, mails in a frame. Knows
nothing of the story. Colour only on a terminal and not with NO_COLOR."""
import os
import re
import shutil
import sys
import time
import unicodedata

TTY = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
WIDTH = min(shutil.get_terminal_size((80, 24)).columns, 92) - 2
MARK = "    "
ROOM = WIDTH - len(MARK)


def paint(code, text):
    return f"\x1b[{code}m{text}\x1b[0m" if TTY else text


def bold(text):
    return paint("1", text)


def dim(text):
    return paint("2", text)


def good(text):
    return paint("32", text)


def bad(text):
    return paint("31", text)


def safe(text):
    """No control character of a mail reaches the terminal."""
    return "".join(c if c == "\t" or unicodedata.category(c) not in
                   ("Cc", "Cf") else "·" for c in text.rstrip("\r"))


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def cut(text, columns):
    text = safe(text).expandtabs(8)
    if width(text) <= columns:
        return text
    out, used = "", 0
    for c in text:
        used += width(c)
        if used > columns - 1:
            break
        out += c
    return out + "…"


def fold(text, columns):
    """A long row of a table goes on under its last column."""
    text = safe(text).expandtabs(8)
    if width(text) <= columns:
        return [text]
    at = max((m.end() for m in re.finditer(r"  +", text)
              if width(text[:m.end()]) <= columns - 16), default=4)
    indent, rows = " " * width(text[:at]), [text[:at]]
    for c in text[at:]:
        if width(rows[-1]) + width(c) > columns:
            rows.append(indent)
        rows[-1] += c
    return rows


def say(text="", pause=0.0):
    print(text, flush=True)
    if sys.stdout.isatty() and pause:
        time.sleep(pause)


def chapter(number, text):
    say()
    say(paint("1;36", f"── {number}. {text} " +
              "─" * max(0, WIDTH - 6 - width(text))), 0.8)


def tell(text):
    for line in text.strip().split("\n"):
        say("  " + line.strip(), 0.4)


def command(words, output, who="operator", lines=30):
    say(f"  {dim(who + ' $')} {bold('sekisho ' + words)}", 0.3)
    block(output, lines)


def block(text, lines=30):
    rows = text.rstrip("\n").split("\n")
    for row in rows[:lines]:
        for part in fold(row, ROOM):
            say(MARK + part)
    if len(rows) > lines:
        say(MARK + dim(f"… {len(rows) - lines} more lines"))


def frame(title, fields, body, colour="33", lines=22):
    """A mail: who to whom, what, and its text."""
    top = f"┌─ {title} "
    say("  " + paint(colour, top + "─" * max(0, WIDTH - 3 - width(top))))
    for name, value in fields:
        say("  " + paint(colour, "│ ") + dim(f"{name:8} ") +
            cut(str(value), WIDTH - 14))
    say("  " + paint(colour, "├" + "─" * (WIDTH - 4)))
    rows = body.rstrip("\n").split("\n")
    for row in rows[:lines]:
        say("  " + paint(colour, "│ ") + cut(row, WIDTH - 6))
    if len(rows) > lines:
        say("  " + paint(colour, "│ ") +
            dim(f"… {len(rows) - lines} more lines"))
    say("  " + paint(colour, "└" + "─" * (WIDTH - 4)), 0.8)

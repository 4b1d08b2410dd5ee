#!/usr/bin/env python3
"""What a reply says in plain text must count the same where a client sends it
as HTML too, in its own lay-out; and what is struck out there must not count.

    other_form.py PRINT WORK: PRINT is facts_print, WORK an empty folder.
"""
import html
import pathlib
import subprocess
import sys

HEAD = ('From: s@e.jp\nTo: csc-anken@csc.example.jp\nSubject: Re: x\n'
        'Message-ID: <o@e.jp>\nDate: Tue, 1 Dec 2026 10:00:00 +0900\n'
        'MIME-Version: 1.0\n')
HERE = pathlib.Path(__file__).parent


def depth(line):
    """How deep a line is quoted, and what is quoted."""
    n = 0
    while line.startswith('>'):
        line = line[1:].removeprefix(' ')
        n += 1
    return n, line


def quoted(lines, one):
    """Lines as HTML, each by `one`, in blockquotes."""
    out, now = [], 0
    for line in lines:
        n, words = depth(line)
        out += ['<blockquote>'] * (n - now) + ['</blockquote>'] * (now - n)
        out.append(one(html.escape(words)))
        now = n
    return '\n'.join(out + ['</blockquote>'] * now)


def gmail(text):
    return '<div dir="ltr">' + quoted(text.split('\n'), lambda s:
        f'<div>{s or "<br>"}</div>') + '</div>'


def outlook(text):
    return '<div class="WordSection1">' + quoted(text.split('\n'), lambda s:
        f'<p class="MsoNormal">{s or "<o:p>&nbsp;</o:p>"}</p>') + '</div>'


def outlook_web(text):
    return quoted(text.split('\n'), lambda s:
        f'<p class="x_x_MsoNormal">{s or "&nbsp;"}</p>')


def breaks(text):
    return quoted(text.split('\n'), lambda s: f'{s}<br>')


def wrapped(text):
    """Plain text as a client sends it that breaks long lines at blanks."""
    out = []
    for line in text.split('\n'):
        marks = line[:len(line) - len(line.lstrip('> '))]
        words = line[len(marks):].rstrip(' ')
        while len(marks + words) > 72 and ' ' in words[:72 - len(marks)]:
            cut = words.rindex(' ', 0, 72 - len(marks))
            out.append(marks + words[:cut])
            words = words[cut + 1:]
        out.append(marks + words)
    return '\n'.join(out)


def mail(text, form):
    if form is None:
        return f'{HEAD}Content-Type: text/plain; charset=utf-8\n\n{text}'
    return (f'{HEAD}Content-Type: multipart/alternative; boundary="=_B"\n\n'
            f'--=_B\nContent-Type: text/plain; charset=utf-8\n\n{text}\n'
            f'--=_B\nContent-Type: text/html; charset=utf-8\n\n{form}\n'
            '--=_B--\n')


class Reader:
    def __init__(self, program, work):
        self.program = program
        self.mails = work / 'forms'
        self.facts = work / 'forms.facts'
        self.mails.mkdir()
        self.facts.mkdir()

    def put(self, name, text, form):
        (self.mails / f'{name}.eml').write_text(mail(text, form))

    def read(self):
        subprocess.run([self.program, self.facts,
            *sorted(self.mails.glob('*.eml'))], check=True, timeout=120)

    def answer(self, name):
        lines = (self.facts / f'{name}.facts').read_text().split('\n')
        return [s for s in lines if s.startswith('answer')]


LAYOUTS = [gmail, outlook, outlook_web, breaks]

# What is written, what of it is struck out, what must be left of the answer.
STRUCK = [
    ('1-A\n2-B\n3-B\n3-C', '3-B', ['answer: 1-A', 'answer: 2-B',
        'answer: 3-C', 'answer unclear: 3-B']),
    ('[x] 1-A\n[x] 2-D\n[x] 3-C', '2-D', ['answer: 1-A', 'answer: 3-C',
        'answer unclear: 2-D']),
    ('4-Y', '4-Y', ['answer unclear: 4-Y']),
    ('はい', 'はい', ['answer unclear: 4-Y']),
    ('A 来ている', '来ている', ['answer A: unclear']),
    ('1-C\n2-X 経済産業省\n3-C', '経済産業省', ['answer: 1-C', 'answer: 3-C',
        'answer unclear: 2-X']),
]


def main():
    reader = Reader(sys.argv[1], pathlib.Path(sys.argv[2]))
    replies = sorted((HERE / 'answers').glob('*.txt'))
    failed = 0
    for reply in replies:
        text = reply.read_text(errors='replace').replace('\r', '')
        reader.put(reply.stem, text, None)
        for layout in LAYOUTS:
            reader.put(f'{reply.stem}.{layout.__name__}', text, layout(text))
        reader.put(f'{reply.stem}.wrapped', wrapped(text), None)
        reader.put(f'{reply.stem}.whole', wrapped(text), gmail(text))
    for i, (text, struck, _) in enumerate(STRUCK):
        for layout in LAYOUTS:
            reader.put(f'struck{i}.{layout.__name__}', text,
                layout(text).replace(struck, f'<s>{struck}</s>'))
    reader.read()
    for reply in replies:
        want = reader.answer(reply.stem)
        for layout in LAYOUTS:
            got = reader.answer(f'{reply.stem}.{layout.__name__}')
            if got != want:
                print(f'{reply.stem}: beside {layout.__name__} {got}, '
                      f'alone {want}')
                failed = 1
        got = reader.answer(f'{reply.stem}.whole')
        want = reader.answer(f'{reply.stem}.wrapped')
        if got != want:
            print(f'{reply.stem}: wrapped beside whole {got}, alone {want}')
            failed = 1
    for i, (text, struck, want) in enumerate(STRUCK):
        for layout in LAYOUTS:
            got = reader.answer(f'struck{i}.{layout.__name__}')
            if sorted(got) != sorted(want):
                print(f'{struck!r} struck out of {text!r} in '
                      f'{layout.__name__}: {got}')
                failed = 1
    if len(replies) < 150:
        print(f'only {len(replies)} replies')
        failed = 1
    return failed


sys.exit(main())

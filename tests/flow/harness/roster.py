"""A small council: one person of each sort that the gate tells apart."""
HEAD = ("verb,org,org_name,class,org_kind,foreign_capital,receive_secret,"
        "person,name,roles,account,language,address,scheme")

ROWS = """\
ADD,lab,観測研究所,class1,cyber_business,no,yes,lab-ito,伊藤 一郎,poc+handler,yes,ja,ito@lab.test,openpgp
ADD,acme,アクメ電力株式会社,class2,critical_infrastructure,no,yes,acme-sato,佐藤 花子,poc+handler,yes,ja,sato@acme.test,openpgp
ADD,acme,アクメ電力株式会社,class2,critical_infrastructure,no,yes,acme-mori,森 次郎,poc,yes,en,mori@acme.test,openpgp
ADD,uni,北国大学,class2,university_research,no,no,uni-abe,阿部 三郎,poc+handler,yes,ja,abe@uni.test,openpgp
ADD,bank,港銀行,general,critical_infrastructure,no,yes,bank-kato,加藤 四郎,poc+handler,yes,en,kato@bank.test,openpgp
ADD,ministry,監督省,class2,national_body,no,yes,ministry-ono,小野 五郎,poc+handler,yes,ja,ono@ministry.test,openpgp
ADD,late,遅延物流,class2,cyber_business,no,yes,late-ueda,上田 六郎,poc+handler,yes,ja,ueda@late.test,openpgp
ADD,quiet,静穏電機,class2,cyber_business,no,yes,quiet-endo,遠藤 七郎,poc+handler,no,ja,endo@quiet.test,openpgp
"""

ADDRESSES = {row.split(",")[7]: row.split(",")[12]
             for row in ROWS.strip().split("\n")}


def csv(rows=ROWS, charset="utf-8-sig"):
    return (HEAD + "\r\n" + rows.replace("\n", "\r\n")).encode(charset)


def fill(w, keyless=("late-ueda",)):
    """Imports the roster; everybody but the keyless gets a key pinned."""
    w.council.run("roster", "import", w.file("roster.csv", csv()), "--apply")
    for person, address in ADDRESSES.items():
        if person in keyless:
            continue
        key = w.key(person, address)
        w.council.run("key", "import", person,
                      w.file(person + ".asc", key.export()), "--approve")


def council_key(w):
    """The council's public key, and its fingerprint, into everybody's home."""
    block = w.council.run("key", "export").encode()
    for key in w.keys.values():
        key.learn(block)
    return block

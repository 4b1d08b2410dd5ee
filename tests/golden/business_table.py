"""Who writes with what: mail programs and their habits, files that are sent,
and the mails: client x charset x letters x file-name style."""


from unicodedata import normalize

from business_codecs import jis, words


def _zip(name, encrypted):
    """A zip of one file of which only the head matters; never unpacked."""
    flag = b"\x01\x00" if encrypted else b"\x00\x00"
    raw = name.encode("cp932")
    size = len(raw).to_bytes(2, "little")
    local = b"PK\3\4\x14\0" + flag + b"\0\0" + bytes(4) + bytes(12) + size + \
        b"\0\0" + raw
    central = b"PK\1\2\x14\0\x14\0" + flag + b"\0\0" + bytes(16) + size + \
        bytes(16) + raw
    return local + central + b"PK\5\6" + bytes(18)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def who(name, address, charset):
    return words(name, charset) + b" <" + address + b">"


def raw_who(name, address):
    """As the programs wrote it that knew no RFC 2047."""
    return jis(name) + b" <" + address + b">"


# key: (name, type, content)
FILES = {
    "report": ("インシデント報告書①(第1報).docx", DOCX, b"PK\3\4docx"),
    "table": ("ソース表_能力一覧【社外秘】.xlsx", XLSX, b"PK\3\4xlsx"),
    "log": ("通信ログ_2026-04-06.txt", "text/plain", b"02:13:45 DENY\r\n"),
    "kana": ("ﾛｸﾞ抜粋～4月.csv", "text/csv", b"time,src\r\n"),
    "kabu": ("㈱髙橋電力－ヒアリングシート.pdf", "application/pdf", b"%PDF-1.7\n"),
    "shot": ("スクリーンショット 2026-04-07 9.12.33.png", "image/png",
             b"\x89PNG\r\n\x1a\n"),
    "nfd": (normalize("NFD", "ガイドライン(改訂版).pdf"), "application/pdf", b"%PDF-1.4\n"),
    "long": ("令和8年度_サイバーセキュリティ対策推進会議_第3回_資料2-1_"
             "インシデント発生時の連絡体制と初動対応手順について_最終版_"
             "修正済み_コピー(2).pptx", "application/octet-stream", b"pptx"),
    "zip": ("調査資料.zip", "application/zip", _zip("調査資料.xlsx", False)),
    "ppap": ("添付ファイル.zip", "application/zip",
             _zip("請求書.xlsx", True)),
    "plain": ("access.log", "application/octet-stream", b"GET / 200\n"),
    "photo": ("写真.jpg", "image/jpeg", b"\xff\xd8\xff\xe0"),
    "tnef": ("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22\0"),
    "mail": ("不審メール.eml", "application/octet-stream",
             b"Subject: invoice\r\n\r\nopen me\r\n"),
}

PPAP = """
*********************************************************
このメールの添付ファイルは、自動的に暗号化されました。
解凍パスワードは、別途メールでお送りします。
*********************************************************
"""
DISCLAIMER = """
本メールは機密情報を含む場合があります。誤って受信された場合は、
送信者に連絡のうえ、直ちに削除してください。
This e-mail may contain confidential information.
"""

CLIENTS = {
    "outlook": {
        "from": who("山本 太一", b"yamamoto@aoba.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2047", "alternative": True,
        "boundary": b"----=_NextPart_000_%s",
        "headers": b"X-Mailer: Microsoft Outlook 16.0\r\n"
                   b"Thread-Index: AdtqC4mPXw==\r\nContent-Language: ja\r\n",
        "html": '<html xmlns:o="urn:schemas-microsoft-com:office:office">'
                '<head><style>p.MsoNormal{margin:0mm}</style></head><body '
                'lang=JA><p class=MsoNormal>%s</p></body></html>'},
    "express": {
        "from": who("小林", b"kobayashi@midori.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2047-bare",
        "boundary": b"----=_NextPart_%s",
        "headers": b"X-Priority: 3\r\nX-MSMail-Priority: Normal\r\n"
                   b"X-Mailer: Microsoft Outlook Express 6.00.2900.5931\r\n"},
    "exchange": {
        "from": who("清水", b"shimizu@minato.example", "utf8"),
        "charset": "utf8-quoted", "cte": "base64", "file": "2047-utf8",
        "alternative": True, "boundary": b"_002_%sjpnprd01_",
        "type": b"", "subject_charset": "utf8",
        "headers": b"Thread-Topic: =?utf-8?B?44GU55u46KuH?=\r\n"
                   b"X-MS-Has-Attach: yes\r\nX-MS-TNEF-Correlator:\r\n"
                   b"X-Originating-IP: [192.0.2.9]\r\n"},
    "gmail": {
        "from": who("小林", b"kobayashi@midori.example", "utf8"),
        "charset": "utf8-quoted", "cte": "base64", "file": "2047-utf8",
        "alternative": True, "boundary": b"000000000000%s",
        "subject_charset": "utf8",
        "html": '<div dir="ltr">%s</div>\n'},
    "yahoo": {
        "from": who("荻野", b"ogino@acme.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2047",
        "boundary": b"0-%s-1744014600=:1234",
        "headers": b"X-Mailer: YahooMailWebService/0.8.111_69\r\n"},
    "becky": {
        "from": who("清水", b"shimizu@minato.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2231-jis",
        "boundary": b"------_%s_MULTIPART_MIXED_",
        "headers": b"X-Mailer: Becky! ver. 2.81.06 [ja]\r\n"},
    "shuriken": {
        "from": who("藤原", b"fujiwara@sakura.example", "jis"),
        "charset": "jis-old", "cte": "7bit", "file": "2047",
        "boundary": b"--JSV_%s",
        "headers": b"X-Mailer: JsvMail 10.0 (Shuriken 2018)\r\n"},
    "thunderbird": {
        "from": who("高橋", b"takahashi@maruta.example", "utf8"),
        "charset": "utf8", "cte": "8bit", "file": "2231-parts",
        "boundary": b"------------%s", "subject": ("B", 15),
        "headers": b"User-Agent: Mozilla Thunderbird\r\n"
                   b"Content-Language: ja\r\n"},
    "tb-old": {
        "from": who("高橋", b"takahashi@maruta.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2231-jis-parts",
        "boundary": b"------------%s",
        "headers": b"User-Agent: Mozilla/5.0 (Windows NT 6.1; ja; rv:24.0) "
                   b"Thunderbird/24.6.0\r\n"},
    "applemail": {
        "from": who("山田", b"yamada@acme.example", "utf8"),
        "charset": "utf8", "cte": "quoted-printable", "file": "2231",
        "file_type_too": True, "boundary": b"Apple-Mail=_%s",
        "headers": b"X-Mailer: Apple Mail (2.3774.600.62)\r\n"},
    "applemail-sjis": {
        "from": who("山田", b"yamada@acme.example", "cp932"),
        "charset": "cp932", "cte": "quoted-printable", "file": "2231-sjis",
        "boundary": b"Apple-Mail-%s",
        "headers": b"X-Mailer: Apple Mail (2.1084)\r\n"},
    "iphone": {
        "from": who("佐藤", b"sato@acme.example", "utf8"),
        "charset": "utf8", "cte": "base64", "file": "2047-utf8",
        "boundary": b"Apple-Mail-%s",
        "headers": b"X-Mailer: iPhone Mail (21F90)\r\n",
        "footer": "\niPhoneから送信\n"},
    "docomo": {
        "from": b"sato-hanako.@docomo.example",
        "charset": "sjis", "cte": "base64", "file": "raw-sjis",
        "boundary": b"%s-docomo", "subject": ("B", 99),
        "fold": b" "},
    "docomo-jis": {
        "from": b"a..b.c@docomo.example",
        "charset": "jis-raw", "cte": "7bit", "file": "2047",
        "subject": ("B", 99), "subject_charset": "sjis"},
    "au": {
        "from": b"au.user@ezweb.example",
        "charset": "jis", "cte": "7bit", "file": "2047-bare",
        "subject": ("B", 30), "fold": b"\r\n\t"},
    "softbank": {
        "from": who("なお", b"nao@softbank.example", "utf8"),
        "charset": "utf8", "cte": "quoted-printable", "file": "2047-utf8",
        "subject": ("Q", 6)},
    "notes": {
        "from": who("杉", b"sugi@minato.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2047",
        "file_type_too": False, "boundary": b"=_alternative %s",
        "subject": ("B", 99),
        "headers": b"X-Mailer: Lotus Notes Release 8.5.3 September 15, 2011"
                   b"\r\nX-MIMETrack: Serialize by Router on MINATO01/JP "
                   b"(Release 8.5.3|September 15, 2011) at\r\n"
                   b" 2026/04/07 09:30:01,\r\n\tSerialize complete at "
                   b"2026/04/07 09:30:01\r\n"},
    "garoon": {
        "from": who("藤原", b"fujiwara@sakura.example", "utf8"),
        "charset": "utf8", "cte": "base64", "file": "2047-utf8",
        "headers": b"X-Mailer: Cybozu Garoon 5.15\r\n"},
    "active": {
        "from": who("藤原", b"fujiwara@sakura.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2231-jis",
        "headers": b"X-Mailer: Active! mail 6.60\r\n",
        "date": b"Tue, 07 Apr 2026 09:30:00 +0900 (JST)"},
    "webform": {
        "from": b"webmaster@toiawase.example",
        "charset": "sjis-unlabelled", "cte": None, "no_mime": True,
        "subject": ("raw", 0), "subject_charset": "jis"},
    "edmax": {
        "from": raw_who("清家", b"seika@maruta.example"),
        "charset": "jis", "cte": "7bit", "file": "raw-jis",
        "subject": ("raw", 0),
        "headers": b"X-Mailer: EdMax Ver2.85.5F\r\n"},
    "eudora": {
        "from": who("西", b"nishi@maruta.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "raw-sjis",
        "headers": b"X-Mailer: QUALCOMM Windows Eudora Version 6.2J rev4.1"
                   b"\r\n"},
    "emacs": {
        "from": who("東", b"azuma@minato.example", "euc"),
        "charset": "euc", "cte": "8bit", "file": "raw-euc",
        "subject_charset": "euc",
        "headers": b"User-Agent: Wanderlust/2.15.9 (Almost Unreal)\r\n"},
    "ppap": {
        "from": who("経理部", b"keiri@aoba.example", "utf8"),
        "charset": "utf8", "cte": "base64", "file": "2047-utf8",
        "footer": PPAP,
        "headers": b"X-Mail-Gateway: AutoZip/4.2\r\n"},
    "disclaimer": {
        "from": who("法務部", b"houmu@aoba.example", "utf8"),
        "charset": "utf8", "cte": "quoted-printable", "file": "2231",
        "footer": DISCLAIMER},
    "fml": {
        "from": who("清水", b"shimizu@minato.example", "jis"),
        "charset": "jis", "cte": "7bit", "file": "2047",
        "doubts": ("reply-to",),
        "headers": b"Reply-To: csirt-ml@minato.example\r\n"
                   b"X-ML-Name: csirt-ml\r\nX-Mail-Count: 00123\r\n"
                   b"X-MLServer: fml [fml 4.0.3 release (20011202/4.0.3)]"
                   b"\r\nPrecedence: bulk\r\n"
                   b"List-Id: csirt-ml.minato.example\r\n"},
    "ios-outlook": {
        "from": who("山田", b"yamada@acme.example", "utf8"),
        "charset": "utf8-quoted", "cte": "base64", "file": "2047-utf8",
        "alternative": True, "subject_charset": "utf8",
        "headers": b"X-MS-Exchange-MessageSentRepresentingType: 1\r\n",
        "footer": "\nOutlook for iOS を入手<https://aka.ms.example/o0ukef>\n"},
    "mta": {
        "from": b"root@fw01.minato.example", "charset": "utf8-unlabelled",
        "cte": "8bit", "subject": ("raw", 0), "subject_charset": "utf8"},
}

MAILS = []


def mail(name, client, text, charset=None, files=(), **more):
    row = dict(more, name=name, client=client, text=text, files=files)
    if charset:
        row["charset"] = charset
    MAILS.append(row)


# Every client with the texts it would carry, in the charset it writes.
for _client, _texts in (
        ("outlook", "ransom vague log phish wave answer thanks"),
        ("express", "vague kana wave short answer2"),
        ("exchange", "log account web supply polite answer"),
        ("gmail", "vague phish short thanks answer2 ddos"),
        ("yahoo", "vague usb short thanks"),
        ("becky", "log web wave kana injection answer"),
        ("shuriken", "supply usb phish"),
        ("thunderbird", "ransom rare log polite injection answer"),
        ("tb-old", "ddos wave answer2"),
        ("applemail", "web account wave answer thanks"),
        ("applemail-sjis", "wave shift kana"),
        ("iphone", "short vague thanks answer"),
        ("docomo", "short kana thanks"),
        ("docomo-jis", "kana short"),
        ("au", "short vague answer2"),
        ("softbank", "short thanks vague"),
        ("notes", "supply ransom wave polite"),
        ("garoon", "account usb answer"),
        ("active", "polite supply wave"),
        ("webform", "web vague shift"),
        ("edmax", "log short web"),
        ("eudora", "vague usb"),
        ("emacs", "log wave injection"),
        ("ppap", "supply"),
        ("disclaimer", "ransom polite answer"),
        ("fml", "log ddos"),
        ("ios-outlook", "short answer2"),
        ("mta", "log"),
):
    for _text in _texts.split():
        # Raw bytes in the header have no label that could be true.
        mail(f"{_client}-{_text}", _client, _text, doubts=("charset",)
             if _client in ("webform", "edmax") else ())

# Each way to write a file name, with letters that hurt it.
for _style, _client, _files in (
        ("2231", "applemail", "report kana kabu shot"),
        ("2231-jis", "becky", "report table kana kabu"),
        ("2231-sjis", "applemail-sjis", "table kana"),
        ("2231-parts", "thunderbird", "long report kana"),
        ("2231-jis-parts", "tb-old", "long table kabu"),
        ("2047", "outlook", "report table kana kabu"),
        ("2047-utf8", "gmail", "report long shot"),
        ("2047-q", "softbank", "report photo"),
        ("2047-torn", "exchange", "long table"),
        ("2047-bare", "express", "report log"),
        ("raw-utf8", "garoon", "report table kabu"),
        ("raw-sjis", "eudora", "table kana report"),
        ("raw-jis", "edmax", "table report"),
        ("raw-euc", "emacs", "table report"),
        ("type-only", "becky", "log"),
):
    for _file in _files.split():
        mail(f"file-{_style}-{_file}", _client, "polite", files=(_file,),
             style=_style, doubts=("charset",) if _style in (
                 "raw-sjis", "raw-jis", "raw-euc") else ())

# Labels that are odd, missing or untrue.
for _charset, _text in (
        ("cp50221", "wave"), ("jis-so", "kana"), ("jis-raw", "kana"),
        ("jis-0212", "rare"), ("jis-unlabelled", "log"),
        ("jis-called-ascii", "web"), ("jis-called-utf8", "vague"),
        ("x-sjis", "shift"), ("31j", "wave"), ("sjis-unlabelled", "usb"),
        ("sjis-called-ascii", "supply"), ("sjis-called-jis", "phish"),
        ("sjis-called-latin1", "account"), ("x-euc", "wave"),
        ("euc-unlabelled", "ransom"), ("euc-called-sjis", "web"),
        ("utf8-bom", "wave"), ("utf8-unlabelled", "account"),
        ("utf8-called-jis", "log"), ("utf8-called-sjis", "vague"),
        ("utf8-unknown-8bit", "kana"),
):
    mail(f"charset-{_charset}", "express", _text, _charset, cte="8bit",
         subject="件名のテスト", subject_charset="jis", doubts=("charset",)
         if "-called" in _charset or "unknown" in _charset or _charset in
         ("jis-unlabelled", "sjis-unlabelled", "euc-unlabelled") else ())

# Gateways, phones with photographs, several files, answers with files.
mail("ppap-zip", "ppap", "supply", files=("ppap",), doubts=("password-mail",))
mail("ppap-two", "ppap", "account", files=("ppap", "zip"),
     doubts=("password-mail",))
mail("gateway-appended", "outlook", "ransom", plain=True,
     appended=(DISCLAIMER,))
mail("gateway-appended-file", "becky", "log", files=("log",),
     appended=(DISCLAIMER,))
mail("phish-attached", "thunderbird", "phish", files=("mail",))
mail("phone-photo", "iphone", "short", files=("photo", "shot"))
mail("docomo-photo", "docomo", "short", files=("photo",), doubts=("charset",))
mail("au-photo", "au", "short", files=("photo",))
mail("many-files", "exchange", "polite",
     files=("report", "table", "log", "kana", "kabu", "zip"))
mail("answer-file", "gmail", "answer", files=("table",))
mail("list-file", "fml", "log", files=("log",))
mail("tnef", "outlook", "vague", files=("tnef",), plain=True)
mail("html-only", "outlook", "short", html_only=True, doubts=("html-only",))
mail("html-only-sjis", "express", "usb", "sjis", cte="quoted-printable",
     html_only=True, doubts=("html-only",))
mail("html-only-answer", "gmail", "answer", html_only=True,
     doubts=("html-only",))
mail("password", "ppap", "password")
mail("docomo-emoji", "docomo", "emoji")
mail("nfd", "applemail", "polite", files=("nfd",))
mail("torn-subject", "exchange", "polite", subject="【ご相談】標的型攻撃メールと"
     "思われる事案について(第2報・①追加調査の結果)")

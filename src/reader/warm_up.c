/*
 * What the libraries load lazily (converters, HTML tables, zone files) is
 * loaded here, because inside the walls opening a file is death. A mail of
 * our own goes the whole way once; it has every kind of part that has cost a
 * file in a trace.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>

#include "reader/reader.h"

static const char mail[] =
    "From: =?ISO-2022-JP?B?GyRCQWtAfRsoQg==?= <a@example.jp>\r\n"
    "To: b@example.jp\r\n"
    "Subject: =?UTF-8?B?55u46KuH?=\r\n"
    "Date: Wed, 01 Apr 2026 09:00:00 +0900\r\n"
    "Message-ID: <warm@example.jp>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=one\r\n"
    "\r\n"
    "--one\r\n"
    "Content-Type: text/plain; charset=iso-2022-jp\r\n"
    "\r\n"
    "\x1b$B$\"\x1b(B 1-A [x]\r\n"
    "--one\r\n"
    "Content-Type: text/html; charset=shift_jis\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "<p>=82=A0 &amp; <a href=3D\"http://example.jp/\">x</a></p>\r\n"
    "--one\r\n"
    "Content-Type: application/octet-stream; name*=utf-8''a%2Ebin\r\n"
    "Content-Disposition: attachment\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "\r\n"
    "AAECAw==\r\n"
    "--one--\r\n";

int
reader_warm_up(struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf payload;
	struct facts f;
	int r;

	charset_prepare();
	html_prepare();
	sk_buf_init(&payload, LIMIT_MESSAGE_MAX);
	r = mail_read(sk_span_of(mail, sizeof(mail) - 1), 0, a, &f, &payload,
	    e);
	if (r != SK_OK)
		r = sk_fail(e, SK_ERR_BUG, "warm-up", "our own mail is "
		    "unreadable");
	sk_buf_free(&payload);
	sk_arena_free(&a);
	return r;
}

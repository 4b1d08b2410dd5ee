/*
 * Prints one composed mail (plain, single or mixed) for mail_out_python.sh, so
 * that a reader that is not ours says what stands in it.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/compose.h>
#include <sekisho/limits.h>

#include "mail_out_sample.h"

/* The same words stand in mail_out_python.sh. */
static const char subject[] = "TLP:AMBER 不正アクセスの疑いに関する情報共有"
    "について (第三報) とても長い件名の折り返しを確かめる、①㈱髙～－";
static const char text[] = "本文です。\n.\nFrom 二行目 ①㈱\r\n\r\n-- \n終わり";
static const char file[] = "指標一覧 (令和8年4月)/とても長い名前の付いた"
    "表計算ファイル, \"最終\" 100%.csv";

int
main(int argc, char **argv)
{
	const struct compose_attachment att[] = {
		{ file, "text/csv; charset=utf-8", sk_span_str("a,b\r\n") },
		{ "plain name.bin", "application/octet-stream",
		    { (const unsigned char *)"\0\1\xff", 3 } },
	};
	struct compose_head h = sample_head();
	struct sk_error e = { 0 };
	struct sk_buf out;
	int rc;

	sk_buf_init(&out, LIMIT_OUT_MESSAGE);
	h.subject = subject;
	if (argc == 2 && strcmp(argv[1], "plain") == 0)
		rc = compose_plain(&h, text, &out, &e);
	else
		rc = compose_payload(&h, text, att, argc == 2 &&
		    strcmp(argv[1], "mixed") == 0 ? 2 : 0, BOUNDARY26, &out, &e);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", e.where, e.text);
	fwrite(out.p, 1, out.len, stdout);
	sk_buf_free(&out);
	return rc < 0;
}

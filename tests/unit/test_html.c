/*
 * HTML to text: what a reader would see comes out, on the lines where he would
 * see it, quotes marked; hostile HTML costs linear time and ends in a note.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <sekisho/buf.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BORDER "-----Original Message-----\n"

struct row {
	const char *html, *text;
};

static void
check(const struct row *rows, size_t n)
{
	struct sk_arena *a = sk_arena_new();
	size_t i;

	for (i = 0; i < n; i++)
		assert_string_equal(html_to_text(a, rows[i].html),
		    rows[i].text);
	sk_arena_free(&a);
}

static void
lines_stand_where_a_reader_sees_them(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "plain", "plain\n" },
		{ "a <b>b</b>\n c", "a b c\n" },
		{ "a<br>b<br/>c", "a\nb\nc\n" },
		{ "<div>a</div><div><br></div><div>b</div>", "a\n\nb\n" },
		{ "<p>a</p><p>b", "a\n\nb\n" },
		{ "<p class=MsoNormal>a</p><p class=MsoNormal>b</p>",
		    "a\nb\n" },
		{ "<ul><li>a<li>b</ul>c", "- a\n- b\nc\n" },
		{ "<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc\n" },
		{ "<pre>a\n  b</pre>c", "a\n  b\nc\n" },
		{ "a<hr>b", "a\n________________________________\nb\n" },
		{ "[x]&nbsp;1-A", "[x] 1-A\n" },
		{ "<h1>a</h1>b", "a\n\nb\n" },
		{ "<span>1</span><span>-</span><span>A</span>", "1-A\n" },
		{ "<!DOCTYPE html><html><body>a</body></html>", "a\n" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
entities_and_stray_marks(void **state)
{
	static const struct row rows[] = {
		{ "&lt;x&gt; &amp;amp; &#12354; &eacute;",
		    "<x> &amp; \xe3\x81\x82 \xc3\xa9\n" },
		{ "a < b & c > d", "a < b & c > d\n" },
		{ "1 <2 <", "1 <2 <\n" },
		{ "&unknown; &#0; &#x110000;", NULL },
		{ "<a title=\"x>y\" href='z'>a</a>", "a\n" },
		{ "\xe3\x81\x82<br>\xe3\x81\x84", "\xe3\x81\x82\n"
		    "\xe3\x81\x84\n" },
		{ "<meta charset=\"shift_jis\">\xe3\x81\x82",
		    "\xe3\x81\x82\n" },
	};
	struct sk_arena *a = sk_arena_new();
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		text = html_to_text(a, rows[i].html);
		assert_true(sk_utf8_valid(sk_span_str(text)));
		if (rows[i].text != NULL)
			assert_string_equal(text, rows[i].text);
	}
	sk_arena_free(&a);
}

static void
what_nobody_sees_is_left_out(void **state)
{
	static const struct row rows[] = {
		{ "a<script>b</script>c", "ac\n" },
		{ "a<script>if (x < '</b>') d</SCRIPT >c", "ac\n" },
		{ "<style>b</style><title>t</title>a", "a\n" },
		{ "<head><title>t</title></head><body>a", "a\n" },
		{ "a<!-- b --><!-- <p> -->c", "ac\n" },
		{ "a<!--[if mso]>b<![endif]-->c", "ac\n" },
		{ "a<![if !mso]>b<![endif]>c", "abc\n" },
		{ "a<div style=\"Display : none\">b<p>c</p></div>d", "ad\n" },
		{ "<s>1-A</s>", "~~1-A~~\n" },
		{ "a<!-- never closed <p>b", "a\n" },
		{ "a<script>never closed", "a\n" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
quotes_and_borders_are_marked(void **state)
{
	static const struct row rows[] = {
		{ "a<blockquote>b<br>c</blockquote>d", "a\n> b\n> c\nd\n" },
		{ "<blockquote>a<blockquote>b</blockquote></blockquote>",
		    "> a\n>> b\n" },
		{ "<blockquote><p>a</p><p>b</p></blockquote>",
		    "> a\n> \n> b\n" },
		{ "<div class=gmail_quote>X wrote:<blockquote "
		    "class=gmail_quote>q</blockquote></div>n",
		    "X wrote:\n> q\nn\n" },
		{ "a<div style='border:none;border-top:solid #E1E1E1 1.0pt;"
		    "padding:3.0pt 0mm 0mm 0mm'>b</div>",
		    "a\n" BORDER "b\n" },
		{ "a<div style='border-top:1px solid #ccc'>b</div>", "a\nb\n" },
		{ "a<div id=divRplyFwdMsg>b</div>", "a\n" BORDER "b\n" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void
links_show_their_target(void **state)
{
	static const struct row rows[] = {
		{ "<a href='http://bad.example/'>bank</a>!",
		    "bank <http://bad.example/>!\n" },
		{ "<a href='http://a.example/'>http://a.example/</a>",
		    "http://a.example/\n" },
		{ "<a href='http://bad.example/'>http://good.example/</a>",
		    "http://good.example/ <http://bad.example/>\n" },
		{ "<a href='mailto:a@b.example'>a</a>", "a\n" },
		{ "<a href='javascript:x()'>a</a>", "a\n" },
		{ "<a href='https://x.example/?a=1&amp;b=\"'>a</a>",
		    "a <https://x.example/?a=1&b=\">\n" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

/* A "#" in the piece becomes a number of its own each time. */
static void
put_piece(struct sk_buf *b, const char *piece)
{
	for (; *piece != '\0'; piece++)
		if (*piece == '#')
			sk_buf_addf(b, "%zx", b->len);
		else
			sk_buf_addc(b, *piece);
}

static double
cost(const char *head, const char *piece, size_t n, const char *tail)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	clock_t from;
	double s;

	sk_buf_init(&b, n + 4096);
	sk_buf_adds(&b, head);
	while (b.len < n)
		put_piece(&b, piece);
	sk_buf_adds(&b, tail);
	from = clock();
	assert_true(strlen(html_to_text(a, sk_buf_str(&b))) <=
	    LIMIT_TEXT + 100);
	s = (double)(clock() - from) / CLOCKS_PER_SEC;
	sk_buf_free(&b);
	sk_arena_free(&a);
	return s;
}

static void
hostile_html_costs_linear_time(void **state)
{
	static const struct {
		const char *head, *piece, *tail;
	} rows[] = {
		{ "", "<div>", "" }, { "", "<b>", "" }, { "", "<p>", "" },
		{ "<div><div><div>", "</i>", "" }, { "<a ", "a#=1 ", ">" },
		{ "<!-- <a x=\" --><b ", "a# ", " \" >" },
		{ "<script>'<a x=\"</script><b ", "a# ", "\">" },
		{ "", "<", "" }, { "", "&", "" }, { "", "<!--", "" },
		{ "", "<!", "" }, { "", "<?", "" }, { "", "<script>", "" },
		{ "", "<a href=\"", "" }, { "", "<a href='http://x/'>", "" },
		{ "", "<table><tr><td>", "" }, { "<table>", "<td>a", "" },
		{ "", "<ul><li>a", "" }, { "", "<font>a", "" },
		{ "", "</div>", "" }, { "", "<body a=1>", "" },
		{ "", "<html>", "" }, { "", "<head>", "" },
		{ "", "<blockquote>x", "" }, { "<pre>", "\n", "" },
		{ "", "<br>", "" }, { "", "a", "" }, { "", "&nbsp;", "" },
		{ "<blockquote><blockquote><blockquote><blockquote>", "<br>",
		    "" },
		{ "<select>", "<option>a", "" }, { "", "<s>", "" },
		{ "", "<form><p>", "" }, { "", "</p>", "" },
	};
	double small, large;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		small = cost(rows[i].head, rows[i].piece, 125000, rows[i].tail);
		large = cost(rows[i].head, rows[i].piece, 2000000,
		    rows[i].tail);
		/* Sixteen times the text; quadratic is 256 times. */
		if (large > 1.0 && large > 128 * small)
			fail_msg("%s: %.2f s, %.2f s", rows[i].piece, small,
			    large);
	}
}

static void
what_is_left_out_is_said(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	int i;

	(void)state;
	sk_buf_init(&b, 65536);
	sk_buf_adds(&b, "a");
	for (i = 0; i < LIMIT_HTML_DEPTH - 3; i++)
		sk_buf_adds(&b, "<b>");
	sk_buf_adds(&b, "c");
	assert_null(strstr(html_to_text(a, sk_buf_str(&b)), "left out"));
	sk_buf_adds(&b, "<b><b><b><b>d");
	assert_non_null(strstr(html_to_text(a, sk_buf_str(&b)), "left out"));
	sk_buf_free(&b);
	sk_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_stand_where_a_reader_sees_them),
		cmocka_unit_test(entities_and_stray_marks),
		cmocka_unit_test(what_nobody_sees_is_left_out),
		cmocka_unit_test(quotes_and_borders_are_marked),
		cmocka_unit_test(links_show_their_target),
		cmocka_unit_test(hostile_html_costs_linear_time),
		cmocka_unit_test(what_is_left_out_is_said),
	};

	html_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

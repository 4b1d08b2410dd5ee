/*
 * HTML to text, for replies and reports that come as HTML only. The one place
 * that knows libxml2: its SAX interface, so that no tree is built, nothing is
 * fetched and no entity is loaded.
 *
 * What a reader would not see is left out (script, style, head, display:none);
 * struck-out words are marked ~~, so that a struck tick is none. Quotes get
 * ">", Outlook's line above its original becomes a separator that answer_text
 * knows. Must never put quoted words beside new ones.
 *
 * libxml2 searches its stack of open elements at each end tag, so the depth is
 * capped by a counter here; html_clean.c caps the attributes.
 */
#include <config.h>

#include <string.h>

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/html.h"

#define HREF_MAX 2000		/* longer links are cut out */
#define QUOTE_MARKS 8		/* ">" written at most; 2 is deep already */

enum tag_kind {
	TAG_INLINE,
	TAG_BLOCK,		/* stands on its own lines */
	TAG_PARAGRAPH,		/* the same, with blank lines around */
	TAG_ITEM, TAG_CELL, TAG_BREAK, TAG_RULE, TAG_PRE, TAG_QUOTE,
	TAG_STRUCK, TAG_LINK,
	TAG_HIDDEN		/* neither it nor what is in it is shown */
};

static const struct {
	const char *name;
	enum tag_kind kind;
} tags[] = {
	{ "a", TAG_LINK }, { "address", TAG_BLOCK }, { "article", TAG_BLOCK },
	{ "aside", TAG_BLOCK }, { "blockquote", TAG_QUOTE },
	{ "br", TAG_BREAK }, { "caption", TAG_BLOCK },
	{ "center", TAG_BLOCK }, { "cite", TAG_QUOTE }, { "dd", TAG_BLOCK },
	{ "del", TAG_STRUCK }, { "div", TAG_BLOCK }, { "dl", TAG_BLOCK },
	{ "dt", TAG_BLOCK }, { "fieldset", TAG_BLOCK },
	{ "footer", TAG_BLOCK }, { "form", TAG_BLOCK },
	{ "frameset", TAG_HIDDEN }, { "h1", TAG_PARAGRAPH },
	{ "h2", TAG_PARAGRAPH }, { "h3", TAG_PARAGRAPH },
	{ "h4", TAG_PARAGRAPH }, { "h5", TAG_PARAGRAPH },
	{ "h6", TAG_PARAGRAPH }, { "head", TAG_HIDDEN },
	{ "header", TAG_BLOCK }, { "hr", TAG_RULE }, { "li", TAG_ITEM },
	{ "main", TAG_BLOCK }, { "nav", TAG_BLOCK },
	{ "object", TAG_HIDDEN }, { "ol", TAG_BLOCK }, { "option", TAG_BLOCK },
	{ "p", TAG_PARAGRAPH }, { "pre", TAG_PRE }, { "s", TAG_STRUCK },
	{ "script", TAG_HIDDEN }, { "section", TAG_BLOCK },
	{ "strike", TAG_STRUCK }, { "style", TAG_HIDDEN },
	{ "svg", TAG_HIDDEN }, { "table", TAG_BLOCK }, { "tbody", TAG_BLOCK },
	{ "td", TAG_CELL }, { "template", TAG_HIDDEN }, { "th", TAG_CELL },
	{ "title", TAG_HIDDEN }, { "tr", TAG_BLOCK }, { "ul", TAG_BLOCK },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct element {
	unsigned char kind;	/* enum tag_kind */
	bool hidden;		/* this one began what is hidden */
	bool struck;		/* this one began what is struck out */
	size_t href, nhref;	/* of a link: where its target is kept */
	size_t at;		/* where its text began */
};

struct writer {
	struct sk_buf out;
	htmlParserCtxtPtr parser;
	struct element open[LIMIT_HTML_DEPTH];
	size_t depth;
	unsigned quotes, hidden, pre, struck;
	bool line;		/* something stands on the current line */
	bool blank_wanted;	/* a blank line is due before the next word */
	bool space;		/* a blank is due */
	bool cut;		/* stopped early */
	struct sk_buf hrefs;
};

/* --- lines --- */

/* Around what is struck out, on each of its lines anew. */
#define STRUCK "~~"

static void
begin_line(struct writer *w)
{
	unsigned i, n = w->quotes < QUOTE_MARKS ? w->quotes : QUOTE_MARKS;

	for (i = 0; i < n; i++)
		sk_buf_addc(&w->out, '>');
	if (n > 0)
		sk_buf_addc(&w->out, ' ');
	w->line = true;
	w->space = false;
}

static void
end_line(struct writer *w)
{
	if (!w->line)
		begin_line(w);
	else if (w->struck > 0)
		sk_buf_adds(&w->out, STRUCK);
	sk_buf_addc(&w->out, '\n');
	w->line = w->space = false;
}

/* The next words stand on a line of their own. */
static void
block(struct writer *w)
{
	if (w->line)
		end_line(w);
}

static void
blank_line(struct writer *w)
{
	block(w);
	w->blank_wanted = w->out.len > 0;
}

static void
before_words(struct writer *w)
{
	if (w->line)
		return;
	if (w->blank_wanted) {
		end_line(w);
		w->blank_wanted = false;
	}
	begin_line(w);
	if (w->struck > 0)
		sk_buf_adds(&w->out, STRUCK);
}

static void
put(struct writer *w, const char *s, size_t n)
{
	before_words(w);
	if (w->space)
		sk_buf_addc(&w->out, ' ');
	w->space = false;
	sk_buf_add(&w->out, s, n);
}

static void
puts_line(struct writer *w, const char *s)
{
	block(w);
	put(w, s, strlen(s));
	end_line(w);
}

/* --- attributes --- */

static const char *
attribute(const xmlChar **atts, const char *name)
{
	size_t i;

	for (i = 0; atts != NULL && atts[i] != NULL; i += 2)
		if (sk_ascii_ieq((const char *)atts[i], name))
			return (const char *)atts[i + 1];
	return NULL;
}

/* Does the style hold all of it, blanks and case aside? */
static bool
styled(const char *style, const char *wanted)
{
	char s[1024];
	size_t n = 0;

	for (; style != NULL && *style != '\0' && n + 1 < sizeof(s); style++)
		if (*style != ' ' && *style != '\t' && *style != '\n' &&
		    *style != '\r')
			s[n++] = *style >= 'A' && *style <= 'Z' ?
			    (char)(*style + 32) : *style;
	s[n] = '\0';
	return strstr(s, wanted) != NULL;
}

/* The line that Outlook draws above the mail it answers. */
static bool
is_outlook_border(const xmlChar **atts)
{
	const char *style = attribute(atts, "style");
	const char *id = attribute(atts, "id");

	if (id != NULL && (strstr(id, "divRplyFwdMsg") != NULL ||
	    strstr(id, "mail-editor-reference-message-container") != NULL))
		return true;
	return styled(style, "border:none;border-top:solid") &&
	    styled(style, "padding:3.0pt");
}

static enum tag_kind
kind_of(const xmlChar *name, const xmlChar **atts)
{
	const char *class;
	size_t i;

	for (i = 0; i < COUNT(tags); i++)
		if (sk_ascii_ieq(tags[i].name, (const char *)name))
			break;
	if (i == COUNT(tags))
		return TAG_INLINE;
	class = attribute(atts, "class");
	while (class != NULL && sk_ascii_iprefix(class, "x_"))
		class += 2;		/* as Outlook on the web quotes */
	if (tags[i].kind == TAG_PARAGRAPH && class != NULL &&
	    sk_ascii_iprefix(class, "Mso"))
		return TAG_BLOCK;	/* Word makes every line a paragraph */
	return tags[i].kind;
}

/* --- elements --- */

static void
open_link(struct writer *w, struct element *e, const xmlChar **atts)
{
	const char *href = attribute(atts, "href");
	size_t n = href == NULL ? 0 : strlen(href);

	if (n == 0 || n > HREF_MAX || (!sk_ascii_iprefix(href, "http://") &&
	    !sk_ascii_iprefix(href, "https://")))
		return;
	e->href = w->hrefs.len;
	e->nhref = n;
	sk_buf_add(&w->hrefs, href, n);
	if (w->hrefs.over)
		e->nhref = 0;
	e->at = w->out.len;
}

/* Only the outermost counts: webmail strikes out what is struck out. */
static void
strike(struct writer *w)
{
	if (w->struck++ == 0 && w->line)
		put(w, STRUCK, sizeof(STRUCK) - 1);
}

static void
end_strike(struct writer *w)
{
	if (--w->struck == 0 && w->line)
		sk_buf_adds(&w->out, STRUCK);
}

/* A link whose words are not its target shows both: a reader of a phishing
 * report wants the target. */
static void
close_link(struct writer *w, const struct element *e)
{
	const char *shown, *href;
	size_t n;

	if (e->nhref == 0)
		return;
	href = (const char *)w->hrefs.p + e->href;
	shown = sk_buf_str(&w->out);
	n = strlen(shown + e->at);
	if (n > e->nhref + 8 || strstr(shown + e->at, "http") == NULL ||
	    memmem(shown + e->at, n, href, e->nhref) == NULL) {
		put(w, " <", 2);
		put(w, href, e->nhref);
		put(w, ">", 1);
	}
	w->hrefs.len = e->href;
}

static void
open_shown(struct writer *w, struct element *e, const xmlChar **atts)
{
	switch ((enum tag_kind)e->kind) {
	case TAG_BLOCK:
		block(w);
		if (is_outlook_border(atts))
			puts_line(w, "-----Original Message-----");
		break;
	case TAG_PARAGRAPH:
		blank_line(w);
		break;
	case TAG_ITEM:
		block(w);
		put(w, "- ", 2);
		break;
	case TAG_BREAK:
		end_line(w);
		break;
	case TAG_RULE:
		puts_line(w, "________________________________");
		break;
	case TAG_PRE:
		block(w);
		w->pre++;
		break;
	case TAG_QUOTE:
		block(w);
		w->quotes++;
		break;
	case TAG_LINK:
		open_link(w, e, atts);
		break;
	case TAG_CELL:
	case TAG_INLINE:
	case TAG_STRUCK:
	case TAG_HIDDEN:
		break;
	}
	if (e->struck)
		strike(w);
}

static void
close_shown(struct writer *w, const struct element *e)
{
	if (e->struck)
		end_strike(w);
	switch ((enum tag_kind)e->kind) {
	case TAG_BLOCK:
	case TAG_ITEM:
		block(w);
		break;
	case TAG_PARAGRAPH:
		blank_line(w);
		break;
	case TAG_PRE:
		block(w);
		w->pre--;
		break;
	case TAG_QUOTE:
		block(w);
		w->quotes--;
		break;
	case TAG_LINK:
		close_link(w, e);
		break;
	case TAG_CELL:
		w->space = w->line;
		break;
	case TAG_BREAK:
	case TAG_RULE:
	case TAG_STRUCK:
	case TAG_INLINE:
	case TAG_HIDDEN:
		break;
	}
}

static void
stop(struct writer *w)
{
	w->cut = true;
	xmlStopParser(w->parser);
}

static void
on_start(void *user, const xmlChar *name, const xmlChar **atts)
{
	struct writer *w = user;
	struct element *e;

	if (w->cut)
		return;
	if (w->depth == LIMIT_HTML_DEPTH || w->out.over) {
		stop(w);
		return;
	}
	e = &w->open[w->depth++];
	memset(e, 0, sizeof(*e));
	e->kind = (unsigned char)kind_of(name, atts);
	e->hidden = e->kind == TAG_HIDDEN ||
	    styled(attribute(atts, "style"), "display:none");
	e->struck = w->hidden == 0 && !e->hidden && (e->kind == TAG_STRUCK ||
	    styled(attribute(atts, "style"), "line-through"));
	if (e->hidden)
		w->hidden++;
	if (w->hidden == 0)
		open_shown(w, e, atts);
}

static void
on_end(void *user, const xmlChar *name)
{
	struct writer *w = user;
	struct element *e;

	(void)name;
	if (w->cut || w->depth == 0)
		return;
	e = &w->open[--w->depth];
	if (w->hidden == 0)
		close_shown(w, e);
	if (e->hidden)
		w->hidden--;
}

/* Text as written (pre), or with its white space run together. */
static void
on_text(void *user, const xmlChar *text, int len)
{
	struct writer *w = user;
	const char *s = (const char *)text;
	size_t n = (size_t)len, i, from;

	if (w->cut || w->hidden > 0)
		return;
	for (i = 0; i < n; i++) {
		if (w->pre > 0 && s[i] == '\n') {
			end_line(w);
			continue;
		}
		if (w->pre == 0 && (s[i] == ' ' || s[i] == '\t' ||
		    s[i] == '\n' || s[i] == '\r')) {
			w->space = w->line;
			continue;
		}
		if (s[i] == '\r')
			continue;
		/* A no-break space is a blank that stays. */
		if (i + 1 < n && memcmp(s + i, "\xc2\xa0", 2) == 0) {
			put(w, " ", 1);
			i++;
			continue;
		}
		for (from = i; i + 1 < n && strchr(" \t\r\n\xc2",
		    s[i + 1]) == NULL; i++)
			;
		put(w, s + from, i + 1 - from);
	}
	if (w->out.over)
		stop(w);
}

static const char left_out[] = "[HTML nested too deep or too long: the rest "
    "is left out]";

/* Runs the parser with our handlers instead of those that build a tree. */
static void
parse(struct writer *w, const struct sk_buf *html)
{
	htmlSAXHandler sax = {
		.startElement = on_start, .endElement = on_end,
		.characters = on_text, .ignorableWhitespace = on_text,
	};

	w->parser = htmlCreateMemoryParserCtxt((const char *)html->p,
	    (int)html->len);
	if (w->parser == NULL)
		return;
	htmlCtxtUseOptions(w->parser, HTML_PARSE_NONET | HTML_PARSE_NOERROR |
	    HTML_PARSE_NOWARNING | HTML_PARSE_RECOVER |
	    HTML_PARSE_IGNORE_ENC);
	xmlSwitchEncoding(w->parser, XML_CHAR_ENCODING_UTF8);
	*w->parser->sax = sax;
	w->parser->userData = w;
	htmlParseDocument(w->parser);
	htmlFreeParserCtxt(w->parser);
	w->parser = NULL;
}

char *
html_to_text(struct sk_arena *a, const char *utf8_html)
{
	struct writer *w = sk_arena_alloc(a, sizeof(*w));
	struct sk_buf html;
	char *text;

	sk_buf_init(&html, LIMIT_HTML);
	sk_buf_init(&w->out, LIMIT_TEXT);
	sk_buf_init(&w->hrefs, LIMIT_HTML_DEPTH * HREF_MAX);
	/* Inside a body that is there, libxml2 invents no paragraphs. */
	sk_buf_adds(&html, "<html><body>");
	html_clean(&html, utf8_html, strlen(utf8_html));
	parse(w, &html);
	block(w);
	text = w->cut || html.over || w->out.over ?
	    sk_arena_printf(a, "%s%s\n", sk_buf_str(&w->out), left_out) :
	    sk_arena_str(a, sk_buf_str(&w->out));
	sk_buf_free(&html);
	sk_buf_free(&w->out);
	sk_buf_free(&w->hrefs);
	return text;
}

void
html_prepare(void)
{
	struct sk_arena *a = sk_arena_new();

	xmlInitParser();
	html_to_text(a, "<p title=\"&eacute;\">&nbsp;\xe3\x81\x82&amp;</p>");
	sk_arena_free(&a);
}

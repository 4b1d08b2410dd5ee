/*
 * The vault: libsodium behind vault.h. sekishod seals what arrives and cannot
 * read it again; only keyd holds the secret key (I9). Streams are secretstream
 * (XChaCha20-Poly1305): order, end and every byte are authenticated, so a cut
 * or damaged body is an error and never a shorter mail.
 *
 * What must never happen here: plain bytes handed on before their chunk was
 * checked, a body taken as whole without its final tag, or a key left in
 * memory that this file made itself.
 */
#include <config.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/arena.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>
#include <sekisho/vault.h>

#define HEADER crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define CHUNK_COST crypto_secretstream_xchacha20poly1305_ABYTES
#define TAG_MORE crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
#define TAG_FINAL crypto_secretstream_xchacha20poly1305_TAG_FINAL
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define BOX_COST (NONCE + crypto_aead_xchacha20poly1305_ietf_ABYTES)

_Static_assert(VAULT_KEY == crypto_box_SECRETKEYBYTES &&
    VAULT_KEY == crypto_box_PUBLICKEYBYTES &&
    VAULT_KEY == crypto_secretstream_xchacha20poly1305_KEYBYTES &&
    VAULT_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    "one size for every key");
_Static_assert(VAULT_WRAP == 2 * VAULT_KEY + crypto_box_NONCEBYTES +
    crypto_box_MACBYTES, "wrap size");

typedef crypto_secretstream_xchacha20poly1305_state stream_state;

struct vault_sealer {
	stream_state stream;
	size_t fill;
	unsigned char chunk[LIMIT_SEAL_CHUNK];
};

struct vault_wrapper {
	unsigned char vault[VAULT_KEY];
	bool begun;		/* the rest is of this turn */
	unsigned char sender[VAULT_KEY], secret[VAULT_KEY];
	unsigned char shared[crypto_box_BEFORENMBYTES];	/* with the vault */
};

int
vault_init(void)
{
	return sodium_init() < 0 ? SK_ERR_OS : 0;
}

void
vault_random(void *p, size_t n)
{
	randombytes_buf(p, n);
}

void
vault_keypair(unsigned char pk[VAULT_KEY], unsigned char sk[VAULT_KEY])
{
	crypto_box_keypair(pk, sk);
}

void
vault_public(unsigned char pk[VAULT_KEY], const unsigned char sk[VAULT_KEY])
{
	crypto_scalarmult_base(pk, sk);
}

/* Fails only for a public key of small order: none that we made. */
static void
agree(unsigned char shared[crypto_box_BEFORENMBYTES],
    const unsigned char pk[VAULT_KEY], const unsigned char sk[VAULT_KEY])
{
	if (crypto_box_beforenm(shared, pk, sk) != 0)
		sk_bug("vault.wrap", "public key of small order");
}

static void
wrap_agreed(const unsigned char shared[crypto_box_BEFORENMBYTES],
    const unsigned char sender[VAULT_KEY], const unsigned char key[VAULT_KEY],
    unsigned char wrap[VAULT_WRAP])
{
	unsigned char *nonce = wrap + VAULT_KEY;

	memcpy(wrap, sender, VAULT_KEY);
	randombytes_buf(nonce, crypto_box_NONCEBYTES);
	crypto_box_easy_afternm(nonce + crypto_box_NONCEBYTES, key, VAULT_KEY,
	    nonce, shared);
}

struct vault_wrapper *
vault_wrapper_new(const unsigned char vault[VAULT_KEY])
{
	struct vault_wrapper *w = sk_malloc(sizeof(*w));

	memcpy(w->vault, vault, VAULT_KEY);
	return w;
}

void
vault_wrapper_turn(struct vault_wrapper *w)
{
	if (!w->begun)
		return;
	sk_wipe(w->secret, sizeof(w->secret));
	sk_wipe(w->shared, sizeof(w->shared));
	w->begun = false;
}

void
vault_wrapper_free(struct vault_wrapper **w)
{
	if (*w == NULL)
		return;
	vault_wrapper_turn(*w);
	free(*w);
	*w = NULL;
}

void
vault_wrapper_wrap(struct vault_wrapper *w, const unsigned char *to,
    const unsigned char key[VAULT_KEY], unsigned char wrap[VAULT_WRAP])
{
	unsigned char shared[crypto_box_BEFORENMBYTES];

	if (!w->begun) {
		crypto_box_keypair(w->sender, w->secret);
		agree(w->shared, w->vault, w->secret);
		w->begun = true;
	}
	if (to == NULL) {
		wrap_agreed(w->shared, w->sender, key, wrap);
		return;
	}
	agree(shared, to, w->secret);
	wrap_agreed(shared, w->sender, key, wrap);
	sk_wipe(shared, sizeof(shared));
}

void
vault_wrap(const unsigned char pk[VAULT_KEY],
    const unsigned char key[VAULT_KEY], unsigned char wrap[VAULT_WRAP])
{
	struct vault_wrapper once = { 0 };

	memcpy(once.vault, pk, VAULT_KEY);
	vault_wrapper_wrap(&once, NULL, key, wrap);
	vault_wrapper_turn(&once);
}

int
vault_unwrap(const unsigned char sk[VAULT_KEY],
    const unsigned char wrap[VAULT_WRAP], unsigned char key[VAULT_KEY])
{
	const unsigned char *nonce = wrap + VAULT_KEY;

	if (crypto_box_open_easy(key, nonce + crypto_box_NONCEBYTES,
	    VAULT_KEY + crypto_box_MACBYTES, nonce, wrap, sk) == 0)
		return 0;
	sk_wipe(key, VAULT_KEY);
	return SK_ERR_CRYPTO;
}

struct vault_sealer *
vault_sealer_new(const unsigned char key[VAULT_KEY], struct sk_buf *out)
{
	struct vault_sealer *v = sk_malloc(sizeof(*v));
	unsigned char header[HEADER];

	crypto_secretstream_xchacha20poly1305_init_push(&v->stream, header,
	    key);
	sk_buf_add(out, header, HEADER);
	return v;
}

static void
push_chunk(stream_state *stream, const unsigned char *p, size_t n,
    unsigned char tag, struct sk_buf *out)
{
	unsigned char *at = sk_buf_room(out, n + CHUNK_COST);

	if (at == NULL)
		return;		/* out->over tells the caller */
	crypto_secretstream_xchacha20poly1305_push(stream, at, NULL, p, n,
	    NULL, 0, tag);
	out->len += n + CHUNK_COST;
}

/* A full chunk waits until more comes, since the last one needs its tag. */
void
vault_sealer_push(struct vault_sealer *v, const void *p, size_t n,
    struct sk_buf *out)
{
	const unsigned char *at = p;
	size_t take;

	while (n > 0) {
		if (v->fill == LIMIT_SEAL_CHUNK) {
			push_chunk(&v->stream, v->chunk, v->fill, TAG_MORE,
			    out);
			v->fill = 0;
		}
		if (v->fill == 0 && n > LIMIT_SEAL_CHUNK) {
			take = LIMIT_SEAL_CHUNK;
			push_chunk(&v->stream, at, take, TAG_MORE, out);
		} else {
			take = LIMIT_SEAL_CHUNK - v->fill;
			if (take > n)
				take = n;
			memcpy(v->chunk + v->fill, at, take);
			v->fill += take;
		}
		at += take;
		n -= take;
	}
}

void
vault_sealer_end(struct vault_sealer **v, struct sk_buf *out)
{
	push_chunk(&(*v)->stream, (*v)->chunk, (*v)->fill, TAG_FINAL, out);
	vault_sealer_free(v);
}

void
vault_sealer_free(struct vault_sealer **v)
{
	if (*v == NULL)
		return;
	sk_wipe(*v, sizeof(**v));
	free(*v);
	*v = NULL;
}

size_t
vault_sealed_size(size_t n)
{
	size_t chunks = n == 0 ? 1 : (n - 1) / LIMIT_SEAL_CHUNK + 1;

	return HEADER + n + chunks * CHUNK_COST;
}

/* Without the sealer's chunk: small mails pass here 5,000 times a second. */
void
vault_seal(const unsigned char key[VAULT_KEY], struct sk_span plain,
    struct sk_buf *out)
{
	unsigned char header[HEADER];
	stream_state stream;
	size_t n;

	crypto_secretstream_xchacha20poly1305_init_push(&stream, header, key);
	sk_buf_add(out, header, HEADER);
	while (plain.len > LIMIT_SEAL_CHUNK) {
		n = LIMIT_SEAL_CHUNK;
		push_chunk(&stream, plain.p, n, TAG_MORE, out);
		plain.p += n;
		plain.len -= n;
	}
	push_chunk(&stream, plain.p, plain.len, TAG_FINAL, out);
	sk_wipe(&stream, sizeof(stream));
}

/* One chunk; `last` is what its place says, and its tag must say the same. */
static int
pull_chunk(stream_state *stream, struct sk_span sealed, bool last,
    unsigned char *plain)
{
	unsigned char tag = TAG_MORE;

	if (sealed.len < CHUNK_COST)
		return SK_ERR_CRYPTO;
	if (crypto_secretstream_xchacha20poly1305_pull(stream, plain, NULL,
	    &tag, sealed.p, sealed.len, NULL, 0) != 0)
		return SK_ERR_CRYPTO;
	return tag == (last ? TAG_FINAL : TAG_MORE) ? 0 : SK_ERR_CRYPTO;
}

static size_t
chunk_size(size_t rest)
{
	size_t whole = LIMIT_SEAL_CHUNK + CHUNK_COST;

	return rest < whole ? rest : whole;
}

/* Where a body is opened chunk by chunk; on the heap, wiped at the end. */
struct opener {
	stream_state stream;
	unsigned char header[HEADER];
	unsigned char sealed[LIMIT_SEAL_CHUNK + CHUNK_COST];
	unsigned char plain[LIMIT_SEAL_CHUNK];
};

static int
open_chunks(struct opener *o, const unsigned char *key, int in_fd, off_t at,
    size_t len, int out_fd)
{
	size_t n;
	int ret = 0;

	if (len < HEADER + CHUNK_COST)
		return SK_ERR_CRYPTO;
	if (sk_fd_pread(in_fd, o->header, HEADER, at) != 0)
		return SK_ERR_IO;
	if (crypto_secretstream_xchacha20poly1305_init_pull(&o->stream,
	    o->header, key) != 0)
		return SK_ERR_CRYPTO;
	at += HEADER;
	for (len -= HEADER; ret == 0 && len > 0; len -= n) {
		n = chunk_size(len);
		if (sk_fd_pread(in_fd, o->sealed, n, at) != 0)
			return SK_ERR_IO;
		ret = pull_chunk(&o->stream, sk_span_of(o->sealed, n),
		    n == len, o->plain);
		if (ret == 0)
			ret = sk_fd_write(out_fd, o->plain, n - CHUNK_COST);
		at += (off_t)n;
	}
	return ret;
}

int
vault_open_fd(const unsigned char key[VAULT_KEY], int in_fd, size_t at,
    size_t len, int out_fd)
{
	struct opener *o;
	size_t size;
	int ret;

	/* The place comes over a channel: it must lie inside the file. */
	if (sk_fd_size(in_fd, &size) != 0)
		return SK_ERR_IO;
	if (at > size || len > size - at)
		return SK_ERR_DATA;
	o = sk_malloc(sizeof(*o));
	ret = open_chunks(o, key, in_fd, (off_t)at, len, out_fd);
	sk_wipe(o, sizeof(*o));
	free(o);
	if (ret != 0 && sk_fd_empty(out_fd) != 0)
		sk_bug("vault.truncate", "plain bytes would stay");
	return ret;
}

static int
open_all(stream_state *stream, struct sk_span sealed, struct sk_buf *out)
{
	unsigned char *to;
	size_t n;

	while (sealed.len > 0) {
		n = chunk_size(sealed.len);
		if (n < CHUNK_COST)
			return SK_ERR_CRYPTO;
		to = sk_buf_room(out, n - CHUNK_COST);
		if (to == NULL)
			return SK_ERR_LIMIT;
		if (pull_chunk(stream, sk_span_of(sealed.p, n),
		    n == sealed.len, to) != 0)
			return SK_ERR_CRYPTO;
		out->len += n - CHUNK_COST;
		sealed.p += n;
		sealed.len -= n;
	}
	return 0;
}

int
vault_open(const unsigned char key[VAULT_KEY], struct sk_span sealed,
    struct sk_buf *out)
{
	stream_state stream;
	int ret = SK_ERR_CRYPTO;

	sk_buf_clear(out);
	if (sealed.len >= HEADER + CHUNK_COST &&
	    crypto_secretstream_xchacha20poly1305_init_pull(&stream, sealed.p,
	    key) == 0)
		ret = open_all(&stream, sk_span_of(sealed.p + HEADER,
		    sealed.len - HEADER), out);
	sk_wipe(&stream, sizeof(stream));
	if (ret != 0)
		sk_buf_clear(out);
	return ret;
}

static int
write_hex(const char *path, const unsigned char key[VAULT_KEY], mode_t mode,
    struct sk_error *e)
{
	char line[2 * VAULT_KEY + 2];
	int ret;

	sk_hex(line, key, VAULT_KEY);
	line[2 * VAULT_KEY] = '\n';
	ret = sk_file_write(path, sk_span_of(line, 2 * VAULT_KEY + 1), mode,
	    e);
	sk_wipe(line, sizeof(line));
	return ret;
}

int
vault_key_read(const char *path, unsigned char key[VAULT_KEY],
    struct sk_error *e)
{
	struct sk_buf b;
	int ret;

	sk_buf_init(&b, 2 * VAULT_KEY + 1);
	ret = sk_file_read(path, &b, e);
	if (ret == 0 && b.len == 2 * VAULT_KEY + 1 &&
	    b.p[2 * VAULT_KEY] == '\n')
		b.len--;
	if (ret == SK_ERR_LIMIT || (ret == 0 && (b.len != 2 * VAULT_KEY ||
	    !sk_unhex(key, VAULT_KEY, sk_buf_str(&b))))) {
		sk_wipe(key, VAULT_KEY);
		ret = sk_fail(e, SK_ERR_DATA, path, "this is no key file (64 "
		    "hex digits and a newline); restore it from the backup, "
		    "nothing else opens what was sealed with it");
	}
	sk_buf_free(&b);
	return ret;
}

int
vault_key_create(const char *path, bool with_pub, struct sk_error *e)
{
	unsigned char pk[VAULT_KEY], sk[VAULT_KEY];
	struct sk_arena *a = sk_arena_new();
	const char *pub = sk_arena_printf(a, "%s.pub", path);
	int ret;

	if (sk_file_exists(path)) {
		ret = vault_key_read(path, sk, e);
	} else {
		vault_random(sk, VAULT_KEY);
		ret = write_hex(path, sk, 0600, e);
	}
	if (ret == 0 && with_pub && !sk_file_exists(pub)) {
		vault_public(pk, sk);
		ret = write_hex(pub, pk, 0644, e);
	}
	sk_wipe(sk, sizeof(sk));
	sk_arena_free(&a);
	return ret;
}

void
box_seal(const unsigned char key[VAULT_KEY], const char *label,
    struct sk_span plain, struct sk_buf *out)
{
	unsigned char *at = sk_buf_room(out, plain.len + BOX_COST);

	if (at == NULL)
		return;		/* out->over tells the caller */
	randombytes_buf(at, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(at + NONCE, NULL, plain.p,
	    plain.len, (const unsigned char *)label, strlen(label), NULL, at,
	    key);
	out->len += plain.len + BOX_COST;
}

int
box_open(const unsigned char key[VAULT_KEY], const char *label,
    struct sk_span box, struct sk_buf *out)
{
	unsigned char *to;

	sk_buf_clear(out);
	if (box.len < BOX_COST)
		return SK_ERR_CRYPTO;
	to = sk_buf_room(out, box.len - BOX_COST);
	if (to == NULL)
		return SK_ERR_LIMIT;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(to, NULL, NULL,
	    box.p + NONCE, box.len - NONCE, (const unsigned char *)label,
	    strlen(label), box.p, key) != 0)
		return SK_ERR_CRYPTO;
	out->len = box.len - BOX_COST;
	return 0;
}

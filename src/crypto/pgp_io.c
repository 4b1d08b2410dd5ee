/*
 * Bytes into and out of gpg, in pieces of some KiB: a 25 MiB mail never stands
 * in keyd's memory. The bound on output is met here, while gpg still writes,
 * since 916 bytes can inflate to 300 MB (standards.md B1).
 */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>

#include "crypto/pgp_io.h"

ssize_t
pgp_read_part(void *handle, void *buffer, size_t size)
{
	struct pgp_reader *r = handle;
	uint64_t left = r->end - r->at;
	ssize_t n;

	if (size > left)
		size = (size_t)left;
	do
		n = pread(r->fd, buffer, size, (off_t)r->at);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		r->at += (uint64_t)n;
	return n;
}

static int
put(struct pgp_out *o, const void *buffer, size_t size)
{
	if (size > o->max - o->written) {
		o->over = true;
		errno = EFBIG;
		return -1;
	}
	if (o->fd >= 0 && sk_fd_write(o->fd, buffer, size) != 0) {
		errno = EIO;
		return -1;
	}
	o->written += size;
	return 0;
}

static int
put_lines(struct pgp_out *o, const char *p, size_t size)
{
	const char *end = p + size, *nl;

	while ((nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if (put(o, p, (size_t)(nl - p)) != 0 || put(o, "\r\n", 2) != 0)
			return -1;
		p = nl + 1;
	}
	return p == end ? 0 : put(o, p, (size_t)(end - p));
}

ssize_t
pgp_write_bounded(void *handle, const void *buffer, size_t size)
{
	struct pgp_out *o = handle;
	int ret = o->crlf ? put_lines(o, buffer, size) : put(o, buffer, size);

	return ret == 0 ? (ssize_t)size : -1;
}

ssize_t
pgp_write_buf(void *handle, const void *buffer, size_t size)
{
	struct sk_buf *b = handle;

	sk_buf_add(b, buffer, size);
	if (!b->over)
		return (ssize_t)size;
	errno = EFBIG;
	return -1;
}

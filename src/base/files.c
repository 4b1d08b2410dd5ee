/*
 * Files, descriptors and memory files. Every descriptor is close-on-exec from
 * birth, since gpg and the readers are started by exec. A file that others
 * rely on (configuration, keys, policy) is replaced whole and durably or not
 * at all. Paths come from configuration and operators, never from mail.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

enum { STEP = 64 * 1024 };

/* The system's reason in words a person can act on. */
static int
fail_errno(struct sk_error *e, int otherwise, const char *path,
    const char *doing)
{
	int err = errno, code = otherwise;
	const char *mend = "";

	if (err == ENOENT || err == ENOTDIR) {
		code = otherwise == SK_ERR_IO ? SK_ERR_NOINPUT : otherwise;
		mend = "; check the path";
	} else if (err == EACCES || err == EPERM) {
		code = SK_ERR_NOPERM;
		mend = "; check owner and mode, or run as its owner";
	} else if (err == ENOSPC || err == EDQUOT) {
		mend = "; make room and try again";
	}
	return sk_fail(e, code, path, "%s: %s%s", doing,
	    strerrordesc_np(err), mend);
}

/* Reads on from the descriptor's place until its end. */
static int
read_all(int fd, struct sk_buf *out)
{
	unsigned char *at;
	size_t room;
	ssize_t n;

	for (;;) {
		room = out->max - out->len;
		/* At the limit one more byte tells the end from too much. */
		if (room == 0) {
			unsigned char more;

			n = read(fd, &more, 1);
			if (n == 0)
				return 0;
			if (n < 0 && errno == EINTR)
				continue;
			out->over = true;
			return n < 0 ? SK_ERR_IO : SK_ERR_LIMIT;
		}
		at = sk_buf_room(out, room < STEP ? room : STEP);
		n = read(fd, at, room < STEP ? room : STEP);
		if (n == 0)
			return 0;
		if (n > 0)
			out->len += (size_t)n;
		else if (errno != EINTR)
			return SK_ERR_IO;
	}
}

int
sk_file_read(const char *path, struct sk_buf *out, struct sk_error *e)
{
	int fd, ret;

	sk_buf_clear(out);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_errno(e, SK_ERR_IO, path, "cannot open");
	ret = read_all(fd, out);
	if (ret == SK_ERR_LIMIT)
		sk_fail(e, ret, path, "larger than %zu bytes", out->max);
	else if (ret != 0)
		ret = fail_errno(e, SK_ERR_IO, path, "cannot read");
	close(fd);
	return ret;
}

static int
write_and_sync(int fd, struct sk_span bytes, mode_t mode)
{
	if (fchmod(fd, mode) != 0 || sk_fd_write(fd, bytes.p, bytes.len) != 0)
		return -1;
	return fsync(fd);
}

static int
sync_folder(struct sk_arena *a, const char *path)
{
	int fd = open(sk_path_beside(a, path, "."),
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -1;
	ret = fsync(fd);
	close(fd);
	return ret;
}

int
sk_file_write(const char *path, struct sk_span bytes, mode_t mode,
    struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	char *name = sk_arena_printf(a, "%s.XXXXXX", path);
	int fd, ret = 0;

	fd = mkostemp(name, O_CLOEXEC);		/* made with mode 0600 */
	if (fd < 0) {
		ret = fail_errno(e, SK_ERR_CANTCREAT, path, "cannot make");
		goto out;
	}
	if (write_and_sync(fd, bytes, mode) != 0 || rename(name, path) != 0) {
		ret = fail_errno(e, SK_ERR_CANTCREAT, path, "cannot write");
		unlink(name);
	} else if (sync_folder(a, path) != 0) {
		ret = fail_errno(e, SK_ERR_IO, path, "cannot make durable");
	}
	close(fd);
out:
	sk_arena_free(&a);
	return ret;
}

bool
sk_file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

int
sk_dir_make(const char *path, mode_t mode, struct sk_error *e)
{
	struct sk_arena *a;
	struct stat st;
	char *copy, *p;
	int ret = 0;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		return sk_fail(e, SK_ERR_CANTCREAT, path,
		    "exists and is no folder");
	}
	a = sk_arena_new();
	copy = sk_arena_str(a, path);
	for (p = copy + 1; *copy != '\0' && ret == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, mode) != 0 && errno != EEXIST)
			ret = fail_errno(e, SK_ERR_CANTCREAT, copy,
			    "cannot make the folder");
		*p = c;
		if (c == '\0')
			break;
	}
	sk_arena_free(&a);
	return ret;
}

char *
sk_path_beside(struct sk_arena *a, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (*path == '/' || slash == NULL)
		return sk_arena_str(a, path);
	return sk_arena_printf(a, "%.*s%s", (int)(slash - file + 1), file,
	    path);
}

char *
sk_path_join(struct sk_arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	if (n == 0)
		return sk_arena_str(a, name);
	return sk_arena_printf(a, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/",
	    name);
}

int
sk_fd_write(int fd, const void *p, size_t n)
{
	const unsigned char *at = p;
	ssize_t k;

	while (n > 0) {
		k = write(fd, at, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return SK_ERR_IO;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

int
sk_fd_pread(int fd, void *p, size_t n, off_t offset)
{
	unsigned char *at = p;
	ssize_t k;

	while (n > 0) {
		k = pread(fd, at, n, offset);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return SK_ERR_IO;
		at += k;
		offset += k;
		n -= (size_t)k;
	}
	return 0;
}

int
sk_fd_empty(int fd)
{
	return ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 ? SK_OK :
	    SK_ERR_OS;
}

int
sk_fd_size(int fd, size_t *out)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size < 0)
		return SK_ERR_IO;
	*out = (size_t)st.st_size;
	return 0;
}

int
sk_fd_slurp(int fd, struct sk_buf *out)
{
	unsigned char *at;
	size_t n;

	sk_buf_clear(out);
	if (sk_fd_size(fd, &n) != 0)
		return SK_ERR_IO;
	at = sk_buf_room(out, n);
	if (at == NULL)
		return SK_ERR_LIMIT;
	if (sk_fd_pread(fd, at, n, 0) != 0)
		return SK_ERR_IO;
	out->len = n;
	return 0;
}

int
sk_fd_cloexec(int fd, bool on)
{
	if (fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) != 0)
		return SK_ERR_OS;
	return 0;
}

int
sk_fd_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return SK_ERR_OS;
	return 0;
}

void
sk_fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
sk_memfd(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		sk_bug("memfd.none", "errno=%d", errno);
	return fd;
}

int
sk_memfd_of(const char *name, struct sk_span bytes)
{
	int fd = sk_memfd(name);

	/* Writing to it fails only where memory is gone. */
	if (sk_fd_write(fd, bytes.p, bytes.len) != 0 || sk_memfd_seal(fd) != 0)
		sk_bug("memfd.fill", "bytes=%zu errno=%d", bytes.len, errno);
	return fd;
}

int
sk_memfd_seal(int fd)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW |
	    F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
		return SK_ERR_OS;
	return 0;
}

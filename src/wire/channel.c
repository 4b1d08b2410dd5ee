/*
 * One message, one datagram: the kernel keeps the borders, so there is no
 * stream to fall out of step. Version, type and operation id stand in front of
 * the fields: a package that is installed while its programs run puts new ones
 * beside old ones, and each names its fields by their order alone. A message
 * that came cut, or whose descriptors did not all arrive (MSG_CTRUNC: the
 * receiver ran out of numbers), is a broken peer, and what did arrive is
 * closed. Never raises SIGPIPE, never lets errno out.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/text.h>
#include <sekisho/wire.h>

enum { HEAD = 16, CONTROL = CMSG_SPACE(LIMIT_WIRE_FDS * sizeof(int)) };

/* msg_control wants the alignment of its header. */
union control {
	struct cmsghdr align;
	char bytes[CONTROL];
};

/* The programs of one package belong together. */
static uint32_t
version(void)
{
	return sk_crc24(sk_span_str(PACKAGE_VERSION));
}

static int
io_code(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK ? SK_ERR_TEMP :
	    SK_ERR_IO;
}

static void
attach(struct msghdr *m, union control *c, const int *fds, size_t nfds)
{
	struct cmsghdr *h;

	if (nfds == 0)
		return;
	memset(c, 0, sizeof(*c));
	m->msg_control = c->bytes;
	m->msg_controllen = CMSG_SPACE(nfds * sizeof(int));
	h = CMSG_FIRSTHDR(m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(nfds * sizeof(int));
	memcpy(CMSG_DATA(h), fds, nfds * sizeof(int));
}

int
channel_send(int fd, uint32_t type, uint64_t id, struct sk_span fields,
    const int *fds, size_t nfds)
{
	struct iovec part[2];
	struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };
	union control c;
	struct sk_buf head;
	int r = SK_OK;

	if (nfds > LIMIT_WIRE_FDS || fields.len > LIMIT_WIRE_FIELDS)
		return SK_ERR_LIMIT;
	sk_buf_init(&head, HEAD);
	wire_put_u32(&head, version());
	wire_put_u32(&head, type);
	wire_put_u64(&head, id);
	part[0] = (struct iovec){ head.p, head.len };
	part[1] = (struct iovec){ (void *)(uintptr_t)fields.p, fields.len };
	attach(&m, &c, fds, nfds);
	while (sendmsg(fd, &m, MSG_NOSIGNAL) < 0) {
		if (errno != EINTR) {
			r = io_code();
			break;
		}
	}
	sk_buf_free(&head);
	return r;
}

/* How long the waiting message is, so that a buffer of its size is enough:
 * most are some bytes, few are a key block. */
static int
waiting(int fd, size_t *len)
{
	struct iovec none = { NULL, 0 };
	struct msghdr m = { .msg_iov = &none, .msg_iovlen = 1 };
	ssize_t n;

	do {
		n = recvmsg(fd, &m, MSG_PEEK | MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return io_code();
	if (n == 0)
		return SK_ERR_IO;
	*len = (size_t)n;
	return SK_OK;
}

/* Takes over every descriptor that arrived; false if some were lost. */
static bool
take_fds(struct msghdr *m, struct channel_message *out)
{
	bool all = (m->msg_flags & MSG_CTRUNC) == 0;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	    h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		out->nfds = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		/* CONTROL holds no more than LIMIT_WIRE_FDS and padding. */
		if (out->nfds > LIMIT_WIRE_FDS) {
			out->nfds = LIMIT_WIRE_FDS;
			all = false;
		}
		memcpy(out->fds, CMSG_DATA(h), out->nfds * sizeof(int));
	}
	return all;
}

static int
parse_head(struct channel_message *m, size_t n)
{
	struct wire_in w = wire_open(sk_span_of(m->fields.p, n));
	uint32_t theirs = wire_u32(&w);

	m->type = wire_u32(&w);
	m->id = wire_u64(&w);
	if (w.bad)
		return SK_ERR_PROTOCOL;
	if (theirs != version())
		return SK_ERR_CONFIG;
	m->fields.len = w.rest.len;
	memmove(m->fields.p, w.rest.p, w.rest.len);
	return SK_OK;
}

int
channel_recv(int fd, struct channel_message *m)
{
	union control c;
	struct iovec part;
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };
	size_t len = 0;
	ssize_t n;
	int r;

	channel_message_end(m);
	r = waiting(fd, &len);
	if (r != SK_OK)
		return r;
	/* What is too long is received cut, to be out of the way. */
	if (len > LIMIT_WIRE_MESSAGE)
		len = LIMIT_WIRE_MESSAGE;
	part = (struct iovec){ sk_buf_room(&m->fields, len), len };
	h.msg_control = c.bytes;
	h.msg_controllen = sizeof(c.bytes);
	do {
		n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return io_code();
	r = !take_fds(&h, m) || (h.msg_flags & MSG_TRUNC) != 0 ?
	    SK_ERR_PROTOCOL : parse_head(m, (size_t)n);
	if (r != SK_OK)
		channel_message_end(m);
	return r;
}

void
channel_message_init(struct channel_message *m)
{
	*m = (struct channel_message){ 0 };
	sk_buf_init(&m->fields, LIMIT_WIRE_MESSAGE);
}

void
channel_message_end(struct channel_message *m)
{
	for (size_t i = 0; i < m->nfds; i++)
		sk_fd_close(&m->fds[i]);
	sk_buf_free(&m->fields);
	channel_message_init(m);
}

int
channel_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return SK_ERR_OS;
	return SK_OK;
}

static int
socket_at(const char *path, struct sockaddr_un *sa, struct sk_error *e)
{
	int fd;

	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) > LIMIT_SOCKET_PATH)
		return sk_fail(e, SK_ERR_CONFIG, path, "a socket's path may "
		    "have %d bytes; take a shorter folder", LIMIT_SOCKET_PATH);
	memcpy(sa->sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return sk_fail(e, SK_ERR_OS, path, "no socket: %s",
		    strerrordesc_np(errno));
	return fd;
}

/* Is a living program listening there? Only a dead one's socket is removed. */
static bool
somebody_listens(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool yes;

	yes = fd >= 0 && connect(fd, (const struct sockaddr *)sa,
	    sizeof(*sa)) == 0;
	sk_fd_close(&fd);
	return yes;
}

int
channel_listen(const char *path, mode_t mode, struct sk_error *e)
{
	struct sockaddr_un sa;
	struct stat st;
	int fd = socket_at(path, &sa, e), r;
	mode_t old;

	if (fd < 0)
		return fd;
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		if (somebody_listens(&sa)) {
			sk_fd_close(&fd);
			return sk_fail(e, SK_ERR_EXISTS, path, "another "
			    "program listens here; stop it first");
		}
		unlink(path);
	}
	/* Nobody gets in between bind and chmod. */
	old = umask(0177);
	r = bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	umask(old);
	if (r != 0 || chmod(path, mode) != 0 || listen(fd, 64) != 0) {
		r = errno;
		sk_fd_close(&fd);
		return sk_fail(e, SK_ERR_CANTCREAT, path, "cannot listen "
		    "here: %s; check the folder and its owner",
		    strerrordesc_np(r));
	}
	return fd;
}

int
channel_connect(const char *path, struct sk_error *e)
{
	const struct timeval none = { 0 }, wait = {
		.tv_sec = LIMIT_CONNECT_SECONDS };
	struct sockaddr_un sa;
	int fd = socket_at(path, &sa, e), err;

	if (fd < 0)
		return fd;
	/* A program that is stopped answers nobody, its queue being full. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		err = errno;
		sk_fd_close(&fd);
		if (err == EACCES)
			return sk_fail(e, SK_ERR_NOPERM, path, "this user may "
			    "not ask here: see group control in "
			    "sekisho.conf(5)");
		return sk_fail(e, SK_ERR_UNAVAILABLE, path, "nobody answers "
		    "here: %s; is the program running?",
		    strerrordesc_np(err));
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof(none));
	return fd;
}

int
channel_peer(int fd, uid_t *uid, gid_t *gid, pid_t *pid)
{
	struct ucred c;
	socklen_t n = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) != 0 ||
	    n != sizeof(c))
		return SK_ERR_IO;
	*uid = c.uid;
	*gid = c.gid;
	*pid = c.pid;
	return SK_OK;
}

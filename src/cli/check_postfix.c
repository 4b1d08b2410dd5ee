/*
 * `sekisho check` looks at a live Postfix: its settings (src/postfix judges),
 * whether its own user reaches our sockets, and who may read its log.
 */
#include <config.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sekisho/limits.h>

#include "cli/check.h"
#include "cli/postfix_live.h"
#include "cli/probe.h"

static void
say(void *ctx, const char *what, const char *text)
{
	check_say(ctx, what, text);
}

/* ---- does Postfix reach the socket? ---- */

/* In a child, as Postfix's user: errno, or 0. Only root can become it. */
static int
connect_as(const struct passwd *pw, const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int status = 0, fd;
	pid_t pid;

	if (strlen(path) > LIMIT_SOCKET_PATH)
		return ENAMETOOLONG;
	memcpy(sun.sun_path, path, strlen(path));
	pid = fork();
	if (pid == 0) {
		if (initgroups(pw->pw_name, pw->pw_gid) != 0 ||
		    setgid(pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0)
			_exit(EPERM);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		_exit(fd < 0 || connect(fd, (struct sockaddr *)&sun,
		    sizeof(sun)) != 0 ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EIO;
	return WEXITSTATUS(status);
}

static void
reach(struct finding_list *f, const struct postfix *p, const char *what,
    const char *listen, const char *mend)
{
	const char *owner = postfix_param(p, "mail_owner");
	struct passwd *pw = getpwnam(*owner ? owner : "postfix");
	int err;

	if (!listen || strncmp(listen, "unix:", 5) != 0)
		return;
	if (geteuid() != 0 || !pw)
		return;		/* only root can become Postfix's user */
	err = connect_as(pw, listen + 5);
	if (!err)
		check_say(f, what, NULL);
	else
		check_sayf(f, what, "Postfix's user cannot connect to %s: %s; "
		    "%s", listen + 5, strerrordesc_np(err), err == EACCES ?
		    "its folder should be of the group postfix, mode 2750" :
		    mend);
}

/* ---- who reads the log? (R-120) ---- */

static void
check_log(struct finding_list *f, const struct postfix *p)
{
	const char *path = postfix_param(p, "maillog_file");
	struct stat st;

	if (!*path)
		path = "/var/log/mail.log";
	if (stat(path, &st) != 0)
		return;		/* the journal: its readers are a group */
	if (st.st_mode & S_IROTH)
		check_sayf(f, "Postfix: its log", "%s shows who consults and "
		    "who is a member, and everybody may read it (mode %o): "
		    "chmod o-r, see sekishod(8) on logs", path,
		    (unsigned)st.st_mode & 0777);
	else
		check_say(f, "Postfix: its log", NULL);
}

void
check_postfix(struct finding_list *f, const struct config *c, const char *dir)
{
	struct sk_error e = { 0 };
	struct postfix p;
	int code;

	if (dir && strcmp(dir, "none") == 0)
		return;
	code = postfix_live(f->c, dir, &p, &e);
	if (code == SK_ERR_NOINPUT && !dir)
		return;		/* Postfix is on another machine */
	if (code) {
		check_sayf(f, "Postfix", "%s: %s", e.where, e.text);
		return;
	}
	postfix_judge(c, &p, say, f);
	reach(f, &p, "Postfix: LMTP socket", c->lmtp_listen,
	    "is sekishod running?");
	reach(f, &p, "Postfix: milter socket", c->milter_listen,
	    "is sekisho-milterd running?");
	reach(f, &p, "Postfix: milter socket for sendmail(1)",
	    c->milter_local, "is `sekisho-milterd --local` running?");
	check_log(f, &p);
	check_probe(f, c, &p);
}

/*
 * sekisho-reader: one mail in, facts out (design.md §3). Everything that has
 * to open a file is done before the walls close; after that only the channel
 * and the descriptors that came over it exist. It holds no key and no name but
 * those of the mail before it, so its death costs one mail a manual look.
 */
#include <config.h>

#include <stdio.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <sekisho/channel.h>
#include <sekisho/log.h>
#include <sekisho/messages.h>
#include <sekisho/sandbox.h>

#include "reader/reader.h"

static int
is_channel(void)
{
	int type = 0;
	socklen_t n = sizeof(type);

	return getsockopt(READER_CHANNEL, SOL_SOCKET, SO_TYPE, &type, &n) ==
	    0 && type == SOCK_SEQPACKET;
}

int
main(void)
{
	struct sk_error e;

	if (!is_channel()) {
		fputs("sekisho-reader is started by sekishod, which gives it "
		    "a channel; to read one mail, use: sekisho read FILE\n",
		    stderr);
		return EX_USAGE;
	}
	sk_log_open("sekisho-reader", SK_INFO);
	if (reader_warm_up(&e) != SK_OK || sandbox_reader(&e) != SK_OK) {
		sk_log(SK_ERROR, "reader.start", "where=%s reason=%s",
		    e.where, e.text);
		return sk_err_exit(e.code);
	}
	if (channel_send(READER_CHANNEL, MSG_READER_READY, 0,
	    sk_span_of(NULL, 0), NULL, 0) != SK_OK)
		return EX_UNAVAILABLE;
	/* No library's exit handler runs inside the walls. */
	_exit(reader_loop());
}

/* Private to crypto: where gpg's bytes come from and go. */
#pragma once

#include <sys/types.h>

#include <sekisho/pgp.h>

struct pgp_reader {
	int fd;
	uint64_t at, end;
};

/* The shapes of gpgme's callbacks; the handles are a pgp_reader, a pgp_out
 * and an sk_buf. -1 and errno end the operation. */
ssize_t pgp_read_part(void *handle, void *buffer, size_t size);
ssize_t pgp_write_bounded(void *handle, const void *buffer, size_t size);
ssize_t pgp_write_buf(void *handle, const void *buffer, size_t size);

/* Files, descriptors and memory files. Paths are never taken from mail. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

/* The whole file into *out (its max is the limit), in place of what it held. */
int sk_file_read(const char *path, struct sk_buf *out, struct sk_error *e);
/* Temporary file, fsync, rename, fsync of the folder. */
int sk_file_write(const char *path, struct sk_span bytes, mode_t mode,
    struct sk_error *e);
bool sk_file_exists(const char *path);
int sk_dir_make(const char *path, mode_t mode, struct sk_error *e);
/* `path` as it stands if absolute, else beside `file`. */
char *sk_path_beside(struct sk_arena *a, const char *file, const char *path);
char *sk_path_join(struct sk_arena *a, const char *dir, const char *name);

int sk_fd_write(int fd, const void *p, size_t n);	/* all or SK_ERR_IO */
/* Reads n bytes at offset; short is SK_ERR_IO. */
int sk_fd_pread(int fd, void *p, size_t n, off_t at);
int sk_fd_size(int fd, size_t *out);
int sk_fd_empty(int fd);	/* no bytes, at the begin; else SK_ERR_OS */
/* The whole of a seekable descriptor into *out, from offset 0. */
int sk_fd_slurp(int fd, struct sk_buf *out);
int sk_fd_cloexec(int fd, bool on);
int sk_fd_nonblock(int fd);
void sk_fd_close(int *fd);				/* closes, sets -1 */

/* An anonymous file in memory; ends the process if the system has none. */
int sk_memfd(const char *name);
int sk_memfd_of(const char *name, struct sk_span bytes);	/* filled, sealed */
/* No one can write, grow or shrink it from now on. */
int sk_memfd_seal(int fd);

// SPDX-License-Identifier: GPL-2.0
/* The fuzz's other calls: open, close, mmap, what files have besides, descriptors that are inherited. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

/* ---- open and close ---------------------------------------------------------------------- */

void fuzz_disown(struct fuzz *f)
{
	pid_t me = f->me;

	if (f->control)
		atomic_compare_exchange_strong(&f->shared->owner, &me, 0);
}

void fuzz_close(struct fuzz *f)
{
	fuzz_disown(f);
	fuzz_result(f, close(f->fd), FUZZ(0), "close");
	f->fd = -1;
	f->control = false;
}

static void own(struct fuzz *f)
{
	pid_t before = atomic_exchange(&f->shared->owner, f->me);

	/* One that was killed could not say that it no longer does. */
	if (before && before != atomic_load(&f->shared->doomed))
		fuzz_fault(f, "process %d controls, and so does %d", (int)before, (int)f->me);
}

/* What a process may open, by the mode of the node: the kernel asks for that first. */
static uint64_t open_allowed(bool root, unsigned mode, int access)
{
	bool readable = root || mode & 0004, writable = root || mode & 0002;

	if ((access != O_WRONLY && !readable) || (access != O_RDONLY && !writable))
		return FUZZ(EACCES);
	if (access == O_RDONLY)
		return FUZZ(0);
	if (access != O_RDWR)
		return FUZZ(EINVAL);
	return root ? FUZZ(0) | FUZZ(EBUSY) : FUZZ(EPERM);
}

void fuzz_open(struct fuzz *f)
{
	static const int accesses[] = {O_RDONLY, O_RDONLY, O_RDONLY, O_RDWR, O_RDWR, O_RDWR, O_WRONLY,
				       O_ACCMODE};
	static const int others[] = {0, O_CLOEXEC, O_NONBLOCK, O_APPEND, O_SYNC, O_NOCTTY, O_LARGEFILE};
	int access = accesses[fuzz_below(f, BT_ARRAY_SIZE(accesses))];
	int flags = access | others[fuzz_below(f, BT_ARRAY_SIZE(others))];
	unsigned changes = atomic_load(&f->shared->mode_changes), mode;
	uint64_t allowed;
	int fd;

	if (f->fd >= 0)
		fuzz_close(f);
	mode = atomic_load(&f->shared->mode);
	fd = open(DEVICE, flags);
	allowed = open_allowed(f->root, mode, access);
	/* The mode may have been another one. */
	if (!f->root && (changes % 2 || changes != atomic_load(&f->shared->mode_changes)))
		allowed = open_allowed(false, 0600, access) | open_allowed(false, 0644, access) |
			  open_allowed(false, 0666, access);
	fuzz_result(f, fd, allowed, "open, flags %#o, mode %o, root %d", flags, mode, f->root);
	f->fd = fd;
	f->control = fd >= 0 && access == O_RDWR;
	if (f->control)
		own(f);
}

/* ---- mmap -------------------------------------------------------------------------------- */

static uint64_t some_length(struct fuzz *f, uint64_t whole)
{
	const uint64_t edges[] = {0, 1, whole, whole + 1, whole - FUZZ_PAGE, whole + FUZZ_PAGE,
				  1ull << 40, ~0ull};

	if (fuzz_once_in(f, 4))
		return edges[fuzz_below(f, BT_ARRAY_SIZE(edges))];
	return 1 + fuzz_below(f, whole);
}

static uint64_t some_offset(struct fuzz *f, uint64_t whole)
{
	switch (fuzz_below(f, 8)) {
	case 0:
		return fuzz_random(f);
	case 1:
		return fuzz_random(f) & ~(uint64_t)(FUZZ_PAGE - 1);
	case 2:
		return fuzz_below(f, whole / FUZZ_PAGE + 2) * FUZZ_PAGE;
	default:
		return 0;
	}
}

static bool is_within(uint64_t offset, uint64_t length, uint64_t whole)
{
	return length && length <= whole && offset <= whole &&
	       (length + FUZZ_PAGE - 1) / FUZZ_PAGE * FUZZ_PAGE <= whole - offset;
}

static uint64_t map_allowed(const struct fuzz *f, int prot, int type, uint64_t offset,
			    uint64_t length)
{
	/* What the kernel refuses before it asks a driver, with whichever error. */
	const uint64_t refused = FUZZ(EINVAL) | FUZZ(ENOMEM) | FUZZ(EOVERFLOW) | FUZZ(EACCES) |
				 FUZZ(EAGAIN);

	if (!type || offset % FUZZ_PAGE || !is_within(offset, length, f->machine->info.map_bytes))
		return refused;
	return FUZZ(f->control || prot & PROT_WRITE ? EACCES : 0);
}

/* Reads each page and may not make it writable. */
static void use_map(struct fuzz *f, volatile char *map, int prot, uint64_t offset, uint64_t length)
{
	uint64_t at;
	char sum = 0;

	if (prot & PROT_READ) {
		for (at = 0; at < length; at += FUZZ_PAGE)
			sum ^= map[at];
		if (!offset && length >= sizeof(__u64) && *(volatile __u64 *)map != BT_AREA_MAGIC)
			fuzz_fault(f, "a mapping has no magic (%d)", sum);
	}
	if (fuzz_once_in(f, 4))
		fuzz_result(f, mprotect((char *)map, length, PROT_READ | PROT_WRITE), FUZZ(EACCES),
			    "mprotect to writable");
	if (fuzz_once_in(f, 16))
		madvise((char *)map, length, (int)fuzz_below(f, 26));
	if (munmap((char *)map, length))
		fuzz_fault(f, "munmap: errno %d", errno);
}

void fuzz_map(struct fuzz *f)
{
	static const int types[] = {MAP_SHARED, MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, 0};
	static const int others[] = {0, 0, MAP_POPULATE, MAP_NORESERVE, MAP_LOCKED, MAP_NONBLOCK};
	static const int prots[] = {PROT_READ, PROT_READ, PROT_READ, PROT_NONE, PROT_READ | PROT_EXEC,
				    PROT_WRITE, PROT_READ | PROT_WRITE};
	int type = types[fuzz_below(f, BT_ARRAY_SIZE(types))];
	int prot = prots[fuzz_below(f, BT_ARRAY_SIZE(prots))];
	int other = others[fuzz_below(f, BT_ARRAY_SIZE(others))];
	uint64_t offset = some_offset(f, f->machine->info.map_bytes);
	uint64_t length = some_length(f, f->machine->info.map_bytes);
	void *map = mmap(NULL, length, prot, type | other, f->fd, (off_t)offset);
	long ret = map == MAP_FAILED ? -1 : 0;

	fuzz_result(f, ret, map_allowed(f, prot, type, offset, length),
		    "mmap, prot %d, type %d, flags %#x, offset %#llx, length %#llx, controller %d", prot,
		    type, other, (unsigned long long)offset, (unsigned long long)length, f->control);
	if (!ret)
		use_map(f, map, prot, offset, length);
}

/* ---- what every file has ------------------------------------------------------------------ */

static long try_poll(int fd, char *buf)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN | POLLOUT};

	(void)buf;
	return poll(&wait, 1, 0);
}

static long try_stat(int fd, char *buf)
{
	struct stat node;

	(void)buf;
	return fstat(fd, &node);
}

static long try_flags(int fd, char *buf)
{
	int flags = fcntl(fd, F_GETFL);

	(void)buf;
	return flags < 0 ? flags : fcntl(fd, F_SETFL, flags ^ O_NONBLOCK);
}

static long try_lock(int fd, char *buf)
{
	(void)buf;
	return flock(fd, LOCK_SH | LOCK_NB);
}

static long try_read(int fd, char *buf)
{
	return read(fd, buf, 100);
}

static long try_pread(int fd, char *buf)
{
	return pread(fd, buf, FUZZ_PAGE, FUZZ_PAGE);
}

static long try_write(int fd, char *buf)
{
	return write(fd, buf, 100);
}

static long try_writev(int fd, char *buf)
{
	struct iovec parts[2] = {{buf, 8}, {buf + 8, 8}};

	return writev(fd, parts, 2);
}

static long try_lseek(int fd, char *buf)
{
	(void)buf;
	return lseek(fd, 8, SEEK_SET);
}

static long try_sync(int fd, char *buf)
{
	(void)buf;
	return fsync(fd);
}

static long try_truncate(int fd, char *buf)
{
	(void)buf;
	return ftruncate(fd, 0);
}

void fuzz_file(struct fuzz *f)
{
	static const struct {
		const char *name;
		long (*run)(int fd, char *buf);
		uint64_t allowed;
	} tries[] = {
		{"poll", try_poll, FUZZ(0)},
		{"fstat", try_stat, FUZZ(0)},
		{"fcntl", try_flags, FUZZ(0)},
		{"flock", try_lock, FUZZ(0)},
		/* There is nothing to read, write or seek. */
		{"read", try_read, ~FUZZ(0)},
		{"pread", try_pread, ~FUZZ(0)},
		{"write", try_write, ~FUZZ(0)},
		{"writev", try_writev, ~FUZZ(0)},
		{"lseek", try_lseek, ~FUZZ(0)},
		{"fsync", try_sync, ~FUZZ(0)},
		{"ftruncate", try_truncate, ~FUZZ(0)},
	};
	unsigned i = (unsigned)fuzz_below(f, BT_ARRAY_SIZE(tries));

	fuzz_result(f, tries[i].run(f->fd, (char *)f->arena), tries[i].allowed, "%s, controller %d",
		    tries[i].name, f->control);
}

/* ---- descriptors that live on -------------------------------------------------------------- */

void fuzz_duplicate(struct fuzz *f)
{
	int second = fuzz_once_in(f, 2) ? dup(f->fd) : fcntl(f->fd, F_DUPFD_CLOEXEC, 100);

	if (fuzz_result(f, second, FUZZ(0), "dup") < 0)
		return;
	if (close(f->fd))
		fuzz_fault(f, "close of a duplicated descriptor: errno %d", errno);
	f->fd = second;
	if (f->control && f->area->controlled != 1)
		fuzz_fault(f, "the first of two descriptors was closed, and control was lost");
}

/* A child without rights controls by the descriptor alone; it may be the last that has it. */
void fuzz_inherit(struct fuzz *f)
{
	static void (*const calls[])(struct fuzz *) = {fuzz_publish, fuzz_keepalive, fuzz_get_config,
						       fuzz_map};
	bool last = fuzz_once_in(f, 2);
	unsigned i;
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (f->root && (setgid(65534) || setuid(65534)))
			_exit(2);
		for (i = 0; i < 20; i++)
			calls[fuzz_below(f, BT_ARRAY_SIZE(calls))](f);
		if (last)
			fuzz_disown(f);
		_exit(0);
	}
	fuzz_result(f, pid, FUZZ(0), "fork");
	if (last) {
		close(f->fd);
		f->fd = -1;
		f->control = false;
	}
	if (pid > 0 && (waitpid(pid, &status, 0) != pid || status))
		fuzz_fault(f, "a child that inherited ended with %#x", (unsigned)status);
}

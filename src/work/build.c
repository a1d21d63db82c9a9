// SPDX-License-Identifier: GPL-2.0
/*
 * A real build: the C files of a tree that comes with the guest (tools/lab-build-tree.sh), each
 * compiled by a process of its own, then joined. Takes threads (compilers at once), dir, files (the
 * first so many of them alone; default all), rounds (how many times, default 1), tree and compiler
 * (default: where that script puts them). Objects are in dir/build/ROUND and stay until `clean`, or
 * the next build. What compilers print is told as output. Answers: files (compiled in all rounds),
 * ns. A compiler that fails ends the build, and is the error.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vm/child.h"
#include "work/files.h"
#include "work/lines.h"
#include "work/pool.h"

#define TREE "/usr/src/buddytop"
#define COMPILER "/usr/bin/tcc"
#define FILES_MAX 4096
#define ROUNDS_MAX 10000u

struct build {
	struct bt_work_call *call;
	const char *tree, *compiler;
	uint64_t rounds;
	unsigned threads;
	struct dirent **files;
	int found;
	unsigned file_count;		/* of them that are compiled */
	char dir[PATH_MAX];
	struct bt_lines lines;
	struct bt_pool pool;
	uint64_t compiled;
};

static int is_source(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 2 && !strcmp(entry->d_name + length - 2, ".c");
}

static int find_files(struct build *b, uint64_t most, struct bt_err *err)
{
	int count = scandir(b->tree, &b->files, is_source, alphasort);

	b->found = count < 0 ? 0 : count;
	b->file_count = (uint64_t)b->found < most ? (unsigned)b->found : (unsigned)most;
	if (count > 0 && count <= FILES_MAX)
		return 0;
	return bt_err_set(err, ENOENT, "build: %d C files in %s, not 1 to %d: is the tree of "
			  "lab-build-tree in this guest?", b->found, b->tree, FILES_MAX);
}

static char *object(const struct build *b, uint64_t round, unsigned file)
{
	return bt_xasprintf("%s/%llu/%s.o", b->dir, (unsigned long long)round,
			    b->files[file]->d_name);
}

static pid_t run_compiler(struct build *b, const char *const *argv, struct bt_err *err)
{
	return bt_child_start(&(struct bt_child_spec){ .argv = argv, .directory = b->tree,
						       .out_fd = b->lines.out,
						       .err_fd = b->lines.out }, err);
}

static int start_file(struct build *b, uint64_t round, unsigned file, struct bt_err *err)
{
	char *to = object(b, round, file);
	const char *const argv[] = { b->compiler, "-c", "-w", "-D_GNU_SOURCE", "-Iinclude", "-o", to,
				     b->files[file]->d_name, NULL };
	pid_t pid = run_compiler(b, argv, err);

	free(to);
	return pid < 0 ? (int)pid : bt_pool_add(&b->pool, pid, file, err);
}

/* All objects into one, as far as that goes without a C library. */
static int start_join(struct build *b, uint64_t round, struct bt_err *err)
{
	unsigned fixed = 4, count = b->file_count;
	const char **argv = bt_xcalloc(fixed + count + 1, sizeof(*argv));
	char *to = bt_xasprintf("%s/%llu/all.o", b->dir, (unsigned long long)round);
	pid_t pid;

	argv[0] = b->compiler;
	argv[1] = "-r";
	argv[2] = "-o";
	argv[3] = to;
	for (unsigned i = 0; i < count; i++)
		argv[fixed + i] = object(b, round, i);
	pid = run_compiler(b, argv, err);
	for (unsigned i = 0; i < count; i++)
		free((char *)argv[fixed + i]);
	free(argv);
	free(to);
	return pid < 0 ? (int)pid : bt_pool_add(&b->pool, pid, count, err);
}

static int one_ends(struct build *b, struct bt_err *err)
{
	struct bt_pool_child ended;
	char text[64];
	int status, code = bt_pool_wait(&b->pool, b->call->stop_fd, &ended, &status);
	bool joined = ended.number == b->file_count;

	if (code)
		return code;
	bt_lines_read(&b->lines, b->call);
	if (status)
		return bt_err_set(err, EIO, "%s of %s: %s", b->compiler,
				  joined ? "all objects" : b->files[ended.number]->d_name,
				  bt_child_status_text(status, text, sizeof(text)));
	b->compiled += !joined;
	return 0;
}

static int do_round(struct build *b, uint64_t round, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/%llu", b->dir, (unsigned long long)round);
	unsigned next = 0;
	int code = bt_make_path(path, 0755, err);

	free(path);
	while (!code && (next < b->file_count || b->pool.running)) {
		if (next < b->file_count && b->pool.running < b->threads)
			code = start_file(b, round, next++, err);
		else
			code = one_ends(b, err);
	}
	if (!code)
		code = start_join(b, round, err);
	return code ? code : one_ends(b, err);
}

static int run(struct build *b, struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	int code = 0;

	bt_work_begun(b->call, start_ns);
	for (uint64_t round = 0; round < b->rounds && !code; round++)
		code = do_round(b, round, err);
	bt_pool_kill(&b->pool);
	bt_json_u64(b->call->answer, "files", b->compiled);
	bt_json_u64(b->call->answer, "ns", bt_mono_ns() - start_ns);
	return code == -EINTR ? 0 : code;
}

static int read_settings(struct build *b, struct bt_err *err)
{
	static const struct bt_work_number threads = { "threads", 1, BT_WORK_THREADS_MAX, 1 };
	static const struct bt_work_number files = { "files", 1, FILES_MAX, FILES_MAX };
	static const struct bt_work_number rounds = { "rounds", 1, ROUNDS_MAX, 1 };
	uint64_t count = 1, most;
	int code = bt_work_number(b->call, &threads, &count, err);

	if (!code)
		code = bt_work_number(b->call, &files, &most, err);
	if (!code)
		code = bt_work_number(b->call, &rounds, &b->rounds, err);
	if (!code)
		code = bt_work_directory(b->call, BT_WORK_BUILD_DIR, b->dir, err);
	b->threads = (unsigned)count;
	b->tree = bt_json_get_string(b->call->request, "tree");
	b->compiler = bt_json_get_string(b->call->request, "compiler");
	b->tree = b->tree ? b->tree : TREE;
	b->compiler = b->compiler ? b->compiler : COMPILER;
	return code ? code : find_files(b, most, err);
}

int bt_work_build(struct bt_work_call *call, struct bt_err *err)
{
	struct build *b = bt_xcalloc(1, sizeof(*b));
	int code, dir_fd;

	b->call = call;
	code = read_settings(b, err);
	if (!code) {
		dir_fd = bt_work_fresh_directory(call, BT_WORK_BUILD_DIR, err);
		code = dir_fd < 0 ? dir_fd : close(dir_fd);
	}
	if (!code)
		code = bt_lines_open(&b->lines, err);
	if (!code) {
		code = run(b, err);
		bt_lines_close(&b->lines, call);
	}
	for (int i = 0; i < b->found; i++)
		free(b->files[i]);
	free(b->files);
	free(b);
	return code;
}

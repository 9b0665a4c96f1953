/* What calls do to descriptors, directories, names and mappings. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "track/track_internal.h"

/* From the kernel's UAPI, where libc's headers lack them or clash with others. */
#define HOW_IN_ROOT           0x10   /* RESOLVE_IN_ROOT */
#define DUP_FD_CLOEXEC        1030   /* F_DUPFD_CLOEXEC, F_LINUX_SPECIFIC_BASE + 6 */
#define PEER_OF_PTY           0x5441 /* TIOCGPTPEER */
#define SWAP_NAMES            2      /* RENAME_EXCHANGE */
#define SECCOMP_FILTER        1      /* SECCOMP_SET_MODE_FILTER */
#define SECCOMP_WITH_LISTENER 8      /* SECCOMP_FILTER_FLAG_NEW_LISTENER */
#define MOVE_AND_KEEP         4      /* MREMAP_DONTUNMAP */

/* Flags that act at open(2) only and are no property of the description. */
#define OPEN_ONLY_FLAGS (O_CLOEXEC | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)

/* Flags that F_SETFL changes. */
#define SETTABLE_FLAGS (O_APPEND | O_ASYNC | O_DIRECT | O_NOATIME | O_NONBLOCK)

const uint8_t *call_bytes(const struct event_call *call, unsigned arg, uint64_t addr,
	uint32_t min_len, uint32_t *ret_len)
{
	const struct capture *best = NULL;

	for (unsigned i = 0; i < call->nr_captures; i++) {
		const struct capture *c = &call->captures[i];

		if (c->arg != arg || c->flags & CAPTURE_FAULT || addr < c->addr ||
			addr - c->addr > c->len || c->len - (addr - c->addr) < min_len)
			continue;
		/* what the call wrote is newer than what it found */
		if (!best || c->when == CAPTURE_AT_EXIT)
			best = c;
	}
	if (!best)
		return NULL;
	if (ret_len)
		*ret_len = (uint32_t)(best->len - (addr - best->addr));
	return best->bytes + (addr - best->addr);
}

const char *call_string(const struct event_call *call, unsigned arg)
{
	uint32_t len;
	const uint8_t *bytes = call_bytes(call, arg, call->args[arg], 1, &len);

	/* cut ones end without a NUL */
	return bytes && memchr(bytes, '\0', len) ? (const char *)bytes : NULL;
}

static int32_t arg_fd(const struct call_context *c, unsigned arg)
{
	return (int32_t)c->call->args[arg];
}

static uint32_t arg_u32(const struct call_context *c, unsigned arg)
{
	return (uint32_t)c->call->args[arg];
}

static struct fd_table *files_of(const struct call_context *c)
{
	return task_files(c->task);
}

/* The result as a descriptor; results that are none (hostile) come out as -1. */
static int32_t result_fd(const struct call_context *c)
{
	return c->call->ret >= 0 && c->call->ret <= INT32_MAX ? (int32_t)c->call->ret : -1;
}

static void install(const struct call_context *c, struct file *f, bool cloexec)
{
	files_set(c->t, files_of(c), result_fd(c), f, cloexec);
}

/* A descriptor that needs no more than its row says. */
static void on_simple(const struct call_context *c)
{
	const struct call_handler *h = c->handler;
	uint32_t flags = h->flags_arg >= 0 ? arg_u32(c, h->flags_arg) : 0;
	struct path *path = h->name ? path_intern(&c->t->paths, h->name, strlen(h->name)) : NULL;

	install(c, file_create(c->t, h->kind, path, flags & O_NONBLOCK),
		h->cloexec == ALWAYS_CLOEXEC || flags & h->cloexec);
}

/* Opening by path */

static void open_path(const struct call_context *c, struct path *path, uint32_t flags)
{
	struct file *f;

	if ((flags & O_TMPFILE) == O_TMPFILE) {
		/* a file without a name in the directory that was given */
		path_unref(&c->t->paths, path);
		path = NULL;
	}
	f = file_create(c->t, TRACK_FILE, path, flags & ~(uint32_t)OPEN_ONLY_FLAGS);
	f->view.deleted = (flags & O_TMPFILE) == O_TMPFILE;
	install(c, f, flags & O_CLOEXEC);
}

static struct path *resolve_arg(const struct call_context *c, int32_t dirfd, unsigned arg)
{
	const char *text = call_string(c->call, arg);

	return text ? task_resolve(c->t, c->task, dirfd, text) : NULL;
}

static void on_open(const struct call_context *c)
{
	open_path(c, resolve_arg(c, AT_FDCWD, 0), arg_u32(c, 1));
}

static void on_creat(const struct call_context *c)
{
	open_path(c, resolve_arg(c, AT_FDCWD, 0), O_WRONLY);
}

static void on_openat(const struct call_context *c)
{
	open_path(c, resolve_arg(c, arg_fd(c, 0), 1), arg_u32(c, 2));
}

static void on_openat2(const struct call_context *c)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = {0};
	const uint8_t *bytes = call_bytes(c->call, 2, c->call->args[2], sizeof(how), NULL);
	const char *text = call_string(c->call, 1);
	struct path *path = NULL;
	struct track *t = c->t;

	if (bytes)
		memcpy(&how, bytes, sizeof(how));
	if (bytes && text &&
		resolve_text(t, task_fs(c->task), files_of(c), arg_fd(c, 0),
			how.resolve & HOW_IN_ROOT, text, &t->text))
		path = path_intern(&t->paths, t->text.data, t->text.len);
	open_path(c, path, (uint32_t)how.flags);
}

static void on_open_by_handle(const struct call_context *c)
{
	open_path(c, NULL, arg_u32(c, 2) & ~(uint32_t)O_TMPFILE);
}

static void on_open_tree(const struct call_context *c)
{
	open_path(c, resolve_arg(c, arg_fd(c, 0), 1), O_PATH | (arg_u32(c, 2) & O_CLOEXEC));
}

/* Copies of descriptors */

static struct file *ref_or_unknown(const struct call_context *c, struct file *f)
{
	return f ? file_ref(f) : file_create(c->t, TRACK_UNKNOWN, NULL, 0);
}

static void dup_to_result(const struct call_context *c, bool cloexec)
{
	install(c, ref_or_unknown(c, files_get(files_of(c), arg_fd(c, 0))), cloexec);
}

static void on_dup(const struct call_context *c)
{
	dup_to_result(c, false);
}

static void on_dup2(const struct call_context *c)
{
	if (arg_fd(c, 0) != result_fd(c))
		dup_to_result(c, false);
}

static void on_dup3(const struct call_context *c)
{
	dup_to_result(c, arg_u32(c, 2) & O_CLOEXEC);
}

static void set_cloexec(const struct call_context *c, int32_t fd, bool on)
{
	struct file *f = files_get(files_of(c), fd);

	if (f)
		files_set(c->t, files_of(c), fd, file_ref(f), on);
}

static void on_fcntl(const struct call_context *c)
{
	struct file *f;

	switch (arg_u32(c, 1)) {
	case F_DUPFD: dup_to_result(c, false); break;
	case DUP_FD_CLOEXEC: dup_to_result(c, true); break;
	case F_SETFD: set_cloexec(c, arg_fd(c, 0), arg_u32(c, 2) & FD_CLOEXEC); break;
	case F_SETFL:
		f = files_get(files_of(c), arg_fd(c, 0));
		if (f)
			f->view.flags = (f->view.flags & ~(uint32_t)SETTABLE_FLAGS) |
					(arg_u32(c, 2) & SETTABLE_FLAGS);
		break;
	}
}

static void on_ioctl(const struct call_context *c)
{
	switch (arg_u32(c, 1)) {
	case FIOCLEX: set_cloexec(c, arg_fd(c, 0), true); break;
	case FIONCLEX: set_cloexec(c, arg_fd(c, 0), false); break;
	case PEER_OF_PTY: open_path(c, NULL, arg_u32(c, 2) & ~(uint32_t)O_TMPFILE); break;
	}
}

/* close(2) frees the number whatever else it reports, but for one error. */
static void on_close(const struct call_context *c)
{
	if (c->call->ret != -EBADF)
		files_close(c->t, files_of(c), arg_fd(c, 0));
}

static void on_close_range(const struct call_context *c)
{
	uint32_t flags = arg_u32(c, 2);
	struct track *t = c->t;

	if (flags & CLOSE_RANGE_UNSHARE)
		task_unshare_files(t, c->task);
	t->fds.len = 0;
	fd_table_list(files_of(c), arg_u32(c, 0), arg_u32(c, 1), 0, &t->fds);
	for (size_t i = 0; i < t->fds.len; i++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			set_cloexec(c, t->fds.data[i], true);
		else
			files_close(t, files_of(c), t->fds.data[i]);
	}
}

/* New descriptors of other kinds */

static void on_pipe(const struct call_context *c)
{
	const uint8_t *bytes = call_bytes(c->call, 0, c->call->args[0], sizeof(int32_t[2]), NULL);
	uint32_t flags = c->handler->flags_arg >= 0 ? arg_u32(c, c->handler->flags_arg) : 0;
	uint32_t kept = flags & (O_NONBLOCK | O_DIRECT);
	struct file *ends[2];
	int32_t fds[2];

	if (!bytes)
		return;
	memcpy(fds, bytes, sizeof(fds));
	ends[0] = file_create(c->t, TRACK_PIPE, NULL, O_RDONLY | kept);
	ends[1] = file_create(c->t, TRACK_PIPE, NULL, O_WRONLY | kept);
	file_pair(ends[0], ends[1]);
	for (int i = 0; i < 2; i++)
		files_set(c->t, files_of(c), fds[i], ends[i], flags & O_CLOEXEC);
}

static void on_memfd(const struct call_context *c)
{
	static const char prefix[] = "/memfd:";
	const char *name = call_string(c->call, 0);
	struct path *path = NULL;
	struct file *f;

	if (name && strlen(name) <= NAME_MAX) {
		struct buf *text = &c->t->text;

		buf_reset(text);
		buf_adds(text, prefix);
		buf_adds(text, name);
		path = path_create_unlinked(text->data, text->len, true);
	}
	f = file_create(c->t, TRACK_MEMFD, path, O_RDWR);
	f->view.deleted = true;
	install(c, f, arg_u32(c, 1) & MFD_CLOEXEC);
}

static void on_signalfd(const struct call_context *c)
{
	/* else it changes the mask of an existing one */
	if (arg_fd(c, 0) == -1)
		on_simple(c);
}

static void on_pidfd_open(const struct call_context *c)
{
	struct file *f;

	on_simple(c);
	f = files_get(files_of(c), result_fd(c));
	if (f)
		f->view.target_pid = arg_fd(c, 0);
}

static void on_pidfd_getfd(const struct call_context *c)
{
	const struct file *pidfd = files_get(files_of(c), arg_fd(c, 0));
	const struct proc *target =
		pidfd && pidfd->view.target_pid
			? map_get(&c->t->procs, (uint32_t)pidfd->view.target_pid)
			: NULL;

	install(c, ref_or_unknown(c, target ? files_get(target->files, arg_fd(c, 1)) : NULL), true);
}

/* Which of bpf(2)'s commands return a descriptor, and of what. */
static void on_bpf(const struct call_context *c)
{
	static const struct {
		uint32_t command;
		const char *name;
	} commands[] = {
		{0, "anon_inode:bpf-map"},   /* MAP_CREATE */
		{14, "anon_inode:bpf-map"},  /* MAP_GET_FD_BY_ID */
		{5, "anon_inode:bpf-prog"},  /* PROG_LOAD */
		{13, "anon_inode:bpf-prog"}, /* PROG_GET_FD_BY_ID */
		{17, "anon_inode:bpf_link"}, /* RAW_TRACEPOINT_OPEN */
		{28, "anon_inode:bpf_link"}, /* LINK_CREATE */
		{30, "anon_inode:bpf_link"}, /* LINK_GET_FD_BY_ID */
		{18, "anon_inode:btf"},      /* BTF_LOAD */
		{19, "anon_inode:btf"},      /* BTF_GET_FD_BY_ID */
		{33, "anon_inode:bpf_iter"}, /* ITER_CREATE */
		{7, NULL},                   /* OBJ_GET: whatever was pinned there */
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *name = commands[i].name;

		if (commands[i].command != arg_u32(c, 0))
			continue;
		install(c,
			file_create(c->t, name ? TRACK_ANON : TRACK_UNKNOWN,
				name ? path_intern(&c->t->paths, name, strlen(name)) : NULL, 0),
			true);
		return;
	}
}

static void on_seccomp(const struct call_context *c)
{
	if (arg_u32(c, 0) == SECCOMP_FILTER && arg_u32(c, 1) & SECCOMP_WITH_LISTENER)
		on_simple(c);
}

/* What descriptors are devices: calls that look at them tell. */

static void learn_type(const struct call_context *c, uint32_t mode, uint32_t major, uint32_t minor)
{
	struct file *f = files_get(files_of(c), arg_fd(c, 0));

	if (!f)
		return;
	f->view.type_mode = mode & S_IFMT;
	f->view.dev_major = major;
	f->view.dev_minor = minor;
}

static void learn_stat(const struct call_context *c, unsigned arg)
{
	struct stat st;
	const uint8_t *bytes = call_bytes(c->call, arg, c->call->args[arg], sizeof(st), NULL);

	if (!bytes)
		return;
	memcpy(&st, bytes, sizeof(st));
	learn_type(c, st.st_mode, major(st.st_rdev), minor(st.st_rdev));
}

/* The descriptor itself, not a file below it. */
static bool path_is_empty(const struct call_context *c, uint32_t flags)
{
	const char *path = call_string(c->call, 1);

	return flags & AT_EMPTY_PATH && (!c->call->args[1] || (path && !*path));
}

static void on_fstat(const struct call_context *c)
{
	learn_stat(c, 1);
}

static void on_newfstatat(const struct call_context *c)
{
	if (path_is_empty(c, arg_u32(c, 3)))
		learn_stat(c, 2);
}

static void on_statx(const struct call_context *c)
{
	struct statx st;
	const uint8_t *bytes = call_bytes(c->call, 4, c->call->args[4], sizeof(st), NULL);

	if (!bytes || !path_is_empty(c, arg_u32(c, 2)))
		return;
	memcpy(&st, bytes, sizeof(st));
	if (st.stx_mask & STATX_TYPE)
		learn_type(c, st.stx_mode, st.stx_rdev_major, st.stx_rdev_minor);
}

/* Directories and names */

static void set_cwd(const struct call_context *c, struct path *cwd)
{
	struct fs *fs = task_fs(c->task);

	fs_note(c->t, fs);
	path_unref(&c->t->paths, fs->cwd);
	fs->cwd = cwd;
}

static void on_chdir(const struct call_context *c)
{
	set_cwd(c, resolve_arg(c, AT_FDCWD, 0));
}

static void on_fchdir(const struct call_context *c)
{
	struct file *f = files_get(files_of(c), arg_fd(c, 0));

	set_cwd(c, f && f->view.kind == TRACK_FILE ? path_ref(f->path) : NULL);
}

static void set_root(const struct call_context *c, struct path *root)
{
	struct fs *fs = task_fs(c->task);

	fs_note(c->t, fs);
	path_unref(&c->t->paths, fs->root);
	fs->root = root;
	fs->root_lost = !root;
}

static void on_chroot(const struct call_context *c)
{
	set_root(c, resolve_arg(c, AT_FDCWD, 0));
}

/* Another tree of mounts: no name can be tied to those known before. */
static void lose_root(const struct call_context *c)
{
	set_root(c, NULL);
	set_cwd(c, NULL);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static void on_setns(const struct call_context *c)
{
	const struct file *f = files_get(files_of(c), arg_fd(c, 0));
	uint32_t type = arg_u32(c, 1);
	const char *text = f && f->path ? f->path->text : NULL;

	/* 0: whatever kind the descriptor is */
	if (type & CLONE_NEWNS || (!type && (!text || ends_with(text, "/ns/mnt"))))
		lose_root(c);
}

static void on_unshare(const struct call_context *c)
{
	uint32_t flags = arg_u32(c, 0);

	if (flags & CLONE_FILES)
		task_unshare_files(c->t, c->task);
	if (flags & (CLONE_FS | CLONE_NEWNS | CLONE_NEWUSER))
		task_unshare_fs(c->t, c->task);
}

static bool resolve_arg_text(
	const struct call_context *c, int32_t dirfd, unsigned arg, struct buf *out)
{
	const char *path = call_string(c->call, arg);

	return path && resolve_text(c->t, task_fs(c->task), files_of(c), dirfd, false, path, out);
}

static void rename_at(const struct call_context *c, int32_t from_dir, unsigned from_arg,
	int32_t to_dir, unsigned to_arg, uint32_t flags)
{
	struct buf *from = &c->t->text, *to = &c->t->other_text;
	bool to_known;

	if (!resolve_arg_text(c, from_dir, from_arg, from))
		return;
	to_known = resolve_arg_text(c, to_dir, to_arg, to);
	path_table_rename(
		&c->t->paths, buf_cstr(from), to_known ? buf_cstr(to) : NULL, flags & SWAP_NAMES);
	c->t->unsettled = true;
}

static void on_rename(const struct call_context *c)
{
	rename_at(c, AT_FDCWD, 0, AT_FDCWD, 1, 0);
}

static void on_renameat(const struct call_context *c)
{
	rename_at(c, arg_fd(c, 0), 1, arg_fd(c, 2), 3, 0);
}

static void on_renameat2(const struct call_context *c)
{
	rename_at(c, arg_fd(c, 0), 1, arg_fd(c, 2), 3, arg_u32(c, 4));
}

static void unlink_at(const struct call_context *c, int32_t dirfd, unsigned arg)
{
	struct track *t = c->t;

	if (!resolve_arg_text(c, dirfd, arg, &t->text))
		return;
	path_table_unlink(&t->paths, buf_cstr(&t->text));
	t->unsettled = true;
}

static void on_unlink(const struct call_context *c)
{
	unlink_at(c, AT_FDCWD, 0);
}

static void on_unlinkat(const struct call_context *c)
{
	unlink_at(c, arg_fd(c, 0), 1);
}

/* Mappings */

static struct mm *mm_of(const struct call_context *c)
{
	return c->task->proc->mm;
}

static void map_result(const struct call_context *c, uint64_t offset)
{
	struct mapping m = {
		.addr = (uint64_t)c->call->ret,
		.len = c->call->args[1],
		.offset = offset,
		.prot = arg_u32(c, 2),
		.flags = arg_u32(c, 3),
	};

	if (!(m.flags & MAP_ANONYMOUS)) {
		const struct file *f = files_get(files_of(c), arg_fd(c, 4));

		if (!f || !f->path) {
			/* of a file that is not known: better none than "anonymous" */
			mm_unmap(&c->t->paths, mm_of(c), m.addr, m.len);
			return;
		}
		m.path = path_ref(f->path);
	}
	mm_map(&c->t->paths, mm_of(c), &m);
}

static void on_mmap(const struct call_context *c)
{
	map_result(c, c->call->args[5]);
}

/* i386: the offset counts in units of 4096 bytes */
static void on_mmap2(const struct call_context *c)
{
	map_result(c, c->call->args[5] * 4096);
}

static void on_munmap(const struct call_context *c)
{
	mm_unmap(&c->t->paths, mm_of(c), c->call->args[0], c->call->args[1]);
}

static void on_mprotect(const struct call_context *c)
{
	mm_protect(&c->t->paths, mm_of(c), c->call->args[0], c->call->args[1], arg_u32(c, 2));
}

static void on_mremap(const struct call_context *c)
{
	const uint64_t *args = c->call->args;

	mm_move(&c->t->paths, mm_of(c), args[0], args[1], (uint64_t)c->call->ret, args[2],
		arg_u32(c, 3) & MOVE_AND_KEEP || !args[1]);
}

static void on_brk(const struct call_context *c)
{
	if (c->call->ret > 0)
		mm_set_brk(&c->t->paths, mm_of(c), (uint64_t)c->call->ret);
}

/* Names of tasks */

static void on_prctl(const struct call_context *c)
{
	const uint8_t *name;
	uint32_t len;

	if (arg_u32(c, 0) != PR_SET_NAME)
		return;
	name = call_bytes(c->call, 1, c->call->args[1], 1, &len);
	if (name)
		task_set_comm(c->task, (const char *)name, len);
}

/* Rows: a call without one concerns no state. */

#define FILES(fn)                                                                                  \
	{                                                                                          \
		.run = fn, .part = TRACK_FILES, .flags_arg = -1                                    \
	}
#define OPENS(fn)                                                                                  \
	{                                                                                          \
		.run = fn, .part = TRACK_FILES, .flags = HANDLER_RESULT_FD, .flags_arg = -1        \
	}
#define PASSES(fn)                                                                                 \
	{                                                                                          \
		.run = fn, .part = TRACK_PASSING, .flags = HANDLER_64, .flags_arg = -1             \
	}
#define MAPPINGS(fn)                                                                               \
	{                                                                                          \
		.run = fn, .part = TRACK_MAPPINGS, .flags_arg = -1                                 \
	}

/* struct stat of 32-bit programs is another one */
#define LOOKS(fn)                                                                                  \
	{                                                                                          \
		.run = fn, .part = TRACK_DEVICES, .flags = HANDLER_64, .flags_arg = -1             \
	}

/* A function, where its flags are (-1: none), what FD_CLOEXEC is called there, what is made. */
#define MAKES(fn, arg, bit, what, text)                                                            \
	{                                                                                          \
		.run = fn, .part = TRACK_FILES, .flags = HANDLER_RESULT_FD, .flags_arg = arg,      \
		.cloexec = bit, .kind = what, .name = text                                         \
	}
#define ANON(arg, bit, text) MAKES(on_simple, arg, bit, TRACK_ANON, "anon_inode:" text)

const struct call_handler call_handlers[NR_CALL_IDS] = {
	[CALL_open] = OPENS(on_open),
	[CALL_creat] = OPENS(on_creat),
	[CALL_openat] = OPENS(on_openat),
	[CALL_openat2] = OPENS(on_openat2),
	[CALL_open_by_handle_at] = OPENS(on_open_by_handle),
	[CALL_open_tree] = OPENS(on_open_tree),
	[CALL_dup] = OPENS(on_dup),
	[CALL_dup2] = OPENS(on_dup2),
	[CALL_dup3] = OPENS(on_dup3),
	[CALL_fcntl] = FILES(on_fcntl),
	[CALL_fcntl64] = FILES(on_fcntl),
	[CALL_ioctl] = FILES(on_ioctl),
	[CALL_close] = {.run = on_close, .part = TRACK_FILES, .flags = HANDLER_ANY_RESULT},
	[CALL_close_range] = FILES(on_close_range),
	[CALL_pipe] = FILES(on_pipe),
	[CALL_pipe2] = {.run = on_pipe, .part = TRACK_FILES, .flags_arg = 1},
	[CALL_eventfd] = ANON(-1, 0, "[eventfd]"),
	[CALL_eventfd2] = ANON(1, O_CLOEXEC, "[eventfd]"),
	[CALL_epoll_create] = ANON(-1, 0, "[eventpoll]"),
	[CALL_epoll_create1] = ANON(0, O_CLOEXEC, "[eventpoll]"),
	[CALL_timerfd_create] = ANON(1, O_CLOEXEC, "[timerfd]"),
	[CALL_signalfd] = MAKES(on_signalfd, -1, 0, TRACK_ANON, "anon_inode:[signalfd]"),
	[CALL_signalfd4] = MAKES(on_signalfd, 3, O_CLOEXEC, TRACK_ANON, "anon_inode:[signalfd]"),
	[CALL_inotify_init] = ANON(-1, 0, "inotify"),
	[CALL_inotify_init1] = ANON(0, O_CLOEXEC, "inotify"),
	[CALL_fanotify_init] = ANON(0, 1, "[fanotify]"),
	[CALL_userfaultfd] = ANON(0, O_CLOEXEC, "[userfaultfd]"),
	[CALL_io_uring_setup] = ANON(-1, ALWAYS_CLOEXEC, "[io_uring]"),
	[CALL_perf_event_open] = ANON(4, 8, "[perf_event]"),
	[CALL_landlock_create_ruleset] = ANON(-1, ALWAYS_CLOEXEC, "[landlock-ruleset]"),
	[CALL_fsopen] = ANON(1, 1, "[fscontext]"),
	[CALL_fspick] = ANON(2, 1, "[fscontext]"),
	[CALL_fsmount] = MAKES(on_simple, 1, 1, TRACK_FILE, NULL),
	[CALL_mq_open] = MAKES(on_simple, -1, ALWAYS_CLOEXEC, TRACK_UNKNOWN, NULL),
	[CALL_memfd_secret] = MAKES(on_simple, 0, O_CLOEXEC, TRACK_MEMFD, NULL),
	[CALL_memfd_create] = OPENS(on_memfd),
	[CALL_pidfd_open] =
		MAKES(on_pidfd_open, -1, ALWAYS_CLOEXEC, TRACK_ANON, "anon_inode:[pidfd]"),
	[CALL_pidfd_getfd] = OPENS(on_pidfd_getfd),
	[CALL_bpf] = FILES(on_bpf),
	[CALL_seccomp] = {.run = on_seccomp,
		.part = TRACK_FILES,
		.flags_arg = -1,
		.cloexec = ALWAYS_CLOEXEC,
		.kind = TRACK_ANON,
		.name = "anon_inode:seccomp notify"},
	[CALL_socket] = OPENS(on_socket),
	[CALL_socketpair] = FILES(on_socketpair),
	[CALL_accept] = OPENS(on_accept),
	[CALL_accept4] = {.run = on_accept,
		.part = TRACK_FILES,
		.flags = HANDLER_RESULT_FD,
		.flags_arg = 3},
	[CALL_bind] = FILES(on_bind),
	[CALL_connect] = {.run = on_connect, .part = TRACK_FILES, .flags = HANDLER_ANY_RESULT},
	[CALL_getsockname] = FILES(on_getsockname),
	[CALL_getpeername] = FILES(on_getpeername),
	[CALL_sendmsg] = PASSES(on_sendmsg),
	[CALL_recvmsg] = PASSES(on_recvmsg),
	[CALL_sendmmsg] = PASSES(on_sendmmsg),
	[CALL_recvmmsg] = PASSES(on_recvmmsg),
	[CALL_chdir] = FILES(on_chdir),
	[CALL_fchdir] = FILES(on_fchdir),
	[CALL_chroot] = FILES(on_chroot),
	[CALL_pivot_root] = FILES(lose_root),
	[CALL_setns] = FILES(on_setns),
	[CALL_unshare] = FILES(on_unshare),
	[CALL_rename] = FILES(on_rename),
	[CALL_renameat] = FILES(on_renameat),
	[CALL_renameat2] = FILES(on_renameat2),
	[CALL_unlink] = FILES(on_unlink),
	[CALL_unlinkat] = FILES(on_unlinkat),
	[CALL_rmdir] = FILES(on_unlink),
	[CALL_mmap] = {.run = on_mmap, .part = TRACK_MAPPINGS, .flags = HANDLER_64},
	[CALL_mmap2] = MAPPINGS(on_mmap2),
	[CALL_munmap] = MAPPINGS(on_munmap),
	[CALL_mprotect] = MAPPINGS(on_mprotect),
	[CALL_pkey_mprotect] = MAPPINGS(on_mprotect),
	[CALL_mremap] = MAPPINGS(on_mremap),
	[CALL_brk] = MAPPINGS(on_brk),
	[CALL_fstat] = LOOKS(on_fstat),
	[CALL_newfstatat] = LOOKS(on_newfstatat),
	[CALL_statx] = LOOKS(on_statx),
	[CALL_prctl] = {.run = on_prctl, .part = TRACK_NAMES},
};

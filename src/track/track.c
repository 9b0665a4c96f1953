#include "track/track.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "track/track_internal.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/macros.h"

struct track *track_create(void)
{
	return xcalloc(1, sizeof(struct track));
}

/* Descriptors, directories */

static struct fs *fs_create(void)
{
	struct fs *ret = xcalloc(1, sizeof(*ret));

	ret->refs = 1;
	return ret;
}

struct fs *fs_copy(const struct fs *fs)
{
	struct fs *ret = fs_create();

	ret->cwd = path_ref(fs->cwd);
	ret->root = path_ref(fs->root);
	ret->root_lost = fs->root_lost;
	return ret;
}

void fs_unref(struct track *t, struct fs *fs)
{
	if (!fs || --fs->refs)
		return;
	path_unref(&t->paths, fs->cwd);
	path_unref(&t->paths, fs->root);
	free(fs);
}

void fs_note(struct track *t, const struct fs *fs)
{
	if (t->undo_fs)
		return;
	t->unsettled = true;
	t->undo_fs = fs;
	t->old_fs = *fs;
	path_ref(fs->cwd);
	path_ref(fs->root);
}

static struct file *resolve_alias(struct file *f)
{
	while (f && f->same_as)
		f = f->same_as;
	return f;
}

struct file *files_get(const struct fd_table *table, int32_t fd)
{
	return resolve_alias(fd_slot_file(fd_table_get(table, fd)));
}

static void change_slot(struct track *t, struct fd_table *table, int32_t fd, fd_slot slot)
{
	fd_slot old = fd_table_set(t, table, fd, slot);

	VEC_PUSH(&t->undo, (struct fd_undo){table, fd, old});
	t->unsettled = true;
}

void files_set(struct track *t, struct fd_table *table, int32_t fd, struct file *file, bool cloexec)
{
	if (fd < 0) {
		file_unref(t, file);
		return;
	}
	change_slot(t, table, fd, (fd_slot)file | (cloexec ? FD_SLOT_CLOEXEC : 0));
}

void files_close(struct track *t, struct fd_table *table, int32_t fd)
{
	if (fd_table_get(table, fd))
		change_slot(t, table, fd, 0);
}

static fd_slot slot_before(const struct track *t, const struct fd_table *table, int32_t fd)
{
	for (size_t i = 0; i < t->undo.len; i++)
		if (t->undo.data[i].fd == fd && t->undo.data[i].table == table)
			return t->undo.data[i].slot;
	return fd_table_get(table, fd);
}

/* Tasks and processes */

static struct proc *proc_create(struct track *t, int32_t pid)
{
	struct proc *proc = xcalloc(1, sizeof(*proc));

	proc->pid = pid;
	map_put(&t->procs, (uint32_t)pid, proc);
	return proc;
}

static void proc_destroy(struct track *t, struct proc *proc)
{
	map_remove(&t->procs, (uint32_t)proc->pid);
	fd_table_unref(t, proc->files);
	fs_unref(t, proc->fs);
	mm_unref(&t->paths, proc->mm);
	free(proc);
}

/* A process of which nothing is known. */
static struct proc *proc_create_blank(struct track *t, int32_t pid)
{
	struct proc *proc = proc_create(t, pid);

	proc->files = fd_table_create();
	proc->fs = fs_create();
	proc->mm = mm_create();
	return proc;
}

static struct task *task_create(struct track *t, struct proc *proc, int32_t tid)
{
	struct task *task = xcalloc(1, sizeof(*task));

	task->tid = tid;
	task->proc = proc;
	proc->nr_tasks++;
	map_put(&t->tasks, (uint32_t)tid, task);
	return task;
}

static void task_forget(struct track *t, int32_t tid)
{
	struct task *task = map_remove(&t->tasks, (uint32_t)tid);

	if (!task)
		return;
	fd_table_unref(t, task->files);
	fs_unref(t, task->fs);
	if (!--task->proc->nr_tasks)
		proc_destroy(t, task->proc);
	free(task);
}

/* Made when it is new: events may have been lost, or observation began in between. */
struct task *task_get(struct track *t, int32_t pid, int32_t tid)
{
	struct task *task = map_get(&t->tasks, (uint32_t)tid);
	struct proc *proc;

	if (task && task->proc->pid == pid)
		return task;
	task_forget(t, tid);
	proc = map_get(&t->procs, (uint32_t)pid);
	return task_create(t, proc ? proc : proc_create_blank(t, pid), tid);
}

void task_set_comm(struct task *task, const char *text, size_t len)
{
	len = strnlen(text, MIN(len, (size_t)TRACK_COMM_MAX - 1));
	memcpy(task->comm, text, len);
	task->comm[len] = '\0';
}

void task_unshare_files(struct track *t, struct task *task)
{
	bool own = task->files || task->proc->nr_tasks > 1;
	struct fd_table **slot = own ? &task->files : &task->proc->files;
	struct fd_table *shared = task_files(task);

	if (*slot == shared && shared->refs == 1)
		return;
	shared = fd_table_copy(t, shared);
	fd_table_unref(t, *slot);
	*slot = shared;
}

void task_unshare_fs(struct track *t, struct task *task)
{
	bool own = task->fs || task->proc->nr_tasks > 1;
	struct fs **slot = own ? &task->fs : &task->proc->fs;
	struct fs *shared = task_fs(task);

	if (*slot == shared && shared->refs == 1)
		return;
	shared = fs_copy(shared);
	fs_unref(t, *slot);
	*slot = shared;
}

/* Paths */

static size_t parent_len(const char *text, size_t len)
{
	while (len && text[len - 1] != '/')
		len--;
	return len ? len - 1 : 0;
}

/* Appends the components of `path`; `..` does not lead below `floor` bytes. */
static bool append_path(struct buf *out, size_t floor, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.') {
			out->len = MAX(parent_len(out->data, out->len), floor);
		} else if (len && !(len == 1 && *path == '.')) {
			buf_addc(out, '/');
			buf_add(out, path, len);
		}
		path += len;
		path += strspn(path, "/");
	}
	if (!out->len)
		buf_addc(out, '/');
	return out->len <= PATH_TEXT_MAX;
}

static bool is_below(const char *text, const char *root)
{
	size_t len = strlen(root);

	return !strncmp(text, root, len) && (!text[len] || text[len] == '/');
}

/* The text of a directory that something is resolved against; NULL = not known. */
static const char *base_text(
	const struct track *t, const struct fs *fs, const struct fd_table *files, int32_t dirfd)
{
	const struct path *path = fs->cwd;
	const char *text;

	if (dirfd != AT_FDCWD) {
		const struct file *f = resolve_alias(fd_slot_file(slot_before(t, files, dirfd)));

		path = f ? f->path : NULL;
	}
	text = path ? path_text(path, true) : NULL;
	return text && *text == '/' ? text : NULL;
}

bool resolve_text(const struct track *t, const struct fs *fs, const struct fd_table *files,
	int32_t dirfd, bool below, const char *path, struct buf *out)
{
	const char *root = "/", *base;
	size_t floor = 0;

	if (fs == t->undo_fs)
		fs = &t->old_fs;
	if (fs->root)
		root = path_text(fs->root, true);
	if (*path == '/' && !below) {
		if (fs->root_lost || !root)
			return false;
		base = root;
	} else {
		base = base_text(t, fs, files, dirfd);
		if (!base)
			return false;
	}
	buf_reset(out);
	if (strcmp(base, "/"))
		buf_adds(out, base);
	if (below)
		floor = out->len;
	else if (root && strcmp(root, "/") && is_below(base, root))
		floor = strlen(root);
	return append_path(out, floor, path);
}

struct path *task_resolve(struct track *t, const struct task *task, int32_t dirfd, const char *path)
{
	if (!resolve_text(t, task_fs(task), task_files(task), dirfd, false, path, &t->text))
		return NULL;
	return path_intern(&t->paths, t->text.data, t->text.len);
}

/* Events */

void track_settle(struct track *t)
{
	if (t->exited) {
		task_forget(t, t->exited);
		t->exited = 0;
	}
	if (!t->unsettled)
		return;
	t->unsettled = false;
	while (t->undo.len)
		file_unref(t, fd_slot_file(t->undo.data[--t->undo.len].slot));
	if (t->undo_fs) {
		path_unref(&t->paths, t->old_fs.cwd);
		path_unref(&t->paths, t->old_fs.root);
		t->undo_fs = NULL;
	}
	file_unref(t, t->undo_socket);
	t->undo_socket = NULL;
	path_table_settle(&t->paths);
}

void track_destroy(struct track *t)
{
	struct map_slot *entry;

	if (!t)
		return;
	track_settle(t);
	forget_told(t);
	while (t->tasks.len) {
		size_t at = 0;

		entry = map_next(&t->tasks, &at);
		task_forget(t, (int32_t)entry->key);
	}
	map_deinit(&t->tasks);
	map_deinit(&t->procs);
	map_deinit(&t->bound);
	path_table_deinit(&t->paths);
	VEC_DEINIT(&t->undo);
	VEC_DEINIT(&t->fds);
	buf_deinit(&t->text);
	buf_deinit(&t->other_text);
	free(t);
}

/* References that a new task gets. */
struct shares {
	struct fd_table *files;
	struct fs *fs;
	struct mm *mm; /* NULL for a thread, which has its process's */
};

static void add_thread(struct track *t, struct task *child, const struct shares *shares)
{
	if (shares->files == child->proc->files)
		fd_table_unref(t, shares->files);
	else
		child->files = shares->files;
	if (shares->fs == child->proc->fs)
		fs_unref(t, shares->fs);
	else
		child->fs = shares->fs;
}

static struct proc *add_process(struct track *t, int32_t pid, const struct shares *shares)
{
	struct proc *proc = map_get(&t->procs, (uint32_t)pid);

	if (proc) {
		/* a number in use again: the end of the former one was missed */
		fd_table_unref(t, proc->files);
		fs_unref(t, proc->fs);
		mm_unref(&t->paths, proc->mm);
	} else {
		proc = proc_create(t, pid);
	}
	proc->files = shares->files;
	proc->fs = shares->fs;
	proc->mm = shares->mm;
	return proc;
}

static struct task *task_add(struct track *t, const struct task *parent, int32_t pid, int32_t tid,
	bool is_thread, const struct shares *shares)
{
	struct task *child;

	if (!is_thread)
		return task_create(t, add_process(t, pid, shares), tid);
	child = task_create(t, parent->proc, tid);
	add_thread(t, child, shares);
	return child;
}

static struct shares share(const struct task *with, uint32_t what, bool is_thread)
{
	struct shares ret = {0};

	if (what & FORK_SHARES_FILES) {
		ret.files = task_files(with);
		ret.files->refs++;
	}
	if (what & FORK_SHARES_FS) {
		ret.fs = task_fs(with);
		ret.fs->refs++;
	}
	if (what & FORK_SHARES_VM && !is_thread) {
		ret.mm = with->proc->mm;
		ret.mm->refs++;
	}
	return ret;
}

static void on_fork(struct track *t, const struct event *ev)
{
	const struct event_fork *fork = &ev->fork;
	const bool is_thread = fork->share & FORK_THREAD || fork->child_pid == ev->pid;
	struct task *parent, *child;
	struct shares shares;

	if (fork->child_tid == ev->tid)
		return;
	task_forget(t, fork->child_tid);
	parent = task_get(t, ev->pid, ev->tid);
	shares = share(parent, fork->share, is_thread);
	if (!shares.files)
		shares.files = fd_table_copy(t, task_files(parent));
	if (!shares.fs)
		shares.fs = fs_copy(task_fs(parent));
	if (!shares.mm && !is_thread)
		shares.mm = mm_copy(parent->proc->mm);
	child = task_add(t, parent, fork->child_pid, fork->child_tid, is_thread, &shares);
	memcpy(child->comm, parent->comm, sizeof(child->comm));
}

struct task *task_add_beside(
	struct track *t, struct task *other, int32_t pid, int32_t tid, uint32_t what)
{
	const bool is_thread = other->proc->pid == pid;
	struct shares shares;

	if (!is_thread && map_get(&t->procs, (uint32_t)pid))
		return task_get(t, pid, tid);
	task_forget(t, tid);
	shares = share(other, what, is_thread);
	if (!shares.files)
		shares.files = fd_table_create();
	if (!shares.fs)
		shares.fs = fs_create();
	if (!shares.mm && !is_thread)
		shares.mm = mm_create();
	return task_add(t, other, pid, tid, is_thread, &shares);
}

static void on_exec(struct track *t, const struct event *ev)
{
	struct task *task;
	struct proc *proc;

	/* the thread that called exec goes on under the leader's number; the others are gone */
	if (ev->exec.old_tid != ev->tid) {
		task = map_get(&t->tasks, (uint32_t)ev->exec.old_tid);
		if (task && task->proc->pid == ev->pid) {
			map_remove(&t->tasks, (uint32_t)ev->exec.old_tid);
			task_forget(t, ev->tid);
			task->tid = ev->tid;
			map_put(&t->tasks, (uint32_t)ev->tid, task);
		}
	}
	task = task_get(t, ev->pid, ev->tid);
	proc = task->proc;
	task_unshare_files(t, task);
	if (task->files) {
		fd_table_unref(t, proc->files);
		proc->files = task->files;
		task->files = NULL;
	}
	if (task->fs) {
		fs_unref(t, proc->fs);
		proc->fs = task->fs;
		task->fs = NULL;
	}
	t->fds.len = 0;
	fd_table_list(proc->files, 0, INT32_MAX, FD_SLOT_CLOEXEC, &t->fds);
	for (size_t i = 0; i < t->fds.len; i++)
		files_close(t, proc->files, t->fds.data[i]);
	mm_unref(&t->paths, proc->mm);
	proc->mm = mm_create();
	if (ev->exec.path) {
		const char *slash = strrchr(ev->exec.path, '/');

		task_set_comm(task, slash ? slash + 1 : ev->exec.path, TRACK_COMM_MAX);
	}
}

static bool failed(const struct event_call *call)
{
	return call->ret < 0 && call->ret >= -4095;
}

static void on_call(struct track *t, const struct event *ev)
{
	const struct event_call *call = &ev->call;
	const struct call_handler *handler = &call_handlers[call_id_of(call->abi, call->nr)];
	struct call_context c = {.t = t, .ev = ev, .call = call, .handler = handler};

	/* whatever an injected result says, the call was not made */
	if (!handler->run || call->flags & (CALL_UNFINISHED | CALL_INJECTED))
		return;
	if (failed(call) && !(handler->flags & HANDLER_ANY_RESULT))
		return;
	if (call->abi == ABI_I386 && handler->flags & HANDLER_64)
		return;
	if (call->flags & CALL_NO_ENTER) {
		if (handler->flags & HANDLER_RESULT_FD)
			files_set(t, task_files(task_get(t, ev->pid, ev->tid)), (int32_t)call->ret,
				file_create(t, TRACK_UNKNOWN, NULL, 0), false);
		return;
	}
	c.task = task_get(t, ev->pid, ev->tid);
	handler->run(&c);
}

/* What describes a state rather than a change. */
#define STATE_KINDS                                                                                \
	(EV_BIT(EV_ATTACH) | EV_BIT(EV_FD) | EV_BIT(EV_CWD) | EV_BIT(EV_ROOT) | EV_BIT(EV_MAP))

static int track_event(void *self, const struct event *ev, struct err *err)
{
	struct track *t = self;

	track_settle(t);
	if (t->told.len && !(EV_BIT(ev->kind) & STATE_KINDS))
		forget_told(t);
	t->tid = ev->tid;
	switch (ev->kind) {
	case EV_CALL: on_call(t, ev); break;
	case EV_FORK: on_fork(t, ev); break;
	case EV_EXEC: on_exec(t, ev); break;
	/* it is asked about until the next event */
	case EV_EXIT: t->exited = ev->tid; break;
	case EV_ATTACH: on_attach(t, ev); break;
	case EV_FD: on_fd(t, ev); break;
	case EV_CWD: on_cwd(t, ev); break;
	case EV_ROOT: on_root(t, ev); break;
	case EV_MAP: on_map(t, ev); break;
	case EV_UNMAP:
		mm_unmap(&t->paths, task_get(t, ev->pid, ev->tid)->proc->mm, ev->map.addr,
			ev->map.len);
		break;
	default: break;
	}
	return 0;
}

const struct sink_ops track_sink = {
	.name = "track",
	.event = track_event,
};

/* Questions */

/* A process as its task of the current event sees it, else as most of its tasks do. */
static bool view_of(
	const struct track *t, int32_t pid, struct fd_table **ret_files, struct fs **ret_fs)
{
	const struct proc *proc = map_get(&t->procs, (uint32_t)pid);
	const struct task *task;

	if (!proc)
		return false;
	*ret_files = proc->files;
	*ret_fs = proc->fs;
	task = map_get(&t->tasks, (uint32_t)t->tid);
	if (task && task->proc == proc) {
		*ret_files = task_files(task);
		*ret_fs = task_fs(task);
	}
	return true;
}

const struct track_file *track_fd(
	const struct track *t, int32_t pid, int32_t fd, enum track_time when)
{
	bool before = when == TRACK_BEFORE;
	struct fd_table *files;
	struct file *f;
	struct fs *fs;

	if (!view_of(t, pid, &files, &fs))
		return NULL;
	f = resolve_alias(
		fd_slot_file(before ? slot_before(t, files, fd) : fd_table_get(files, fd)));
	if (!f)
		return NULL;
	if (before && f == t->undo_socket)
		return &t->old_socket;
	if (f->path) {
		f->view.path = path_text(f->path, before);
		f->view.deleted = path_deleted(f->path, before);
	}
	return &f->view;
}

bool track_fd_cloexec(const struct track *t, int32_t pid, int32_t fd)
{
	struct fd_table *files;
	struct fs *fs;

	return view_of(t, pid, &files, &fs) && fd_table_get(files, fd) & FD_SLOT_CLOEXEC;
}

const char *track_cwd(const struct track *t, int32_t pid)
{
	const struct path *cwd;
	struct fd_table *files;
	struct fs *fs;

	if (!view_of(t, pid, &files, &fs))
		return NULL;
	cwd = fs == t->undo_fs ? t->old_fs.cwd : fs->cwd;
	return cwd ? path_text(cwd, true) : NULL;
}

const char *track_resolve(
	const struct track *t, struct arena *a, int32_t pid, int32_t dirfd, const char *path)
{
	struct buf text = BUF_INIT;
	struct fd_table *files;
	const char *ret;
	struct fs *fs;

	if (view_of(t, pid, &files, &fs) && resolve_text(t, fs, files, dirfd, false, path, &text))
		ret = arena_strndup(a, text.data, text.len);
	else
		ret = arena_strdup(a, path);
	buf_deinit(&text);
	return ret;
}

bool track_mapping_at(const struct track *t, int32_t pid, uint64_t addr, struct track_mapping *ret)
{
	const struct proc *proc = map_get(&t->procs, (uint32_t)pid);
	const struct mapping *m = proc ? mm_find(proc->mm, addr) : NULL;

	if (!m)
		return false;
	*ret = (struct track_mapping){
		.addr = m->addr,
		.len = m->len,
		.offset = m->offset,
		.prot = m->prot,
		.flags = m->flags,
		.path = m->path ? m->path->text : NULL,
	};
	return true;
}

int32_t track_pid_of(const struct track *t, int32_t tid)
{
	const struct task *task = map_get(&t->tasks, (uint32_t)tid);

	return task ? task->proc->pid : -1;
}

const char *track_comm(const struct track *t, int32_t tid)
{
	const struct task *task = map_get(&t->tasks, (uint32_t)tid);

	return task && *task->comm ? task->comm : NULL;
}

uint32_t track_call_parts(enum call_id id)
{
	return call_handlers[id].part;
}

bool track_needs_call(enum call_id id)
{
	return track_call_parts(id);
}

/* The state at start, as events tell it; and the picture told as such events. */

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "track/track_internal.h"
#include "util/alloc.h"
#include "util/macros.h"

/* As /proc writes it in links: a deleted file's name has a note behind it. */
static const char deleted_note[] = " (deleted)";

static struct path *path_of_link(struct track *t, const char *text)
{
	size_t len = strlen(text), note_len = sizeof(deleted_note) - 1;

	if (len > PATH_TEXT_MAX)
		return NULL;
	if (*text == '/' && len > note_len && !strcmp(text + len - note_len, deleted_note))
		return path_create_unlinked(text, len - note_len, true);
	return path_intern(&t->paths, text, len);
}

static enum track_kind kind_of_link(const char *text)
{
	static const struct {
		const char *prefix;
		enum track_kind kind;
	} prefixes[] = {
		{"/memfd:", TRACK_MEMFD},
		{"/", TRACK_FILE},
		{"pipe:[", TRACK_PIPE},
		{"socket:[", TRACK_SOCKET},
		{"anon_inode:", TRACK_ANON},
	};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(text, prefixes[i].prefix, strlen(prefixes[i].prefix)))
			return prefixes[i].kind;
	return TRACK_UNKNOWN;
}

void forget_told(struct track *t)
{
	struct map_slot *entry;

	for (size_t at = 0; (entry = map_next(&t->told, &at));)
		file_unref(t, entry->value);
	map_deinit(&t->told);
}

void on_attach(struct track *t, const struct event *ev)
{
	const struct event_state *state = &ev->state;
	struct task *other = state->fd > 0 ? map_get(&t->tasks, (uint32_t)state->fd) : NULL;
	struct task *task;

	if (other && other->tid != ev->tid)
		task = task_add_beside(t, other, ev->pid, ev->tid, state->flags);
	else
		task = task_get(t, ev->pid, ev->tid);
	if (state->path)
		task_set_comm(task, state->path, TRACK_COMM_MAX);
}

static const uint8_t *take_address(uint8_t room[SOCKADDR_MAX], const uint8_t *address, uint32_t len)
{
	return len < sizeof(sa_family_t) ? NULL : memcpy(room, address, MIN(len, SOCKADDR_MAX));
}

static void take_addresses(struct file *f, const struct event_file *told)
{
	struct socket *s = file_socket(f);

	f->view.connected = told->connected;
	f->view.local = take_address(s->local, told->local, told->local_len);
	f->view.local_len = f->view.local ? MIN(told->local_len, (uint32_t)SOCKADDR_MAX) : 0;
	f->view.peer = take_address(s->peer, told->peer, told->peer_len);
	f->view.peer_len = f->view.peer ? MIN(told->peer_len, (uint32_t)SOCKADDR_MAX) : 0;
}

static struct path *path_of_told(struct track *t, const struct event_state *state)
{
	size_t len = state->path ? strlen(state->path) : 0;

	if (!len || len > PATH_TEXT_MAX)
		return NULL;
	return state->file->deleted ? path_create_unlinked(state->path, len, true)
				    : path_intern(&t->paths, state->path, len);
}

/* A reference to the description, made when it is the first descriptor of it. */
static struct file *file_of_told(struct track *t, const struct event_state *state, uint32_t flags)
{
	const struct event_file *told = state->file;
	struct file *f = map_get(&t->told, told->id), *peer;

	if (f && told->id)
		return file_ref(f);
	f = file_create(t, told->kind <= TRACK_MEMFD ? told->kind : TRACK_UNKNOWN,
		path_of_told(t, state), flags);
	f->view.deleted = told->deleted;
	f->view.type_mode = told->type_mode;
	f->view.dev_major = told->dev_major;
	f->view.dev_minor = told->dev_minor;
	f->view.target_pid = told->target_pid;
	f->view.family = told->family;
	f->view.type = told->type;
	f->view.protocol = told->protocol;
	if (f->view.kind == TRACK_SOCKET)
		take_addresses(f, told);
	peer = told->peer_id ? map_get(&t->told, told->peer_id) : NULL;
	if (peer)
		file_pair(f, peer);
	if (told->id)
		map_put(&t->told, told->id, file_ref(f));
	return f;
}

void on_fd(struct track *t, const struct event *ev)
{
	const struct event_state *state = &ev->state;
	const uint32_t flags = state->flags & ~(uint32_t)O_CLOEXEC;
	struct task *task = task_get(t, ev->pid, ev->tid);
	struct file *f;

	if (state->file)
		f = file_of_told(t, state, flags);
	else
		f = file_create(t, state->path ? kind_of_link(state->path) : TRACK_UNKNOWN,
			state->path ? path_of_link(t, state->path) : NULL, flags);
	files_set(t, task_files(task), state->fd, f, state->flags & O_CLOEXEC);
}

/* A reference to the folder told of; NULL = it is not known. */
static struct path *folder_of_told(struct track *t, const struct event *ev)
{
	const char *path = ev->state.path;

	return path && *path == '/' ? path_of_link(t, path) : NULL;
}

void on_cwd(struct track *t, const struct event *ev)
{
	struct fs *fs = task_fs(task_get(t, ev->pid, ev->tid));

	path_unref(&t->paths, fs->cwd);
	fs->cwd = folder_of_told(t, ev);
}

void on_root(struct track *t, const struct event *ev)
{
	struct fs *fs = task_fs(task_get(t, ev->pid, ev->tid));

	path_unref(&t->paths, fs->root);
	fs->root = folder_of_told(t, ev);
	fs->root_lost = !fs->root;
}

void on_map(struct track *t, const struct event *ev)
{
	const struct event_map *map = &ev->map;
	struct mm *mm = task_get(t, ev->pid, ev->tid)->proc->mm;

	if (!map->len) {
		mm->brk = map->addr;
		return;
	}
	mm_map(&t->paths, mm,
		&(struct mapping){
			.addr = map->addr,
			.len = map->len,
			.offset = map->offset,
			.prot = map->prot,
			.flags = map->flags,
			.path = map->path ? path_of_link(t, map->path) : NULL,
		});
}

/* Telling */

struct teller {
	struct track *t;
	uint64_t time_ns;
	int (*emit)(void *self, const struct event *ev);
	void *self;
	struct map tellers; /* a process, or a table of one -> the task that told of it */
	int status;         /* the first failure */
};

static void tell(struct teller *to, const struct task *task, struct event *ev)
{
	ev->time_ns = to->time_ns;
	ev->pid = task->proc->pid;
	ev->tid = task->tid;
	if (to->status >= 0)
		to->status = to->emit(to->self, ev);
}

static struct task *teller_of(const struct teller *to, const void *table)
{
	return map_get(&to->tellers, (uintptr_t)table);
}

/* True when nobody has told of that before; this one does now. */
static bool is_first(struct teller *to, const void *table, struct task *task)
{
	if (teller_of(to, table))
		return false;
	map_put(&to->tellers, (uintptr_t)table, task);
	return true;
}

/*
 * With whom it shares tables, if that must be said: a process with one told of before, a thread
 * with its own process when not everything. Who shares two tables with two others is hardly to be
 * found.
 */
static const struct task *find_sharer(const struct teller *to, const struct task *task)
{
	const struct task *found = teller_of(to, task->proc);

	if (found)
		return task->files || task->fs ? found : NULL;
	found = teller_of(to, task_files(task));
	if (!found)
		found = teller_of(to, task_fs(task));
	return found ? found : teller_of(to, task->proc->mm);
}

static void tell_task(struct teller *to, const struct task *task)
{
	struct event ev = {.kind = EV_ATTACH};
	const struct task *sharer = find_sharer(to, task);

	ev.state.path = *task->comm ? task->comm : NULL;
	if (sharer) {
		ev.state.fd = sharer->tid;
		ev.state.flags = (task_files(sharer) == task_files(task) ? FORK_SHARES_FILES : 0u) |
				 (task_fs(sharer) == task_fs(task) ? FORK_SHARES_FS : 0u) |
				 (sharer->proc->mm == task->proc->mm ? FORK_SHARES_VM : 0u);
	}
	tell(to, task, &ev);
}

/* In t->text; NULL = not known. */
static const char *link_of_path(struct track *t, const struct path *path)
{
	if (!path || !path->text)
		return NULL;
	buf_reset(&t->text);
	buf_add(&t->text, path->text, path->len);
	if (path->deleted)
		buf_adds(&t->text, deleted_note);
	return buf_cstr(&t->text);
}

static void tell_fs(struct teller *to, const struct task *task, const struct fs *fs)
{
	struct event ev = {.kind = EV_ROOT};

	ev.state.fd = -1;
	ev.state.path = link_of_path(to->t, fs->root);
	if (fs->root || fs->root_lost)
		tell(to, task, &ev);
	ev.kind = EV_CWD;
	ev.state.path = link_of_path(to->t, fs->cwd);
	if (ev.state.path)
		tell(to, task, &ev);
}

static void tell_fd(
	struct teller *to, const struct task *task, const struct fd_table *files, int32_t fd)
{
	const struct file *f = files_get(files, fd);
	const struct track_file *view = &f->view;
	const struct event_file told = {
		.id = view->id,
		.peer_id = f->peer ? view->peer_id : 0,
		.kind = view->kind,
		.deleted = f->path ? f->path->deleted : view->deleted,
		.connected = view->connected,
		.family = view->family,
		.type = view->type,
		.protocol = view->protocol,
		.type_mode = view->type_mode,
		.dev_major = view->dev_major,
		.dev_minor = view->dev_minor,
		.target_pid = view->target_pid,
		.local = view->local,
		.local_len = view->local ? view->local_len : 0,
		.peer = view->peer,
		.peer_len = view->peer ? view->peer_len : 0,
	};
	struct event ev = {.kind = EV_FD};

	ev.state.fd = fd;
	ev.state.flags =
		view->flags | (fd_table_get(files, fd) & FD_SLOT_CLOEXEC ? (uint32_t)O_CLOEXEC : 0);
	ev.state.path = f->path && f->path->text ? f->path->text : "";
	ev.state.file = &told;
	tell(to, task, &ev);
}

static void tell_files(struct teller *to, const struct task *task, const struct fd_table *files)
{
	fd_list *fds = &to->t->fds;

	fds->len = 0;
	fd_table_list(files, 0, INT32_MAX, 0, fds);
	for (size_t i = 0; i < fds->len; i++)
		tell_fd(to, task, files, fds->data[i]);
}

static void tell_mm(struct teller *to, const struct task *task, const struct mm *mm)
{
	const struct mapping *m;

	VEC_FOREACH (m, &mm->mappings) {
		struct event ev = {.kind = EV_MAP};

		ev.map = (struct event_map){
			.addr = m->addr,
			.len = m->len,
			.offset = m->offset,
			.prot = m->prot,
			.flags = m->flags,
			.path = link_of_path(to->t, m->path),
		};
		tell(to, task, &ev);
	}
	if (mm->brk) {
		struct event ev = {.kind = EV_MAP};

		ev.map.addr = mm->brk;
		tell(to, task, &ev);
	}
}

static void tell_all_of(struct teller *to, struct task *task)
{
	tell_task(to, task);
	is_first(to, task->proc, task);
	if (is_first(to, task_fs(task), task))
		tell_fs(to, task, task_fs(task));
	if (is_first(to, task_files(task), task))
		tell_files(to, task, task_files(task));
	if (is_first(to, task->proc->mm, task))
		tell_mm(to, task, task->proc->mm);
}

int track_tell(struct track *t, uint64_t time_ns, int (*emit)(void *self, const struct event *ev),
	void *self)
{
	struct teller to = {.t = t, .time_ns = time_ns, .emit = emit, .self = self};
	struct map_slot *entry;

	track_settle(t);
	/* whoever is told of first in a process brings it into being, with what most of it uses */
	for (int own = 0; own < 2; own++) {
		for (size_t at = 0; (entry = map_next(&t->tasks, &at));) {
			struct task *task = entry->value;

			if ((task->files || task->fs) == own)
				tell_all_of(&to, task);
		}
	}
	map_deinit(&to.tellers);
	return to.status;
}

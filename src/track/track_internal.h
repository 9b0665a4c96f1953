#pragma once
/* Between the files of track/. */

#include <stdbool.h>
#include <stdint.h>

#include "event/calls.h"
#include "event/event.h"
#include "track/file.h"
#include "track/mm.h"
#include "track/path.h"
#include "track/track.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/vec.h"

#define TRACK_COMM_MAX 16 /* the kernel's TASK_COMM_LEN */

/* Working directory and root. */
struct fs {
	unsigned refs;
	struct path *cwd;  /* owns a reference; NULL = not known */
	struct path *root; /* owns a reference; NULL = "/" */
	bool root_lost;    /* it is some directory that is not known */
};

struct proc {
	int32_t pid;
	unsigned nr_tasks;
	struct fd_table *files; /* owns a reference, like the next ones */
	struct fs *fs;
	struct mm *mm;
};

struct task {
	int32_t tid;
	struct proc *proc;      /* counted in nr_tasks */
	struct fd_table *files; /* only if it differs from its process's; likewise `fs` */
	struct fs *fs;
	char comm[TRACK_COMM_MAX];
};

/* A descriptor as it was before the current event. */
struct fd_undo {
	const struct fd_table *table;
	int32_t fd;
	fd_slot slot; /* owns a reference unless 0 */
};

struct track {
	struct map tasks; /* tid -> struct task, owned */
	struct map procs; /* pid -> struct proc, owned through their tasks */
	struct path_table paths;
	struct map bound; /* hash of a unix address -> listening struct file, weak */
	struct map told;  /* id -> struct file with a reference: of the EV_FD just read */
	uint64_t last_id;
	uint64_t nr_slots; /* descriptors in all tables */
	int32_t tid;       /* of the current event */
	int32_t exited;    /* task to forget when the next event comes; 0 = none */
	/* how it was before the current event */
	bool unsettled; /* there is something in these, or in paths.touched */
	VEC(struct fd_undo) undo;
	const struct fs *undo_fs; /* NULL = unchanged */
	struct fs old_fs;         /* its contents, with references */
	struct file *undo_socket; /* owns a reference; NULL = no socket's addresses changed */
	struct track_file old_socket;
	uint8_t old_local[SOCKADDR_MAX], old_peer[SOCKADDR_MAX];
	struct buf text; /* of a path being resolved */
	struct buf other_text;
	fd_list fds;
};

/* A call as its handler sees it. */
struct call_context {
	struct track *t;
	struct task *task;
	const struct event *ev;
	const struct event_call *call;
	const struct call_handler *handler;
};

enum handler_flag {
	HANDLER_RESULT_FD = 1,  /* the result is a new descriptor, of unknown meaning if need be */
	HANDLER_ANY_RESULT = 2, /* may have an effect though it failed */
	HANDLER_64 = 4,         /* arguments are laid out otherwise in 32-bit ABIs: ignore there */
};

struct call_handler {
	void (*run)(const struct call_context *c);
	uint8_t part;  /* enum track_part */
	uint8_t flags; /* enum handler_flag */
	/* of simple descriptors: which argument holds flags (-1 = none), the bit for FD_CLOEXEC */
	int8_t flags_arg;
	uint8_t kind; /* enum track_kind */
	uint32_t cloexec;
	const char *name; /* "anon_inode:[eventfd]" */
};

extern const struct call_handler call_handlers[NR_CALL_IDS];

#define ALWAYS_CLOEXEC UINT32_MAX

/* The tables a task uses. */
static inline struct fd_table *task_files(const struct task *task)
{
	return task->files ? task->files : task->proc->files;
}

static inline struct fs *task_fs(const struct task *task)
{
	return task->fs ? task->fs : task->proc->fs;
}

/* Own copies for the task's process (or the task, if it is one of several). */
void task_unshare_files(struct track *t, struct task *task);
void task_unshare_fs(struct track *t, struct task *task);
struct fs *fs_copy(const struct fs *fs);
void fs_unref(struct track *t, struct fs *fs); /* accepts NULL */

/* To be called before the contents change. */
void fs_note(struct track *t, const struct fs *fs);

void task_set_comm(struct task *task, const char *text, size_t len);

/* The description a descriptor means now; NULL = none. Borrowed. */
struct file *files_get(const struct fd_table *table, int32_t fd);

/* Takes over the reference. Noted for the view of what the call found. */
void files_set(
	struct track *t, struct fd_table *table, int32_t fd, struct file *file, bool cloexec);
void files_close(struct track *t, struct fd_table *table, int32_t fd);

/*
 * `path` against `dirfd` as the current event found them, into `out`. `below`: dirfd is the root
 * (openat2's RESOLVE_IN_ROOT). False = not known.
 */
bool resolve_text(const struct track *t, const struct fs *fs, const struct fd_table *files,
	int32_t dirfd, bool below, const char *path, struct buf *out);

/* The same as a reference to a path; NULL = not known. */
struct path *task_resolve(
	struct track *t, const struct task *task, int32_t dirfd, const char *path);

/*
 * At least `min_len` bytes that were copied from `addr` for argument `arg`; NULL = not at hand.
 * `ret_len` (may be NULL) becomes how many there are.
 */
const uint8_t *call_bytes(const struct event_call *call, unsigned arg, uint64_t addr,
	uint32_t min_len, uint32_t *ret_len);
const char *call_string(const struct event_call *call, unsigned arg);

/* state.c: the state at start. */
void on_attach(struct track *t, const struct event *ev);
void on_fd(struct track *t, const struct event *ev);
void on_cwd(struct track *t, const struct event *ev);
void on_root(struct track *t, const struct event *ev);
void on_map(struct track *t, const struct event *ev);

/* Forgets which descriptions were told of; the next ones have other ids. */
void forget_told(struct track *t);

struct task *task_get(struct track *t, int32_t pid, int32_t tid);

/* A new task that shares with `other` what `what` (enum fork_share) says, and has nothing else. */
struct task *task_add_beside(
	struct track *t, struct task *other, int32_t pid, int32_t tid, uint32_t what);

/* Forgets how it was before the last event. */
void track_settle(struct track *t);

/* socket.c */
void on_socket(const struct call_context *c);
void on_socketpair(const struct call_context *c);
void on_accept(const struct call_context *c);
void on_bind(const struct call_context *c);
void on_connect(const struct call_context *c);
void on_getsockname(const struct call_context *c);
void on_getpeername(const struct call_context *c);
void on_sendmsg(const struct call_context *c);
void on_recvmsg(const struct call_context *c);
void on_sendmmsg(const struct call_context *c);
void on_recvmmsg(const struct call_context *c);

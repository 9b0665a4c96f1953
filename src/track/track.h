#pragma once
/*
 * What descriptors, working directories, path prefixes and mappings mean, per process, over time.
 *
 * Learns only from events (calls with their captured bytes, forks, execs, exits, and the EV_FD,
 * EV_CWD, EV_ROOT, EV_MAP that describe the state at start), so it works live, on files and in
 * tests. It asks neither /proc nor the kernel. Names are as the program used them, made absolute
 * and free of `.`, `..` and doubled slashes; symbolic links are not followed.
 *
 * What is not known is said to be so rather than guessed: paths after pivot_root(2) or setns(2),
 * descriptors of processes whose start was not seen, descriptors that arrive by calls which are not
 * followed (io_uring, ioctls that make some, i386's socketcall).
 *
 * A process is seen through the task of the current event where its tasks differ (unshare(2) in one
 * thread).
 */

#include <stdbool.h>
#include <stdint.h>

#include "event/calls.h"
#include "event/event.h"
#include "event/sink.h"

struct arena;
struct track;

/* Stored in files: never renumber. */
enum track_kind {
	TRACK_UNKNOWN = 0,
	TRACK_FILE, /* opened by a path */
	TRACK_PIPE,
	TRACK_SOCKET,
	TRACK_ANON, /* eventfd, epoll, timerfd, ...: `path` is "anon_inode:[eventfd]" */
	TRACK_MEMFD,
};

/* An open file description: shared by dup'ed descriptors and by forked processes. */
struct track_file {
	uint8_t kind;       /* enum track_kind */
	uint64_t id;        /* unique in the run; the same description keeps it */
	const char *path;   /* owned by the tracker; NULL = not known; "pipe:[N]" and "socket:[N]"
			       only when the state at start told N */
	uint32_t flags;     /* open(2) status flags, without O_CLOEXEC */
	bool deleted;       /* the path was unlinked since, or there never was one */
	uint32_t type_mode; /* S_IFCHR, ... when a stat call told; 0 = not known */
	uint32_t dev_major, dev_minor; /* of the device that it is */
	int32_t target_pid;            /* of a pidfd; 0 = not known */
	uint64_t peer_id;              /* `id` of a pipe's or socket's other end; 0 = not known */
	/* sockets */
	int family, type, protocol; /* as socket(2) was called; -1 = not known */
	bool connected;             /* then a wildcard in `local` is not the address in use */
	const uint8_t *local;       /* sockaddr as bound, or NULL */
	uint32_t local_len;
	const uint8_t *peer; /* sockaddr as connected or accepted, or NULL */
	uint32_t peer_len;
};

enum track_time {
	TRACK_BEFORE, /* as the current event's call found it */
	TRACK_AFTER,  /* as it left it */
};

struct track_mapping {
	uint64_t addr, len, offset;
	uint32_t prot, flags;
	const char *path; /* NULL = anonymous */
};

struct track *track_create(void);
void track_destroy(struct track *t);

/* Goes first among the sinks that ask it. `self` is the tracker. */
extern const struct sink_ops track_sink;

/*
 * The picture as events of `time_ns` from which another tracker gets the same one: tasks
 * (EV_ATTACH), directories, descriptors, mappings. What is on its way between sockets is left out:
 * descriptors sent and not received yet, connections not accepted yet. A negative result of `emit`
 * ends it.
 */
int track_tell(struct track *t, uint64_t time_ns, int (*emit)(void *self, const struct event *ev),
	void *self);

/* What a call can change; for those who need a part of the picture only. */
enum track_part {
	TRACK_FILES = 1,    /* descriptors, working directories, paths */
	TRACK_PASSING = 2,  /* descriptors sent over sockets; needs TRACK_FILES */
	TRACK_MAPPINGS = 4, /* needs TRACK_FILES for their paths */
	TRACK_NAMES = 8,    /* of tasks */
	TRACK_DEVICES = 16, /* device numbers of descriptors; needs TRACK_FILES */
};

/* Bits of enum track_part, 0 for most calls. */
uint32_t track_call_parts(enum call_id id);

/* Calls the tracker must see to keep its picture, whatever the filter says. */
bool track_needs_call(enum call_id id);

/* NULL when the descriptor is not open as far as is known. Valid until the next event. */
const struct track_file *track_fd(
	const struct track *t, int32_t pid, int32_t fd, enum track_time when);
bool track_fd_cloexec(const struct track *t, int32_t pid, int32_t fd);

/* As the current event's call found it. NULL = not known. Valid until the next event. */
const char *track_cwd(const struct track *t, int32_t pid);

/*
 * `path` as the process would have resolved it against `dirfd` (AT_FDCWD for the working directory)
 * when the current event's call began, in `a`; relative as given when the base is not known.
 */
const char *track_resolve(
	const struct track *t, struct arena *a, int32_t pid, int32_t dirfd, const char *path);

/* The mapping that holds `addr`; false = none known. Valid until the next event. */
bool track_mapping_at(const struct track *t, int32_t pid, uint64_t addr, struct track_mapping *ret);

/* Thread group of a task, -1 = not known; and its command name (from exec, attach or prctl). */
int32_t track_pid_of(const struct track *t, int32_t tid);
const char *track_comm(const struct track *t, int32_t tid);

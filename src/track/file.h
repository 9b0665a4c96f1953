#pragma once
/* Open file descriptions, what sockets know of each other, and descriptor tables. */

#include <stdbool.h>
#include <stdint.h>

#include "track/path.h"
#include "track/track.h"
#include "util/map.h"
#include "util/vec.h"

struct track;
struct file;

/*
 * Descriptors are counted apart: a socket without any has empty queues, always. So descriptors that
 * are passed over sockets cannot keep each other alive in a circle.
 */
struct file {
	struct track_file view; /* what callers see; path and deleted are set when asked */
	unsigned refs;          /* descriptors included */
	unsigned nr_slots;      /* descriptors */
	struct path *path;      /* owns a reference; may be NULL */
	struct file *same_as;   /* owns a reference: learned later to be this description */
	struct file *peer;      /* weak, both ways: other end of a pipe or socket */
	struct socket *socket;  /* owned; NULL = none yet */
};

/* Descriptors under way between sockets. */
#define RIGHTS_FDS_MAX   253 /* the kernel's SCM_MAX_FD */
#define SOCKET_QUEUE_MAX 64
#define SOCKADDR_MAX     128 /* sizeof(struct sockaddr_storage) */

struct rights {
	uint64_t time_ns; /* sent: when sendmsg began; received: when recvmsg ended */
	unsigned nr;
	struct file **files; /* owned, with a reference each */
};

/* A connect that was not accepted yet, or an accept whose connect has not been seen to return. */
struct pending {
	uint64_t begin_ns, end_ns; /* of the call */
	struct file *file;         /* owns a reference */
};

typedef VEC(struct rights) rights_queue; /* oldest first */
typedef VEC(struct pending) pending_queue;

struct socket {
	uint8_t local[SOCKADDR_MAX], peer[SOCKADDR_MAX];
	/* sent to this end and not received yet */
	rights_queue sent;
	/* received here by descriptors of unknown meaning, as their sendmsg returned later */
	rights_queue received;
	/* in the `connects` of a listener, and what was sent since; the other end does not exist */
	bool waiting;
	rights_queue early;
	/* of a listener */
	pending_queue connects;
	pending_queue accepts;
	uint64_t paired_ns; /* when the last connect that was paired ended */
	bool unordered;     /* who is accepted when is not known: no pairing */
	uint64_t bound_key; /* in track->bound; 0 = not there */
};

/* A reference, and tracked by nothing else yet. `path` is taken over. */
struct file *file_create(struct track *t, enum track_kind kind, struct path *path, uint32_t flags);

static inline struct file *file_ref(struct file *f)
{
	f->refs++;
	return f;
}

void file_unref(struct track *t, struct file *f); /* accepts NULL */

struct socket *file_socket(struct file *f); /* made on first use */

/* Each is the other's other end. */
void file_pair(struct file *a, struct file *b);

void rights_deinit(struct track *t, struct rights *r);
void rights_drop(struct track *t, rights_queue *queue);
void pending_drop(struct track *t, pending_queue *queue);

/* A descriptor: the description with FD_CLOEXEC in the lowest bit; 0 = closed. */
typedef uintptr_t fd_slot;

#define FD_SLOT_CLOEXEC ((fd_slot)1)

static inline struct file *fd_slot_file(fd_slot slot)
{
	return (struct file *)(slot & ~FD_SLOT_CLOEXEC);
}

/* Small numbers in an array, the rest in a map: numbers are chosen by the tracee. */
#define FD_TABLE_LOW 1024

struct fd_table {
	unsigned refs;
	fd_slot *low; /* owned */
	uint32_t nr_low;
	uint32_t nr; /* open ones */
	struct map high;
};

struct fd_table *fd_table_create(void);
struct fd_table *fd_table_copy(struct track *t, const struct fd_table *table);
void fd_table_unref(struct track *t, struct fd_table *table); /* accepts NULL */

static inline fd_slot fd_table_get(const struct fd_table *table, int32_t fd)
{
	if ((uint32_t)fd < table->nr_low)
		return table->low[fd];
	return fd < 0 ? 0 : (fd_slot)map_get(&table->high, (uint32_t)fd);
}

/* Takes over the slot's reference; returns what was there, with its reference. */
fd_slot fd_table_set(struct track *t, struct fd_table *table, int32_t fd, fd_slot slot);

typedef VEC(int32_t) fd_list;

/* The open descriptors in [first, last] whose slot has all bits of `mask`. */
void fd_table_list(
	const struct fd_table *table, uint32_t first, uint32_t last, fd_slot mask, fd_list *ret);

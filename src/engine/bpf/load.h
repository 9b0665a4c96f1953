#pragma once
/* The BPF programs and their maps: set up for a plan, loaded, attached. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/bpf/parallel.h"
#include "engine/bpf/sums.h"
#include "engine/bpf/wire.h"

struct engine_plan;
struct err;
struct tracer;

#define LOAD_MAX_LINKS 16

struct load {
	struct tracer *skel;       /* owned */
	struct parallel programs;  /* those that libbpf did not load itself */
	int rings_fd;              /* owned; the map */
	uint8_t *rings;            /* owned; the mapped array of struct wire_ring */
	size_t nr_rings;           /* one per possible CPU */
	size_t ring_stride;        /* bytes from one to the next */
	uint64_t ring_bytes;       /* of data in each; a power of two */
	struct sums sums;          /* where calls are only counted */
	int links[LOAD_MAX_LINKS]; /* owned */
	size_t nr_links;
	int stats; /* owned; while it is open the kernel measures the programs; -1 = it does not */
};

/* `l` is all zero before. On failure load_close cleans up. */
int load_open(struct load *l, const struct engine_plan *plan, struct err *err);
void load_close(struct load *l);

/* How often the programs ran and how long in all; 0 where the kernel was not asked to measure. */
void load_cost(const struct load *l, uint64_t *ret_runs, uint64_t *ret_ns);

/* From here on the programs run for every task of the machine. */
int load_attach(struct load *l, struct err *err);
void load_detach(struct load *l);

static inline struct wire_ring *load_ring(const struct load *l, size_t cpu)
{
	return (struct wire_ring *)(l->rings + cpu * l->ring_stride);
}

/* Marked tasks that have not ended. */
int64_t load_nr_live(const struct load *l);

/* Marks the child at the gate: it shows from its execve on. */
int load_mark_launched(struct load *l, int pidfd, pid_t pid, struct err *err);

/*
 * Marks the threads of a process, calls `found` for each. Returns their number; 0 when there is no
 * such process or its threads are marked already.
 */
int load_mark_process(struct load *l, pid_t pid,
	int (*found)(void *self, const struct wire_attached *task, struct err *err), void *self,
	struct err *err);

/*
 * Which folder's tasks are traced, open and by the name for messages; before load_attach, of a plan
 * with `cgroup`.
 */
int load_watch_cgroup(struct load *l, int folder, const char *path, struct err *err);

int load_side_fd(const struct load *l);

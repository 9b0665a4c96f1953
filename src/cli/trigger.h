#pragma once
/*
 * What ends a recording before the run ends, or has a ring written: the first event that is like
 * --until says, the death of what was to be watched, SIGUSR2.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "event/sink.h"
#include "util/buf.h"
#include "util/vec.h"

struct err;
struct filter;
struct launch;
struct store_writer;
struct track;

/* A process that was asked for. */
struct trigger_process {
	int32_t pid;
	int32_t nr_tasks; /* as far as is known */
	int signo;        /* that killed it; 0 = it lives, or ended by itself */
	uint64_t died_ns; /* when the first of its tasks did */
};

struct trigger {
	struct store_writer *writer; /* borrowed, like the next ones; its sink comes first */
	bool keeps_ring;
	bool quiet;
	const char *path;     /* of the trace file; others are named after it */
	struct filter *until; /* owned; NULL = none */
	const char *until_text;
	const struct track *track;   /* NULL = not needed */
	const struct launch *launch; /* NULL = attached */
	VEC(struct trigger_process) processes;
	bool asked; /* for what the ring holds now */
	unsigned nr_written;
	struct buf because;
};

void trigger_deinit(struct trigger *t);

/* What --until says; an error is one of usage. */
int trigger_set_until(struct trigger *t, const char *text, struct err *err);

/* The ring is to be written with the next tick: for a signal's handler loop. `self` as below. */
void trigger_ask(void *self);

/*
 * `self` is a struct trigger. Its sink fails with -EPIPE and no reason when the recording has ended
 * in good order: nobody wants more, and the command runs on.
 */
extern const struct sink_ops trigger_sink;

/* "dir/renacer.rnc" as "dir/renacer.3.rnc", in `out`. */
void trigger_number_name(struct buf *out, const char *path, unsigned number);

/*
 * A long trace file of a short one: its events again and again, each time later and by other tasks,
 * and a single call of reboot in the middle.
 *
 *	repeat_trace FROM TO EVENTS
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "event/calls.h"
#include "event/event.h"
#include "store/reader.h"
#include "store/writer.h"
#include "util/err.h"

#define TASKS_APART 1000 /* ids of one round and the next */
#define TIDS_MAX    4000000

static int32_t moved(int32_t tid, uint64_t round)
{
	return (int32_t)((uint64_t)tid % TASKS_APART + (round + 1) * TASKS_APART % TIDS_MAX);
}

static void move(struct event *ev, uint64_t round, uint64_t span_ns)
{
	ev->time_ns += round * span_ns;
	ev->pid = moved(ev->pid, round);
	ev->tid = moved(ev->tid, round);
	if (ev->kind == EV_CALL && !(ev->call.flags & CALL_NO_ENTER)) {
		ev->call.enter_ns += round * span_ns;
	} else if (ev->kind == EV_FORK) {
		ev->fork.child_pid = moved(ev->fork.child_pid, round);
		ev->fork.child_tid = moved(ev->fork.child_tid, round);
	}
}

static void add(struct store_writer *w, const struct event *ev)
{
	struct err err = {0};

	if (store_sink.event(w, ev, &err) >= 0)
		return;
	fprintf(stderr, "%s\n", err.text);
	exit(1);
}

static void add_needle(struct store_writer *w, const struct event *beside)
{
	struct event ev = {.kind = EV_CALL, .time_ns = beside->time_ns, .pid = 1, .tid = 1};

	ev.call.nr = (uint32_t)call_number(ABI_X86_64, CALL_reboot);
	ev.call.enter_ns = ev.time_ns - 100;
	add(w, &ev);
}

/* From its first event to the end of its last. */
static uint64_t span_of(struct store_reader *r)
{
	uint64_t first = UINT64_MAX, last = 0;
	const struct store_block *blocks;
	size_t nr;

	blocks = store_reader_blocks(r, &nr);
	for (size_t i = 0; i < nr; i++) {
		first = MIN(first, blocks[i].zone.min_ns);
		last = MAX(last, blocks[i].zone.max_ns);
	}
	return nr ? last - first + 1 : 0;
}

static void repeat(struct store_reader *r, struct store_writer *w, uint64_t nr_events)
{
	uint64_t span_ns = span_of(r), nr = 0;
	struct event ev;

	for (uint64_t round = 0; span_ns && nr < nr_events; round++) {
		store_reader_rewind(r);
		while (nr < nr_events && store_reader_next(r, &ev)) {
			move(&ev, round, span_ns);
			add(w, &ev);
			if (nr++ == nr_events / 2)
				add_needle(w, &ev);
		}
	}
}

int main(int argc, char **argv)
{
	struct store_reader *r = NULL;
	struct store_writer *w;
	struct err err = {0};
	int fd, status;

	if (argc != 4) {
		fprintf(stderr, "usage: repeat_trace FROM TO EVENTS\n");
		return 2;
	}
	fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || store_reader_open(&r, argv[1], &err) < 0) {
		fprintf(stderr, "%s\n", fd < 0 ? "cannot write the file" : err.text);
		return 1;
	}
	w = store_writer_create(fd, argv[2], store_reader_facts(r));
	status = store_sink.begin(w, &err);
	if (status >= 0) {
		repeat(r, w, strtoull(argv[3], NULL, 10));
		status = store_sink.end(w, &err);
	}
	if (status < 0)
		fprintf(stderr, "%s\n", err.text);
	store_writer_destroy(w);
	store_reader_close(r);
	close(fd);
	return status < 0;
}

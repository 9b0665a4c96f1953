#pragma once
/* Trace files of scripted events, as bytes; and events as text, so that they can be compared. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/event.h"
#include "store/facts.h"
#include "store/reader.h"
#include "store/writer.h"
#include "util/buf.h"

#define STORE_BUILD_LATER_NS 10000000000u

struct store_build {
	int fd;
	struct store_writer *writer;
	uint64_t now_ns;
	struct buf told; /* the events as text, a line each */
};

/* All that an event holds, so that two are the same when their texts are. */
static inline void store_tell_call(struct buf *to, const struct event_call *call)
{
	buf_printf(to, " nr=%u abi=%u flags=%u enter=%llu ret=%lld queued=%llu", call->nr,
		call->abi, call->flags, (unsigned long long)call->enter_ns, (long long)call->ret,
		(unsigned long long)call->queued_ns);
	for (int i = 0; i < 6; i++)
		buf_printf(to, " %llx", (unsigned long long)call->args[i]);
	for (size_t i = 0; i < call->nr_captures; i++) {
		const struct capture *c = &call->captures[i];

		buf_printf(to, " [%u/%u/%u %llx:", c->arg, c->when, c->flags,
			(unsigned long long)c->addr);
		for (size_t j = 0; j < c->len; j++)
			buf_printf(to, "%02x", c->bytes[j]);
		buf_adds(to, "]");
	}
}

static inline void store_tell_file(struct buf *to, const struct event_file *file)
{
	buf_printf(to, " id=%llu/%llu kind=%u %d%d %d,%d,%d mode=%o dev=%u:%u pid=%d",
		(unsigned long long)file->id, (unsigned long long)file->peer_id, file->kind,
		file->deleted, file->connected, file->family, file->type, file->protocol,
		file->type_mode, file->dev_major, file->dev_minor, file->target_pid);
	for (size_t i = 0; i < file->local_len; i++)
		buf_printf(to, " %02x", file->local[i]);
	buf_adds(to, " to");
	for (size_t i = 0; i < file->peer_len; i++)
		buf_printf(to, " %02x", file->peer[i]);
}

static inline void store_tell(struct buf *to, const struct event *ev)
{
	const char *name = event_kind_name(ev->kind);

	buf_printf(to, "%llu %s cpu=%u %d/%d", (unsigned long long)ev->time_ns, name ? name : "?",
		ev->cpu, ev->pid, ev->tid);
	switch (ev->kind) {
	case EV_CALL_ENTER:
	case EV_CALL: store_tell_call(to, &ev->call); break;
	case EV_FORK:
		buf_printf(to, " %d/%d %u", ev->fork.child_pid, ev->fork.child_tid, ev->fork.share);
		break;
	case EV_EXEC:
		buf_printf(to, " %d %s", ev->exec.old_tid, ev->exec.path ? ev->exec.path : "-");
		break;
	case EV_EXIT: buf_printf(to, " %x", ev->exit.status); break;
	case EV_SIGNAL_SENT:
	case EV_SIGNAL:
		buf_printf(to, " %d %d ", ev->signal.signo, ev->signal.peer_tid);
		for (size_t i = 0; i < ev->signal.info_len; i++)
			buf_printf(to, "%02x", ev->signal.info[i]);
		break;
	case EV_WAKEUP:
		buf_printf(to, " %d/%d %d", ev->wakeup.target_pid, ev->wakeup.target_tid,
			ev->wakeup.from_interrupt);
		break;
	case EV_SWITCH: buf_printf(to, " %u", ev->sw.state); break;
	case EV_MAP:
	case EV_UNMAP:
		buf_printf(to, " %llx+%llx@%llx %x %x %s", (unsigned long long)ev->map.addr,
			(unsigned long long)ev->map.len, (unsigned long long)ev->map.offset,
			ev->map.prot, ev->map.flags, ev->map.path ? ev->map.path : "-");
		break;
	case EV_LOST:
		buf_printf(to, " %llu from %llu cpu %d", (unsigned long long)ev->lost.count,
			(unsigned long long)ev->lost.from_ns, ev->lost.cpu);
		break;
	case EV_SAMPLE:
		buf_printf(to, " %llx %llu", (unsigned long long)ev->sample.ip,
			(unsigned long long)ev->sample.weight_ns);
		for (size_t i = 0; i < ev->sample.stack_len; i++)
			buf_printf(to, " %llx", (unsigned long long)ev->sample.stack[i]);
		break;
	case EV_ATTACH:
	case EV_FD:
	case EV_ROOT:
	case EV_CWD:
		buf_printf(to, " %d %x %s", ev->state.fd, ev->state.flags,
			ev->state.path ? ev->state.path : "-");
		if (ev->state.file)
			store_tell_file(to, ev->state.file);
		break;
	case EV_STOP: buf_printf(to, " %d", ev->stop_signo); break;
	default: break;
	}
	buf_adds(to, "\n");
}

static inline void store_build_begin(struct store_build *b, const struct store_facts *facts)
{
	*b = (struct store_build){.fd = memfd_create("trace", MFD_CLOEXEC)};
	b->writer = store_writer_create(b->fd, "trace", facts);
	b->now_ns = STORE_BUILD_LATER_NS;
	if (b->fd < 0 || store_sink.begin(b->writer, NULL) < 0)
		abort();
}

static inline void store_build_add(struct store_build *b, const struct event *ev)
{
	store_tell(&b->told, ev);
	if (store_sink.event(b->writer, ev, NULL) < 0)
		abort();
}

/* What comes next is in another block. */
static inline void store_build_split(struct store_build *b)
{
	for (int i = 0; i < 2; i++)
		if (store_sink.tick(b->writer, b->now_ns += STORE_BUILD_LATER_NS, NULL) < 0)
			abort();
}

/* The file, malloc'ed. */
static inline uint8_t *store_build_end(struct store_build *b, size_t *ret_len)
{
	struct stat st;
	uint8_t *bytes;

	if (store_sink.end(b->writer, NULL) < 0)
		abort();
	store_writer_destroy(b->writer);
	b->writer = NULL;
	if (fstat(b->fd, &st) < 0)
		abort();
	*ret_len = (size_t)st.st_size;
	bytes = malloc(*ret_len);
	if (!bytes || pread(b->fd, bytes, *ret_len, 0) != st.st_size)
		abort();
	close(b->fd);
	return bytes;
}

static inline void store_build_deinit(struct store_build *b)
{
	buf_deinit(&b->told);
}

/* Every event of the file as text; a negative errno when it cannot be opened. */
static inline int store_tell_all(const uint8_t *bytes, size_t len, struct buf *to, bool *ret_whole)
{
	struct store_reader *r = NULL;
	struct event ev;
	int status = store_reader_open_bytes(&r, bytes, len, "trace", NULL);

	buf_reset(to);
	if (status < 0)
		return status;
	while (store_reader_next(r, &ev))
		store_tell(to, &ev);
	if (ret_whole)
		*ret_whole = store_reader_state(r) == STORE_WHOLE;
	store_reader_close(r);
	return 0;
}

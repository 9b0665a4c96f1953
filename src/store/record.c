#include "store/record.h"

#include <string.h>

#include "event/event.h"

static void put_bytes(struct buf *to, const void *bytes, size_t len)
{
	put_u(to, len);
	buf_add(to, bytes, len);
}

static const uint8_t *scan_sized(struct scan *from, uint32_t *ret_len)
{
	*ret_len = (uint32_t)scan_max(from, scan_left(from));
	return scan_bytes(from, *ret_len);
}

/* With its NUL, so that a reader can use it where it lies; NULL as no bytes at all. */
static void put_text(struct buf *to, const char *text)
{
	put_bytes(to, text, text ? strlen(text) + 1 : 0);
}

static const char *scan_text(struct scan *from)
{
	uint64_t len = scan_u(from);
	const uint8_t *text = scan_bytes(from, len);

	if (!len || !text)
		return NULL;
	if (text[len - 1])
		scan_fail(from);
	return (const char *)text;
}

static void put_signal(const struct event_signal *signal, struct buf *to)
{
	put_i(to, signal->signo);
	put_i(to, signal->peer_tid);
	put_bytes(to, signal->info, signal->info_len);
}

static void read_signal(struct event_signal *ret, struct scan *from)
{
	ret->signo = scan_i32(from);
	ret->peer_tid = scan_i32(from);
	ret->info = scan_sized(from, &ret->info_len);
}

static void put_map(const struct event_map *map, struct buf *to)
{
	put_u(to, map->addr);
	put_u(to, map->len);
	put_u(to, map->offset);
	put_u(to, map->prot);
	put_u(to, map->flags);
	put_text(to, map->path);
}

static void read_map(struct event_map *ret, struct scan *from)
{
	ret->addr = scan_u(from);
	ret->len = scan_u(from);
	ret->offset = scan_u(from);
	ret->prot = (uint32_t)scan_max(from, UINT32_MAX);
	ret->flags = (uint32_t)scan_max(from, UINT32_MAX);
	ret->path = scan_text(from);
}

static void put_sample(const struct event_sample *sample, struct buf *to)
{
	uint64_t last = sample->ip;

	put_u(to, sample->ip);
	put_u(to, sample->weight_ns);
	put_u(to, sample->stack_len);
	for (uint32_t i = 0; i < sample->stack_len; i++) {
		put_delta(to, last, sample->stack[i]);
		last = sample->stack[i];
	}
}

static void read_sample(struct event_sample *ret, struct scan *from, struct record_room *room)
{
	uint64_t last;

	ret->ip = last = scan_u(from);
	ret->weight_ns = scan_u(from);
	ret->stack_len = (uint32_t)scan_max(from, scan_left(from));
	room->words.len = 0;
	for (uint32_t i = 0; i < ret->stack_len; i++) {
		last = scan_delta(from, last);
		VEC_PUSH(&room->words, last);
	}
	ret->stack = room->words.data;
}

enum file_bit {
	FILE_DELETED = 1,
	FILE_CONNECTED = 2,
};

static void put_file(const struct event_file *file, struct buf *to)
{
	put_u(to, file->id);
	put_u(to, file->peer_id);
	put_u(to, file->kind);
	put_u(to, (file->deleted ? FILE_DELETED : 0u) | (file->connected ? FILE_CONNECTED : 0u));
	put_i(to, file->family);
	put_i(to, file->type);
	put_i(to, file->protocol);
	put_u(to, file->type_mode);
	put_u(to, file->dev_major);
	put_u(to, file->dev_minor);
	put_i(to, file->target_pid);
	put_bytes(to, file->local, file->local_len);
	put_bytes(to, file->peer, file->peer_len);
}

static void read_file(struct event_file *ret, struct scan *from)
{
	uint64_t bits;

	ret->id = scan_u(from);
	ret->peer_id = scan_u(from);
	ret->kind = (uint8_t)scan_max(from, UINT8_MAX);
	bits = scan_u(from);
	ret->deleted = bits & FILE_DELETED;
	ret->connected = bits & FILE_CONNECTED;
	ret->family = scan_i32(from);
	ret->type = scan_i32(from);
	ret->protocol = scan_i32(from);
	ret->type_mode = (uint32_t)scan_max(from, UINT32_MAX);
	ret->dev_major = (uint32_t)scan_max(from, UINT32_MAX);
	ret->dev_minor = (uint32_t)scan_max(from, UINT32_MAX);
	ret->target_pid = scan_i32(from);
	ret->local = scan_sized(from, &ret->local_len);
	ret->peer = scan_sized(from, &ret->peer_len);
}

static void put_state(const struct event_state *state, struct buf *to)
{
	put_i(to, state->fd);
	put_u(to, state->flags);
	put_text(to, state->path);
}

static void read_state(struct event_state *ret, struct scan *from)
{
	ret->fd = scan_i32(from);
	ret->flags = (uint32_t)scan_max(from, UINT32_MAX);
	ret->path = scan_text(from);
}

static bool read_fd(struct event_state *ret, struct scan *from, struct record_room *room)
{
	read_state(ret, from);
	if (scan_left(from)) {
		read_file(&room->file, from);
		ret->file = &room->file;
	}
	return !from->bad && ret->path;
}

void record_put(const struct event *ev, struct buf *to)
{
	switch (ev->kind) {
	case EV_FORK:
		put_i(to, ev->fork.child_pid);
		put_i(to, ev->fork.child_tid);
		put_u(to, ev->fork.share);
		break;
	case EV_EXEC:
		put_i(to, ev->exec.old_tid);
		put_text(to, ev->exec.path);
		break;
	case EV_EXIT: put_i(to, ev->exit.status); break;
	case EV_SIGNAL_SENT:
	case EV_SIGNAL: put_signal(&ev->signal, to); break;
	case EV_WAKEUP:
		put_i(to, ev->wakeup.target_pid);
		put_i(to, ev->wakeup.target_tid);
		put_u(to, ev->wakeup.from_interrupt);
		break;
	case EV_SWITCH: put_u(to, ev->sw.state); break;
	case EV_MAP:
	case EV_UNMAP: put_map(&ev->map, to); break;
	case EV_LOST:
		put_u(to, ev->lost.count);
		put_delta(to, ev->lost.from_ns, ev->time_ns);
		put_i(to, ev->lost.cpu);
		break;
	case EV_SAMPLE: put_sample(&ev->sample, to); break;
	case EV_FD:
		put_state(&ev->state, to);
		if (ev->state.file)
			put_file(ev->state.file, to);
		break;
	case EV_ATTACH:
	case EV_ROOT:
	case EV_CWD: put_state(&ev->state, to); break;
	case EV_STOP: put_i(to, ev->stop_signo); break;
	default: break;
	}
}

bool record_read(struct event *ret, struct scan *from, struct record_room *room)
{
	switch (ret->kind) {
	case EV_FORK:
		ret->fork.child_pid = scan_i32(from);
		ret->fork.child_tid = scan_i32(from);
		ret->fork.share = (uint32_t)scan_max(from, UINT32_MAX);
		break;
	case EV_EXEC:
		ret->exec.old_tid = scan_i32(from);
		ret->exec.path = scan_text(from);
		break;
	case EV_EXIT: ret->exit.status = scan_i32(from); break;
	case EV_SIGNAL_SENT:
	case EV_SIGNAL: read_signal(&ret->signal, from); break;
	case EV_WAKEUP:
		ret->wakeup.target_pid = scan_i32(from);
		ret->wakeup.target_tid = scan_i32(from);
		ret->wakeup.from_interrupt = scan_u(from);
		break;
	case EV_SWITCH: ret->sw.state = (uint8_t)scan_max(from, UINT8_MAX); break;
	case EV_MAP:
	case EV_UNMAP: read_map(&ret->map, from); break;
	case EV_LOST:
		ret->lost.count = scan_u(from);
		ret->lost.from_ns = ret->time_ns - (uint64_t)scan_i(from);
		ret->lost.cpu = scan_i32(from);
		break;
	case EV_SAMPLE: read_sample(&ret->sample, from, room); break;
	case EV_FD: return read_fd(&ret->state, from, room);
	case EV_ATTACH:
	case EV_ROOT:
	case EV_CWD: read_state(&ret->state, from); break;
	case EV_STOP: ret->stop_signo = scan_i32(from); break;
	default: break;
	}
	return !from->bad;
}

/*
 * The tracker: the input is a stream of events with small numbers, so that processes, descriptors
 * and names meet. Nothing may be left when it is destroyed (it asserts that no path is, and the
 * leak checker looks at the rest).
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "track/track.h"
#include "util/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at, *end;
};

static uint8_t take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* Mostly small; now and then huge or negative. */
static uint64_t take_number(struct input *in)
{
	uint8_t byte = take(in);

	if (byte < 0xe0)
		return byte & 7;
	return (uint64_t)(int64_t)(int8_t)byte << ((byte & 3) * 16);
}

struct room {
	char text[2][16];
	struct msghdr header;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int32_t[2]))];
	int32_t pair[2];
	struct capture captures[4];
	struct event_file file;
	uint8_t address[16];
};

static void take_text(struct input *in, char text[16])
{
	static const char *const parts[] = {"/", "..", ".", "a", "b", "/a", "/b", "/a/b"};
	uint8_t byte = take(in);

	snprintf(text, 16, "%s/%s", parts[byte & 7], parts[byte >> 3 & 7]);
}

static void capture(struct event *ev, struct room *r, int arg, void *bytes, uint32_t len)
{
	struct capture *c = &r->captures[ev->call.nr_captures++];

	*c = (struct capture){.addr = (uintptr_t)bytes,
		.len = len,
		.arg = (uint8_t)arg,
		.when = CAPTURE_AT_EXIT,
		.bytes = bytes};
	ev->call.captures = r->captures;
}

static void take_captures(struct input *in, struct event *ev, struct room *r)
{
	uint8_t what = take(in);

	if (what & 1) {
		take_text(in, r->text[0]);
		ev->call.args[what >> 4 & 1] = (uintptr_t)r->text[0];
		capture(ev, r, what >> 4 & 1, r->text[0], sizeof(r->text[0]));
	}
	if (what & 2) {
		take_text(in, r->text[1]);
		ev->call.args[what >> 5 & 3] = (uintptr_t)r->text[1];
		capture(ev, r, what >> 5 & 3, r->text[1], sizeof(r->text[1]));
	}
	if (what & 4) {
		r->pair[0] = (int32_t)take_number(in);
		r->pair[1] = (int32_t)take_number(in);
		ev->call.args[what & 8 ? 0 : 3] = (uintptr_t)r->pair;
		capture(ev, r, what & 8 ? 0 : 3, r->pair, sizeof(r->pair));
	} else if (what & 8) {
		struct cmsghdr header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
		int32_t fds[2] = {take(in) & 7, take(in) & 7};

		header.cmsg_len = CMSG_LEN(0) + take(in) % 12;
		memcpy(r->control, &header, sizeof(header));
		memcpy(r->control + CMSG_LEN(0), fds, sizeof(fds));
		memset(&r->header, 0, sizeof(r->header));
		r->header.msg_control = r->control;
		r->header.msg_controllen = sizeof(r->control) - (what >> 6);
		r->header.msg_flags = what & 0x20 ? MSG_CTRUNC : 0;
		ev->call.args[1] = (uintptr_t)&r->header;
		capture(ev, r, 1, &r->header, sizeof(r->header));
		capture(ev, r, 1, r->control, sizeof(r->control));
	}
}

/* One of the calls that the tracker looks at. */
static uint32_t take_call_number(struct input *in)
{
	uint32_t numbers[CALL_NR_LIMIT];
	unsigned nr_numbers = 0;

	for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
		if (track_needs_call(call_id_of(ABI_X86_64, nr)))
			numbers[nr_numbers++] = nr;
	return numbers[take(in) % nr_numbers];
}

static void take_call(struct input *in, struct event *ev, struct room *r)
{
	ev->call.abi = ABI_X86_64;
	ev->call.nr = take_call_number(in);
	ev->call.flags = take(in) & 0xf0 ? 0 : 1 << (take(in) & 3);
	ev->call.ret = (int64_t)take_number(in);
	ev->call.enter_ns = ev->time_ns - (take(in) & 3);
	for (int i = 0; i < 6; i++)
		ev->call.args[i] = take_number(in);
	take_captures(in, ev, r);
}

/* The state at start as a recording has it that begins in the middle. */
static void take_state(struct input *in, struct event *ev, struct room *r)
{
	static const enum event_kind kinds[] = {EV_ATTACH, EV_ROOT, EV_MAP, EV_FD};
	struct event_file *file = &r->file;
	uint8_t byte = take(in);

	ev->kind = kinds[byte & 3];
	take_text(in, r->text[0]);
	if (ev->kind == EV_MAP) {
		ev->map.addr = take_number(in) << 12;
		ev->map.len = take_number(in) << 10;
		ev->map.path = r->text[0];
		return;
	}
	ev->state.path = r->text[0];
	ev->state.fd = (int32_t)take_number(in);
	ev->state.flags = take(in);
	if (ev->kind != EV_FD)
		return;
	file->id = take_number(in);
	file->peer_id = take_number(in);
	file->kind = byte >> 2 & 7;
	file->deleted = byte >> 5 & 1;
	file->local = file->peer = r->address;
	file->local_len = byte >> 4;
	file->peer_len = byte >> 6;
	ev->state.file = file;
}

static void take_event(struct input *in, struct event *ev, struct room *r)
{
	uint8_t kind = take(in);

	ev->pid = kind >> 4 & 3;
	ev->tid = kind >> 6 ? ev->pid : (int32_t)take_number(in);
	switch (kind & 15) {
	case 0:
		ev->kind = EV_FORK;
		ev->fork.child_pid = (int32_t)take_number(in);
		ev->fork.child_tid = (int32_t)take_number(in);
		ev->fork.share = take(in) & 31;
		break;
	case 1:
		ev->kind = EV_EXEC;
		ev->exec.old_tid = (int32_t)take_number(in);
		take_text(in, r->text[0]);
		ev->exec.path = r->text[0];
		break;
	case 2: ev->kind = EV_EXIT; break;
	case 3:
	case 4:
		ev->kind = kind & 1 ? EV_FD : EV_CWD;
		take_text(in, r->text[0]);
		ev->state.path = r->text[0];
		ev->state.fd = (int32_t)take_number(in);
		break;
	case 5: take_state(in, ev, r); break;
	default: ev->kind = EV_CALL; take_call(in, ev, r);
	}
}

static void ask(const struct track *t, const struct event *ev)
{
	struct arena a = ARENA_INIT;
	struct track_mapping map;

	for (int fd = -2; fd < 8; fd++) {
		const struct track_file *before = track_fd(t, ev->pid, fd, TRACK_BEFORE);
		const struct track_file *after;

		if (before && before->path && strlen(before->path) > 1 << 20)
			abort();
		after = track_fd(t, ev->pid, fd, TRACK_AFTER);
		if (after && after->path && strlen(after->path) > 1 << 20)
			abort();
		track_resolve(t, &a, ev->pid, fd, "../x");
	}
	track_cwd(t, ev->pid);
	track_comm(t, ev->tid);
	track_mapping_at(t, ev->pid, 0x1000, &map);
	arena_deinit(&a);
}

static int feed(void *t, const struct event *ev)
{
	return track_sink.event(t, ev, NULL);
}

/* What one tells another, whatever it has come to know, is fit to be told. */
static void tell_another(struct track *t)
{
	struct track *other = track_create();

	if (track_tell(t, 1, feed, other) < 0)
		abort();
	track_destroy(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};
	struct track *t = track_create();
	uint64_t now = 1000;

	while (in.at < in.end) {
		struct event ev = {.time_ns = now++};
		struct room room = {0};

		take_event(&in, &ev, &room);
		if (track_sink.event(t, &ev, NULL) < 0)
			abort();
		ask(t, &ev);
	}
	tell_another(t);
	track_destroy(t);
	return 0;
}

#pragma once
/*
 * Scripted events for tests. Each function returns an event in storage that is good until
 * event_build_reset; addresses in the "tracee" are those of the bytes handed in.
 */

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/calls.h"
#include "event/event.h"

#define EVENT_BUILD_CAPTURES 24

struct event_build {
	struct event ev;
	struct capture captures[EVENT_BUILD_CAPTURES];
	struct event_build *next;
};

static struct event_build *event_builds;
static uint64_t event_build_clock = 1000;

static inline void event_build_reset(void)
{
	while (event_builds) {
		struct event_build *next = event_builds->next;

		free(event_builds);
		event_builds = next;
	}
}

static inline struct event *event_build(enum event_kind kind, int pid, int tid)
{
	struct event_build *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->next = event_builds;
	event_builds = b;
	b->ev.kind = kind;
	b->ev.pid = pid;
	b->ev.tid = tid;
	b->ev.time_ns = event_build_clock += 1000;
	return &b->ev;
}

static inline struct event *build_fork(int pid, int child_pid, int child_tid, uint32_t share)
{
	struct event *ev = event_build(EV_FORK, pid, pid);

	ev->fork.child_pid = child_pid;
	ev->fork.child_tid = child_tid;
	ev->fork.share = share;
	return ev;
}

static inline struct event *build_call_args(
	int pid, int tid, enum call_id id, int64_t ret, const uint64_t args[6])
{
	struct event *ev = event_build(EV_CALL, pid, tid);

	ev->call.nr = (uint32_t)call_number(ABI_X86_64, id);
	ev->call.abi = ABI_X86_64;
	ev->call.ret = ret;
	ev->call.enter_ns = ev->time_ns - 500;
	memcpy(ev->call.args, args, sizeof(ev->call.args));
	ev->call.captures = ((struct event_build *)ev)->captures;
	return ev;
}

/* build_call(pid, tid, CALL_close, 0, 3): up to six arguments */
#define build_call(pid, tid, id, ret, ...)                                                         \
	build_call_args(pid, tid, id, ret, (const uint64_t[6]){__VA_ARGS__})

/* These bytes were at this address when argument `arg`'s recipe was followed. */
static inline struct event *build_bytes_at(struct event *ev, int arg, enum capture_when when,
	uint64_t addr, const void *bytes, size_t len)
{
	struct event_build *b = (struct event_build *)ev;

	if (ev->call.nr_captures == EVENT_BUILD_CAPTURES)
		abort();
	b->captures[ev->call.nr_captures++] = (struct capture){
		.addr = addr,
		.len = (uint32_t)len,
		.arg = (uint8_t)arg,
		.when = (uint8_t)when,
		.bytes = bytes,
	};
	return ev;
}

/* Argument `arg` points to these bytes. */
static inline struct event *build_bytes(
	struct event *ev, int arg, enum capture_when when, const void *bytes, size_t len)
{
	ev->call.args[arg] = (uintptr_t)bytes;
	return build_bytes_at(ev, arg, when, (uintptr_t)bytes, bytes, len);
}

static inline struct event *build_string(struct event *ev, int arg, const char *text)
{
	return build_bytes(ev, arg, CAPTURE_AT_ENTER, text, strlen(text) + 1);
}

#include "report/summary_key.h"

#include <stdio.h>
#include <stdlib.h>

#include "decode/decode.h"
#include "event/event.h"
#include "report/call_subject.h"
#include "track/track.h"
#include "util/alloc.h"
#include "util/arena.h"
#include "util/buf.h"

struct summary_key_maker {
	enum summary_key by;
	const struct track *track; /* borrowed; NULL = there is none */
	struct arena scratch;
};

struct summary_key_maker *summary_key_maker_create(enum summary_key by, const struct track *track)
{
	struct summary_key_maker *m = xcalloc(1, sizeof(*m));

	m->by = by;
	m->track = track;
	return m;
}

void summary_key_maker_destroy(struct summary_key_maker *m)
{
	if (!m)
		return;
	arena_deinit(&m->scratch);
	free(m);
}

static void add_path(struct summary_key_maker *m, const struct event *ev,
	const struct decoded_call *call, struct buf *ret)
{
	const char *path = call_subject_path(&m->scratch, m->track, ev, call);

	if (path)
		buf_adds(ret, path);
	else
		buf_adds(ret, call_subject_fd(call) ? "(unknown)" : "(none)");
}

static void add_fd(struct summary_key_maker *m, const struct event *ev,
	const struct decoded_call *call, struct buf *ret)
{
	const struct value *fd = call_subject_fd(call);
	const struct track_file *file = NULL;

	if (!fd) {
		buf_adds(ret, "(none)");
		return;
	}
	buf_add_i64(ret, (int32_t)fd->num);
	if (m->track)
		file = track_fd(m->track, ev->pid, (int32_t)fd->num, TRACK_BEFORE);
	if (file && file->path)
		buf_printf(ret, "<%s>", file->path);
}

static void add_errno(const struct event_call *call, struct buf *ret)
{
	const char *name;

	if (call->flags & CALL_UNFINISHED || !RESULT_IS_ERROR(call->ret)) {
		buf_adds(ret, "(none)");
		return;
	}
	name = decode_errno_name((int)-call->ret);
	if (name)
		buf_adds(ret, name);
	else
		buf_add_i64(ret, -call->ret);
}

void summary_key_of(struct summary_key_maker *m, const struct event *ev, struct buf *ret)
{
	static const struct decode_options plain = {0};
	const char *comm = NULL;
	struct decoded_call call;

	buf_reset(ret);
	switch (m->by) {
	case SUMMARY_BY_PID: buf_add_i64(ret, ev->pid); return;
	case SUMMARY_BY_COMM:
		comm = m->track ? track_comm(m->track, ev->tid) : NULL;
		buf_adds(ret, comm ? comm : "(unknown)");
		return;
	case SUMMARY_BY_ERRNO: add_errno(&ev->call, ret); return;
	default: break;
	}
	decode_call(&m->scratch, &ev->call, &plain, &call);
	if (m->by == SUMMARY_BY_PATH)
		add_path(m, ev, &call, ret);
	else
		add_fd(m, ev, &call, ret);
	arena_reset(&m->scratch);
}

const char *summary_key_of_call(enum abi abi, uint32_t nr, char *room, size_t cap)
{
	enum call_id id = call_id_of(abi, nr);

	if (id != CALL_NONE)
		return call_name(id);
	snprintf(room, cap, "syscall_0x%x", nr);
	return room;
}

bool summary_key_moves_data(enum call_id id)
{
	switch (id) {
	case CALL_read:
	case CALL_write:
	case CALL_pread64:
	case CALL_pwrite64:
	case CALL_readv:
	case CALL_writev:
	case CALL_preadv:
	case CALL_pwritev:
	case CALL_preadv2:
	case CALL_pwritev2:
	case CALL_recvfrom:
	case CALL_recvmsg:
	case CALL_sendto:
	case CALL_sendmsg:
	case CALL_sendfile:
	case CALL_splice:
	case CALL_tee:
	case CALL_vmsplice:
	case CALL_copy_file_range:
	case CALL_process_vm_readv:
	case CALL_process_vm_writev:
	case CALL_mq_timedreceive: return true;
	default: return false;
	}
}

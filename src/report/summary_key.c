#include "report/summary_key.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "decode/decode.h"
#include "decode/row.h"
#include "event/event.h"
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

/* The first argument of that kind, or NULL. */
static const struct value *find_arg(const struct decoded_call *call, enum value_kind kind)
{
	for (size_t i = 0; i < call->nr_args; i++)
		if (call->args[i].kind == kind)
			return &call->args[i];
	return NULL;
}

static const char *path_of_fd(struct summary_key_maker *m, const struct event *ev, int32_t fd)
{
	const struct track_file *file =
		m->track ? track_fd(m->track, ev->pid, fd, TRACK_BEFORE) : NULL;

	return file ? file->path : NULL;
}

/* The name that the call was given, else what its descriptor means. */
static void add_path(struct summary_key_maker *m, const struct event *ev,
	const struct decoded_call *call, struct buf *ret)
{
	const struct syscall_row *row = syscall_row_of(call->id);
	const struct value *fd = find_arg(call, VALUE_FD);
	const struct value *name = find_arg(call, VALUE_STRING);
	const char *path = NULL;

	/* an empty name means the descriptor (AT_EMPTY_PATH) */
	if (name && name->data.len && row && syscall_row_classes(row) & CLASS_FILE) {
		path = arena_strndup(&m->scratch, (const char *)name->data.bytes, name->data.len);
		if (m->track)
			path = track_resolve(m->track, &m->scratch, ev->pid,
				fd && fd < name ? (int32_t)fd->num : AT_FDCWD, path);
	} else if (fd) {
		path = path_of_fd(m, ev, (int32_t)fd->num);
		path = path ? path : "(unknown)";
	}
	buf_adds(ret, path ? path : "(none)");
}

static void add_fd(struct summary_key_maker *m, const struct event *ev,
	const struct decoded_call *call, struct buf *ret)
{
	const struct value *fd = find_arg(call, VALUE_FD);
	const char *path;

	if (!fd) {
		buf_adds(ret, "(none)");
		return;
	}
	buf_add_i64(ret, (int32_t)fd->num);
	path = path_of_fd(m, ev, (int32_t)fd->num);
	if (path)
		buf_printf(ret, "<%s>", path);
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

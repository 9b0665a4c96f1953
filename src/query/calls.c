/* The table `calls`: one row per system call that is in the file. */

#include <stdio.h>
#include <string.h>

#include "decode/decode.h"
#include "decode/row.h"
#include "query/query_internal.h"
#include "render/renderer.h"
#include "render/value_text.h"
#include "report/call_subject.h"
#include "report/event_view.h"
#include "report/known.h"
#include "report/summary_key.h"
#include "track/track.h"

enum calls_column {
	CALLS_FILE,
	CALLS_TIME,
	CALLS_DURATION,
	CALLS_PID,
	CALLS_TID,
	CALLS_COMM,
	CALLS_NAME,
	CALLS_ARGS,
	CALLS_RESULT,
	CALLS_ERROR,
	CALLS_ERRNO,
	CALLS_FD,
	CALLS_PATH,
	CALLS_BYTES,
	CALLS_END,
	CALLS_CPU,
	CALLS_QUEUED,
	CALLS_UNFINISHED,
	CALLS_ABI,
	CALLS_ARG0,
	CALLS_ARG5 = CALLS_ARG0 + 5,
	NR_CALLS_COLUMNS
};

#define ENTRY    STORE_PART_ENTRY
#define RESULT   STORE_PART_RESULT
#define ARGS     STORE_PART_ARGS
#define CAPTURES STORE_PART_CAPTURES

static const struct query_column columns[NR_CALLS_COLUMNS + 1] = {
	[CALLS_FILE] = {"file", true, WANT_FILE},
	[CALLS_TIME] = {"timestamp_ns", false, WANT_TIME, ENTRY},
	[CALLS_DURATION] = {"duration_ns", false, WANT_DURATION, ENTRY},
	[CALLS_PID] = {"pid", false, WANT_PID},
	[CALLS_TID] = {"tid", false, WANT_TID},
	[CALLS_COMM] = {"comm", true, WANT_NOTHING},
	[CALLS_NAME] = {"name", true, WANT_NAME},
	[CALLS_ARGS] = {"args", true, WANT_NOTHING, RESULT | CAPTURES},
	[CALLS_RESULT] = {"result", false, WANT_RESULT, RESULT},
	[CALLS_ERROR] = {"error", true, WANT_ERROR, RESULT},
	[CALLS_ERRNO] = {"errno", false, WANT_ERRNO, RESULT},
	[CALLS_FD] = {"fd", false, WANT_NOTHING, ARGS},
	[CALLS_PATH] = {"path", true, WANT_NOTHING, RESULT | CAPTURES},
	[CALLS_BYTES] = {"bytes", false, WANT_NOTHING, RESULT},
	[CALLS_END] = {"end_ns", false, WANT_END},
	[CALLS_CPU] = {"cpu", false, WANT_NOTHING, STORE_PART_CPU},
	[CALLS_QUEUED] = {"queued_ns", false, WANT_NOTHING, STORE_PART_QUEUED},
	[CALLS_UNFINISHED] = {"unfinished", false, WANT_UNFINISHED},
	[CALLS_ABI] = {"abi", true, WANT_NOTHING},
	[CALLS_ARG0] = {"arg0", false, WANT_NOTHING, ARGS},
	{"arg1", false, WANT_NOTHING, ARGS},
	{"arg2", false, WANT_NOTHING, ARGS},
	{"arg3", false, WANT_NOTHING, ARGS},
	{"arg4", false, WANT_NOTHING, ARGS},
	[CALLS_ARG5] = {"arg5", false, WANT_NOTHING, ARGS},
};

static bool returned(const struct event_call *call)
{
	return !(call->flags & CALL_UNFINISHED);
}

static bool has_entry(const struct event_call *call)
{
	return !(call->flags & (CALL_NO_ENTER | CALL_UNTIMED));
}

static int netlink_protocol(void *asked, int fd)
{
	struct query_cursor *c = asked;

	return known_netlink_protocol(scan_track(c), c->ev.pid, fd);
}

static int bpf_object(void *asked, int fd)
{
	struct query_cursor *c = asked;

	return known_bpf_object(scan_track(c), c->ev.pid, fd);
}

static const char *interface_name(void *asked, struct arena *a, uint32_t index)
{
	const struct query_cursor *c = asked;
	char *const *interfaces = store_reader_facts(cursor_file(c)->reader)->interfaces;

	return interfaces ? known_interface(interfaces, index) : NULL;
}

static void decode(struct query_cursor *c, struct decoded_call *ret)
{
	const struct decode_options options = {.asked = c,
		.netlink_protocol = netlink_protocol,
		.bpf_object = bpf_object,
		.interface_name = interface_name};

	decode_call(&c->scratch, &c->ev.call, &options, ret);
}

/* The arguments as `show` has them. */
static void put_args(struct query_cursor *c, sqlite3_context *to)
{
	const struct render_options options = {.string_limit = c->q->config.string_limit};
	struct decoded_call call;
	struct event_view view = {.ev = &c->ev, .call = &call};
	struct value_text how = value_text_for(&options, &view);

	buf_reset(&c->text);
	decode(c, &call);
	value_text_draw_args(&how, &c->text, &view, 0, call.nr_args);
	result_text(to, c->text.data, c->text.len);
}

/* Whether it means the same wherever one stands, and stands in no other form for the tracker. */
static bool is_final(const char *path)
{
	size_t len = strlen(path);

	return path[0] == '/' && (len == 1 || path[len - 1] != '/') && !strstr(path, "//") &&
	       !strstr(path, "/.");
}

/* What happened before is gone through only where it matters. */
static void put_path(struct query_cursor *c, sqlite3_context *to)
{
	struct decoded_call call;
	const char *path;

	decode(c, &call);
	path = call_subject_path(&c->scratch, NULL, &c->ev, &call);
	if ((path || call_subject_fd(&call)) &&
		(!path || cursor_file(c)->moves_roots || !is_final(path)))
		path = call_subject_path(&c->scratch, scan_track(c), &c->ev, &call);
	if (path)
		result_text(to, path, strlen(path));
}

static void put_comm(struct query_cursor *c, sqlite3_context *to)
{
	const char *comm = track_comm(scan_track(c), c->ev.tid);

	if (comm)
		result_text(to, comm, strlen(comm));
}

static void put_fd(const struct event_call *call, sqlite3_context *to)
{
	struct syscall_row_files files =
		syscall_row_files(call->abi, call_id_of(call->abi, call->nr));

	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
		if (files.fds >> i & 1 && (int32_t)call->args[i] >= 0) {
			sqlite3_result_int(to, (int32_t)call->args[i]);
			return;
		}
}

static void put_name(const struct event_call *call, sqlite3_context *to)
{
	enum call_id id = call_id_of(call->abi, call->nr);
	char room[32];

	if (id != CALL_NONE) {
		result_name(to, call_name(id));
		return;
	}
	summary_key_of_call(call->abi, call->nr, room, sizeof(room));
	result_text(to, room, strlen(room));
}

static void put_error(const struct event_call *call, sqlite3_context *to, enum calls_column column)
{
	const char *name;

	if (!returned(call) || !RESULT_IS_ERROR(call->ret))
		return;
	if (column == CALLS_ERRNO) {
		sqlite3_result_int(to, (int)-call->ret);
		return;
	}
	name = decode_errno_name((int)-call->ret);
	if (name) {
		result_name(to, name);
	} else {
		char room[16];
		int len = snprintf(room, sizeof(room), "%d", (int)-call->ret);

		result_text(to, room, (size_t)len);
	}
}

/* What is not known is left NULL. */
static void column(struct query_cursor *c, sqlite3_context *to, int column)
{
	const struct event *ev = &c->ev;
	const struct event_call *call = &ev->call;

	switch ((enum calls_column)column) {
	case CALLS_FILE: sqlite3_result_text(to, cursor_file(c)->path, -1, SQLITE_STATIC); break;
	case CALLS_TIME:
		if (has_entry(call))
			result_u64(to, call->enter_ns);
		break;
	case CALLS_DURATION:
		if (has_entry(call) && returned(call))
			result_u64(to, ev->time_ns - call->enter_ns);
		break;
	case CALLS_PID: sqlite3_result_int(to, ev->pid); break;
	case CALLS_TID: sqlite3_result_int(to, ev->tid); break;
	case CALLS_COMM: put_comm(c, to); break;
	case CALLS_NAME: put_name(call, to); break;
	case CALLS_ARGS: put_args(c, to); break;
	case CALLS_RESULT:
		if (returned(call))
			sqlite3_result_int64(to, call->ret);
		break;
	case CALLS_ERROR:
	case CALLS_ERRNO: put_error(call, to, (enum calls_column)column); break;
	case CALLS_FD: put_fd(call, to); break;
	case CALLS_PATH: put_path(c, to); break;
	case CALLS_BYTES:
		if (returned(call) && call->ret >= 0 &&
			summary_key_moves_data(call_id_of(call->abi, call->nr)))
			sqlite3_result_int64(to, call->ret);
		break;
	case CALLS_END: result_u64(to, ev->time_ns); break;
	case CALLS_CPU: sqlite3_result_int(to, ev->cpu); break;
	case CALLS_QUEUED:
		if (call->queued_ns)
			result_u64(to, call->queued_ns);
		break;
	case CALLS_UNFINISHED: sqlite3_result_int(to, !returned(call)); break;
	case CALLS_ABI: result_name(to, call->abi == ABI_I386 ? "i386" : "x86_64"); break;
	default: result_u64(to, call->args[column - CALLS_ARG0]); break;
	}
}

const struct query_table query_calls = {
	.name = "calls",
	.columns = columns,
	.kinds = EV_BIT(EV_CALL),
	.next = scan_next,
	.column = column,
};

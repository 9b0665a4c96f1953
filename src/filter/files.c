/* What the arguments of a call stand for: descriptors, paths, sockets. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>

#include "filter/filter_internal.h"
#include "track/track.h"
#include "util/glob.h"

typedef bool fd_test(const struct expr_subject *s, int32_t fd, const void *with);

static const struct capture *find_capture(const struct event_call *call, unsigned arg)
{
	for (unsigned i = 0; i < call->nr_captures; i++) {
		const struct capture *c = &call->captures[i];

		if (c->arg == arg && c->addr == call->args[arg] && !(c->flags & CAPTURE_FAULT))
			return c;
	}
	return NULL;
}

static bool any_polled(
	const struct expr_subject *s, bool if_unseen, fd_test *test, const void *with)
{
	const struct event_call *call = &s->ev->call;
	uint32_t nr = (uint32_t)call->args[1];
	const struct capture *c = find_capture(call, 0);
	struct pollfd fd;

	if (!nr)
		return false;
	if (!c)
		return if_unseen;
	for (uint32_t i = 0; i < nr; i++) {
		if ((uint64_t)(i + 1) * sizeof(fd) > c->len)
			return if_unseen;
		memcpy(&fd, c->bytes + i * sizeof(fd), sizeof(fd));
		if (fd.fd >= 0 && test(s, fd.fd, with))
			return true;
	}
	return false;
}

static bool any_selected(
	const struct expr_subject *s, bool if_unseen, fd_test *test, const void *with)
{
	const struct event_call *call = &s->ev->call;
	uint64_t nr = MIN((uint32_t)call->args[0], 65536u);
	bool unseen = false;

	for (unsigned arg = 1; arg <= 3; arg++) {
		const struct capture *c;

		if (!call->args[arg] || !nr)
			continue;
		c = find_capture(call, arg);
		unseen |= !c || (nr + 7) / 8 > c->len;
		for (uint64_t fd = 0; c && fd < nr && fd / 8 < c->len; fd++)
			if (c->bytes[fd / 8] >> fd % 8 & 1 && test(s, (int32_t)fd, with))
				return true;
	}
	return unseen && if_unseen;
}

bool subject_has_fd_lists(const struct expr_subject *s)
{
	switch (s->id) {
	case CALL_poll:
	case CALL_ppoll:
	case CALL_ppoll_time64:
	case CALL_select:
	case CALL__newselect:
	case CALL_pselect6:
	case CALL_pselect6_time64: return true;
	default: return false;
	}
}

static bool any_listed(
	const struct expr_subject *s, bool if_unseen, fd_test *test, const void *with)
{
	switch (s->id) {
	case CALL_poll:
	case CALL_ppoll:
	case CALL_ppoll_time64: return any_polled(s, if_unseen, test, with);
	case CALL_select:
		if (s->abi == ABI_I386)
			return if_unseen; /* one pointer to all arguments, which is not captured */
		return any_selected(s, if_unseen, test, with);
	case CALL__newselect:
	case CALL_pselect6:
	case CALL_pselect6_time64: return any_selected(s, if_unseen, test, with);
	default: return false;
	}
}

bool subject_any_fd(const struct expr_subject *s, bool if_unseen, fd_test *test, const void *with)
{
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++) {
		int32_t fd = (int32_t)s->ev->call.args[i];

		if (s->files.fds >> i & 1 && fd >= 0 && test(s, fd, with))
			return true;
	}
	return any_listed(s, if_unseen, test, with);
}

static bool may_be_socket(const struct expr_subject *s, int32_t fd, const void *with)
{
	const struct event *ev = s->ev;
	const struct track_file *file =
		s->track ? track_fd(s->track, ev->pid, fd, TRACK_BEFORE) : NULL;

	if (!file)
		return ev->call.ret != -EBADF;
	return file->kind == TRACK_SOCKET || file->kind == TRACK_UNKNOWN;
}

bool subject_touches_socket(const struct expr_subject *s)
{
	if (subject_has_fd_lists(s))
		return any_listed(s, true, may_be_socket, NULL);
	return may_be_socket(s, (int32_t)s->ev->call.args[0], NULL);
}

static bool any_pattern(const char *const *patterns, uint32_t nr, const char *path)
{
	for (uint32_t i = 0; i < nr; i++)
		if (glob_match(patterns[i], path))
			return true;
	return false;
}

/* A file by the names it goes under; `other` may be NULL. */
static bool set_has(const struct path_set *set, const char *path, const char *other)
{
	if (any_pattern(set->out, set->nr_out, path) ||
		(other && any_pattern(set->out, set->nr_out, other)))
		return false;
	return set->all || any_pattern(set->in, set->nr_in, path) ||
	       (other && any_pattern(set->in, set->nr_in, other));
}

static bool fd_has_path(const struct expr_subject *s, int32_t fd, const void *with)
{
	const struct track_file *file =
		s->track ? track_fd(s->track, s->ev->pid, fd, TRACK_BEFORE) : NULL;

	return file && file->path && set_has(with, file->path, NULL);
}

static bool path_is_in(const struct expr_subject *s, unsigned arg, const struct path_set *set)
{
	const struct event_call *call = &s->ev->call;
	const struct capture *c = find_capture(call, arg);
	struct arena scratch = ARENA_INIT;
	const char *path, *whole = NULL;
	int32_t dirfd = AT_FDCWD;
	bool ret;

	if (!c || c->len < 2 || c->bytes[c->len - 1])
		return false;
	path = (const char *)c->bytes;
	if (arg && s->files.dirfds >> (arg - 1) & 1)
		dirfd = (int32_t)call->args[arg - 1];
	if (s->track)
		whole = track_resolve(s->track, &scratch, s->ev->pid, dirfd, path);
	ret = set_has(set, path, whole);
	arena_deinit(&scratch);
	return ret;
}

bool subject_matches_paths(const struct expr_subject *s, const struct path_set *set)
{
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
		if (s->files.paths >> i & 1 && path_is_in(s, i, set))
			return true;
	return subject_any_fd(s, false, fd_has_path, set);
}

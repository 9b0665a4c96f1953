#include "report/call_subject.h"

#include <fcntl.h>

#include "decode/decode.h"
#include "decode/row.h"
#include "event/event.h"
#include "track/track.h"
#include "util/arena.h"

static const struct value *find_arg(const struct decoded_call *call, enum value_kind kind)
{
	for (size_t i = 0; i < call->nr_args; i++)
		if (call->args[i].kind == kind)
			return &call->args[i];
	return NULL;
}

const struct value *call_subject_fd(const struct decoded_call *call)
{
	return find_arg(call, VALUE_FD);
}

const char *call_subject_path(struct arena *a, const struct track *track, const struct event *ev,
	const struct decoded_call *call)
{
	const struct syscall_row *row = syscall_row_of(call->id);
	const struct value *fd = call_subject_fd(call);
	const struct value *name = find_arg(call, VALUE_STRING);
	const struct track_file *file = NULL;

	/* an empty name means the descriptor (AT_EMPTY_PATH) */
	if (name && name->data.len && row && syscall_row_classes(row) & CLASS_FILE) {
		const char *path = arena_strndup(a, (const char *)name->data.bytes, name->data.len);

		return track ? track_resolve(track, a, ev->pid,
				       fd && fd < name ? (int32_t)fd->num : AT_FDCWD, path)
			     : path;
	}
	if (fd && track)
		file = track_fd(track, ev->pid, (int32_t)fd->num, TRACK_BEFORE);
	return file ? file->path : NULL;
}

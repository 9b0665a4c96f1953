#pragma once
/* A trace file being made of a run. */

#include <stdint.h>

#include "store/facts.h"
#include "util/arena.h"
#include "util/buf.h"

struct err;
struct store_writer;
struct stream;

struct recording {
	int fd;                      /* owned; -1 = it is somebody else's */
	struct store_writer *writer; /* owned; NULL = nothing is recorded */
	struct arena arena;
};

/*
 * Before a trace file is opened for writing at `path`: one that is there already is to be replaced,
 * not emptied, since somebody may be reading it.
 */
void recording_make_way(const char *path);

/*
 * Adds the sink of a trace file to `stream`: of the file at `path`, or, when `fd` is not negative,
 * of what that is, with `path` for messages. What `facts` lacks of this machine and moment is
 * filled in. With `fd` that of a terminal it fails: nobody can read that.
 */
int recording_open(struct recording *r, int fd, const char *path, const struct store_facts *facts,
	struct stream *stream, struct err *err);

/* After the stream's end. */
void recording_close(struct recording *r);

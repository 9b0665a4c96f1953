#include "cli/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "event/stream.h"
#include "store/format.h"
#include "store/writer.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/vec.h"

typedef VEC(char *) text_vec;

/* Into the arena, with NULL at the end. */
static char *const *keep_texts(struct recording *r, text_vec *texts)
{
	char *const *ret;

	VEC_PUSH(texts, NULL);
	ret = arena_dup(&r->arena, texts->data, texts->len * sizeof(*texts->data));
	VEC_DEINIT(texts);
	return ret;
}

static char *const *environment(struct recording *r, bool values)
{
	text_vec texts = {0};

	for (char **var = environ; *var; var++)
		VEC_PUSH(&texts,
			arena_strndup(&r->arena, *var, values ? strlen(*var) : strcspn(*var, "=")));
	return keep_texts(r, &texts);
}

static char *const *interfaces(struct recording *r)
{
	struct if_nameindex *all = if_nameindex();
	text_vec texts = {0};

	for (struct if_nameindex *i = all; i && i->if_index; i++) {
		VEC_PUSH(&texts, arena_printf(&r->arena, "%u", i->if_index));
		VEC_PUSH(&texts, arena_strdup(&r->arena, i->if_name));
	}
	if (all)
		if_freenameindex(all);
	return keep_texts(r, &texts);
}

static char *const *system_names(struct recording *r)
{
	text_vec texts = {0};
	struct utsname name;

	uname(&name);
	VEC_PUSH(&texts, arena_strdup(&r->arena, name.sysname));
	VEC_PUSH(&texts, arena_strdup(&r->arena, name.release));
	VEC_PUSH(&texts, arena_strdup(&r->arena, name.version));
	VEC_PUSH(&texts, arena_strdup(&r->arena, name.machine));
	VEC_PUSH(&texts, arena_strdup(&r->arena, name.nodename));
	return keep_texts(r, &texts);
}

static void add_circumstances(struct recording *r, struct store_facts *facts)
{
	char folder[PATH_MAX];

	facts->writer = "renacer " RENACER_VERSION;
	facts->start_ns = clock_now_ns();
	facts->system = system_names(r);
	facts->interfaces = interfaces(r);
	facts->nr_cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	facts->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	if (!facts->command)
		return; /* where others run, and with what, is theirs */
	facts->environment = environment(r, facts->options & STORE_ENV_VALUES);
	if (getcwd(folder, sizeof(folder)))
		facts->folder = arena_strdup(&r->arena, folder);
}

void recording_make_way(const char *path)
{
	struct stat st;

	if (!lstat(path, &st) && S_ISREG(st.st_mode) && !access(path, W_OK))
		unlink(path);
}

int recording_open(struct recording *r, int fd, const char *path, const struct store_facts *facts,
	struct stream *stream, struct err *err)
{
	struct store_facts all = *facts;

	if (fd >= 0 && isatty(fd))
		return err_set(err, -EINVAL,
			"a trace file is not for a terminal: give -o FILE, or send it elsewhere");
	if (fd < 0) {
		recording_make_way(path);
		r->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (r->fd < 0)
			return err_sys(err, -errno, "cannot open '%s' for the trace file", path);
	}
	add_circumstances(r, &all);
	r->writer = store_writer_create(fd < 0 ? r->fd : fd, path, &all);
	stream_add_sink(stream, &store_sink, r->writer);
	return 0;
}

void recording_close(struct recording *r)
{
	store_writer_destroy(r->writer);
	r->writer = NULL;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	arena_deinit(&r->arena);
}

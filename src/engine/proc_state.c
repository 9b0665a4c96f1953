#include "engine/proc_state.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "event/event.h"
#include "engine/launch.h"
#include "util/cleanup.h"

struct emitter {
	struct event ev; /* kind, pid, tid and time are filled in; the rest per event */
	proc_state_fn emit;
	void *self;
	struct err *err;
};

/* -1 = cannot be read; a link longer than fits is cut, which the kernel's own limit prevents. */
static ssize_t read_link(const char *link, char *ret, size_t cap)
{
	ssize_t len = readlink(link, ret, cap - 1);

	if (len >= 0)
		ret[len] = '\0';
	return len;
}

static ssize_t read_text(const char *path, char *ret, size_t cap)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, ret, cap - 1);
	if (len >= 0)
		ret[len] = '\0';
	return len;
}

static uint32_t fd_flags(pid_t tid, const char *fd)
{
	char path[64], text[512];
	const char *flags;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.16s", tid, fd);
	if (read_text(path, text, sizeof(text)) < 0)
		return 0;
	flags = strstr(text, "flags:");
	return flags ? (uint32_t)strtoul(flags + strlen("flags:"), NULL, 8) : 0;
}

static int emit_fds(struct emitter *e, pid_t tid)
{
	char path[PATH_MAX], link[64];
	struct dirent *entry;
	int rc = 0;
	DIR *dir;

	snprintf(link, sizeof(link), "/proc/%d/fd", tid);
	dir = opendir(link);
	if (!dir)
		return 0;
	e->ev.kind = EV_FD;
	while (rc >= 0 && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(link, sizeof(link), "/proc/%d/fd/%.16s", tid, entry->d_name);
		if (read_link(link, path, sizeof(path)) < 0)
			continue;
		e->ev.state.fd = atoi(entry->d_name);
		e->ev.state.flags = fd_flags(tid, entry->d_name);
		e->ev.state.path = path;
		rc = e->emit(e->self, &e->ev, e->err);
	}
	closedir(dir);
	return rc;
}

static int emit_cwd(struct emitter *e, pid_t tid)
{
	char path[PATH_MAX], link[64];

	snprintf(link, sizeof(link), "/proc/%d/cwd", tid);
	if (read_link(link, path, sizeof(path)) < 0)
		return 0;
	e->ev.kind = EV_CWD;
	e->ev.state.fd = -1;
	e->ev.state.flags = 0;
	e->ev.state.path = path;
	return e->emit(e->self, &e->ev, e->err);
}

/* A newline is the one byte that maps writes as an escape. */
static void unescape_newlines(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (!strncmp(from, "\\012", 4)) {
			*to = '\n';
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool parse_map(char *line, struct event_map *ret)
{
	uint64_t from, to, offset, inode;
	char perms[5];
	int path_at = 0;
	char *path;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*x:%*x %" SCNu64 " %n", &from,
		    &to, perms, &offset, &inode, &path_at) < 5 ||
		!path_at || to <= from)
		return false;
	path = line + path_at;
	path[strcspn(path, "\n")] = '\0';
	unescape_newlines(path);
	*ret = (struct event_map){
		.addr = from,
		.len = to - from,
		.offset = offset,
		.prot = (perms[0] == 'r' ? PROT_READ : 0) | (perms[1] == 'w' ? PROT_WRITE : 0) |
			(perms[2] == 'x' ? PROT_EXEC : 0),
		.flags = (perms[3] == 's' ? MAP_SHARED : MAP_PRIVATE) | (inode ? 0 : MAP_ANONYMOUS),
		.path = *path ? path : NULL,
	};
	return true;
}

static int emit_maps(struct emitter *e, pid_t tid)
{
	CLEANUP_FCLOSE FILE *maps = NULL;
	CLEANUP_FREE char *line = NULL;
	char name[64];
	size_t cap = 0;

	snprintf(name, sizeof(name), "/proc/%d/maps", tid);
	maps = fopen(name, "re");
	if (!maps)
		return 0;
	e->ev.kind = EV_MAP;
	while (getline(&line, &cap, maps) > 0) {
		int rc;

		if (!parse_map(line, &e->ev.map))
			continue;
		rc = e->emit(e->self, &e->ev, e->err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int proc_state_emit(pid_t pid, pid_t tid, uint64_t kinds, uint64_t time_ns, proc_state_fn emit,
	void *self, struct err *err)
{
	struct emitter e = {
		.ev = {.time_ns = time_ns, .pid = pid, .tid = pid},
		.emit = emit,
		.self = self,
		.err = err,
	};
	int rc = 0;

	if (kinds & EV_BIT(EV_CWD))
		rc = emit_cwd(&e, tid);
	if (rc >= 0 && kinds & EV_BIT(EV_FD))
		rc = emit_fds(&e, tid);
	if (rc >= 0 && kinds & EV_BIT(EV_MAP))
		rc = emit_maps(&e, tid);
	return rc < 0 ? rc : 0;
}

void proc_state_comm(pid_t tid, char *ret_comm, size_t cap)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	if (read_text(path, ret_comm, cap) <= 0)
		*ret_comm = '\0';
	ret_comm[strcspn(ret_comm, "\n")] = '\0';
}

/* What follows `key` in /proc/TID/status; NULL = not there. `text` is the storage. */
static const char *find_status(pid_t tid, const char *key, char *text, size_t cap)
{
	char path[64];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (read_text(path, text, cap) < 0)
		return NULL;
	for (at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, key, strlen(key)))
			return at + strlen(key);
	}
	return NULL;
}

long proc_state_status(pid_t tid, const char *key)
{
	char text[4096];
	const char *value = find_status(tid, key, text, sizeof(text));

	return value ? strtol(value, NULL, 10) : -1;
}

int proc_state_open_queued(pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/schedstat", tid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

uint64_t proc_state_queued_ns(int fd)
{
	char text[128];
	const char *second;
	ssize_t len;

	if (fd < 0)
		return 0;
	len = pread(fd, text, sizeof(text) - 1, 0);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	/* on a CPU, waiting for one, times that it got one */
	second = strchr(text, ' ');
	return second ? strtoull(second, NULL, 10) : 0;
}

bool proc_state_tells_queued(void)
{
	return !access("/proc/self/schedstat", R_OK);
}

bool proc_state_is_alive(pid_t tid)
{
	char text[4096];
	const char *state = find_status(tid, "State:", text, sizeof(text));

	return state && !strchr("ZX", state[strspn(state, "\t ")]);
}

void proc_state_usage(pid_t pid, struct launch_usage *ret)
{
	unsigned long long minor, major, user, system;
	uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	char path[64], text[1024];
	const char *behind_name;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_text(path, text, sizeof(text)) <= 0 || !(behind_name = strrchr(text, ')')))
		return;
	/* state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime */
	if (sscanf(behind_name + 1, " %*c %*d %*d %*d %*d %*d %*u %llu %*u %llu %*u %llu %llu",
		    &minor, &major, &user, &system) != 4)
		return;
	*ret = (struct launch_usage){
		.known = true,
		.user_ns = user * tick_ns,
		.system_ns = system * tick_ns,
		.minor_faults = minor,
		.major_faults = major,
	};
}

#include "report/anomaly.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "decode/decode.h"
#include "decode/row.h"
#include "event/event.h"
#include "filter/filter.h"
#include "report/baseline.h"
#include "report/summary_key.h"
#include "track/track.h"
#include "util/alloc.h"
#include "util/macros.h"
#include "util/map.h"

/* A program can make up as many groups as it likes; those beyond are not judged. */
#define GROUPS_MAX 4096

/*
 * An engine that now and then adds ms to a call adds some tens of us to one in ten. That is no
 * spread of the calls' own, and calls 5 ms slow would drown in it.
 */
#define NOISE_PART 32

struct anomalies {
	uint64_t noise_ns; /* of the engine: below this, times do not differ */
	struct anomaly_config config;
	struct map groups; /* struct baseline, owned, by group_key */
	uint64_t count;
	struct anomaly *worst; /* owned, config.nr_worst of them, paths owned; the largest first */
	size_t nr_worst;
	struct anomaly found; /* of the current event, if `has_found` */
	bool has_found;
};

/* A call, as far as that decides whether it is judged and what it is compared with. */
struct subject {
	const struct event *ev;
	enum call_id id;
	enum anomaly_object object;
	int32_t fd;                    /* -1 = none */
	const struct track_file *file; /* NULL = not known */
	uint64_t size;                 /* bytes; 0 = none, or not of this kind */
	bool failed;
};

const char *anomaly_object_name(enum anomaly_object object)
{
	static const char *const names[NR_ANOMALY_OBJECTS] = {
		[ANOMALY_NO_OBJECT] = "none",
		[ANOMALY_UNKNOWN] = "unknown",
		[ANOMALY_FILE] = "file",
		[ANOMALY_KERNEL] = "kernel",
		[ANOMALY_MEMORY] = "memory",
		[ANOMALY_TTY] = "tty",
		[ANOMALY_DEVICE] = "device",
		[ANOMALY_PIPE] = "pipe",
		[ANOMALY_SOCKET] = "socket",
		[ANOMALY_ANON] = "anonymous",
	};

	return names[object];
}

static bool begins(const char *path, const char *with)
{
	return !strncmp(path, with, strlen(with));
}

static bool ends(const char *path, const char *with)
{
	size_t len = strlen(path), end = strlen(with);

	return len >= end && !strcmp(path + len - end, with);
}

/* Devices that give and take bytes without ever waiting. */
static bool is_memory_device(const char *path)
{
	static const char *const paths[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!strcmp(path, paths[i]))
			return true;
	return false;
}

static enum anomaly_object object_of_path(const char *path)
{
	if (is_memory_device(path))
		return ANOMALY_MEMORY;
	if (begins(path, "/dev/tty") || begins(path, "/dev/pts/") || !strcmp(path, "/dev/ptmx") ||
		!strcmp(path, "/dev/console"))
		return ANOMALY_TTY;
	if (begins(path, "/dev/") && !begins(path, "/dev/shm/"))
		return ANOMALY_DEVICE;
	/* logs that are waited for */
	if (ends(path, "/kmsg") || ends(path, "/trace_pipe"))
		return ANOMALY_DEVICE;
	if (begins(path, "/proc/") || begins(path, "/sys/"))
		return ANOMALY_KERNEL;
	return ANOMALY_FILE;
}

static enum anomaly_object object_of(const struct track_file *file)
{
	if (!file)
		return ANOMALY_UNKNOWN;
	switch (file->kind) {
	case TRACK_PIPE: return ANOMALY_PIPE;
	case TRACK_SOCKET: return ANOMALY_SOCKET;
	case TRACK_ANON: return ANOMALY_ANON;
	case TRACK_MEMFD: return ANOMALY_MEMORY;
	case TRACK_FILE: break;
	default: return ANOMALY_UNKNOWN;
	}
	switch (file->type_mode & S_IFMT) {
	case S_IFIFO: return ANOMALY_PIPE;
	case S_IFSOCK: return ANOMALY_SOCKET;
	default: return file->path ? object_of_path(file->path) : ANOMALY_UNKNOWN;
	}
}

static bool opens(enum call_id id)
{
	return id == CALL_open || id == CALL_openat || id == CALL_openat2 || id == CALL_creat;
}

/* An open is as slow as what it opens. */
static void find_object(const struct anomalies *a, struct subject *s)
{
	const struct event_call *call = &s->ev->call;
	uint8_t fds = syscall_row_files((enum abi)call->abi, s->id).fds;
	enum track_time when = TRACK_BEFORE;

	s->fd = -1;
	if (opens(s->id) && !s->failed) {
		s->fd = (int32_t)call->ret;
		when = TRACK_AFTER;
	} else if (fds) {
		s->fd = (int32_t)call->args[__builtin_ctz(fds)];
	}
	if (s->fd < 0) {
		s->object = ANOMALY_NO_OBJECT;
		return;
	}
	s->file = a->config.track ? track_fd(a->config.track, s->ev->pid, s->fd, when) : NULL;
	s->object = object_of(s->file);
}

/* What decides how long it takes, where that is a number of bytes. */
static uint64_t size_of(const struct subject *s)
{
	const struct event_call *call = &s->ev->call;

	switch (s->id) {
	case CALL_mmap:
	case CALL_munmap:
	case CALL_mprotect:
	case CALL_madvise:
	case CALL_msync:
	case CALL_mlock: return call->args[1];
	case CALL_mremap: return MAX(call->args[1], call->args[2]);
	case CALL_getdents:
	case CALL_getdents64:
	case CALL_getrandom:
	case CALL_preadv:
	case CALL_readahead: break;
	default:
		if (!summary_key_moves_data(s->id))
			return 0;
	}
	return s->failed ? 0 : (uint64_t)call->ret;
}

static unsigned size_class(uint64_t bytes)
{
	return bytes ? 64 - (unsigned)__builtin_clzll(bytes) : 0;
}

/* Calls that somebody else ends, or that do something else each time. */
static bool is_beyond_judgement(const struct subject *s)
{
	switch (s->id) {
	case CALL_NONE: /* in no table: nobody knows what it does */
	case CALL_poll:
	case CALL_ppoll:
	case CALL_select:
	case CALL_pselect6:
	case CALL_epoll_wait:
	case CALL_epoll_pwait:
	case CALL_epoll_pwait2:
	case CALL_futex:
	case CALL_futex_wait:
	case CALL_futex_waitv:
	case CALL_nanosleep:
	case CALL_clock_nanosleep:
	case CALL_wait4:
	case CALL_waitid:
	case CALL_pause:
	case CALL_rt_sigsuspend:
	case CALL_rt_sigtimedwait:
	case CALL_restart_syscall:
	case CALL_sched_yield:
	case CALL_accept:
	case CALL_accept4:
	case CALL_connect:
	case CALL_flock:
	case CALL_msgsnd:
	case CALL_msgrcv:
	case CALL_semop:
	case CALL_semtimedop:
	case CALL_mq_timedsend:
	case CALL_mq_timedreceive:
	case CALL_io_getevents:
	case CALL_io_pgetevents:
	case CALL_io_uring_enter:
	case CALL_splice:
	case CALL_tee:
	case CALL_vmsplice:
	case CALL_ptrace:
	case CALL_seccomp:
	case CALL_userfaultfd:
	case CALL_vfork:
	case CALL_clone:
	case CALL_clone3:
	case CALL_execve:
	case CALL_execveat: return true;
	case CALL_fcntl:
		return (int)s->ev->call.args[1] == F_SETLKW ||
		       (int)s->ev->call.args[1] == F_OFD_SETLKW;
	default: return false;
	}
}

/* Through such an object data come, and go, when others want. */
static bool is_wait_for_peer(const struct subject *s)
{
	const uint64_t *args = s->ev->call.args;

	switch (s->object) {
	case ANOMALY_UNKNOWN:
	case ANOMALY_TTY:
	case ANOMALY_DEVICE:
	case ANOMALY_PIPE:
	case ANOMALY_SOCKET:
	case ANOMALY_ANON: break;
	default: return false;
	}
	if (s->file && s->file->flags & O_NONBLOCK)
		return false;
	switch (s->id) {
	case CALL_ioctl:
	case CALL_recvmmsg:
	case CALL_sendmmsg: return true;
	case CALL_recvfrom:
	case CALL_sendto: return !(args[3] & MSG_DONTWAIT);
	case CALL_recvmsg:
	case CALL_sendmsg: return !(args[2] & MSG_DONTWAIT);
	default: return opens(s->id) || summary_key_moves_data(s->id);
	}
}

static uint64_t group_key(const struct subject *s)
{
	_Static_assert(NR_CALL_IDS <= 1 << 16 && NR_ANOMALY_OBJECTS <= 1 << 8, "room in the key");

	return (uint64_t)s->id << 24 | (uint64_t)s->object << 16 | size_class(s->size) << 8 |
	       s->failed << 1 | 1;
}

static struct baseline *group_of(struct anomalies *a, const struct subject *s)
{
	uint64_t key = group_key(s);
	struct baseline *b = map_get(&a->groups, key);

	if (!b && a->groups.len < GROUPS_MAX) {
		b = xcalloc(1, sizeof(*b));
		baseline_init(b, a->config.window);
		map_put(&a->groups, key, b);
	}
	return b;
}

static bool look_at(const struct anomalies *a, const struct event *ev, struct subject *s)
{
	const uint8_t unusable =
		CALL_UNFINISHED | CALL_NO_ENTER | CALL_UNTIMED | CALL_HIDDEN | CALL_INJECTED;

	if (ev->kind != EV_CALL || ev->call.flags & unusable)
		return false;
	*s = (struct subject){.ev = ev, .id = call_id_of((enum abi)ev->call.abi, ev->call.nr)};
	s->failed = ev->call.ret < 0 && ev->call.ret >= -ERRNO_MAX;
	if (is_beyond_judgement(s) || !filter_match(a->config.filter, ev, a->config.track))
		return false;
	find_object(a, s);
	s->size = size_of(s);
	return !is_wait_for_peer(s);
}

static void keep_worst(struct anomalies *a, const struct anomaly *found)
{
	size_t at = a->nr_worst;

	if (a->nr_worst == a->config.nr_worst) {
		if (!at || found->excess_ns <= a->worst[at - 1].excess_ns)
			return;
		free((char *)a->worst[--at].path);
	} else {
		a->nr_worst++;
	}
	for (; at && a->worst[at - 1].excess_ns < found->excess_ns; at--)
		a->worst[at] = a->worst[at - 1];
	a->worst[at] = *found;
	if (found->path)
		a->worst[at].path = xstrdup(found->path);
}

static void note(struct anomalies *a, const struct subject *s, const struct baseline *b,
	uint64_t own_ns, uint64_t median_ns, double score)
{
	const struct event *ev = s->ev;

	a->found = (struct anomaly){
		.id = s->id,
		.object = s->object,
		.pid = ev->pid,
		.tid = ev->tid,
		.fd = s->fd,
		.path = s->file ? s->file->path : NULL,
		.enter_ns = ev->call.enter_ns,
		.took_ns = ev->time_ns - ev->call.enter_ns,
		.queued_ns = ev->call.queued_ns,
		.usual_ns = median_ns,
		.p99_ns = baseline_quantile(b, 0.99),
		.excess_ns = own_ns - median_ns,
		.score = score,
		.nr_samples = b->nr,
	};
	a->has_found = true;
	a->count++;
	keep_worst(a, &a->found);
}

static void judge(
	struct anomalies *a, const struct subject *s, const struct baseline *b, uint64_t own_ns)
{
	uint64_t median_ns;
	double score;

	if (b->nr < ANOMALY_SAMPLES_MIN)
		return;
	/* nearly all calls end here */
	median_ns = baseline_quantile(b, 0.5);
	if (own_ns < median_ns || own_ns - median_ns < a->config.excess_ns)
		return;
	score = baseline_score(b, own_ns, a->noise_ns);
	if (score >= a->config.threshold)
		note(a, s, b, own_ns, median_ns, score);
}

static int anomalies_event(void *self, const struct event *ev, struct err *err UNUSED)
{
	struct anomalies *a = self;
	struct baseline *b = NULL;
	struct subject s;
	uint64_t own_ns;

	a->has_found = false;
	if (!look_at(a, ev, &s))
		return 0;
	b = group_of(a, &s);
	if (!b)
		return 0;
	own_ns = ev->time_ns - ev->call.enter_ns;
	own_ns -= MIN(own_ns, ev->call.queued_ns);
	judge(a, &s, b, own_ns);
	baseline_add(b, own_ns);
	return 0;
}

struct anomalies *anomalies_create(const struct anomaly_config *config)
{
	struct anomalies *a = xcalloc(1, sizeof(*a));

	a->config = *config;
	if (!a->config.window)
		a->config.window = ANOMALY_WINDOW;
	if (!(a->config.threshold > 0))
		a->config.threshold = ANOMALY_THRESHOLD;
	if (!a->config.excess_ns)
		a->config.excess_ns = ANOMALY_EXCESS_NS;
	if (config->nr_worst)
		a->worst = xcalloc(config->nr_worst, sizeof(*a->worst));
	return a;
}

void anomalies_destroy(struct anomalies *a)
{
	struct map_slot *slot;

	if (!a)
		return;
	for (size_t at = 0; (slot = map_next(&a->groups, &at));) {
		baseline_deinit(slot->value);
		free(slot->value);
	}
	map_deinit(&a->groups);
	for (size_t i = 0; i < a->nr_worst; i++)
		free((char *)a->worst[i].path);
	free(a->worst);
	free(a);
}

void anomalies_need_excess(struct anomalies *a, uint64_t excess_ns)
{
	a->config.excess_ns = MAX(a->config.excess_ns, excess_ns);
	a->noise_ns = excess_ns / NOISE_PART;
}

const struct anomaly *anomalies_found(const struct anomalies *a)
{
	return a->has_found ? &a->found : NULL;
}

uint64_t anomalies_count(const struct anomalies *a)
{
	return a->count;
}

const struct anomaly *anomalies_worst(const struct anomalies *a, size_t *ret_nr)
{
	*ret_nr = a->nr_worst;
	return a->worst;
}

const struct sink_ops anomalies_sink = {
	.name = "anomalies",
	.event = anomalies_event,
};

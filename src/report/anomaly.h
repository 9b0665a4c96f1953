#pragma once
/*
 * Calls that took far longer than calls like them did just before.
 *
 * Alike are calls of the same name that worked on the same kind of object, moved as many bytes (or
 * mapped: to a power of two), and all succeeded or all failed. Each such group has a baseline of
 * its own (report/baseline.h): its last ANOMALY_WINDOW calls, of all tasks, without the one that is
 * judged. What is compared is the time in the call less the time that the task was ready to run and
 * waited for a CPU: that is the doing of whoever else is on the machine. A call is slow when
 *
 *	there are ANOMALY_SAMPLES_MIN calls to compare it with,
 *	its score is ANOMALY_THRESHOLD or more, and
 *	it took ANOMALY_EXCESS_NS longer than the median.
 *
 * The last, because interrupts and the host of a virtual machine take a CPU away for up to 200 us,
 * and a read that comes from the disk and not from memory takes 250 to 450 us (a fast disk), now
 * and then: that is how files are. Time spent waiting for a CPU must be left out: of a million
 * reads on two CPUs with five ready tasks each, 639 took 300 us longer than the others by the
 * clock, and not one by what is compared here.
 *
 * Calls that wait for others are not judged, as their time tells of these: those made to wait
 * (poll, futex, nanosleep, wait4...), and those that move data through an object where data come
 * when somebody else sends them (pipe, socket, terminal, device...) unless it was told not to wait;
 * nor are execve and the like, which do something else each time. A FIFO that was opened by name
 * passes for a file until some call asks what it is.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/calls.h"
#include "event/sink.h"

struct event;
struct filter;
struct track;

#define ANOMALY_WINDOW      256
#define ANOMALY_WINDOW_MAX  4096
#define ANOMALY_SAMPLES_MIN 30
#define ANOMALY_THRESHOLD   6.0
#define ANOMALY_EXCESS_NS   UINT64_C(500000)

enum anomaly_object {
	ANOMALY_NO_OBJECT, /* the call has no descriptor */
	ANOMALY_UNKNOWN,
	ANOMALY_FILE,   /* or directory */
	ANOMALY_KERNEL, /* /proc, /sys */
	ANOMALY_MEMORY, /* memfd, /dev/null and the like */
	ANOMALY_TTY,
	ANOMALY_DEVICE,
	ANOMALY_PIPE,
	ANOMALY_SOCKET,
	ANOMALY_ANON, /* eventfd, epoll, inotify... */
	NR_ANOMALY_OBJECTS
};

/* "file", "none". */
const char *anomaly_object_name(enum anomaly_object object);

/* A call that was slow. */
struct anomaly {
	enum call_id id;
	enum anomaly_object object;
	int32_t pid, tid;
	int32_t fd;         /* -1 = none */
	const char *path;   /* what the descriptor meant; NULL = not known, or none */
	uint64_t enter_ns;  /* when it began */
	uint64_t took_ns;   /* on the clock */
	uint64_t queued_ns; /* of that, waiting for a CPU */
	uint64_t usual_ns;  /* the median of those before */
	uint64_t p99_ns;    /* and their 99th percentile */
	uint64_t excess_ns; /* took - queued - usual */
	double score;
	size_t nr_samples; /* in the baseline */
};

struct anomaly_config {
	const struct filter *filter; /* borrowed */
	const struct track *track;   /* borrowed; a sink in front of this one; NULL = objects are
					not told apart */
	size_t window;               /* 0 = ANOMALY_WINDOW */
	double threshold;            /* 0 = ANOMALY_THRESHOLD */
	uint64_t excess_ns;          /* 0 = ANOMALY_EXCESS_NS */
	size_t nr_worst;             /* how many anomalies_worst keeps */
};

struct anomalies;

struct anomalies *anomalies_create(const struct anomaly_config *config);
void anomalies_destroy(struct anomalies *a);

/* From now on it takes this much more than the median to be slow, if that is more than before. */
void anomalies_need_excess(struct anomalies *a, uint64_t excess_ns);

/* `self` is a struct anomalies. Never fails. */
extern const struct sink_ops anomalies_sink;

/* The current event is a call that was slow; NULL = it is not. Valid until the next event. */
const struct anomaly *anomalies_found(const struct anomalies *a);

/* How many were found, and those with the largest excess, the largest first. */
uint64_t anomalies_count(const struct anomalies *a);
const struct anomaly *anomalies_worst(const struct anomalies *a, size_t *ret_nr);

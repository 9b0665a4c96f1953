#include "cli/self_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>

#include "cli/session.h"
#include "report/self_cost.h"
#include "util/macros.h"

#define KIB 1024u
#define MIB (1024u * 1024u)

static double ms(uint64_t ns)
{
	return (double)ns / 1e6;
}

static uint64_t timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000000u + (uint64_t)tv->tv_usec * 1000u;
}

/* "  name   12.3 ms  note" */
PRINTF_LIKE(3, 4) static void line(const char *name, uint64_t ns, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "  %-22s %10.1f ms  ", name, ms(ns));
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void print_engine(const struct engine_cost *cost)
{
	if (cost->kernel_runs)
		line("programs in the kernel", cost->kernel_ns, "%llu runs, %.0f ns each",
			(unsigned long long)cost->kernel_runs,
			(double)cost->kernel_ns / (double)cost->kernel_runs);
	else if (cost->ring_bytes)
		fprintf(stderr,
			"  programs in the kernel  not measured: that takes CAP_SYS_ADMIN\n");
	if (cost->stops)
		fprintf(stderr, "  stops of tasks          %10llu\n",
			(unsigned long long)cost->stops);
	if (cost->ring_bytes)
		fprintf(stderr,
			"  rings                   %10.1f MiB, beyond them %.1f MiB at most\n",
			(double)cost->ring_bytes / MIB, (double)cost->backlog_bytes / MIB);
}

void self_report_print(
	const struct session *session, const struct self_cost *cost, uint64_t began_ns)
{
	static const char *const parts[NR_SELF_PARTS] = {
		[SELF_FILTER] = "filter and decode",
		[SELF_DRAW] = "draw",
		[SELF_WRITE] = "write",
	};
	struct rusage usage;
	uint64_t user_ns, system_ns;

	getrusage(RUSAGE_SELF, &usage);
	user_ns = timeval_ns(&usage.ru_utime);
	system_ns = timeval_ns(&usage.ru_stime);
	fprintf(stderr, "renacer's own cost (%s engine):\n", session->ops->name);
	if (session->started_ns)
		line("start", session->started_ns - began_ns, "until the subject could run");
	print_engine(&session->cost);
	for (int i = 0; i < NR_SELF_PARTS; i++)
		line(parts[i], cost->part_ns[i], "%.0f ns for each of %llu events",
			cost->nr_events ? (double)cost->part_ns[i] / (double)cost->nr_events : 0.0,
			(unsigned long long)cost->nr_events);
	line("CPU in all", user_ns + system_ns, "user %.1f ms, system %.1f ms", ms(user_ns),
		ms(system_ns));
	fprintf(stderr, "  peak memory             %10.1f MiB\n",
		(double)usage.ru_maxrss * KIB / MIB);
}

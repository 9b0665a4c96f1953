#include "cli/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/alternatives.h"
#include "cli/exit_status.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/recording.h"
#include "cli/relay.h"
#include "cli/self_report.h"
#include "cli/session.h"
#include "cli/trace.h"
#include "cli/trigger.h"
#include "engine/engine.h"
#include "engine/launch.h"
#include "engine/proc_state.h"
#include "event/stream.h"
#include "filter/filter.h"
#include "filter/inject.h"
#include "render/live.h"
#include "report/anomaly.h"
#include "report/self_cost.h"
#include "report/summary.h"
#include "store/format.h"
#include "store/reader.h"
#include "store/writer.h"
#include "track/track.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/log.h"
#include "util/out.h"
#include "util/vec.h"

/*
 * The default command: trace a program, or attach to one; and the same with a trace file at one of
 * the two ends.
 */

#define STRING_LIMIT_MAX (1u << 20)

#define NR_RUNS_MAX    100000
#define RING_BYTES_MIN 64000
#define RING_BYTES_MAX 4000000000u

#define COLUMN_NAMES                                                                               \
	"columns are name calls errors time percent avg min p50 p75 p90 p95 p99 p99.9 max stddev " \
	"bytes"

struct trace_options {
	bool help, help_all, version;
	bool profile_self;
	bool follow, timing, relative, unfinished, succeeded, failed, raw, hex, verbose, quiet,
		debug;
	bool summary, summary_too, wall, cpu;
	bool compress;
	bool stats_extended, anomaly_realtime;
	const char *anomaly_threshold;
	unsigned anomaly_window;
	unsigned stamps, show_fds, hex_strings, summary_every_s;
	unsigned string_limit;
	unsigned nr_runs; /* 0 = one, whose file has the name as it is */
	uint64_t max_output_bytes, buffer_bytes, ring_bytes;
	const char *output, *engine, *format, *tracee_stdout, *record, *cgroup, *until;
	const char *summary_sort, *summary_columns, *summary_style, *summary_by;
	struct option_list exprs, pids, paths;
};

#define AT(field) offsetof(struct trace_options, field)

/* clang-format off */
const struct option trace_options[] = {
	{OPTION_SECTION, .help = "What to trace"},
	{OPTION_FLAG, 'f', "follow-forks", NULL, "children too; threads are always traced", AT(follow), .common = true},
	{OPTION_LIST, 'p', "attach", "PID[,PID...]", "attach to running processes; Ctrl-C lets go", AT(pids), .common = true, .completes = "pid"},
	{OPTION_TEXT, 0, "cgroup", "FOLDER", "every task in this cgroup v2 folder and below, those that come later too; Ctrl-C ends", AT(cgroup), .completes = "file"},
	{OPTION_LIST, 'e', "expr", "SPEC", "filter: trace=open,%network,!close,/^get/  status=failed  fd=3  path=/etc/*  duration>1ms  signal=...  or make calls fail: inject=SET:error=ENOENT", AT(exprs), .common = true},
	{OPTION_LIST, 'P', "trace-path", "PATH", "only calls that name this file, or have a descriptor of it", AT(paths), .common = true, .completes = "file"},
	{OPTION_FLAG, 'z', "successful-only", NULL, "only calls that succeeded", AT(succeeded), .common = true},
	{OPTION_FLAG, 'Z', "failed-only", NULL, "only calls that failed", AT(failed), .common = true},
	{OPTION_SECTION, .help = "What to show"},
	{OPTION_TEXT, 'o', "output", "FILE", "write there; '|CMD' pipes", AT(output), .common = true, .completes = "file"},
	{OPTION_TEXT, 0, "format", "NAME", "form of the output", AT(format), .completes = "@formats"},
	{OPTION_SIZE, 0, "max-output", "SIZE", "cap of a structured document on standard output (100MB); 0 = none", AT(max_output_bytes)},
	{OPTION_TEXT, 0, "record", "FILE", "keep the run in a trace file too, for renacer show", AT(record), .completes = "file"},
	{OPTION_FLAG, 0, "compress", NULL, "write a trace file instead of lines", AT(compress)},
	{OPTION_SIZE, 0, "ring", "SIZE", "keep the last events only, in memory, and write them when the run ends, when the command is killed, on SIGUSR2, or with --until", AT(ring_bytes), .min = RING_BYTES_MIN, .max = RING_BYTES_MAX, .common = true},
	{OPTION_NUMBER, 0, "runs", "N", "run the command so often, a trace file for each: renacer.1.rnc, renacer.2.rnc...", AT(nr_runs), .max = NR_RUNS_MAX, .common = true},
	{OPTION_TEXT, 0, "until", "SPEC", "end the recording with the first call that is like this filter, as -e has it: 'duration>1s'", AT(until), .common = true},
	{OPTION_TEXT, 0, "tracee-stdout", "WHERE", "the command's standard output: inherit, stderr, null or a file", AT(tracee_stdout), .completes = "file"},
	{OPTION_FLAG, 'T', "timing", NULL, "time spent in each call", AT(timing), .common = true},
	{OPTION_COUNT, 't', NULL, NULL, "wall-clock time; -tt with microseconds, -ttt since the epoch", AT(stamps), .common = true},
	{OPTION_FLAG, 'r', "relative-timestamps", NULL, "time since the line before", AT(relative)},
	{OPTION_FLAG, 0, "unfinished", NULL, "a call that another task interrupts as two lines, when it begins and when it returns", AT(unfinished)},
	{OPTION_COUNT, 'y', "decode-fds", NULL, "what each descriptor is; -yy with protocols and addresses", AT(show_fds), .common = true},
	{OPTION_FLAG, 'v', "no-abbrev", NULL, "all fields of structs, all of argv and envp", AT(verbose), .common = true},
	{OPTION_NUMBER, 0, "string-limit", "N", "bytes of data shown (64); names are never shortened", AT(string_limit), .max = STRING_LIMIT_MAX},
	{OPTION_COUNT, 'x', NULL, NULL, "strings that are not all text in \\x escapes; -xx all strings", AT(hex_strings)},
	{OPTION_FLAG, 0, "hex", NULL, "\\x escapes in strings", AT(hex)},
	{OPTION_FLAG, 0, "raw", NULL, "arguments as hexadecimal words", AT(raw)},
	{OPTION_SECTION, .help = "Statistics"},
	{OPTION_FLAG, 'c', "summary", NULL, "statistics of the calls instead of lines", AT(summary), .common = true},
	{OPTION_FLAG, 'C', "summary-too", NULL, "lines, and statistics behind them", AT(summary_too), .common = true},
	{OPTION_TEXT, 'S', "summary-sort-by", "COLUMN", "the largest first: time (default), calls, errors, avg, p50, p90, p95, p99, min, max, bytes; name; nothing", AT(summary_sort)},
	{OPTION_TEXT, 'U', "summary-columns", "COLUMN,...", "columns of the table: those of -S, percent, stddev, p75, p99.9", AT(summary_columns)},
	{OPTION_TEXT, 0, "summary-style", "NAME", "table as renacer has it, or as strace; -c -T means the latter", AT(summary_style), .completes = "renacer strace"},
	{OPTION_TEXT, 0, "by", "KEY", "a row for each: name of the call (default), path, fd, pid, comm, errno", AT(summary_by), .completes = "name path fd pid comm errno"},
	{OPTION_NUMBER, 0, "summary-every", "SECONDS", "the table so far, again and again", AT(summary_every_s), .max = 86400},
	{OPTION_FLAG, 'w', "wall", NULL, "times include waiting (default)", AT(wall)},
	{OPTION_FLAG, 0, "cpu", NULL, "times are those on the CPU, inside the call", AT(cpu)},
	{OPTION_FLAG, 0, "stats-extended", NULL, "with -c or -C: more columns, and the calls that took far longer than others like them", AT(stats_extended)},
	{OPTION_FLAG, 0, "anomaly-realtime", NULL, "a line when a call took far longer than calls like it did before", AT(anomaly_realtime)},
	{OPTION_TEXT, 0, "anomaly-threshold", "S", "how far is far: robust standard deviations of the logarithm of the time (6)", AT(anomaly_threshold)},
	{OPTION_NUMBER, 0, "anomaly-window-size", "N", "how many calls before it are compared with (256)", AT(anomaly_window), .max = ANOMALY_WINDOW_MAX},
	{OPTION_SECTION, .help = "How"},
	{OPTION_TEXT, 0, "engine", "NAME", "how to watch; auto takes the cheapest that is usable", AT(engine), .completes = "@engines"},
	{OPTION_SIZE, 0, "buffer-size", "SIZE", "room in the kernel for each CPU's events, eBPF only (4M); larger loses fewer", AT(buffer_bytes), .min = ENGINE_BUFFER_MIN, .max = ENGINE_BUFFER_MAX},
	{OPTION_FLAG, 'q', "quiet", NULL, "no notes on standard error", AT(quiet)},
	{OPTION_FLAG, 0, "profile-self", NULL, "what this run cost renacer itself, at the end", AT(profile_self)},
	{OPTION_FLAG, 0, "debug", NULL, "what renacer does, on standard error", AT(debug)},
	{OPTION_FLAG, 'V', "version", NULL, "print the version", AT(version), .common = true},
	{OPTION_FLAG, 'h', "help", NULL, "the common options", AT(help), .common = true},
	{OPTION_FLAG, 0, "help-all", NULL, "every option", AT(help_all), .common = true},
	OPTION_END
};
/* clang-format on */

typedef VEC(pid_t) pid_vec;

static void print_debug(const char *domain, const char *line)
{
	fprintf(stderr, "renacer[%s]: %s\n", domain, line);
}

static int parse_pids(const struct option_list *lists, pid_vec *ret, struct err *err)
{
	for (size_t i = 0; i < lists->texts.len; i++) {
		const char *text = lists->texts.data[i], *at = text;

		do {
			char *end;
			long pid = strtol(at, &end, 10);

			if (end == at || pid <= 0 || pid > INT32_MAX ||
				(*end && *end != ',' && *end != ' '))
				return err_set(err, -EINVAL, "-p: '%s' is not a process id", text);
			VEC_PUSH(ret, (pid_t)pid);
			at = *end ? end + 1 : end;
		} while (*at);
	}
	return 0;
}

/* By the name that was given, and by that without symbolic links. */
static int add_path(struct filter *filter, const char *path, struct err *err)
{
	CLEANUP_FREE char *real = realpath(path, NULL);
	int r = *path ? filter_add_path(filter, path, err)
		      : err_set(err, -EINVAL, "-P: expected the name of a file");

	return r >= 0 && real && strcmp(real, path) ? filter_add_path(filter, real, err) : r;
}

static int build_filter(struct filter *filter, const struct trace_options *o, struct err *err)
{
	for (size_t i = 0; i < o->exprs.texts.len; i++) {
		int r = filter_add(filter, o->exprs.texts.data[i], err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < o->paths.texts.len; i++) {
		int r = add_path(filter, o->paths.texts.data[i], err);

		if (r < 0)
			return r;
	}
	if (o->succeeded && o->failed)
		return err_set(err, -EINVAL, "-z and -Z exclude each other");
	if (o->succeeded || o->failed)
		return filter_add(
			filter, o->succeeded ? "status=successful" : "status=failed", err);
	return 0;
}

/* What their data mean hangs on the protocol of the socket, which its making tells. */
static bool shows_messages(const struct filter *filter, enum abi abi)
{
	static const enum call_id calls[] = {CALL_sendto, CALL_recvfrom, CALL_sendmsg, CALL_recvmsg,
		CALL_sendmmsg, CALL_recvmmsg};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int nr = call_number(abi, calls[i]);

		if (nr >= 0 && filter_wants_number(filter, abi, (uint32_t)nr))
			return true;
	}
	return false;
}

static enum summary_mode summary_mode(const struct trace_options *o)
{
	return o->summary_too ? SUMMARY_TOO : o->summary ? SUMMARY_ONLY : SUMMARY_OFF;
}

static bool wants_names(const struct trace_options *o)
{
	return renderer_by_name(o->format)->tracks ||
	       (o->summary_by && !strcmp(o->summary_by, "comm"));
}

/* What a descriptor means, or a task is called. */
static bool key_asks_track(const struct trace_options *o)
{
	return wants_names(o) ||
	       (o->summary_by && (!strcmp(o->summary_by, "path") || !strcmp(o->summary_by, "fd")));
}

static bool looks_for_anomalies(const struct trace_options *o)
{
	return o->stats_extended || o->anomaly_realtime;
}

/* What the tracker must see, and what tells of sockets, is wanted in any case. */
static void plan_call(struct engine_plan *plan, const struct filter *filter, enum abi abi,
	uint32_t nr, bool needed)
{
	struct call_bounds bounds;

	plan->wanted[abi][nr] = needed || filter_wants_number(filter, abi, nr);
	plan->injected[abi][nr] = filter_injects_number(filter, abi, nr);
	if (needed || !plan->wanted[abi][nr])
		return;
	filter_bounds(filter, abi, nr, &bounds);
	engine_plan_bound(plan, abi, nr, &bounds);
}

static bool records(const struct trace_options *o)
{
	return o->record || o->compress;
}

/* Whoever reads the trace file may ask for anything that the filter lets through. */
static void build_plan(struct engine_plan *plan, const struct trace_options *o,
	const struct filter *filter, bool asks_track)
{
	const bool tracking = asks_track || records(o);
	const uint32_t parts = TRACK_FILES | TRACK_PASSING |
			       (o->show_fds > 1 || records(o) ? (uint32_t)TRACK_DEVICES : 0) |
			       (wants_names(o) || records(o) ? (uint32_t)TRACK_NAMES : 0);
	const bool shows_calls = !o->summary || records(o);

	plan->follow = o->follow || o->cgroup;
	plan->cgroup = o->cgroup;
	plan->measure = o->profile_self;
	plan->want_enters = o->unfinished;
	plan->string_limit = o->string_limit;
	plan->buffer_bytes = o->buffer_bytes;
	plan->kinds = EV_BIT(EV_FORK) | EV_BIT(EV_EXEC) | EV_BIT(EV_EXIT) | EV_BIT(EV_SIGNAL) |
		      EV_BIT(EV_STOP) | EV_BIT(EV_LOST) | EV_BIT(EV_ATTACH) | EV_BIT(EV_DETACH);
	if (tracking)
		plan->kinds |= EV_BIT(EV_FD) | EV_BIT(EV_CWD);
	for (int abi = 0; abi < NR_ABIS; abi++)
		for (unsigned nr = 0; nr < CALL_NR_LIMIT; nr++)
			plan_call(plan, filter, abi, nr,
				(tracking && track_call_parts(call_id_of(abi, nr)) & parts) ||
					(shows_calls && call_id_of(abi, nr) == CALL_socket &&
						shows_messages(filter, abi)));
	plan->want_unknown = filter_wants_unknown(filter);
	plan->unwanted_signals = ~filter_signals(filter);
	plan->injects_signals = filter_injects(filter, INJECT_SIGNAL);
	plan->want_queued = looks_for_anomalies(o) || records(o);
	/* lines that say no time need none; the tracker orders what passes between tasks by it */
	plan->want_times = o->cgroup || strcmp(o->format, "text") || o->timing || o->stamps ||
			   o->relative || tracking || filter_asks_times(filter) || summary_mode(o);
	if (shows_calls)
		return;
	plan->kinds &= ~(EV_BIT(EV_SIGNAL) | EV_BIT(EV_STOP));
	plan->sums = !tracking && !o->cgroup && filter_is_by_name(filter) &&
		     (!o->summary_by || !strcmp(o->summary_by, "name"));
	plan->cpu_times = o->cpu;
}

static enum stamp_style stamp_style(const struct trace_options *o)
{
	if (o->relative)
		return STAMP_RELATIVE;
	return (enum stamp_style)MIN(o->stamps, (unsigned)STAMP_EPOCH);
}

/* Ends as the command did, so that our parent sees the same. */
static int exit_like(int status)
{
	static const struct rlimit no_core = {0, 0};
	sigset_t all;

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&all);
	sigaddset(&all, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	raise(WTERMSIG(status));
	return EXIT_SIGNAL_BASE + WTERMSIG(status);
}

static int exec_failed(const char *name, int error)
{
	if (error == -ENOENT)
		return command_fail(EXIT_NOT_FOUND, "cannot run '%s': not found", name);
	return command_fail(EXIT_NOT_EXECUTABLE, "cannot run '%s': %s", name, strerror(-error));
}

static void note_losses(const struct stream_counts *counts)
{
	if (counts->lost)
		command_fail(0,
			"%llu events were lost: the reader could not keep up; a filter (-e trace=...), "
			"a larger --buffer-size or --engine ptrace avoids that",
			(unsigned long long)counts->lost);
}

static void note_useless_buffer(const struct trace_options *o, const struct engine_ops *ops)
{
	if (o->buffer_bytes && !ops->buffers && !o->quiet)
		command_fail(0,
			"--buffer-size has no effect: the %s engine keeps no events, and loses none",
			ops->name);
}

struct run {
	const struct trace_options *options;
	struct session session;
	struct filter *filter; /* owned */
	struct track *track;   /* owned */
	struct live *live;     /* owned */
	struct output output;
	struct relay relay;
	struct out out;
	struct launch launch;
	struct summary *summary; /* owned */
	uint8_t summary_columns[NR_SUMMARY_COLUMNS];
	size_t nr_summary_columns;
	struct store_reader *reader; /* owned; NULL = a program runs */
	struct recording recording;
	struct trigger trigger;
	struct anomaly_config anomaly_config;
	struct anomalies *anomalies; /* owned */
	bool owns_stdout;            /* it carries a document that must stay parsable */
	char trace_id[56];           /* W3C: version, 16 and 8 bytes in hex, flags */
	struct engine_plan plan;
	struct render_options render;
	struct self_cost cost; /* --profile-self */
	uint64_t began_ns;
	pid_vec pids;
};

static int none_of(struct err *err, const char *option, const char *value, const char *names)
{
	struct buf list = BUF_INIT;

	alternatives_add(&list, names, ", ");
	err_set(err, -EINVAL, "%s: '%s' is none of %s", option, value, buf_cstr(&list));
	buf_deinit(&list);
	return -EINVAL;
}

static const struct inject_rule *choose_injection(void *self, const struct event *enter)
{
	const struct run *run = self;

	/* all that came before has been seen; from here on "before" means now */
	if (run->track && track_sink.event(run->track, enter, NULL) < 0)
		return NULL;
	return filter_injection(run->filter, enter, run->track);
}

static int plan_injections(struct run *run, struct err *err)
{
	const struct engine_ops *engine = engine_by_name(run->options->engine);

	if (!filter_injects(run->filter, INJECT_ANYTHING))
		return 0;
	if (!run->options->quiet && !memchr(run->plan.injected, true, sizeof(run->plan.injected)))
		command_fail(0, "-e inject=: nothing to do: none of these calls is traced");
	run->plan.injection = choose_injection;
	run->plan.injector = run;
	return engine ? session_engine_suits(engine, &run->plan, err) : 0;
}

static bool is_strace_style(const struct trace_options *o)
{
	return o->summary_style ? !strcmp(o->summary_style, "strace") : o->summary && o->timing;
}

static int parse_columns(struct run *run, const char *list, struct err *err)
{
	for (const char *at = list; at; at = *at ? at + 1 : NULL) {
		size_t len = strcspn(at, ",");
		char name[32];
		int column;

		snprintf(name, sizeof(name), "%.*s", (int)MIN(len, sizeof(name)), at);
		column = summary_column_by_name(name);
		if (column < 0 || column == SUMMARY_NOTHING)
			return err_set(
				err, -EINVAL, "-U: '%s' is no column; %s", name, COLUMN_NAMES);
		if (run->nr_summary_columns == ARRAY_SIZE(run->summary_columns))
			return err_set(err, -EINVAL, "-U: columns are named more than once");
		run->summary_columns[run->nr_summary_columns++] = (uint8_t)column;
		at += len;
	}
	return 0;
}

static int check_summary_values(const struct trace_options *o, struct err *err)
{
	if (o->summary_sort && summary_column_by_name(o->summary_sort) < 0)
		return err_set(
			err, -EINVAL, "-S: '%s' is no column; %s", o->summary_sort, COLUMN_NAMES);
	if (o->summary_by && summary_key_by_name(o->summary_by) < 0)
		return none_of(err, "--by", o->summary_by, "name path fd pid comm errno");
	if (o->summary_style && strcmp(o->summary_style, "renacer") &&
		strcmp(o->summary_style, "strace"))
		return none_of(err, "--summary-style", o->summary_style, "renacer strace");
	if (o->cpu && (o->summary_too || (o->summary_by && strcmp(o->summary_by, "name") != 0)))
		return err_set(err, -EINVAL, "--cpu is for -c, by name only");
	if (o->wall && o->cpu)
		return err_set(err, -EINVAL, "--wall and --cpu exclude each other");
	return 0;
}

static int check_summary(
	const struct trace_options *o, const struct renderer *renderer, struct err *err)
{
	const char *option = o->summary_sort      ? "-S"
			     : o->summary_columns ? "-U"
			     : o->summary_style   ? "--summary-style"
			     : o->summary_by      ? "--by"
			     : o->summary_every_s ? "--summary-every"
			     : o->wall            ? "--wall"
			     : o->cpu             ? "--cpu"
						  : NULL;

	if (option && !summary_mode(o))
		return err_set(err, -EINVAL, "%s is for statistics: give -c or -C too", option);
	if (o->summary && o->summary_too)
		return err_set(err, -EINVAL, "-c and -C exclude each other");
	if (summary_mode(o) && !renderer->summary)
		return err_set(err, -EINVAL, "--format %s has no form for statistics", o->format);
	if (o->summary_too && !renderer->mixes)
		return err_set(err, -EINVAL,
			"-C: --format %s has no form for calls and statistics in one; use -c",
			o->format);
	if (o->summary_every_s && !renderer->repeats)
		return err_set(err, -EINVAL,
			"--summary-every: --format %s is one document; text and jsonl are not",
			o->format);
	if (o->unfinished && o->summary)
		return err_set(err, -EINVAL, "--unfinished is about lines, which -c does not show");
	return check_summary_values(o, err);
}

static void add_summary(struct run *run, bool launches)
{
	const struct trace_options *o = run->options;
	struct summary_config config = {
		.sort = SUMMARY_TIME,
		.cpu = o->cpu,
		.filter = run->filter,
		.track = run->track,
		.launch = launches ? &run->launch : NULL,
		.pids = run->pids.data,
		.nr_pids = run->pids.len,
		.read_sums = run->plan.sums ? session_read_sums : NULL,
		.sums_self = &run->session,
	};

	if (o->summary_by)
		config.by = (enum summary_key)summary_key_by_name(o->summary_by);
	if (o->summary_sort)
		config.sort = (enum summary_column)summary_column_by_name(o->summary_sort);
	run->summary = summary_create(&config);
	stream_add_sink(run->session.stream, &summary_sink, run->summary);
}

static bool is_injection(const char *expr)
{
	return !strncmp(expr, "inject=", 7) || !strncmp(expr, "fault=", 6);
}

/* What was recorded through a filter is shown through it, unless the same is asked anew. */
static int add_recorded_filter(struct run *run, struct err *err)
{
	char *const *exprs = store_reader_facts(run->reader)->filter;
	int r = 0;

	for (; r >= 0 && exprs && *exprs; exprs++)
		r = filter_add(run->filter, *exprs, err);
	return r;
}

static int check_file(const struct run *run, struct err *err)
{
	const struct trace_options *o = run->options;

	if (o->record && o->compress)
		return err_set(err, -EINVAL, "--record and --compress exclude each other");
	if (o->compress &&
		(summary_mode(o) || o->anomaly_realtime || strcmp(o->format, "text") != 0))
		return err_set(err, -EINVAL,
			"--compress writes no lines: -c, -C, --format and --anomaly-realtime go with renacer show");
	if (o->ring_bytes && *o->output == '|')
		return err_set(
			err, -EINVAL, "--ring writes files, more than one if asked: -o FILE");
	if (!run->reader)
		return 0;
	if (filter_injects(run->filter, INJECT_ANYTHING))
		return err_set(err, -EINVAL, "-e inject= is for a program that runs");
	if (o->unfinished && !(store_reader_facts(run->reader)->options & STORE_ENTERS))
		return err_set(err, -EINVAL,
			"--unfinished: the file does not have it; record with --unfinished");
	return 0;
}

/* What the form of the output says of the run as a whole. */
static void recall(struct run *run)
{
	const struct store_facts *facts = store_reader_facts(run->reader);

	run->render.command = facts->command;
	run->render.follow = facts->options & STORE_FOLLOWED;
	run->render.realtime_offset_ns = facts->realtime_offset_ns;
	if (facts->trace_id)
		run->render.trace_id = facts->trace_id;
}

/* Where nobody can tell how long a call waited for a CPU, that passes for slowness of the call. */
#define BLIND_EXCESS_NS UINT64_C(30000000)

/* What is kept for the end: enough for a document of a run that went wrong all the time. */
#define NR_WORST 1000

static int parse_anomalies(struct run *run, const struct renderer *renderer, struct err *err)
{
	const struct trace_options *o = run->options;
	struct anomaly_config *config = &run->anomaly_config;
	char *end;

	if (!looks_for_anomalies(o) && (o->anomaly_threshold || o->anomaly_window))
		return err_set(err, -EINVAL, "%s is for --anomaly-realtime and --stats-extended",
			o->anomaly_threshold ? "--anomaly-threshold" : "--anomaly-window-size");
	if (o->stats_extended && !summary_mode(o))
		return err_set(
			err, -EINVAL, "--stats-extended is for statistics: give -c or -C too");
	if (o->anomaly_realtime && !renderer->anomalies)
		return err_set(
			err, -EINVAL, "--format %s has no form for slow calls", renderer->name);
	if (o->anomaly_threshold) {
		config->threshold = strtod(o->anomaly_threshold, &end);
		if (end == o->anomaly_threshold || *end ||
			!(config->threshold > 0 && config->threshold <= 1000))
			return err_set(err, -EINVAL,
				"--anomaly-threshold: '%s' is no number above 0 and up to 1000",
				o->anomaly_threshold);
	}
	config->window = o->anomaly_window;
	if (config->window && config->window < ANOMALY_SAMPLES_MIN)
		return err_set(err, -EINVAL,
			"--anomaly-window-size: %u calls are too few to compare with; %d or more",
			o->anomaly_window, ANOMALY_SAMPLES_MIN);
	return 0;
}

static bool tells_queued(const struct run *run)
{
	if (run->reader)
		return store_reader_facts(run->reader)->options & STORE_QUEUES;
	return proc_state_tells_queued();
}

/* Slower than usual by what the engine itself may do to a call is not slow. */
static void allow_for_engine(struct run *run, const struct engine_ops *ops)
{
	if (run->anomalies && ops)
		anomalies_need_excess(run->anomalies, ops->hiccup_ns);
}

static void add_anomalies(struct run *run)
{
	struct anomaly_config *config = &run->anomaly_config;

	config->filter = run->filter;
	config->track = run->track;
	config->nr_worst = NR_WORST;
	if (!tells_queued(run)) {
		config->excess_ns = BLIND_EXCESS_NS;
		if (!run->options->quiet)
			command_fail(0,
				"%s does not tell how long calls waited for a CPU: only those that "
				"took 30 ms longer than usual count as slow",
				run->reader ? "this trace file" : "this kernel");
	}
	run->anomalies = anomalies_create(config);
	if (run->reader && store_reader_facts(run->reader)->engine)
		allow_for_engine(run, engine_by_name(store_reader_facts(run->reader)->engine));
	stream_add_sink(run->session.stream, &anomalies_sink, run->anomalies);
}

static int make_trace_id(char *ret, size_t cap, struct err *err)
{
	uint64_t random[3];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return err_sys(err, -errno, "cannot get random bytes for the trace id");
	snprintf(ret, cap, "00-%016llx%016llx-%016llx-01", (unsigned long long)random[0],
		(unsigned long long)random[1], (unsigned long long)random[2]);
	return 0;
}

/* What of the command line does not need the engine yet; failures here are usage errors. */
static int prepare(struct run *run, char *const *words, struct err *err)
{
	const struct trace_options *o = run->options;
	const struct renderer *renderer = renderer_by_name(o->format);
	bool tracking;
	int r;

	if (!renderer)
		return none_of(err, "--format", o->format, "@formats");
	if (o->unfinished && !renderer->enters)
		return err_set(err, -EINVAL,
			"--unfinished: --format %s has no form for it; text has", o->format);
	r = parse_pids(&o->pids, &run->pids, err);
	if (r < 0)
		return r;
	if (strcmp(o->engine, "auto") && !engine_by_name(o->engine))
		return none_of(err, "--engine", o->engine, "@engines");
	run->filter = filter_create();
	r = run->reader ? add_recorded_filter(run, err) : 0;
	if (r >= 0)
		r = build_filter(run->filter, o, err);
	if (r >= 0)
		r = check_file(run, err);
	if (r >= 0 && o->until)
		r = trigger_set_until(&run->trigger, o->until, err);
	if (r < 0)
		return r;
	tracking = (o->until && filter_asks_track(run->trigger.until)) || o->show_fds ||
		   filter_asks_track(run->filter) || key_asks_track(o) || looks_for_anomalies(o);
	build_plan(&run->plan, o, run->filter, tracking);
	if (o->cpu && !run->plan.sums)
		return err_set(err, -EINVAL, "--cpu goes with filters by name only, not with %s",
			looks_for_anomalies(o) ? "--stats-extended or --anomaly-realtime"
					       : "-y or --record");
	r = plan_injections(run, err);
	if (r < 0)
		return r;
	run->owns_stdout = (renderer->structured || o->compress) && !o->output;
	r = check_summary(o, renderer, err);
	if (r >= 0)
		r = parse_columns(run, o->summary_columns, err);
	if (r >= 0)
		r = parse_anomalies(run, renderer, err);
	if (r < 0)
		return r;
	r = make_trace_id(run->trace_id, sizeof(run->trace_id), err);
	if (r < 0)
		return r;
	run->render = (struct render_options){
		.follow = o->follow,
		.command = *words ? words : NULL,
		.trace_id = run->trace_id,
		.max_bytes = run->owns_stdout ? o->max_output_bytes : 0,
		.string_limit = o->string_limit,
		.stamp = stamp_style(o),
		.timing = o->timing,
		.unfinished = o->unfinished,
		.show_fds = o->show_fds,
		.raw = o->raw,
		.hex = o->hex,
		.hex_strings = (enum hex_strings)MIN(o->hex_strings, (unsigned)HEX_ALL),
		.realtime_offset_ns = clock_realtime_offset_ns(),
		.summary = summary_mode(o),
		.summary_strace = is_strace_style(o),
		.summary_columns = run->summary_columns,
		.nr_summary_columns = run->nr_summary_columns,
		.extended = o->stats_extended,
		.anomalies = looks_for_anomalies(o),
	};
	if (run->reader)
		recall(run);
	run->session.stream = stream_create();
	stream_want_enters(run->session.stream, o->unfinished);
	run->session.plan = &run->plan;
	if (tracking) {
		run->track = track_create();
		stream_add_sink(run->session.stream, &track_sink, run->track);
	}
	if (summary_mode(o))
		add_summary(run, *words != NULL);
	if (looks_for_anomalies(o))
		add_anomalies(run);
	run->live = live_create(&(struct live_config){
		.renderer = renderer,
		.options = &run->render,
		.filter = run->filter,
		.track = run->track,
		.summary = run->summary,
		.summary_every_ns = o->summary_every_s * UINT64_C(1000000000),
		.anomalies = run->anomalies,
		.anomalies_now = o->anomaly_realtime,
		.anomalies_list = o->stats_extended || !renderer->anomaly,
		.out = &run->out,
		.interfaces = run->reader ? store_reader_facts(run->reader)->interfaces : NULL,
		.decode = {.verbose = o->verbose},
		.cost = o->profile_self ? &run->cost : NULL,
	});
	if (!o->compress)
		stream_add_sink(run->session.stream, &live_sink, run->live);
	return 0;
}

static void run_deinit(struct run *run)
{
	out_deinit(&run->out);
	relay_finish(&run->relay);
	output_close(&run->output);
	launch_deinit(&run->launch);
	stream_destroy(run->session.stream);
	live_destroy(run->live);
	summary_destroy(run->summary);
	anomalies_destroy(run->anomalies);
	track_destroy(run->track);
	filter_destroy(run->filter);
	recording_close(&run->recording);
	trigger_deinit(&run->trigger);
	store_reader_close(run->reader);
	VEC_DEINIT(&run->pids);
}

static const char *tracee_stdout(const struct run *run)
{
	if (run->options->tracee_stdout)
		return run->options->tracee_stdout;
	return run->owns_stdout ? "stderr" : "inherit";
}

static void note_cut(const struct run *run)
{
	if (live_was_cut(run->live) && !run->options->quiet)
		fprintf(stderr, "Trace file exceeded %lluMB, truncating\n",
			(unsigned long long)run->options->max_output_bytes / 1000000u);
}

/* The -e that say which events there are, not what is done to them. */
static char *const *filter_texts(struct run *run)
{
	const struct trace_options *o = run->options;
	char **ret = arena_calloc(&run->recording.arena, o->exprs.texts.len + 3, sizeof(*ret));
	size_t nr = 0;

	for (size_t i = 0; i < o->exprs.texts.len; i++)
		if (!is_injection(o->exprs.texts.data[i]))
			ret[nr++] = arena_strdup(&run->recording.arena, o->exprs.texts.data[i]);
	if (o->paths.texts.len)
		ret[nr++] = arena_strdup(&run->recording.arena, filter_paths(run->filter));
	if (o->succeeded || o->failed)
		ret[nr++] = arena_strdup(
			&run->recording.arena, o->failed ? "status=failed" : "status=successful");
	return nr ? ret : NULL;
}

/* What is recorded has ends of its own. */
static void watch_for_end(struct run *run)
{
	const struct trace_options *o = run->options;
	struct session *s = &run->session;

	run->trigger.writer = run->recording.writer;
	run->trigger.keeps_ring = o->ring_bytes;
	run->trigger.quiet = o->quiet;
	run->trigger.path = o->output;
	run->trigger.until_text = o->until;
	run->trigger.track = run->track;
	run->trigger.launch = s->launch;
	stream_add_sink(s->stream, &trigger_sink, &run->trigger);
	if (!o->ring_bytes)
		return;
	store_writer_keep_ring(run->recording.writer, o->ring_bytes);
	s->on_usr2 = trigger_ask;
	s->usr2_self = &run->trigger;
}

static int start_recording(struct run *run, char *const *words, struct err *err)
{
	const struct trace_options *o = run->options;
	const struct store_facts facts = {
		.trace_id = run->trace_id,
		.engine = run->session.ops->name,
		.command = *words ? words : NULL,
		.filter = filter_texts(run),
		.realtime_offset_ns = run->render.realtime_offset_ns,
		.string_limit = o->string_limit,
		.options = (o->follow ? STORE_FOLLOWED : 0u) | (o->unfinished ? STORE_ENTERS : 0u) |
			   (o->verbose ? STORE_ENV_VALUES : 0u) |
			   (proc_state_tells_queued() ? STORE_QUEUES : 0u),
	};
	int r;

	if (o->record)
		return recording_open(
			&run->recording, -1, o->record, &facts, run->session.stream, err);
	r = recording_open(&run->recording, run->output.fd,
		o->output ? o->output : "standard output", &facts, run->session.stream, err);
	if (r >= 0 && (o->ring_bytes || o->until))
		watch_for_end(run);
	return r;
}

static int open_output(struct run *run, struct err *err)
{
	const struct renderer *renderer = renderer_by_name(run->options->format);
	int r = renderer->probe ? renderer->probe(err) : 0;

	if (r >= 0)
		r = output_open(&run->output, run->options->output, err);
	if (r < 0)
		return r;
	if (renderer->binary && isatty(run->output.fd))
		return err_set(err, -EINVAL,
			"--format %s is not for a terminal: give -o FILE, or send it elsewhere",
			renderer->name);
	out_init(&run->out, run->output.fd);
	return 0;
}

/* In place of an exit status: the command's own is to be passed on. */
#define AS_THE_COMMAND (-1)

static int execute(struct run *run, char **words, struct err *err)
{
	struct session *s = &run->session;
	int r;

	s->ops = session_choose_engine(run->options->engine, s->plan, err);
	if (!s->ops)
		return command_fail(EXIT_FAILED, "%s", err->text);
	note_useless_buffer(run->options, s->ops);
	allow_for_engine(run, s->ops);
	if (*words) {
		r = launch_prepare(&run->launch, words, environ, err);
		if (r < 0)
			return exec_failed(words[0], r);
		s->launch = &run->launch;
	}
	s->pids = run->pids.data;
	s->nr_pids = run->pids.len;
	if (run->options->compress && run->options->output)
		recording_make_way(run->options->output);
	r = open_output(run, err);
	if (r < 0)
		return command_fail(EXIT_FAILED, "%s", err->text);
	r = records(run->options) ? start_recording(run, words, err) : 0;
	if (r < 0)
		return command_fail(EXIT_FAILED, "%s", err->text);
	if (s->launch) {
		r = relay_open(&run->relay, tracee_stdout(run), err);
		if (r < 0)
			return command_fail(EXIT_FAILED, "%s", err->text);
		s->launch->fds[1] = run->relay.fd;
	}
	r = session_run(s, err);
	relay_finish(&run->relay);
	if (run->options->profile_self)
		self_report_print(s, &run->cost, run->began_ns);
	note_losses(stream_counts(s->stream));
	note_cut(run);
	if (r < 0 && r != -EPIPE)
		return command_fail(EXIT_FAILED, "%s", err->text);
	if (!s->launch)
		return EXIT_OK;
	r = launch_exec_error(s->launch);
	if (r < 0 && r != -EAGAIN)
		return exec_failed(words[0], r);
	return AS_THE_COMMAND;
}

/* How often sinks are told what time it was. */
#define TICK_NS 100000000

static int play(struct run *run, struct err *err)
{
	struct stream *s = run->session.stream;
	uint64_t told_ns = 0, last_ns = 0;
	int r = stream_begin(s, err), ended;
	struct event ev;

	while (r >= 0 && store_reader_next(run->reader, &ev)) {
		if (ev.kind == EV_CALL_ENTER && !run->options->unfinished)
			continue;
		r = stream_replay(s, &ev, err);
		last_ns = MAX(last_ns, ev.time_ns);
		if (r >= 0 && last_ns - told_ns >= TICK_NS)
			r = stream_tick(s, told_ns = last_ns, err);
	}
	ended = stream_end(s, last_ns, r < 0 ? NULL : err);
	return r < 0 ? r : ended;
}

/* Opened for writing, it would be empty before it is read. */
static int check_not_same(const char *path, const char *output, struct err *err)
{
	struct stat from, to;

	if (!output || stat(path, &from) || stat(output, &to) || !S_ISREG(from.st_mode) ||
		from.st_dev != to.st_dev || from.st_ino != to.st_ino)
		return 0;
	return err_set(err, -EINVAL, "-o %s: that is the trace file itself", output);
}

/* What is not there because that was asked for is no loss, but whoever counts calls must know. */
static void note_dropped(const struct run *run, const char *path)
{
	const struct store_facts *facts = store_reader_facts(run->reader);

	if (facts->nr_dropped && !run->options->quiet)
		command_fail(0, "'%s' is the end of a ring: %llu events before were dropped", path,
			(unsigned long long)facts->nr_dropped);
}

/* As `execute`, with a file in the engine's place. */
static int show(struct run *run, const char *path, struct err *err)
{
	enum store_state state;
	int r = check_not_same(path, run->options->output, err);

	if (r < 0)
		return command_fail(EXIT_USAGE, "%s", err->text);
	r = open_output(run, err);
	if (r < 0)
		return command_fail(EXIT_FAILED, "%s", err->text);
	note_dropped(run, path);
	r = play(run, err);
	note_cut(run);
	if (r < 0 && r != -EPIPE)
		return command_fail(EXIT_FAILED, "%s", err->text);
	state = store_reader_state(run->reader);
	if (state == STORE_CUT || state == STORE_DAMAGED)
		return command_fail(EXIT_FAILED,
			"'%s' %s at byte %llu of %zu: what is shown came before that", path,
			state == STORE_CUT ? "was cut off" : "is damaged",
			(unsigned long long)store_reader_offset(run->reader),
			store_reader_bytes(run->reader));
	return EXIT_OK;
}

static int show_file(struct run *run, char **words, struct err *err)
{
	if (!words[0] || words[1])
		return command_fail(
			EXIT_USAGE, "this takes one trace file, as renacer record makes it");
	if (store_reader_open(&run->reader, words[0], err) < 0)
		return command_fail(EXIT_FAILED, "%s", err->text);
	if (prepare(run, words + 1, err) < 0)
		return command_fail(EXIT_USAGE, "%s", err->text);
	return show(run, words[0], err);
}

static int run_program(struct run *run, char **words, struct err *err)
{
	if (prepare(run, words, err) < 0)
		return command_fail(EXIT_USAGE, "%s", err->text);
	if (run->options->cgroup && (*words || run->pids.len))
		return command_fail(
			EXIT_USAGE, "--cgroup takes neither a command nor -p beside it");
	if (!*words && !run->pids.len && !run->options->cgroup)
		return command_fail(EXIT_USAGE,
			"nothing to trace: give a command (renacer -- ls) or -p PID; see --help");
	if (*words && run->pids.len)
		return command_fail(
			EXIT_USAGE, "either a command or -p, not both (at '%s')", words[0]);
	return execute(run, words, err);
}

static bool reads_file(enum trace_use use)
{
	return use == TRACE_SHOW || use == TRACE_STATS || use == TRACE_EXPORT;
}

/* How a run went: `status`, or AS_THE_COMMAND and as that ended. */
struct outcome {
	int status, wait_status;
	bool interrupted;
};

static struct outcome trace(const struct trace_options *o, char **words, enum trace_use use)
{
	struct run run = {.options = o,
		.began_ns = clock_now_ns(),
		.output = {.fd = -1},
		.recording = {.fd = -1},
		.relay = {.fd = -1},
		.out = {.fd = -1}};
	struct err err = {0};
	struct outcome ret = {0};

	run.launch.gate = run.launch.verdict = -1;
	ret.status =
		reads_file(use) ? show_file(&run, words, &err) : run_program(&run, words, &err);
	ret.wait_status = run.launch.status;
	ret.interrupted = run.session.interrupted;
	run_deinit(&run);
	return ret;
}

static int exit_with(const struct outcome *outcome)
{
	return outcome->status == AS_THE_COMMAND ? exit_like(outcome->wait_status)
						 : outcome->status;
}

static bool is_good(const struct outcome *outcome)
{
	return outcome->status == AS_THE_COMMAND && !outcome->wait_status;
}

/*
 * One after another, each into a file of its own. A command that fails is no reason to stop, since
 * how it fails may be what is looked at; what keeps us from recording is, and so is a Ctrl-C.
 */
static int record_runs(const struct trace_options *o, char **words)
{
	struct outcome worst = {.status = AS_THE_COMMAND};
	struct trace_options one = *o;
	struct buf name = BUF_INIT;

	for (unsigned i = 1; i <= o->nr_runs; i++) {
		struct outcome outcome;

		trigger_number_name(&name, o->output, i);
		one.output = buf_cstr(&name);
		outcome = trace(&one, words, TRACE_RECORD);
		if (is_good(&worst))
			worst = outcome;
		if (outcome.status != AS_THE_COMMAND || outcome.interrupted)
			break;
	}
	buf_deinit(&name);
	return exit_with(&worst);
}

static int run_as_asked(const struct trace_options *o, char **words, enum trace_use use)
{
	struct outcome outcome;

	if (!o->nr_runs) {
		outcome = trace(o, words, use);
		return exit_with(&outcome);
	}
	if (o->pids.texts.len || o->cgroup)
		return command_fail(
			EXIT_USAGE, "--runs is for a command, not for what runs already");
	if (*o->output == '|')
		return command_fail(EXIT_USAGE, "--runs writes a file for each run: give -o FILE");
	return record_runs(o, words);
}

int trace_main(const struct command *self, int argc, char **argv, enum trace_use use)
{
	struct trace_options o = {.string_limit = 64,
		.max_output_bytes = 100000000,
		.engine = "auto",
		.format = "text"};
	CLEANUP_FREE struct option *table = command_options(self);
	CLEANUP_FREE char **words = xcalloc((size_t)argc + 1, sizeof(*words));
	struct err err = {0};
	int status;

	if (use == TRACE_RECORD) {
		o.compress = o.follow = true;
		o.output = "renacer.rnc";
	}
	o.summary = use == TRACE_STATS;
	if (use == TRACE_EXPORT) {
		o.max_output_bytes = 0; /* a file for other programs is whole */
		o.format = NULL;
	}
	if (option_parse(table, argc, argv, !reads_file(use), &o, words, &err) < 0)
		status = command_fail(EXIT_USAGE, "%s", err.text);
	else if (o.help || o.help_all)
		status = command_help(self, o.help_all || use != TRACE_RUN);
	else if (o.version)
		status = printf("renacer %s\n", RENACER_VERSION) < 0 || fflush(stdout) ? EXIT_FAILED
										       : EXIT_OK;
	else if (!o.format)
		status = command_fail(EXIT_USAGE, "export: --format says into what; see --help");
	else {
		if (o.debug)
			log_set_sink(print_debug);
		status = run_as_asked(&o, words, use);
	}
	VEC_DEINIT(&o.exprs.texts);
	VEC_DEINIT(&o.pids.texts);
	VEC_DEINIT(&o.paths.texts);
	return status;
}

static int run_trace(const struct command *self, int argc, char **argv)
{
	return trace_main(self, argc, argv, TRACE_RUN);
}

const struct command command_trace = {
	.synopsis = "[options] [--] COMMAND [ARG...]",
	.summary = "Shows what a program does: every system call, decoded and in order",
	.options = trace_options,
	.without = "ring runs until",
	.takes_command = true,
	.completes = "command",
	.run = run_trace,
};

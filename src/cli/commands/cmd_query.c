#include "cli/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/option.h"
#include "query/query.h"
#include "render/rows.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/err.h"
#include "util/out.h"

/* SQL over trace files. */

struct query_options {
	bool help, explain;
	const char *format;
	unsigned string_limit;
};

static const struct option options[] = {
	{OPTION_TEXT, 0, "format", "FORM", "form of the answer",
		offsetof(struct query_options, format), .common = true, .completes = ROWS_FORMATS},
	{OPTION_FLAG, 0, "explain", NULL,
		"on stderr: what was handed down to the file, which blocks were read",
		offsetof(struct query_options, explain), .common = true},
	{OPTION_NUMBER, 0, "string-limit", "N", "bytes of data shown in args (default 64)",
		offsetof(struct query_options, string_limit), .max = 1u << 20, .common = true},
	{OPTION_FLAG, 'h', "help", NULL, "this text", offsetof(struct query_options, help),
		.common = true},
	OPTION_END};

static volatile sig_atomic_t stop;

static void note_stop(int signo)
{
	stop = signo;
}

/* Once: who asks twice need not wait for us. */
static void watch_signals(void)
{
	static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = note_stop, .sa_flags = (int)SA_RESETHAND};
	struct sigaction now;

	for (size_t i = 0; i < ARRAY_SIZE(watched); i++) {
		sigaction(watched[i], NULL, &now);
		if (now.sa_handler != SIG_IGN)
			sigaction(watched[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN); /* a write error says it as well */
}

struct answer {
	const char *format;
	struct out out;
	struct rows *rows; /* owned; NULL = not begun */
};

static int begin(void *self, char *const *names, size_t nr)
{
	struct answer *a = self;

	a->rows = rows_begin(a->format, &a->out, names, nr);
	return a->out.error;
}

static int add(void *self, const struct cell *cells, size_t nr)
{
	struct answer *a = self;

	return rows_add(a->rows, cells);
}

static const struct query_sink sink = {begin, add};

/* As it would have been without us watching. */
static int end_like(int signo)
{
	signal(signo, SIG_DFL);
	raise(signo);
	return EXIT_FAILED;
}

static int answer(struct answer *a, struct query *q, const char *sql, struct err *err)
{
	int r = query_run(q, sql, &sink, a, err), written;

	rows_end(a->rows);
	written = out_flush(&a->out);
	if (r >= 0 && written < 0)
		r = written;
	if (r == -EPIPE)
		return EXIT_OK; /* whoever read has seen enough */
	if (r == -EINTR && stop)
		return end_like(stop);
	if (r < 0 && r == a->out.error)
		return command_fail(EXIT_FAILED, "cannot write the output: %s", strerror(-r));
	return r < 0 ? command_fail(EXIT_USAGE, "query: %s", err->text) : EXIT_OK;
}

static void explain(const struct query *q)
{
	struct buf text = BUF_INIT;

	query_explain(q, &text);
	fputs(buf_cstr(&text), stderr);
	buf_deinit(&text);
}

static int ask(const struct query_options *o, char **words, size_t nr, struct err *err)
{
	const struct query_config config = {
		.paths = words, .nr_paths = nr - 1, .string_limit = o->string_limit, .stop = &stop};
	struct answer a = {.format = o->format};
	const char *harmed;
	struct query *q;
	int status;

	if (query_open(&q, &config, err) < 0)
		return command_fail(EXIT_FAILED, "%s", err->text);
	out_init(&a.out, STDOUT_FILENO);
	watch_signals();
	status = answer(&a, q, words[nr - 1], err);
	out_deinit(&a.out);
	if (o->explain)
		explain(q);
	harmed = query_harm(q, err);
	if (harmed)
		status = command_fail(status ? status : EXIT_FAILED, "'%s' %s", harmed, err->text);
	query_close(q);
	return status;
}

static int run_query(const struct command *self, int argc, char **argv)
{
	CLEANUP_FREE char **words = xcalloc((size_t)argc + 1, sizeof(*words));
	struct query_options o = {.format = "table", .string_limit = 64};
	struct err err = {0};
	int nr = option_parse(self->options, argc, argv, false, &o, words, &err);

	if (nr < 0)
		return command_fail(EXIT_USAGE, "query: %s", err.text);
	if (o.help)
		return command_help(self, true);
	if (!rows_has_format(o.format))
		return command_fail(
			EXIT_USAGE, "query: --format: '%s' is none of table, csv, json", o.format);
	if (nr < 2)
		return command_fail(EXIT_USAGE,
			"query takes trace files and a statement: renacer query renacer.rnc 'SELECT ...'");
	return ask(&o, words, (size_t)nr, &err);
}

const struct command command_query = {
	.name = "query",
	.synopsis = "[options] FILE... 'SQL'",
	.summary = "Answers questions in SQL about recorded runs",
	.options = options,
	.completes = "file",
	.run = run_query,
};

#include "render/anomaly_text.h"

#include <string.h>

#include "decode/decode.h"
#include "event/calls.h"
#include "render/fd_text.h"
#include "render/renderer.h"
#include "render/value_text.h"
#include "report/anomaly.h"
#include "report/event_view.h"
#include "util/buf.h"
#include "util/macros.h"

/* The call has a line of its own, mostly; this is to know it again. */
#define DATA_SHOWN 16
#define NR_LISTED  10

/* Three digits and a unit. */
static void add_time(struct buf *out, uint64_t ns)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		double number = (double)ns / units[i].ns;

		/* 999.6 us are 1.00 ms */
		if (number < 0.9995)
			continue;
		buf_printf(out, "%.*f %s",
			number < 9.995   ? 2
			: number < 99.95 ? 1
					 : 0,
			number, units[i].name);
		return;
	}
	buf_add_u64(out, ns);
	buf_adds(out, " ns");
}

static void add_figures(struct buf *out, const struct anomaly *a)
{
	buf_adds(out, " took ");
	add_time(out, a->took_ns);
	buf_adds(out, ", usually ");
	add_time(out, a->usual_ns);
	buf_adds(out, " (p99 ");
	add_time(out, a->p99_ns);
	buf_adds(out, "), ");
	add_time(out, a->excess_ns);
	buf_printf(out, " more (score %.0f)", a->score);
	/* what is no part of the excess, where it can be seen */
	if (a->queued_ns * 100 > a->took_ns) {
		buf_adds(out, ", and waited for a CPU for ");
		add_time(out, a->queued_ns);
	}
}

void anomaly_text_draw(struct buf *out, const struct anomaly *a, const struct event_view *view,
	const struct render_options *options)
{
	struct value_text how = value_text_for(options, view);

	how.track = view->track;
	how.string_limit = MIN(how.string_limit, DATA_SHOWN);
	buf_adds(out, "slow: ");
	buf_adds(out, view->call->name);
	buf_addc(out, '(');
	if (options->raw)
		value_text_draw_words(out, view);
	else
		value_text_draw_args(&how, out, view, 0, view->call->nr_args);
	buf_addc(out, ')');
	add_figures(out, a);
}

static void draw_listed(struct buf *out, const struct anomaly *a)
{
	static const struct value_text plain = {0};

	buf_printf(out, "  [pid %d] ", a->tid);
	buf_adds(out, call_name(a->id));
	buf_addc(out, '(');
	if (a->fd >= 0)
		buf_add_i64(out, a->fd);
	if (a->path) {
		buf_addc(out, '<');
		fd_text_draw_path(&plain, out, a->path);
		buf_addc(out, '>');
	}
	buf_addc(out, ')');
	add_figures(out, a);
	buf_addc(out, '\n');
}

void anomaly_text_draw_list(struct buf *out, const struct anomaly *list, size_t nr, uint64_t count)
{
	if (!count) {
		buf_adds(out, "Outliers: none\n");
		return;
	}
	buf_printf(out, "Outliers: %llu calls took far longer than calls like them",
		(unsigned long long)count);
	buf_adds(out, count > NR_LISTED ? "; the worst:\n" : ":\n");
	for (size_t i = 0; i < MIN(nr, (size_t)NR_LISTED); i++)
		draw_listed(out, &list[i]);
}

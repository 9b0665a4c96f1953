#include "render/summary_json.h"

#include "render/renderer.h"
#include "report/summary.h"
#include "util/json.h"
#include "util/macros.h"

static void member_u64(struct json *j, const char *key, uint64_t number)
{
	json_key(j, key);
	json_u64(j, number);
}

static void member_ms(struct json *j, const char *key, uint64_t ns)
{
	json_key(j, key);
	json_millionths(j, ns);
}

/* What is not known, since no call's entry was seen, is absent. */
static void draw_times(struct json *j, const struct histogram *times, bool extended)
{
	static const struct {
		const char *key;
		double q;
		bool extended;
	} quantiles[] = {
		{"p50_ms", 0.5, false},
		{"p75_ms", 0.75, true},
		{"p90_ms", 0.9, false},
		{"p95_ms", 0.95, false},
		{"p99_ms", 0.99, false},
		{"p999_ms", 0.999, true},
	};

	if (!times->nr)
		return;
	member_ms(j, "avg_ms", (uint64_t)(histogram_mean(times) + 0.5));
	if (extended)
		member_ms(j, "stddev_ms", (uint64_t)(histogram_stddev(times) + 0.5));
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		if (extended || !quantiles[i].extended)
			member_ms(j, quantiles[i].key, histogram_quantile(times, quantiles[i].q));
	member_u64(j, "min_ns", times->min);
	member_u64(j, "max_ns", times->max);
}

void summary_json_draw_row(
	struct json *j, const struct summary_row *row, const struct render_options *options)
{
	json_key(j, "name");
	json_text(j, row->key);
	member_u64(j, "calls", row->calls);
	member_u64(j, "errors", row->errors);
	member_u64(j, "duration_ns", row->times.sum);
	draw_times(j, &row->times, options->extended);
	if (!row->moves_data)
		return;
	member_u64(j, "bytes", row->bytes);
	json_key(j, "avg_bytes");
	json_thousandths(j, row->bytes * 1000 / row->calls);
}

void summary_json_draw_totals(struct json *j, const struct summary_table *table)
{
	const struct launch_usage *usage = &table->usage;

	member_u64(j, "total_errors", table->errors);
	if (table->by != SUMMARY_BY_NAME) {
		json_key(j, "by");
		json_text(j, summary_key_name(table->by));
	}
	json_key(j, "clock");
	json_text(j, table->cpu ? "cpu" : "wall");
	if (!usage->known)
		return;
	member_u64(j, "user_nanos", usage->user_ns);
	member_u64(j, "system_nanos", usage->system_ns);
	member_u64(j, "minor_faults", usage->minor_faults);
	member_u64(j, "major_faults", usage->major_faults);
}

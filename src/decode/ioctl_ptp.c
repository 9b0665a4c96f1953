/* ioctl: precise clocks of network cards. */
#include <linux/ioctl.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* As newest headers have them: the members that older ones lack were reserved there. */
struct ptp_time {
	int64_t sec;
	uint32_t nsec;
	uint32_t reserved;
};

struct ptp_capabilities {
	int32_t max_adj, n_alarm, n_ext_ts, n_per_out, pps, n_pins;
	int32_t cross_timestamping, adjust_phase, max_phase_adj;
	uint32_t rsv[11];
};

struct ptp_external {
	uint32_t index;
	uint32_t flags;
	uint32_t rsv[2];
};

struct ptp_periodic {
	struct ptp_time start; /* or phase */
	struct ptp_time period;
	uint32_t index;
	uint32_t flags;
	union {
		struct ptp_time on;
		uint32_t rsv[4];
	};
};

struct ptp_offset {
	uint32_t n_samples;
	uint32_t rsv[3];
	struct ptp_time ts[51];
};

struct ptp_offset_extended {
	uint32_t n_samples;
	int32_t clockid;
	uint32_t rsv[2];
	struct ptp_time ts[25][3];
};

struct ptp_offset_precise {
	struct ptp_time device, sys_realtime, sys_monoraw;
	uint32_t rsv[4];
};

struct ptp_pin {
	char name[64];
	uint32_t index;
	uint32_t func;
	uint32_t chan;
	uint32_t rsv[5];
};

enum { PEROUT_DUTY_CYCLE = 2, PEROUT_PHASE = 4, SAMPLES_MAX = 25 };

#define PTP 0x3d

static void add_reserved(struct decoder *d, const uint32_t *words, size_t nr, struct value *ret)
{
	uint32_t any = 0;

	/* those that the first generation of requests does not look at */
	switch (_IOC_NR(arg_u32(d, 1))) {
	case 2:
	case 3:
	case 6:
	case 7: return;
	}
	for (size_t i = 0; i < nr; i++)
		any |= words[i];
	if (!any)
		return;
	ret = list_add(d, ret, "rsv");
	list_init(ret, VALUE_ARRAY);
	for (size_t i = 0; i < nr; i++)
		value_set_hex(list_add(d, ret, NULL), words[i]);
}

#define ADD_RESERVED(m) add_reserved(d, from->m, ARRAY_SIZE(from->m), ret)

static void fill_time(struct decoder *d, const struct ptp_time *from, struct value *ret)
{
	ADD_INT(sec);
	ADD_UINT(nsec);
	if (from->reserved)
		ADD_HEX(reserved);
}

SHAPE(ptp_period, struct ptp_time)
{
	fill_time(d, from, ret);
}

SHAPE(ptp_time, struct ptp_time)
{
	fill_time(d, from, ret);
	if (from->sec && from->nsec < 1000000000)
		ret->comment = decoder_date(d, from->sec, from->nsec, 9);
}

SHAPE(ptp_capabilities, struct ptp_capabilities)
{
	struct value *phase;

	ADD_INT(max_adj);
	ADD_INT(n_alarm);
	ADD_INT(n_ext_ts);
	ADD_INT(n_per_out);
	ADD_INT(pps);
	ADD_INT(n_pins);
	ADD_INT(cross_timestamping);
	ADD_INT(adjust_phase);
	ADD_INT(max_phase_adj);
	phase = &ret->list.items[ret->list.nr - 1];
	if (from->max_phase_adj > 0)
		phase->comment = decoder_printf(d, "%d.%09d s", from->max_phase_adj / 1000000000,
			from->max_phase_adj % 1000000000);
	ADD_RESERVED(rsv);
}

SHAPE(ptp_external, struct ptp_external)
{
	ADD_UINT(index);
	ADD_FLAGS(flags, ptp_extts);
	ADD_RESERVED(rsv);
}

SHAPE(ptp_periodic, struct ptp_periodic)
{
	const char *when = from->flags & PEROUT_PHASE ? "phase" : "start";

	shape_ptp_time.show(d, &from->start, list_add(d, ret, when));
	if (from->flags & PEROUT_PHASE)
		ret->list.items[0].comment = NULL;
	ADD_SHAPE(period, ptp_period);
	ADD_UINT(index);
	ADD_FLAGS(flags, ptp_perout);
	if (from->flags & PEROUT_DUTY_CYCLE)
		ADD_SHAPE(on, ptp_period);
	else
		ADD_RESERVED(rsv);
}

SHAPE(ptp_offset, struct ptp_offset)
{
	uint32_t nr = MIN(from->n_samples, SAMPLES_MAX) * 2 + 1;
	struct value *times;

	ADD_UINT(n_samples);
	ADD_RESERVED(rsv);
	if (!d->done)
		return;
	times = list_add(d, ret, "ts");
	list_init(times, VALUE_ARRAY);
	for (uint32_t i = 0; i < nr; i++)
		shape_ptp_time.show(d, &from->ts[i], list_add(d, times, NULL));
	if (from->n_samples > SAMPLES_MAX)
		times->flags |= VALUE_CUT;
}

SHAPE(ptp_offset_extended, struct ptp_offset_extended)
{
	struct value *samples;

	ADD_UINT(n_samples);
	value_set_enum(list_add(d, ret, "clockid"), (uint32_t)from->clockid, &flags_clock);
	ADD_RESERVED(rsv);
	if (!d->done)
		return;
	samples = list_add(d, ret, "ts");
	list_init(samples, VALUE_ARRAY);
	for (uint32_t i = 0; i < MIN(from->n_samples, SAMPLES_MAX); i++) {
		struct value *times = list_add(d, samples, NULL);

		list_init(times, VALUE_ARRAY);
		for (int at = 0; at < 3; at++)
			shape_ptp_time.show(d, &from->ts[i][at], list_add(d, times, NULL));
	}
	if (from->n_samples > SAMPLES_MAX)
		samples->flags |= VALUE_CUT;
}

SHAPE(ptp_offset_precise, struct ptp_offset_precise)
{
	ADD_SHAPE(device, ptp_time);
	ADD_SHAPE(sys_realtime, ptp_time);
	ADD_SHAPE(sys_monoraw, ptp_time);
	ADD_RESERVED(rsv);
}

SHAPE(ptp_pin_get, struct ptp_pin)
{
	ADD_UINT(index);
	ADD_RESERVED(rsv);
	if (!d->done)
		return;
	ADD_TEXT(name);
	ADD_ENUM(func, ptp_pin);
	ADD_UINT(chan);
}

SHAPE(ptp_pin_set, struct ptp_pin)
{
	ADD_UINT(index);
	ADD_ENUM(func, ptp_pin);
	ADD_UINT(chan);
	ADD_RESERVED(rsv);
}

static void show_enable(struct decoder *d, struct value *ret)
{
	value_set_hex(ret, d->args[2]);
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(_IOR(PTP, 1, struct ptp_capabilities), ptp_capabilities),
	REQUEST_OUT(_IOR(PTP, 10, struct ptp_capabilities), ptp_capabilities),
	REQUEST_IN(_IOW(PTP, 2, struct ptp_external), ptp_external),
	REQUEST_IN(_IOW(PTP, 11, struct ptp_external), ptp_external),
	REQUEST_IN(_IOW(PTP, 3, struct ptp_periodic), ptp_periodic),
	REQUEST_IN(_IOW(PTP, 12, struct ptp_periodic), ptp_periodic),
	REQUEST_ODD(_IOW(PTP, 4, int), show_enable),
	REQUEST_ODD(_IOW(PTP, 13, int), show_enable),
	REQUEST_FILL(_IOW(PTP, 5, struct ptp_offset), ptp_offset),
	REQUEST_FILL(_IOW(PTP, 14, struct ptp_offset), ptp_offset),
	REQUEST_FILL(_IOWR(PTP, 6, struct ptp_pin), ptp_pin_get),
	REQUEST_FILL(_IOWR(PTP, 15, struct ptp_pin), ptp_pin_get),
	REQUEST_IN(_IOW(PTP, 7, struct ptp_pin), ptp_pin_set),
	REQUEST_IN(_IOW(PTP, 16, struct ptp_pin), ptp_pin_set),
	REQUEST_OUT(_IOWR(PTP, 8, struct ptp_offset_precise), ptp_offset_precise),
	REQUEST_OUT(_IOWR(PTP, 17, struct ptp_offset_precise), ptp_offset_precise),
	REQUEST_OUT(_IOWR(PTP, 21, struct ptp_offset_precise), ptp_offset_precise),
	REQUEST_FILL(_IOWR(PTP, 9, struct ptp_offset_extended), ptp_offset_extended),
	REQUEST_FILL(_IOWR(PTP, 18, struct ptp_offset_extended), ptp_offset_extended),
	REQUEST_FILL(_IOWR(PTP, 22, struct ptp_offset_extended), ptp_offset_extended),
};

IOCTL_TABLE(ptp);

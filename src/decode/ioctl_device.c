/* ioctl: small devices: clocks, watchdogs, remote controls, counters, shared memory. */
#include <linux/counter.h>
#include <linux/lirc.h>
#include <linux/rtc.h>
#include <linux/udmabuf.h>
#include <linux/watchdog.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* --- real time clocks --- */

SHAPE(rtc_time, struct rtc_time)
{
	ADD_INT(tm_sec);
	ADD_INT(tm_min);
	ADD_INT(tm_hour);
	ADD_INT(tm_mday);
	ADD_INT(tm_mon);
	ADD_INT(tm_year);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_INT(tm_wday);
	ADD_INT(tm_yday);
	ADD_INT(tm_isdst);
}

SHAPE(rtc_alarm, struct rtc_wkalrm)
{
	ADD_UINT(enabled);
	ADD_UINT(pending);
	ADD_SHAPE(time, rtc_time);
}

SHAPE(rtc_pll, struct rtc_pll_info)
{
	ADD_INT(pll_ctrl);
	ADD_INT(pll_value);
	ADD_INT(pll_max);
	ADD_INT(pll_min);
	ADD_INT(pll_posmult);
	ADD_INT(pll_negmult);
	ADD_INT(pll_clock);
}

SHAPE(rtc_voltage, uint32_t)
{
	value_set_flags(ret, *from, &flags_rtc_vl);
}

static void add_rtc_value(struct decoder *d, const struct rtc_param *from, struct value *ret)
{
	switch (from->param) {
	case RTC_PARAM_FEATURES: ADD_FLAGS(uvalue, rtc_features); break;
	case RTC_PARAM_CORRECTION: ADD_INT(svalue); break;
	case RTC_PARAM_BACKUP_SWITCH_MODE: ADD_ENUM(uvalue, rtc_bsm); break;
	default: ADD_HEX(uvalue);
	}
}

static void add_rtc_pad(struct decoder *d, const struct rtc_param *from, struct value *ret)
{
	if (from->__pad)
		ADD_HEX(__pad);
}

SHAPE(rtc_param_set, struct rtc_param)
{
	ADD_ENUM(param, rtc_param);
	add_rtc_value(d, from, ret);
	ADD_UINT(index);
	add_rtc_pad(d, from, ret);
}

static void show_rtc_param(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2];
	const struct rtc_param *from = decoder_bytes(d, addr, sizeof(*from), CAPTURE_AT_ENTER);
	const struct rtc_param *found =
		d->done ? decoder_bytes(d, addr, sizeof(*found), CAPTURE_AT_EXIT) : NULL;
	struct value *change = ret;

	if (!from) {
		value_set_addr(ret, addr);
		return;
	}
	list_init(change, VALUE_CHANGE);
	ret = list_add(d, change, NULL);
	ADD_ENUM(param, rtc_param);
	ADD_UINT(index);
	add_rtc_pad(d, from, ret);
	ret = list_add(d, change, NULL);
	if (!found) {
		value_set_addr(ret, addr);
		return;
	}
	add_rtc_value(d, found, ret);
	add_rtc_pad(d, found, ret);
}

/* --- watchdogs --- */

SHAPE(watchdog_options, uint32_t)
{
	value_set_flags(ret, *from, &flags_watchdog_options);
}

SHAPE(watchdog_info, struct watchdog_info)
{
	ADD_FLAGS(options, watchdog_flags);
	ADD_UINT(firmware_version);
	ADD_TEXT(identity);
}

/* --- remote controls --- */

SHAPE(lirc_mode, uint32_t)
{
	value_set_enum(ret, *from, &flags_lirc_mode);
}

SHAPE(lirc_features, uint32_t)
{
	value_set_flags(ret, *from, &flags_lirc_features);
}

SHAPE(mask, uint32_t)
{
	value_set_hex(ret, *from);
}

/* --- memory of files as buffers of devices --- */

SHAPE(udmabuf, struct udmabuf_create)
{
	value_set_fd(list_add(d, ret, "memfd"), (int32_t)from->memfd);
	ADD_FLAGS(flags, udmabuf);
	ADD_UINT(offset);
	ADD_UINT(size);
}

SHAPE(udmabuf_item, struct udmabuf_create_item)
{
	value_set_fd(list_add(d, ret, "memfd"), (int32_t)from->memfd);
	ADD_UINT(offset);
	ADD_UINT(size);
}

SHAPE(udmabuf_list, struct udmabuf_create_list)
{
	ADD_FLAGS(flags, udmabuf);
	ADD_UINT(count);
	ioctl_show_array(d, d->args[2] + sizeof(*from), from->count, &shape_udmabuf_item,
		CAPTURE_AT_ENTER, list_add(d, ret, "list"));
}

/* --- counters --- */

SHAPE(counter_component, struct counter_component)
{
	ADD_ENUM(type, counter_component);
	ADD_ENUM(scope, counter_scope);
	ADD_UINT(parent);
	ADD_UINT(id);
}

SHAPE(counter_watch, struct counter_watch)
{
	ADD_SHAPE(component, counter_component);
	ADD_ENUM(event, counter_event);
	ADD_UINT(channel);
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(RTC_RD_TIME, rtc_time),
	REQUEST_IN(RTC_SET_TIME, rtc_time),
	REQUEST_OUT(RTC_ALM_READ, rtc_time),
	REQUEST_IN(RTC_ALM_SET, rtc_time),
	REQUEST_OUT(RTC_WKALM_RD, rtc_alarm),
	REQUEST_IN(RTC_WKALM_SET, rtc_alarm),
	REQUEST_OUT(RTC_PLL_GET, rtc_pll),
	REQUEST_IN(RTC_PLL_SET, rtc_pll),
	REQUEST_OUT(RTC_IRQP_READ, u64),
	REQUEST(RTC_IRQP_SET, LONG),
	REQUEST_OUT(RTC_EPOCH_READ, u64),
	REQUEST(RTC_EPOCH_SET, LONG),
	REQUEST_OUT(RTC_VL_READ, rtc_voltage),
	REQUEST(RTC_VL_CLR, NONE),
	REQUEST(RTC_AIE_ON, NONE),
	REQUEST(RTC_AIE_OFF, NONE),
	REQUEST(RTC_UIE_ON, NONE),
	REQUEST(RTC_UIE_OFF, NONE),
	REQUEST(RTC_PIE_ON, NONE),
	REQUEST(RTC_PIE_OFF, NONE),
	REQUEST(RTC_WIE_ON, NONE),
	REQUEST(RTC_WIE_OFF, NONE),
	REQUEST_ODD(RTC_PARAM_GET, show_rtc_param),
	REQUEST_IN(RTC_PARAM_SET, rtc_param_set),

	REQUEST_OUT(WDIOC_GETSUPPORT, watchdog_info),
	REQUEST_OUT(WDIOC_GETSTATUS, int),
	REQUEST_OUT(WDIOC_GETBOOTSTATUS, int),
	REQUEST_OUT(WDIOC_GETTEMP, int),
	REQUEST_OUT(WDIOC_GETTIMEOUT, int),
	REQUEST_OUT(WDIOC_GETPRETIMEOUT, int),
	REQUEST_OUT(WDIOC_GETTIMELEFT, int),
	REQUEST_IN_OUT(WDIOC_SETTIMEOUT, int),
	REQUEST_IN_OUT(WDIOC_SETPRETIMEOUT, int),
	REQUEST_IN(WDIOC_SETOPTIONS, watchdog_options),
	REQUEST(WDIOC_KEEPALIVE, NONE),

	REQUEST_OUT(LIRC_GET_FEATURES, lirc_features),
	REQUEST_OUT(LIRC_GET_SEND_MODE, lirc_mode),
	REQUEST_OUT(LIRC_GET_REC_MODE, lirc_mode),
	REQUEST_IN(LIRC_SET_SEND_MODE, lirc_mode),
	REQUEST_IN(LIRC_SET_REC_MODE, lirc_mode),
	REQUEST_OUT(LIRC_GET_REC_RESOLUTION, uint),
	REQUEST_OUT(LIRC_GET_REC_TIMEOUT, uint),
	REQUEST_OUT(LIRC_GET_MIN_TIMEOUT, uint),
	REQUEST_OUT(LIRC_GET_MAX_TIMEOUT, uint),
	REQUEST_OUT(LIRC_GET_LENGTH, uint),
	REQUEST_IN(LIRC_SET_SEND_CARRIER, uint),
	REQUEST_IN(LIRC_SET_REC_CARRIER, uint),
	REQUEST_IN(LIRC_SET_REC_CARRIER_RANGE, uint),
	REQUEST_IN(LIRC_SET_SEND_DUTY_CYCLE, uint),
	REQUEST_IN(LIRC_SET_TRANSMITTER_MASK, mask),
	REQUEST_IN(LIRC_SET_REC_TIMEOUT, uint),
	REQUEST_IN(LIRC_SET_REC_TIMEOUT_REPORTS, uint),
	REQUEST_IN(LIRC_SET_MEASURE_CARRIER_MODE, uint),
	REQUEST_IN(LIRC_SET_WIDEBAND_RECEIVER, uint),

	REQUEST_IN(UDMABUF_CREATE, udmabuf),
	REQUEST_IN(UDMABUF_CREATE_LIST, udmabuf_list),

	REQUEST_IN(COUNTER_ADD_WATCH_IOCTL, counter_watch),
	REQUEST(COUNTER_ENABLE_EVENTS_IOCTL, NONE),
	REQUEST(COUNTER_DISABLE_EVENTS_IOCTL, NONE),
};

IOCTL_TABLE(device);

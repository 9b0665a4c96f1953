/* ioctl: SCSI devices. */
#include <linux/bsg.h>
#include <stddef.h>
#include <scsi/sg.h>
#include <scsi/scsi_ioctl.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

SHAPE(reset, uint32_t)
{
	value_set_flags(ret, *from, &flags_sg_reset);
}

/* Bytes of a command or of sense data: no text. */
static void show_raw(
	struct decoder *d, const void *at, uint64_t len, unsigned when, struct value *ret)
{
	ioctl_show_data(d, (uintptr_t)at, len, when, ret);
	if (ret->kind == VALUE_DATA)
		ret->flags |= VALUE_BINARY;
}

static void show_transfer(struct decoder *d, uint64_t at, uint32_t nr_iovec, uint64_t len,
	unsigned when, struct value *ret)
{
	if (nr_iovec)
		decoder_show_iovec(d, at, nr_iovec, len, when, ret);
	else
		show_raw(d, (const void *)(uintptr_t)at, len, when, ret);
}

static void add_v3_asked(struct decoder *d, const sg_io_hdr_t *from, struct value *ret)
{
	value_set_enum(list_add(d, ret, "dxfer_direction"), (uint32_t)from->dxfer_direction,
		&flags_sg_direction);
	ADD_UINT(cmd_len);
	show_raw(d, from->cmdp, from->cmd_len, CAPTURE_AT_ENTER, list_add(d, ret, "cmdp"));
	ADD_UINT(mx_sb_len);
	ADD_UINT(iovec_count);
	ADD_UINT(dxfer_len);
	ADD_UINT(timeout);
	ADD_FLAGS(flags, sg_flags);
}

static void show_v3(struct decoder *d, uint64_t addr, struct value *ret)
{
	const sg_io_hdr_t *asked = decoder_bytes(d, addr, sizeof(*asked), CAPTURE_AT_ENTER);
	const sg_io_hdr_t *from =
		d->done ? decoder_bytes(d, addr, sizeof(*from), CAPTURE_AT_EXIT) : NULL;
	struct value *data;
	uint64_t moved;

	value_set_name(list_add(d, ret, "interface_id"), "'S'");
	if (!asked) {
		ret->flags |= VALUE_CUT;
		return;
	}
	add_v3_asked(d, asked, ret);
	data = list_add(d, ret, "dxferp");
	if (asked->dxfer_direction == SG_DXFER_TO_DEV ||
		(asked->dxfer_direction == SG_DXFER_TO_FROM_DEV && !from))
		show_transfer(d, (uintptr_t)asked->dxferp, asked->iovec_count, asked->dxfer_len,
			CAPTURE_AT_ENTER, data);
	else
		value_set_addr(data, (uintptr_t)asked->dxferp);
	if (!from)
		return;
	moved = from->resid > 0 && (unsigned)from->resid <= from->dxfer_len
			? from->dxfer_len - (unsigned)from->resid
			: from->dxfer_len;
	if (from->dxfer_direction == SG_DXFER_FROM_DEV ||
		from->dxfer_direction == SG_DXFER_TO_FROM_DEV)
		show_transfer(d, (uintptr_t)from->dxferp, from->iovec_count, moved, CAPTURE_AT_EXIT,
			data);
	ADD_HEX(status);
	ADD_HEX(masked_status);
	ADD_HEX(msg_status);
	ADD_UINT(sb_len_wr);
	show_raw(d, from->sbp, from->sb_len_wr, CAPTURE_AT_EXIT, list_add(d, ret, "sbp"));
	ADD_HEX(host_status);
	ADD_HEX(driver_status);
	ADD_INT(resid);
	ADD_UINT(duration);
	ADD_FLAGS(info, sg_info);
}

static void add_v4_asked(struct decoder *d, const struct sg_io_v4 *from, struct value *ret)
{
	ADD_ENUM(protocol, bsg_protocol);
	ADD_ENUM(subprotocol, bsg_subprotocol);
	ADD_UINT(request_len);
	show_raw(d, (const void *)(uintptr_t)from->request, from->request_len, CAPTURE_AT_ENTER,
		list_add(d, ret, "request"));
	ADD_HEX(request_tag);
	ADD_UINT(request_attr);
	ADD_UINT(request_priority);
	ADD_UINT(request_extra);
	ADD_UINT(max_response_len);
	ADD_UINT(dout_iovec_count);
	ADD_UINT(dout_xfer_len);
	ADD_UINT(din_iovec_count);
	ADD_UINT(din_xfer_len);
	show_transfer(d, from->dout_xferp, from->dout_iovec_count, from->dout_xfer_len,
		CAPTURE_AT_ENTER, list_add(d, ret, "dout_xferp"));
	ADD_UINT(timeout);
	ADD_FLAGS(flags, bsg_flags);
	ADD_HEX(usr_ptr);
}

static void show_v4(struct decoder *d, uint64_t addr, struct value *ret)
{
	const struct sg_io_v4 *asked = decoder_bytes(d, addr, sizeof(*asked), CAPTURE_AT_ENTER);
	const struct sg_io_v4 *from =
		d->done ? decoder_bytes(d, addr, sizeof(*from), CAPTURE_AT_EXIT) : NULL;
	uint64_t moved;

	value_set_name(list_add(d, ret, "guard"), "'Q'");
	if (!asked) {
		ret->flags |= VALUE_CUT;
		return;
	}
	add_v4_asked(d, asked, ret);
	if (!from)
		return;
	moved = from->din_resid > 0 && (uint32_t)from->din_resid <= from->din_xfer_len
			? from->din_xfer_len - (uint32_t)from->din_resid
			: from->din_xfer_len;
	ADD_UINT(response_len);
	show_raw(d, (const void *)(uintptr_t)from->response, from->response_len, CAPTURE_AT_EXIT,
		list_add(d, ret, "response"));
	show_transfer(d, from->din_xferp, from->din_iovec_count, moved, CAPTURE_AT_EXIT,
		list_add(d, ret, "din_xferp"));
	ADD_HEX(driver_status);
	ADD_HEX(transport_status);
	ADD_HEX(device_status);
	ADD_UINT(retry_delay);
	ADD_FLAGS(info, sg_info);
	ADD_UINT(duration);
	ADD_INT(din_resid);
	ADD_INT(dout_resid);
	ADD_HEX(generated_tag);
}

/* The first word says which of the two structures it is. */
static void show_command(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2];
	const uint32_t *which = decoder_bytes(d, addr, sizeof(*which), CAPTURE_AT_ENTER);

	if (!which) {
		value_set_addr(ret, addr);
	} else if (*which == 'S') {
		show_v3(d, addr, ret);
	} else if (*which == 'Q') {
		show_v4(d, addr, ret);
	} else {
		value_set_uint(ret, *which);
		ret->flags |= VALUE_BY_REF;
	}
}

static const struct ioctl_row rows[] = {
	REQUEST_ODD(SG_IO, show_command),
	REQUEST(SG_GET_TIMEOUT, NONE),
	REQUEST_IN(SG_SET_TIMEOUT, int),
	REQUEST_OUT(SG_EMULATED_HOST, int),
	REQUEST(SG_SET_TRANSFORM, HEX),
	REQUEST_OUT(SG_GET_TRANSFORM, int),
	REQUEST_IN(SG_SET_RESERVED_SIZE, int),
	REQUEST_OUT(SG_GET_RESERVED_SIZE, int),
	REQUEST_IN(SG_SET_FORCE_LOW_DMA, int),
	REQUEST_OUT(SG_GET_LOW_DMA, int),
	REQUEST_IN(SG_SET_FORCE_PACK_ID, int),
	REQUEST_OUT(SG_GET_PACK_ID, int),
	REQUEST_OUT(SG_GET_NUM_WAITING, int),
	REQUEST(SG_GET_SCSI_ID, ADDR),
	REQUEST(SG_GET_REQUEST_TABLE, ADDR),
	REQUEST_OUT(SG_GET_SG_TABLESIZE, int),
	REQUEST_OUT(SG_GET_VERSION_NUM, int),
	REQUEST_IN(SG_SCSI_RESET, reset),
	REQUEST_IN(SG_SET_KEEP_ORPHAN, int),
	REQUEST_OUT(SG_GET_KEEP_ORPHAN, int),
	REQUEST_OUT(SG_GET_ACCESS_COUNT, int),
	REQUEST_OUT(SG_GET_COMMAND_Q, int),
	REQUEST_IN(SG_SET_COMMAND_Q, int),
	REQUEST_IN(SG_SET_DEBUG, int),
	REQUEST_IN(SG_NEXT_CMD_LEN, int),
};

IOCTL_TABLE(scsi);

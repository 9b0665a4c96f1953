/* ioctl: trusted execution environments. */
#include <linux/ioctl.h>
#include <linux/tee.h>
#include <stddef.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* newer than some headers */
struct tee_register_fd {
	int64_t fd;
	uint64_t size;
	uint32_t flags;
	int32_t id;
};

#define REGISTER_FD _IOWR(TEE_IOC_MAGIC, TEE_IOC_BASE + 8, struct tee_register_fd)
#define PARAMS_MAX  64 /* more make the call fail */

enum { FIRST_VALUE = 1, FIRST_MEMREF = 5, FIRST_BUFFER = 8, FIRST_OBJECT = 11, NR_TYPES = 14 };

SHAPE(tee_version, struct tee_ioctl_version_data)
{
	ADD_ENUM(impl_id, tee_impl);
	ADD_HEX(impl_caps);
	ADD_FLAGS(gen_caps, tee_caps);
}

SHAPE(tee_memory, struct tee_ioctl_shm_alloc_data)
{
	ADD_HEX(size);
	ADD_FLAGS(flags, tee_memory);
}

SHAPE(tee_memory_made, struct tee_ioctl_shm_alloc_data)
{
	ADD_HEX(size);
	ADD_FLAGS(flags, tee_memory);
	ADD_INT(id);
}

SHAPE(tee_register, struct tee_ioctl_shm_register_data)
{
	ADD_ADDR(addr);
	ADD_HEX(length);
	ADD_FLAGS(flags, tee_memory);
}

SHAPE(tee_registered, struct tee_ioctl_shm_register_data)
{
	ADD_HEX(length);
	ADD_FLAGS(flags, tee_memory);
	ADD_INT(id);
}

SHAPE(tee_register_fd, struct tee_register_fd)
{
	value_set_fd(list_add(d, ret, "fd"), (int32_t)from->fd);
	ADD_FLAGS(flags, tee_memory);
}

SHAPE(tee_registered_fd, struct tee_register_fd)
{
	ADD_HEX(size);
	ADD_FLAGS(flags, tee_memory);
	ADD_INT(id);
}

SHAPE(tee_cancel, struct tee_ioctl_cancel_arg)
{
	ADD_UINT(cancel_id);
	ADD_HEX(session);
}

SHAPE(tee_close, struct tee_ioctl_close_session_arg)
{
	ADD_HEX(session);
}

SHAPE(tee_param, struct tee_ioctl_param)
{
	uint64_t type = from->attr & TEE_IOCTL_PARAM_ATTR_TYPE_MASK;

	ADD_FLAGS(attr, tee_param);
	if (type >= FIRST_OBJECT && type < NR_TYPES) {
		value_set_hex(list_add(d, ret, "obj_id"), from->a);
		value_set_hex(list_add(d, ret, "flags"), from->b);
	} else if (type >= FIRST_BUFFER && type < FIRST_OBJECT) {
		value_set_addr(list_add(d, ret, "buf"), from->a);
		value_set_hex(list_add(d, ret, "size"), from->b);
	} else if (type >= FIRST_MEMREF && type < FIRST_BUFFER) {
		value_set_hex(list_add(d, ret, "shm_offs"), from->a);
		value_set_hex(list_add(d, ret, "size"), from->b);
		value_set_uint(list_add(d, ret, "shm_id"), from->c);
	} else if (type) {
		ADD_HEX(a);
		ADD_HEX(b);
		ADD_HEX(c);
	}
}

/* A buffer that the argument describes: a head, which ends with a count, and the parameters. */
struct tee_buffer {
	const struct tee_ioctl_buf_data *data;
	unsigned when;
};

static const struct tee_ioctl_buf_data *buffer_at_enter(struct decoder *d)
{
	return decoder_bytes(d, d->args[2], sizeof(struct tee_ioctl_buf_data), CAPTURE_AT_ENTER);
}

/* NULL when the buffer is not at hand, or too short for what it says it holds. */
static const void *head_of(struct decoder *d, const struct tee_buffer *b, size_t size)
{
	const uint32_t *head =
		b->data->buf_len >= size ? decoder_bytes(d, b->data->buf_ptr, size, b->when) : NULL;
	uint64_t nr = head ? head[size / sizeof(*head) - 1] : 0;

	return head && size + nr * sizeof(struct tee_ioctl_param) == b->data->buf_len ? head : NULL;
}

static void add_params(struct decoder *d, const struct tee_buffer *b, size_t head_size, uint32_t nr,
	struct value *ret)
{
	value_set_uint(list_add(d, ret, "num_params"), nr);
	ioctl_show_array(d, b->data->buf_ptr + head_size, MIN(nr, PARAMS_MAX), &shape_tee_param,
		b->when, list_add(d, ret, "params"));
}

static void add_invoke(struct decoder *d, const struct tee_buffer *b, struct value *ret)
{
	const struct tee_ioctl_invoke_arg *from = head_of(d, b, sizeof(*from));

	if (!from) {
		value_set_addr(ret, b->data->buf_ptr);
		return;
	}
	if (b->when == CAPTURE_AT_EXIT) {
		ADD_UINT(ret);
		ADD_UINT(ret_origin);
	} else {
		ADD_UINT(func);
		ADD_HEX(session);
		ADD_UINT(cancel_id);
	}
	add_params(d, b, sizeof(*from), from->num_params, ret);
}

static const char *uuid_text(struct decoder *d, const uint8_t *u)
{
	return decoder_printf(d,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1],
		u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
		u[15]);
}

static void add_client(
	struct decoder *d, const struct tee_ioctl_open_session_arg *from, struct value *ret)
{
	uint32_t group;

	ADD_ENUM(clnt_login, tee_login);
	switch (from->clnt_login) {
	case TEE_IOCTL_LOGIN_PUBLIC:
	case TEE_IOCTL_LOGIN_USER:
	case TEE_IOCTL_LOGIN_APPLICATION:
	case TEE_IOCTL_LOGIN_USER_APPLICATION: return; /* not looked at */
	case TEE_IOCTL_LOGIN_GROUP:
	case TEE_IOCTL_LOGIN_GROUP_APPLICATION:
		memcpy(&group, from->clnt_uuid, sizeof(group));
		value_set_id(list_add(d, ret, "clnt_uuid"), group);
		return;
	}
	ret = list_add(d, ret, "clnt_uuid");
	list_init(ret, VALUE_ARRAY);
	for (size_t i = 0; i < sizeof(from->clnt_uuid); i++)
		value_set_hex(list_add(d, ret, NULL), from->clnt_uuid[i]);
}

static void add_open(struct decoder *d, const struct tee_buffer *b, struct value *ret)
{
	const struct tee_ioctl_open_session_arg *from = head_of(d, b, sizeof(*from));

	if (!from) {
		value_set_addr(ret, b->data->buf_ptr);
		return;
	}
	if (b->when == CAPTURE_AT_EXIT) {
		ADD_HEX(session);
		ADD_UINT(ret);
		ADD_UINT(ret_origin);
	} else {
		value_set_name(list_add(d, ret, "uuid"), uuid_text(d, from->uuid));
		add_client(d, from, ret);
		ADD_UINT(cancel_id);
	}
	add_params(d, b, sizeof(*from), from->num_params, ret);
}

static void add_receive(struct decoder *d, const struct tee_buffer *b, struct value *ret)
{
	const struct tee_iocl_supp_recv_arg *from = head_of(d, b, sizeof(*from));

	if (!from) {
		value_set_addr(ret, b->data->buf_ptr);
		return;
	}
	ADD_UINT(func);
	add_params(d, b, sizeof(*from), from->num_params, ret);
}

static void add_send(struct decoder *d, const struct tee_buffer *b, struct value *ret)
{
	const struct tee_iocl_supp_send_arg *from = head_of(d, b, sizeof(*from));

	if (!from) {
		value_set_addr(ret, b->data->buf_ptr);
		return;
	}
	if (b->when == CAPTURE_AT_EXIT)
		ADD_UINT(ret);
	add_params(d, b, sizeof(*from), from->num_params, ret);
}

static void show_buffer(struct decoder *d,
	void (*add)(struct decoder *d, const struct tee_buffer *b, struct value *ret),
	struct value *ret)
{
	struct tee_buffer b = {buffer_at_enter(d), CAPTURE_AT_ENTER};
	struct value *change = ret;

	if (!b.data) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	if (d->done) {
		list_init(change, VALUE_CHANGE);
		ret = list_add(d, change, NULL);
	}
	value_set_uint(list_add(d, ret, "buf_len"), b.data->buf_len);
	add(d, &b, list_add(d, ret, "buf_ptr"));
	if (!d->done)
		return;
	b.when = CAPTURE_AT_EXIT;
	ret = list_add(d, change, NULL);
	add(d, &b, list_add(d, ret, "buf_ptr"));
}

static void show_invoke(struct decoder *d, struct value *ret)
{
	show_buffer(d, add_invoke, ret);
}

static void show_open(struct decoder *d, struct value *ret)
{
	show_buffer(d, add_open, ret);
}

static void show_receive(struct decoder *d, struct value *ret)
{
	show_buffer(d, add_receive, ret);
}

static void show_send(struct decoder *d, struct value *ret)
{
	show_buffer(d, add_send, ret);
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(TEE_IOC_VERSION, tee_version),
	REQUEST_CHANGE(TEE_IOC_SHM_ALLOC, tee_memory, tee_memory_made),
	REQUEST_CHANGE(TEE_IOC_SHM_REGISTER, tee_register, tee_registered),
	REQUEST_CHANGE(REGISTER_FD, tee_register_fd, tee_registered_fd),
	REQUEST_ODD(TEE_IOC_OPEN_SESSION, show_open),
	REQUEST_ODD(TEE_IOC_INVOKE, show_invoke),
	REQUEST_IN(TEE_IOC_CANCEL, tee_cancel),
	REQUEST_IN(TEE_IOC_CLOSE_SESSION, tee_close),
	REQUEST_ODD(TEE_IOC_SUPPL_RECV, show_receive),
	REQUEST_ODD(TEE_IOC_SUPPL_SEND, show_send),
};

IOCTL_TABLE(tee);

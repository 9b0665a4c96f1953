/* Keys and keyrings. */
#include <linux/keyctl.h>
#include <string.h>

#include "decode/fields.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"

/* Buffers whose length another structure tells are taken up to here. */
#define BUFFER_BYTES 256

static void value_set_key(struct value *ret, int serial)
{
	if (flag_set_exact(&flags_key_serial, (uint32_t)serial))
		value_set_enum(ret, (uint32_t)serial, &flags_key_serial);
	else
		value_set_int(ret, serial);
}

static void decode_add_key(struct decoder *d)
{
	value_set_key(decoder_arg(d, 4), arg_int(d, 4));
}

SYSCALL_ODD(add_key, 0, RET_INT, decode_add_key, ARG(type, TEXT), ARG(description, TEXT),
	ARG(payload, BUF_IN, 3), ARG(plen, SIZE), ARG(keyring, INT));

static void decode_request_key(struct decoder *d)
{
	value_set_key(decoder_arg(d, 3), arg_int(d, 3));
}

SYSCALL_ODD(request_key, 0, RET_INT, decode_request_key, ARG(type, TEXT), ARG(description, TEXT),
	ARG(callout_info, TEXT), ARG(dest_keyring, INT));

/* keyctl: structures */

struct dh_params {
	int32_t private, prime, base;
};

SHAPE(dh_params, struct dh_params)
{
	value_set_key(list_add(d, ret, "private"), from->private);
	value_set_key(list_add(d, ret, "prime"), from->prime);
	value_set_key(list_add(d, ret, "base"), from->base);
}

struct kdf_params {
	uint64_t hashname, otherinfo;
	uint32_t otherinfolen, __spare[8];
};

SHAPE(kdf_params, struct kdf_params)
{
	static const struct field spare = FIELD(struct kdf_params, __spare, odd32s);
	struct value *other;

	decoder_show_text(
		d, from->hashname, SIZE_MAX, CAPTURE_AT_ENTER, list_add(d, ret, "hashname"));
	other = list_add(d, ret, "otherinfo");
	if (from->otherinfolen)
		decoder_show_data(d, from->otherinfo, from->otherinfolen, CAPTURE_AT_ENTER, other);
	else
		value_set_addr(other, from->otherinfo);
	ADD_UINT(otherinfolen);
	fields_add(d, &spare, 1, from, sizeof(*from), ret);
}

struct pkey_query {
	uint32_t supported_ops, key_size;
	uint16_t max_data_size, max_sig_size, max_enc_size, max_dec_size;
	uint32_t __spare[10];
};

static const struct field pkey_query[] = {
	FIELD(struct pkey_query, supported_ops, flags, &flags_keyctl_pkey),
	FIELD(struct pkey_query, key_size, uint),
	FIELD(struct pkey_query, max_data_size, uint),
	FIELD(struct pkey_query, max_sig_size, uint),
	FIELD(struct pkey_query, max_enc_size, uint),
	FIELD(struct pkey_query, max_dec_size, uint),
	FIELD(struct pkey_query, __spare, odd32s),
};

SHAPE(pkey_query, struct pkey_query)
{
	fields_add(d, pkey_query, ARRAY_SIZE(pkey_query), from, sizeof(*from), ret);
}

struct pkey_params {
	int32_t key_id;
	uint32_t in_len, out_len, __spare[7];
};

SHAPE(pkey_params, struct pkey_params)
{
	static const struct field spare = FIELD(struct pkey_params, __spare, odd32s);
	bool verify = arg_u32(d, 0) == KEYCTL_PKEY_VERIFY;

	value_set_key(list_add(d, ret, "key_id"), from->key_id);
	ADD_UINT(in_len);
	value_set_uint(list_add(d, ret, verify ? "in2_len" : "out_len"), from->out_len);
	fields_add(d, &spare, 1, from, sizeof(*from), ret);
}

/* keyctl: what each operation's arguments are */

enum key_arg {
	KEY_ARG_HEX,
	KEY_ARG_KEY,
	KEY_ARG_INT,
	KEY_ARG_UINT,
	KEY_ARG_SIZE,
	KEY_ARG_ID,
	KEY_ARG_FD,
	KEY_ARG_ERROR,
	KEY_ARG_PERMS,
	KEY_ARG_MOVE,
	KEY_ARG_REQKEY,
	KEY_ARG_TEXT,     /* NUL-terminated */
	KEY_ARG_DATA,     /* the next argument counts bytes */
	KEY_ARG_IOVEC,    /* the next argument counts elements */
	KEY_ARG_TEXT_OUT, /* of the length that the call returned, its last NUL included */
	KEY_ARG_DATA_OUT,
	KEY_ARG_CAPS_OUT,
	KEY_ARG_DH,
	KEY_ARG_KDF,
	KEY_ARG_PKEY_INFO,
	KEY_ARG_PKEY, /* the lengths of the two that follow the next one */
	KEY_ARG_PKEY_IN,
	KEY_ARG_PKEY_IN2,
	KEY_ARG_PKEY_OUT,
};

struct operation {
	struct {
		uint8_t kind;
		const char *name;
	} args[4];
	uint8_t nr;
};

#define OPERATION_(n, ...)                                                                         \
	{                                                                                          \
		{__VA_ARGS__}, n                                                                   \
	}
#define KEY                                                                                        \
	{                                                                                          \
		KEY_ARG_KEY, "key"                                                                 \
	}
#define A(kind, name)                                                                              \
	{                                                                                          \
		KEY_ARG_##kind, name                                                               \
	}

static const struct operation operations[] = {
	[KEYCTL_GET_KEYRING_ID] = OPERATION_(2, KEY, A(INT, "create")),
	[KEYCTL_JOIN_SESSION_KEYRING] = OPERATION_(1, A(TEXT, "name")),
	[KEYCTL_UPDATE] = OPERATION_(3, KEY, A(DATA, "payload"), A(SIZE, "plen")),
	[KEYCTL_REVOKE] = OPERATION_(1, KEY),
	[KEYCTL_CHOWN] = OPERATION_(3, KEY, A(ID, "uid"), A(ID, "gid")),
	[KEYCTL_SETPERM] = OPERATION_(2, KEY, A(PERMS, "perms")),
	[KEYCTL_DESCRIBE] = OPERATION_(3, KEY, A(TEXT_OUT, "buffer"), A(SIZE, "buflen")),
	[KEYCTL_CLEAR] = OPERATION_(1, A(KEY, "keyring")),
	[KEYCTL_LINK] = OPERATION_(2, KEY, A(KEY, "keyring")),
	[KEYCTL_UNLINK] = OPERATION_(2, KEY, A(KEY, "keyring")),
	[KEYCTL_SEARCH] = OPERATION_(4, A(KEY, "keyring"), A(TEXT, "type"), A(TEXT, "description"),
		A(KEY, "dest_keyring")),
	[KEYCTL_READ] = OPERATION_(3, KEY, A(DATA_OUT, "buffer"), A(SIZE, "buflen")),
	[KEYCTL_INSTANTIATE] =
		OPERATION_(4, KEY, A(DATA, "payload"), A(SIZE, "plen"), A(KEY, "keyring")),
	[KEYCTL_NEGATE] = OPERATION_(3, KEY, A(UINT, "timeout"), A(KEY, "keyring")),
	[KEYCTL_SET_REQKEY_KEYRING] = OPERATION_(1, A(REQKEY, "reqkey_defl")),
	[KEYCTL_SET_TIMEOUT] = OPERATION_(2, KEY, A(UINT, "timeout")),
	[KEYCTL_ASSUME_AUTHORITY] = OPERATION_(1, KEY),
	[KEYCTL_GET_SECURITY] = OPERATION_(3, KEY, A(TEXT_OUT, "buffer"), A(SIZE, "buflen")),
	[KEYCTL_SESSION_TO_PARENT] = OPERATION_(0),
	[KEYCTL_REJECT] =
		OPERATION_(4, KEY, A(UINT, "timeout"), A(ERROR, "error"), A(KEY, "keyring")),
	[KEYCTL_INSTANTIATE_IOV] =
		OPERATION_(4, KEY, A(IOVEC, "payload"), A(SIZE, "plen"), A(KEY, "keyring")),
	[KEYCTL_INVALIDATE] = OPERATION_(1, KEY),
	[KEYCTL_GET_PERSISTENT] = OPERATION_(2, A(ID, "uid"), A(KEY, "keyring")),
	[KEYCTL_DH_COMPUTE] = OPERATION_(4, A(DH, "dh_params"), A(DATA_OUT, "buffer"),
		A(SIZE, "buflen"), A(KDF, "kdf_params")),
	[KEYCTL_PKEY_QUERY] =
		OPERATION_(4, KEY, A(HEX, "reserved"), A(TEXT, "params"), A(PKEY_INFO, "info")),
	[KEYCTL_PKEY_ENCRYPT] = OPERATION_(
		4, A(PKEY, "params"), A(TEXT, "info"), A(PKEY_IN, "in"), A(PKEY_OUT, "out")),
	[KEYCTL_PKEY_DECRYPT] = OPERATION_(
		4, A(PKEY, "params"), A(TEXT, "info"), A(PKEY_IN, "in"), A(PKEY_OUT, "out")),
	[KEYCTL_PKEY_SIGN] = OPERATION_(
		4, A(PKEY, "params"), A(TEXT, "info"), A(PKEY_IN, "in"), A(PKEY_OUT, "out")),
	[KEYCTL_PKEY_VERIFY] = OPERATION_(
		4, A(PKEY, "params"), A(TEXT, "info"), A(PKEY_IN, "in"), A(PKEY_IN2, "in2")),
	[KEYCTL_RESTRICT_KEYRING] =
		OPERATION_(3, A(KEY, "keyring"), A(TEXT, "type"), A(TEXT, "restriction")),
	[KEYCTL_MOVE] =
		OPERATION_(4, KEY, A(KEY, "from_keyring"), A(KEY, "to_keyring"), A(MOVE, "flags")),
	[KEYCTL_CAPABILITIES] = OPERATION_(2, A(CAPS_OUT, "buffer"), A(SIZE, "buflen")),
	[KEYCTL_WATCH_KEY] = OPERATION_(3, KEY, A(FD, "watch_queue_fd"), A(INT, "watch_id")),
};
#undef A
#undef KEY

static void show_output(struct decoder *d, unsigned at, bool text, struct value *ret)
{
	uint64_t len;
	const struct capture *chunk;

	if (!d->done)
		return;
	len = MIN((uint64_t)d->call->ret, d->args[at + 1]);
	chunk = decoder_chunk(d, d->args[at], CAPTURE_AT_EXIT);
	if (text && len && chunk && chunk->len >= len && !chunk->bytes[len - 1])
		len--;
	decoder_show_data(d, d->args[at], len, CAPTURE_AT_EXIT, ret);
}

static void show_capabilities(struct decoder *d, unsigned at, struct value *ret)
{
	static const struct flag_set *const sets[] = {&flags_keyctl_caps0, &flags_keyctl_caps1};
	const struct capture *chunk =
		d->done ? decoder_chunk(d, d->args[at], CAPTURE_AT_EXIT) : NULL;
	uint64_t len = d->done ? MIN((uint64_t)d->call->ret, d->args[at + 1]) : 0;

	if (!chunk)
		return;
	decoder_array_init(d, ret);
	for (uint64_t i = 0; i < MIN(len, (uint64_t)chunk->len); i++) {
		struct value *item = list_add(d, ret, NULL);

		if (i < ARRAY_SIZE(sets))
			value_set_flags(item, chunk->bytes[i], sets[i]);
		else
			value_set_hex(item, chunk->bytes[i]);
	}
	if (len > chunk->len)
		ret->flags |= VALUE_CUT;
}

/* The lengths are in the structure that the first of an operation's arguments points to. */
static void show_pkey_data(struct decoder *d, unsigned at, enum key_arg kind, struct value *ret)
{
	const struct pkey_params *params =
		decoder_bytes(d, d->args[1], sizeof(*params), CAPTURE_AT_ENTER);
	uint32_t len;

	if (!params || (kind == KEY_ARG_PKEY_OUT && !d->done))
		return;
	len = kind == KEY_ARG_PKEY_IN ? params->in_len : params->out_len;
	decoder_show_data(d, d->args[at], len,
		kind == KEY_ARG_PKEY_OUT ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER, ret);
}

static void show_reqkey(struct decoder *d, unsigned at, struct value *ret)
{
	if (flag_set_exact(&flags_key_reqkey, arg_u32(d, at))) {
		value_set_enum(ret, arg_u32(d, at), &flags_key_reqkey);
	} else {
		value_set_int(ret, arg_int(d, at));
		ret->comment = flags_key_reqkey.unknown;
	}
}

static void show_error(struct decoder *d, unsigned at, struct value *ret)
{
	if (decode_errno_name(arg_int(d, at)))
		value_set_enum(ret, arg_u32(d, at), &flags_errno);
	else
		value_set_uint(ret, arg_u32(d, at));
}

static void show_key_arg(struct decoder *d, unsigned at, enum key_arg kind, struct value *ret)
{
	uint64_t word = d->args[at];

	switch (kind) {
	case KEY_ARG_HEX: value_set_hex(ret, word); return;
	case KEY_ARG_KEY: value_set_key(ret, (int)word); return;
	case KEY_ARG_INT: value_set_int(ret, (int)word); return;
	case KEY_ARG_UINT: value_set_uint(ret, (uint32_t)word); return;
	case KEY_ARG_SIZE: value_set_uint(ret, word); return;
	case KEY_ARG_ID: value_set_id(ret, (uint32_t)word); return;
	case KEY_ARG_FD: value_set_fd(ret, (int)word); return;
	case KEY_ARG_ERROR: show_error(d, at, ret); return;
	case KEY_ARG_PERMS: value_set_flags(ret, (uint32_t)word, &flags_key_perms); return;
	case KEY_ARG_MOVE: value_set_flags(ret, (uint32_t)word, &flags_keyctl_move); return;
	case KEY_ARG_REQKEY: show_reqkey(d, at, ret); return;
	default: break;
	}
	value_set_addr(ret, word);
	switch (kind) {
	case KEY_ARG_TEXT: decoder_show_text(d, word, SIZE_MAX, CAPTURE_AT_ENTER, ret); break;
	case KEY_ARG_DATA:
		decoder_show_data(d, word, d->args[at + 1], CAPTURE_AT_ENTER, ret);
		break;
	case KEY_ARG_IOVEC:
		decoder_show_iovec(d, word, d->args[at + 1], UINT64_MAX, CAPTURE_AT_ENTER, ret);
		break;
	case KEY_ARG_TEXT_OUT: show_output(d, at, true, ret); break;
	case KEY_ARG_DATA_OUT: show_output(d, at, false, ret); break;
	case KEY_ARG_CAPS_OUT: show_capabilities(d, at, ret); break;
	case KEY_ARG_DH:
		decoder_show_shape(d, word, &shape_dh_params, CAPTURE_AT_ENTER, ret);
		break;
	case KEY_ARG_KDF:
		decoder_show_shape(d, word, &shape_kdf_params, CAPTURE_AT_ENTER, ret);
		break;
	case KEY_ARG_PKEY:
		decoder_show_shape(d, word, &shape_pkey_params, CAPTURE_AT_ENTER, ret);
		break;
	case KEY_ARG_PKEY_INFO:
		if (d->done)
			decoder_show_shape(d, word, &shape_pkey_query, CAPTURE_AT_EXIT, ret);
		break;
	case KEY_ARG_PKEY_IN:
	case KEY_ARG_PKEY_IN2:
	case KEY_ARG_PKEY_OUT: show_pkey_data(d, at, kind, ret); break;
	default: break;
	}
}

static void decode_keyctl(struct decoder *d)
{
	uint32_t op = arg_u32(d, 0);

	if (op >= ARRAY_SIZE(operations))
		return;
	for (unsigned i = 0; i < operations[op].nr; i++) {
		d->out->args[i + 1].name = operations[op].args[i].name;
		show_key_arg(d, i + 1, operations[op].args[i].kind, decoder_arg(d, i + 1));
	}
	decoder_keep_args(d, operations[op].nr + 1u);
}

#define TEXT_STEP(op, arg) STEP_ARG(op, ENTER, arg, STRING, LEN_NONE, 0)
#define PKEY_STEPS(op, when)                                                                       \
	STEP_ARG(op, ENTER, 1, BYTES, LEN_NONE, SIZE_pkey_params), TEXT_STEP(op, 2),               \
		STEP_ARG(op, ENTER, 3, BYTES, LEN_NONE, BUFFER_BYTES),                             \
		STEP_ARG(op, when, 4, BYTES, LEN_NONE, BUFFER_BYTES)

static const struct capture_step keyctl_steps[] = {
	TEXT_STEP(KEYCTL_JOIN_SESSION_KEYRING, 1),
	STEP_ARG(KEYCTL_UPDATE, ENTER, 2, BUFFER, LEN_ARG(3), 0),
	STEP_ARG(KEYCTL_DESCRIBE, EXIT, 2, BUFFER, LEN_RESULT, 0),
	STEP_ARG(KEYCTL_READ, EXIT, 2, BUFFER, LEN_RESULT, 0),
	STEP_ARG(KEYCTL_GET_SECURITY, EXIT, 2, BUFFER, LEN_RESULT, 0),
	TEXT_STEP(KEYCTL_SEARCH, 2),
	TEXT_STEP(KEYCTL_SEARCH, 3),
	STEP_ARG(KEYCTL_INSTANTIATE, ENTER, 2, BUFFER, LEN_ARG(3), 0),
	STEP_ARG(KEYCTL_INSTANTIATE_IOV, ENTER, 2, IOVEC, LEN_ARG(3), 0),
	STEP_ARG(KEYCTL_DH_COMPUTE, ENTER, 1, BYTES, LEN_NONE, SIZE_dh_params),
	STEP_ARG(KEYCTL_DH_COMPUTE, EXIT, 2, BUFFER, LEN_RESULT, 0),
	STEP_ARG(KEYCTL_DH_COMPUTE, ENTER, 4, BYTES, LEN_NONE, SIZE_kdf_params),
	STEP_AT(KEYCTL_DH_COMPUTE, ENTER, 4, struct kdf_params, hashname, STRING, LEN_NONE, 0),
	STEP_AT(KEYCTL_DH_COMPUTE, ENTER, 4, struct kdf_params, otherinfo, BUFFER,
		LEN_AT(struct kdf_params, otherinfolen), 0),
	TEXT_STEP(KEYCTL_PKEY_QUERY, 3),
	STEP_ARG(KEYCTL_PKEY_QUERY, EXIT, 4, BYTES, LEN_NONE, SIZE_pkey_query),
	PKEY_STEPS(KEYCTL_PKEY_ENCRYPT, EXIT),
	PKEY_STEPS(KEYCTL_PKEY_DECRYPT, EXIT),
	PKEY_STEPS(KEYCTL_PKEY_SIGN, EXIT),
	PKEY_STEPS(KEYCTL_PKEY_VERIFY, ENTER),
	TEXT_STEP(KEYCTL_RESTRICT_KEYRING, 2),
	TEXT_STEP(KEYCTL_RESTRICT_KEYRING, 3),
	STEP_ARG(KEYCTL_CAPABILITIES, EXIT, 1, ARRAY, LEN_ARG(2), 1),
};

SYSCALL_STEPS(keyctl, 0, RET_INT, decode_keyctl, PICK_ARG(0), keyctl_steps,
	ARG(operation, ENUM, keyctl), ARG(arg2, HEX), ARG(arg3, HEX), ARG(arg4, HEX),
	ARG(arg5, HEX));

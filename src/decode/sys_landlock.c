/* Landlock: rules that a process sets itself. */
#include "decode/fields.h"
#include "decode/row_internal.h"

enum {
	RULE_PATH_BENEATH = 1,
	RULE_NET_PORT = 2,
};

/* It grows: the size says how much of it a program knows. */
struct landlock_ruleset {
	uint64_t handled_access_fs, handled_access_net, scoped;
	uint64_t quiet_access_fs, quiet_access_net, quiet_scoped;
};

static const struct field ruleset[] = {
	FIELD(struct landlock_ruleset, handled_access_fs, flags, &flags_landlock_access_fs),
	GREW(struct landlock_ruleset, handled_access_net, flags, &flags_landlock_access_net),
	GREW(struct landlock_ruleset, scoped, flags, &flags_landlock_scope),
	GREW(struct landlock_ruleset, quiet_access_fs, flags, &flags_landlock_access_fs),
	GREW(struct landlock_ruleset, quiet_access_net, flags, &flags_landlock_access_net),
	GREW(struct landlock_ruleset, quiet_scoped, flags, &flags_landlock_scope),
};

static void decode_landlock_create(struct decoder *d)
{
	enum { ASKS = 3 }; /* for a version or errata: no descriptor then */
	size_t size = MIN(d->args[1], (uint64_t)sizeof(struct landlock_ruleset));
	const struct capture *chunk;
	struct value *ret = decoder_arg(d, 0);

	if (d->done && arg_u32(d, 2) & ASKS)
		value_set_int(&d->out->ret, d->call->ret);
	value_set_addr(ret, d->args[0]);
	chunk = decoder_chunk(d, d->args[0], CAPTURE_AT_ENTER);
	if (!chunk || size < sizeof(uint64_t) || chunk->len < size)
		return;
	fields_add(d, ruleset, ARRAY_SIZE(ruleset),
		fields_copy(d, chunk, size, sizeof(struct landlock_ruleset)), size, ret);
	if (d->args[1] > size)
		ret->flags |= VALUE_ABBREV;
}

SYSCALL_ODD(landlock_create_ruleset, CLASS_DESC, RET_FD, decode_landlock_create,
	ARG(attr, RAW, ARRAY, ENTER, 1, 1), ARG(size, SIZE), ARG(flags, FLAGS, landlock_create));

struct __attribute__((packed)) landlock_path {
	uint64_t allowed_access;
	int32_t parent_fd;
};

SHAPE(landlock_path, struct landlock_path)
{
	ADD_FLAGS(allowed_access, landlock_access_fs);
	ADD_FD(parent_fd);
}

struct landlock_port {
	uint64_t allowed_access, port;
};

SHAPE(landlock_port, struct landlock_port)
{
	ADD_FLAGS(allowed_access, landlock_access_net);
	ADD_UINT(port);
}

static void decode_landlock_add_rule(struct decoder *d)
{
	const struct shape *shape = NULL;

	switch (arg_u32(d, 1)) {
	case RULE_PATH_BENEATH: shape = &shape_landlock_path; break;
	case RULE_NET_PORT: shape = &shape_landlock_port; break;
	default: break;
	}
	if (shape)
		decoder_show_shape(d, d->args[2], shape, CAPTURE_AT_ENTER, decoder_arg(d, 2));
}

static const struct capture_step rule_steps[] = {
	STEP_ARG(RULE_PATH_BENEATH, ENTER, 2, BYTES, LEN_NONE, SIZE_landlock_path),
	STEP_ARG(RULE_NET_PORT, ENTER, 2, BYTES, LEN_NONE, SIZE_landlock_port),
};

SYSCALL_STEPS(landlock_add_rule, CLASS_DESC, RET_INT, decode_landlock_add_rule, PICK_ARG(1),
	rule_steps, ARG(ruleset_fd, FD), ARG(rule_type, ENUM, landlock_rule), ARG(rule_attr, ADDR),
	ARG(flags, FLAGS, landlock_add));
SYSCALL(landlock_restrict_self, CLASS_DESC, RET_INT, ARG(ruleset_fd, FD),
	ARG(flags, FLAGS, landlock_restrict));

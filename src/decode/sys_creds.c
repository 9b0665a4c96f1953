/* Who a process is: users, groups, capabilities. */
#include <linux/capability.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

#define PURE_CREDS (CLASS_CREDS | CLASS_PURE | CLASS_NEVER_FAILS)

SYSCALL(getuid, PURE_CREDS, RET_ID);
SYSCALL(geteuid, PURE_CREDS, RET_ID);
SYSCALL(getgid, PURE_CREDS, RET_ID);
SYSCALL(getegid, PURE_CREDS, RET_ID);
SYSCALL(setuid, CLASS_CREDS, RET_INT, ARG(uid, ID));
SYSCALL(setgid, CLASS_CREDS, RET_INT, ARG(gid, ID));
SYSCALL(setreuid, CLASS_CREDS, RET_INT, ARG(ruid, ID), ARG(euid, ID));
SYSCALL(setregid, CLASS_CREDS, RET_INT, ARG(rgid, ID), ARG(egid, ID));
SYSCALL(setresuid, CLASS_CREDS, RET_INT, ARG(ruid, ID), ARG(euid, ID), ARG(suid, ID));
SYSCALL(setresgid, CLASS_CREDS, RET_INT, ARG(rgid, ID), ARG(egid, ID), ARG(sgid, ID));
SYSCALL(getresuid, CLASS_CREDS, RET_INT, ARG(ruid, OUT, id), ARG(euid, OUT, id),
	ARG(suid, OUT, id));
SYSCALL(getresgid, CLASS_CREDS, RET_INT, ARG(rgid, OUT, id), ARG(egid, OUT, id),
	ARG(sgid, OUT, id));
SYSCALL(setfsuid, CLASS_CREDS, RET_ID, ARG(fsuid, ID));
SYSCALL(setfsgid, CLASS_CREDS, RET_ID, ARG(fsgid, ID));

/* A size of 0 asks for the number only: nothing is written then. */
static void decode_getgroups(struct decoder *d)
{
	if (d->done && !arg_int(d, 0) && d->args[1])
		list_init(decoder_arg(d, 1), VALUE_ARRAY);
}

SYSCALL_ODD(getgroups, CLASS_CREDS, RET_INT, decode_getgroups, ARG(size, INT),
	ARG(list, ARRAY_RESULT, id));
/* More than can be set are not looked at. */
static void decode_setgroups(struct decoder *d)
{
	enum { GROUPS_MAX = 65536 };

	if (arg_u32(d, 0) > GROUPS_MAX)
		value_set_addr(decoder_arg(d, 1), d->args[1]);
}

SYSCALL_ODD(setgroups, CLASS_CREDS, RET_INT, decode_setgroups, ARG(size, INT),
	ARG(list, ARRAY_IN, id, 0));

struct cap_header {
	uint32_t version;
	int32_t pid;
};

SHAPE(cap_header, struct cap_header)
{
	ADD_ENUM(version, cap_version);
	ADD_PID(pid);
}

struct cap_set {
	uint32_t effective;
	uint32_t permitted;
	uint32_t inheritable;
};

static void add_caps(
	struct decoder *d, struct value *ret, const char *name, uint32_t low, uint32_t high)
{
	uint64_t caps = (uint64_t)high << 32 | low;
	struct value *item = list_add(d, ret, name);
	const struct flag_set *set = &flags_capability;

	if (!caps) {
		value_set_uint(item, 0);
		return;
	}
	list_init(item, VALUE_OR);
	for (size_t i = 0; i < set->nr_names; i++) {
		if (!(caps >> set->names[i].value & 1))
			continue;
		value_set_name(
			list_add(d, item, NULL), decoder_printf(d, "1<<%s", set->names[i].name));
		caps &= ~(UINT64_C(1) << set->names[i].value);
	}
	if (caps)
		value_set_hex(list_add(d, item, NULL), caps);
}

/* The first version had 32 capabilities, and one set where there are two now. */
static void show_caps(struct decoder *d, unsigned when)
{
	struct value *ret = decoder_arg(d, 1);
	const struct cap_header *header =
		decoder_bytes(d, d->args[0], sizeof(*header), CAPTURE_AT_ENTER);
	bool two = header && (header->version == _LINUX_CAPABILITY_VERSION_2 ||
				     header->version == _LINUX_CAPABILITY_VERSION_3);
	const struct cap_set *low, *high;
	static const struct cap_set none;

	value_set_addr(ret, d->args[1]);
	if (!header || !d->args[1])
		return;
	low = decoder_bytes(d, d->args[1], sizeof(*low) * (two ? 2 : 1), when);
	if (!low)
		return;
	high = two ? low + 1 : &none;
	add_caps(d, ret, "effective", low->effective, high->effective);
	add_caps(d, ret, "permitted", low->permitted, high->permitted);
	add_caps(d, ret, "inheritable", low->inheritable, high->inheritable);
}

static void decode_capget(struct decoder *d)
{
	if (d->done)
		show_caps(d, CAPTURE_AT_EXIT);
}

static void decode_capset(struct decoder *d)
{
	show_caps(d, CAPTURE_AT_ENTER);
}

#define CAP_STEPS(when)                                                                            \
	STEP_ARG(STEP_ALL, when, 1, BYTES, LEN_NONE, sizeof(struct cap_set)),                      \
		STEP_ARG(STEP_ALL, when, 1, BYTES, LEN_NONE, 2 * sizeof(struct cap_set))
static const struct capture_step capget_steps[] = {CAP_STEPS(EXIT)};
static const struct capture_step capset_steps[] = {CAP_STEPS(ENTER)};

SYSCALL_STEPS(capget, CLASS_CREDS, RET_INT, decode_capget, PICK_NOTHING, capget_steps,
	ARG(hdrp, IN, cap_header), ARG(datap, ADDR));
SYSCALL_STEPS(capset, CLASS_CREDS, RET_INT, decode_capset, PICK_NOTHING, capset_steps,
	ARG(hdrp, IN, cap_header), ARG(datap, ADDR));

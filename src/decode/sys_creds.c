/* Who a process is: users, groups, capabilities, Landlock, LSM attributes. */
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
SYSCALL(setgroups, CLASS_CREDS, RET_INT, ARG(size, INT), ARG(list, ARRAY_IN, id, 0));

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

struct cap_data {
	struct cap_set half[2];
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

SHAPE(cap_data, struct cap_data)
{
	const struct cap_header *header =
		decoder_bytes(d, d->args[0], sizeof(*header), CAPTURE_AT_ENTER);
	struct cap_set high = from->half[1];
	const struct cap_set *low = &from->half[0];

	/* the first version had 32 of them: what lies behind is something else */
	if (!header || (header->version != _LINUX_CAPABILITY_VERSION_2 &&
			       header->version != _LINUX_CAPABILITY_VERSION_3))
		high = (struct cap_set){0};
	add_caps(d, ret, "effective", low->effective, high.effective);
	add_caps(d, ret, "permitted", low->permitted, high.permitted);
	add_caps(d, ret, "inheritable", low->inheritable, high.inheritable);
}

SYSCALL(capget, CLASS_CREDS, RET_INT, ARG(hdrp, IN, cap_header), ARG(datap, OUT, cap_data));
SYSCALL(capset, CLASS_CREDS, RET_INT, ARG(hdrp, IN, cap_header), ARG(datap, IN, cap_data));

/* As Linux 5.13 had them; what newer kernels append is shown by the size argument only. */
struct landlock_ruleset {
	uint64_t handled_access_fs;
};

SHAPE(landlock_ruleset, struct landlock_ruleset)
{
	ADD_FLAGS(handled_access_fs, landlock_access_fs);
}

struct __attribute__((packed)) landlock_path {
	uint64_t allowed_access;
	int32_t parent_fd;
};

SHAPE(landlock_path, struct landlock_path)
{
	ADD_FLAGS(allowed_access, landlock_access_fs);
	ADD_FD(parent_fd);
}

static void decode_landlock_add_rule(struct decoder *d)
{
	enum { PATH_BENEATH = 1 };

	if (d->args[1] != PATH_BENEATH)
		value_set_addr(decoder_arg(d, 2), d->args[2]);
}

SYSCALL(landlock_create_ruleset, CLASS_DESC, RET_FD, ARG(attr, IN, landlock_ruleset),
	ARG(size, SIZE), ARG(flags, FLAGS, landlock_create));
SYSCALL_ODD(landlock_add_rule, CLASS_DESC, RET_INT, decode_landlock_add_rule, ARG(ruleset_fd, FD),
	ARG(rule_type, ENUM, landlock_rule), ARG(rule_attr, IN, landlock_path), ARG(flags, HEX32));
SYSCALL(landlock_restrict_self, CLASS_DESC, RET_INT, ARG(ruleset_fd, FD), ARG(flags, HEX32));

SYSCALL(lsm_get_self_attr, 0, RET_INT, ARG(attr, ENUM, lsm_attr), ARG(ctx, ADDR),
	ARG(size, OUT, uint), ARG(flags, HEX32));
SYSCALL(lsm_set_self_attr, 0, RET_INT, ARG(attr, ENUM, lsm_attr), ARG(ctx, ADDR), ARG(size, UINT),
	ARG(flags, HEX32));
SYSCALL(lsm_list_modules, 0, RET_INT, ARG(ids, ADDR), ARG(size, OUT, uint), ARG(flags, HEX32));

#include "test.h"

#include <linux/capability.h>
#include <linux/reboot.h>

#include "decode_build.h"

TEST(landlock)
{
	static const uint64_t ruleset[] = {1, 2, 3, 0, 0, 0, 7};
	static const uint64_t newest[] = {0, 0, 0, 2, 1, 1};
	static const struct __attribute__((packed)) {
		uint64_t access;
		int32_t fd;
	} beneath = {5, -100};
	static const uint64_t port[] = {3, 8080};
	const struct recorded rows[] = {
		{"landlock_create_ruleset", {0x1000, 8, 0}, 3, {{0, CAPTURE_AT_ENTER, 8, ruleset}},
			"landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE}, 8, "
			"0) = 3"},
		{"landlock_create_ruleset", {0x1000, 24, 0}, 3,
			{{0, CAPTURE_AT_ENTER, 24, ruleset}},
			"landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE, "
			"handled_access_net=LANDLOCK_ACCESS_NET_CONNECT_TCP, "
			"scoped=LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET|LANDLOCK_SCOPE_SIGNAL}, 24, 0) = "
			"3"},
		{"landlock_create_ruleset", {0x1000, 48, 0}, -E2BIG, {IN(0, newest)},
			"landlock_create_ruleset({handled_access_fs=0, handled_access_net=0, "
			"scoped=0, quiet_access_fs=LANDLOCK_ACCESS_FS_WRITE_FILE, "
			"quiet_access_net=LANDLOCK_ACCESS_NET_BIND_TCP, "
			"quiet_scoped=LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET}, 48, 0) = E2BIG"},
		{"landlock_create_ruleset", {0x1000, 7, 0}, -EINVAL,
			{{0, CAPTURE_AT_ENTER, 7, ruleset}},
			"landlock_create_ruleset(0x1000, 7, 0) = EINVAL"},
		{"landlock_create_ruleset", {0, 0, 1}, 7, {{0}},
			"landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) = 7"},
		{"landlock_add_rule", {3, 1, 0x1000, 0}, 0, {IN(2, beneath)},
			"landlock_add_rule(3, LANDLOCK_RULE_PATH_BENEATH, {allowed_access="
			"LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_READ_FILE, parent_fd=-100}, 0) "
			"= 0"},
		{"landlock_add_rule", {3, 2, 0x1000, 0}, 0, {IN(2, port)},
			"landlock_add_rule(3, LANDLOCK_RULE_NET_PORT, {allowed_access="
			"LANDLOCK_ACCESS_NET_BIND_TCP|LANDLOCK_ACCESS_NET_CONNECT_TCP, port=8080}, 0) "
			"= 0"},
		{"landlock_add_rule", {3, 9, 0x1000, 2}, -EINVAL, {{0}},
			"landlock_add_rule(3, 0x9 /* LANDLOCK_RULE_??? */, 0x1000, 0x2 /* "
			"LANDLOCK_ADD_RULE_??? */) = EINVAL"},
		{"landlock_restrict_self", {3, 2}, 0, {{0}},
			"landlock_restrict_self(3, LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON) = 0"},
	};

	CHECK(rows);
}

TEST(security_modules)
{
	/* two contexts, the second cut short */
	static const uint64_t contexts[] = {101, 0, 40, 8, 0x4142434445464748, 110, 0, 40, 8};
	static const uint64_t ids[] = {100, 110, 999};
	static const uint32_t room = 72, less = 24;
	const struct recorded rows[] = {
		{"lsm_get_self_attr", {100, 0x1000, 0x2000, 0}, 2,
			{OUT(1, contexts), IN(2, room), {0}},
			"lsm_get_self_attr(LSM_ATTR_CURRENT, [{id=LSM_ID_SELINUX, flags=0, len=40, "
			"ctx_len=8, ctx=\"\\x48\\x47\\x46\\x45\\x44\\x43\\x42\\x41\"}, "
			"{id=LSM_ID_LANDLOCK, flags=0, len=40, ctx_len=8}], [72], 0) = 2"},
		{"lsm_get_self_attr", {100, 0x1000, 0x2000, 1}, -E2BIG,
			{IN(1, contexts), IN(2, less)},
			"lsm_get_self_attr(LSM_ATTR_CURRENT, {id=LSM_ID_SELINUX} => 0x1000, [24], "
			"LSM_FLAG_SINGLE) = E2BIG"},
		{"lsm_get_self_attr", {100, 0x1000, 0x2000, 1}, -EFAULT, {{0}},
			"lsm_get_self_attr(LSM_ATTR_CURRENT, 0x1000, 0x2000, LSM_FLAG_SINGLE) = "
			"EFAULT"},
		{"lsm_set_self_attr", {100, 0x1000, 40, 0}, 0, {IN(1, contexts)},
			"lsm_set_self_attr(LSM_ATTR_CURRENT, {id=LSM_ID_SELINUX, flags=0, len=40, "
			"ctx_len=8, ctx=\"\\x48\\x47\\x46\\x45\\x44\\x43\\x42\\x41\"}, 40, 0) = 0"},
		{"lsm_set_self_attr", {100, 0x1000, 31, 0}, -EINVAL, {IN(1, contexts)},
			"lsm_set_self_attr(LSM_ATTR_CURRENT, 0x1000, 31, 0) = EINVAL"},
		{"lsm_list_modules", {0x1000, 0x2000, 0}, 3, {OUT(0, ids), IN(1, less)},
			"lsm_list_modules([LSM_ID_CAPABILITY, LSM_ID_LANDLOCK, 0x3e7 /* LSM_ID_??? "
			"*/], [24], 0) = 3"},
	};

	CHECK(rows);
}

TEST(capabilities)
{
	static const uint32_t first[] = {_LINUX_CAPABILITY_VERSION_1, 0};
	static const uint32_t third[] = {_LINUX_CAPABILITY_VERSION_3, 5};
	static const uint32_t sets[] = {1 << CAP_CHOWN, 2, 0, 1, 0, 0};
	const struct recorded rows[] = {
		{"capset", {0x1000, 0x2000}, 0, {IN(0, third), IN(1, sets)},
			"capset({version=_LINUX_CAPABILITY_VERSION_3, pid=5}, "
			"{effective=1<<CAP_CHOWN|1<<CAP_MAC_OVERRIDE, permitted=1<<CAP_DAC_OVERRIDE, "
			"inheritable=0}) = 0"},
		{"capset", {0x1000, 0x2000}, 0, {IN(0, first), {1, CAPTURE_AT_ENTER, 12, sets}},
			"capset({version=_LINUX_CAPABILITY_VERSION_1, pid=0}, "
			"{effective=1<<CAP_CHOWN, permitted=1<<CAP_DAC_OVERRIDE, inheritable=0}) = 0"},
		{"capset", {0x1000, 0x2000}, -EFAULT,
			{IN(0, third), {1, CAPTURE_AT_ENTER, 12, sets}},
			"capset({version=_LINUX_CAPABILITY_VERSION_3, pid=5}, 0x2000) = EFAULT"},
		{"capget", {0x1000, 0x2000}, -EINVAL, {IN(0, third)},
			"capget({version=_LINUX_CAPABILITY_VERSION_3, pid=5}, 0x2000) = EINVAL"},
	};

	CHECK(rows);
}

TEST(the_machine)
{
	static const uint64_t segments[] = {0x10, 1, 0x20, 2, 0, 0, 0, 0};
	static const uint64_t sysctl[10] = {0x10, 2, 0, 0x20, 0, 3};
	const struct recorded rows[] = {
		{"kexec_load", {0x100, 2, 0x1000, 0x3e0001}, -EPERM, {IN(2, segments)},
			"kexec_load(0x100, 2, [{buf=0x10, bufsz=1, mem=0x20, memsz=2}, {buf=NULL, "
			"bufsz=0, mem=NULL, memsz=0}], KEXEC_ARCH_X86_64|KEXEC_ON_CRASH) = EPERM"},
		{"kexec_load", {0, 17, 0x1000, 0}, -EINVAL, {IN(2, segments)},
			"kexec_load(NULL, 17, 0x1000, KEXEC_ARCH_DEFAULT) = EINVAL"},
		{"reboot", {LINUX_REBOOT_MAGIC1, 5, LINUX_REBOOT_CMD_RESTART2, 0x1000}, -EINVAL,
			{IN_TEXT(3, "firmware")},
			"reboot(LINUX_REBOOT_MAGIC1, 0x5 /* LINUX_REBOOT_MAGIC2??? */, "
			"LINUX_REBOOT_CMD_RESTART2, \"firmware\") = EINVAL"},
		{"syslog", {8, 0, 8}, -EPERM, {{0}},
			"syslog(8 /* SYSLOG_ACTION_CONSOLE_LEVEL */, NULL, 8 /* LOGLEVEL_DEBUG+1 */) "
			"= EPERM"},
		{"syslog", {8, 0, (uint32_t)-1}, -EINVAL, {{0}},
			"syslog(8 /* SYSLOG_ACTION_CONSOLE_LEVEL */, NULL, -1 /* LOGLEVEL_??? */) = "
			"EINVAL"},
		{"_sysctl", {0x1000}, -ENOSYS, {IN(0, sysctl)},
			"_sysctl({name=0x10, nlen=2, oldval=NULL, oldlenp=0x20, newval=NULL, "
			"newlen=3}) = ENOSYS"},
		{"sethostname", {0x1000, 4}, -EPERM, {IN_BYTES(0, "host")},
			"sethostname(\"host\", 4) = EPERM"},
		{"sethostname", {0x1000, 65}, -EINVAL, {IN_BYTES(0, "host")},
			"sethostname(0x1000, 65) = EINVAL"},
	};

	CHECK(rows);
}

/*
 * Calls on the system as a whole and on what a process may do: eBPF, performance counters,
 * io_uring, keys, filters, security modules. All of them harmless: bad descriptors, sizes and magic
 * numbers.
 */

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "expect.h"

#ifndef SYS_lsm_get_self_attr
#define SYS_lsm_get_self_attr 459
#define SYS_lsm_set_self_attr 460
#define SYS_lsm_list_modules  461
#endif

static struct expect e;
static char *edge; /* the end of readable memory */

/* A copy that ends where memory does. */
static void *at_edge(const void *bytes, size_t len)
{
	return memcpy(edge - len, bytes, len);
}

static void bpf_maps(void)
{
	struct {
		uint32_t type, key_size, value_size, max_entries, flags, inner_fd, node;
		char name[16];
		uint32_t ifindex;
	} map = {BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0x40000000, 7, 0, "a map", 0};
	struct {
		uint32_t fd, pad;
		uint64_t key, value, flags;
	} elem = {-1, 0, 0x10, 0x20, BPF_EXIST};
	struct {
		uint32_t fd, len;
		uint64_t info;
	} info = {-1, 80, 0x40};
	char beyond[80] = {[0] = 9, [79] = 1};

	expect_call(&e, kcall(SYS_bpf, BPF_MAP_CREATE, &map, 16),
		"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, value_size=8, "
		"max_entries=1}, 16)");
	close(3);
	expect(&e, "close(3) = <*>");
	expect_call(&e, kcall(SYS_bpf, BPF_MAP_CREATE, &map, 48),
		"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, value_size=8, "
		"max_entries=1, map_flags=0x40000000 /* BPF_F_??? */, inner_map_fd=7, "
		"map_name=\"a map\", map_ifindex=0}, 48)");
	expect_call(&e, kcall(SYS_bpf, BPF_MAP_CREATE, &map, 0), "bpf(BPF_MAP_CREATE, %p, 0)",
		(void *)&map);
	expect_call(&e, kcall(SYS_bpf, BPF_MAP_CREATE, edge - 8, 16), "bpf(BPF_MAP_CREATE, %p, 16)",
		(void *)(edge - 8));
	expect_call(&e, kcall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &elem, 32),
		"bpf(BPF_MAP_UPDATE_ELEM, {map_fd=-1, key=0x10, value=0x20, flags=BPF_EXIST}, 32)");
	expect_call(&e, kcall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &info, 16),
		"bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=-1, info_len=80, info=0x40}}, 16)");
	expect_call(&e, kcall(SYS_bpf, BPF_MAP_FREEZE, beyond, 80),
		"bpf(BPF_MAP_FREEZE, {map_fd=9, ...}, 80)");
	if (!expect_old()) {
		expect_call(&e, kcall(SYS_bpf, BPF_MAP_DELETE_ELEM, &elem, 16),
			"bpf(BPF_MAP_DELETE_ELEM, {map_fd=-1, key=0x10}, 16)");
		expect_call(&e, kcall(SYS_bpf, 36, &elem, 8),
			"bpf(BPF_TOKEN_CREATE, {token_create={flags=0xffffffff, bpffs_fd=0}}, 8)");
	}
	expect_call(&e, kcall(SYS_bpf, 1000, &elem, 32), "bpf(0x3e8 /* BPF_??? */, %p, 32)",
		(void *)&elem);
}

static void bpf_programs(void)
{
	const struct bpf_insn code[] = {{.code = BPF_JMP | BPF_EXIT}};
	struct {
		uint32_t type, nr;
		uint64_t insns, license;
		uint32_t level, size;
		uint64_t log;
		uint32_t version, flags;
		char name[16];
	} load = {BPF_PROG_TYPE_UNSPEC, 1, (uintptr_t)code, (uintptr_t) "GPL", 0, 0, 0, 0x60100,
		BPF_F_ANY_ALIGNMENT, "none"};
	struct {
		uint64_t path;
		uint32_t fd, flags;
	} pin = {(uintptr_t) "/nowhere/at/all", -1, 0};
	struct {
		uint32_t fd, target, type, flags;
	} link = {-1, -1, BPF_TRACE_FENTRY, 0};
	struct {
		uint64_t name;
		uint32_t fd, pad;
	} tp = {(uintptr_t) "no_such_event", -1, 0};

	expect_call(&e, kcall(SYS_bpf, BPF_PROG_LOAD, &load, 64),
		"bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_UNSPEC, insn_cnt=1, insns=%p, "
		"license=\"GPL\", log_level=0, log_size=0, log_buf=NULL, "
		"kern_version=KERNEL_VERSION(6, 1, 0), prog_flags=BPF_F_ANY_ALIGNMENT, "
		"prog_name=\"none\"}, 64)",
		(void *)code);
	load.license = (uintptr_t)edge;
	expect_call(&e, kcall(SYS_bpf, BPF_PROG_LOAD, &load, 24),
		"bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_UNSPEC, insn_cnt=1, insns=%p, "
		"license=%p}, 24)",
		(void *)code, (void *)edge);
	expect_call(&e, kcall(SYS_bpf, BPF_OBJ_PIN, &pin, 12),
		"bpf(BPF_OBJ_PIN, {pathname=\"/nowhere/at/all\", bpf_fd=-1}, 12)");
	expect_call(&e, kcall(SYS_bpf, BPF_LINK_CREATE, &link, 16),
		"bpf(BPF_LINK_CREATE, {link_create={prog_fd=-1, target_fd=-1, "
		"attach_type=BPF_TRACE_FENTRY, flags=0}}, 16)");
	expect_call(&e, kcall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &tp, 16),
		"bpf(BPF_RAW_TRACEPOINT_OPEN, {raw_tracepoint={name=\"no_such_event\", "
		"prog_fd=-1}}, 16)");
}

static void counters(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HW_CACHE,
		.size = PERF_ATTR_SIZE_VER0,
		.config =
			PERF_COUNT_HW_CACHE_DTLB | PERF_COUNT_HW_CACHE_RESULT_MISS << 16 | 77 << 8,
		.sample_period = 9,
		.sample_type = PERF_SAMPLE_TIME,
		.read_format = PERF_FORMAT_GROUP,
		.disabled = 1,
		.exclude_kernel = 1,
		.precise_ip = 1};
	struct perf_event_attr *short_of = at_edge(&attr, 40);

	expect_call(&e, kcall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC),
		"perf_event_open({type=PERF_TYPE_HW_CACHE, size=PERF_ATTR_SIZE_VER0, "
		"config=PERF_COUNT_HW_CACHE_RESULT_MISS<<16|0x4d /* PERF_COUNT_HW_CACHE_OP_??? "
		"*/<<8|PERF_COUNT_HW_CACHE_DTLB, sample_period=9, sample_type=PERF_SAMPLE_TIME, "
		"read_format=PERF_FORMAT_GROUP, disabled=1, exclude_kernel=1, "
		"precise_ip=1 /* constant skid */, ...}, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)");
	attr.size = 20;
	expect_call(&e, kcall(SYS_perf_event_open, &attr, 0, -1, -1, 0),
		"perf_event_open(%p, 0, -1, -1, 0)", (void *)&attr);
	expect_call(&e, kcall(SYS_perf_event_open, short_of, 0, -1, -1, 0),
		"perf_event_open(%p, 0, -1, -1, 0)", (void *)short_of);
}

static void rings(void)
{
	struct io_uring_params params = {.flags = 1u << 31, .sq_thread_idle = 5};
	struct iovec buffers[] = {{edge - 4, 4}, {NULL, 9}};
	const int fds[] = {0, -1, -2};
	struct {
		uint32_t offset, resv;
		uint64_t fds;
	} update = {3, 0, (uintptr_t)fds};
	struct {
		uint32_t nr, flags;
		uint64_t resv, data, tags;
	} resources = {2, 0, 0, (uintptr_t)fds, 0};
	const struct io_uring_restriction limits[] = {
		{.opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_READV},
		{.opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED, .sqe_flags = IOSQE_ASYNC}};

	expect_call(&e, kcall(SYS_io_uring_setup, 1, &params),
		"io_uring_setup(1, {flags=0x80000000 /* IORING_SETUP_??? */, sq_thread_cpu=0, "
		"sq_thread_idle=5})");
	expect_call(&e, kcall(SYS_io_uring_setup, 1, edge), "io_uring_setup(1, %p)", (void *)edge);
	expect_call(&e, kcall(SYS_io_uring_enter, -1, 1, 0, IORING_ENTER_GETEVENTS, NULL, 8),
		"io_uring_enter(-1, 1, 0, IORING_ENTER_GETEVENTS, NULL, 8)");
	expect_call(&e, kcall(SYS_io_uring_register, -1, IORING_REGISTER_BUFFERS, buffers, 2),
		"io_uring_register(-1, IORING_REGISTER_BUFFERS, [{iov_base=%p, iov_len=4}, "
		"{iov_base=NULL, iov_len=9}], 2)",
		(void *)(edge - 4));
	expect_call(&e, kcall(SYS_io_uring_register, -1, IORING_REGISTER_FILES, fds, 3),
		"io_uring_register(-1, IORING_REGISTER_FILES, [0, -1, -2], 3)");
	expect_call(&e, kcall(SYS_io_uring_register, -1, IORING_REGISTER_FILES_UPDATE, &update, 3),
		"io_uring_register(-1, IORING_REGISTER_FILES_UPDATE, {offset=3, fds=[0, -1, "
		"IORING_REGISTER_FILES_SKIP]}, 3)");
	expect_call(&e, kcall(SYS_io_uring_register, -1, 13, &resources, 32),
		"io_uring_register(-1, IORING_REGISTER_FILES2, {nr=2, flags=0, data=[0, -1], "
		"tags=NULL}, 32)");
	expect_call(&e, kcall(SYS_io_uring_register, -1, 13, &resources, 8),
		"io_uring_register(-1, IORING_REGISTER_FILES2, %p, 8)", (void *)&resources);
	expect_call(&e, kcall(SYS_io_uring_register, -1, IORING_REGISTER_RESTRICTIONS, limits, 2),
		"io_uring_register(-1, IORING_REGISTER_RESTRICTIONS, "
		"[{opcode=IORING_RESTRICTION_SQE_OP, sqe_op=IORING_OP_READV}, "
		"{opcode=IORING_RESTRICTION_SQE_FLAGS_ALLOWED, sqe_flags=IOSQE_ASYNC}], 2)");
	if (!expect_old()) {
		const uint64_t clock[] = {1, 0}, region[] = {0x7000, 1, 0, 0};

		expect_call(&e, kcall(SYS_io_uring_register, -1, 29, clock, 0),
			"io_uring_register(-1, IORING_REGISTER_CLOCK, {clockid=CLOCK_MONOTONIC}, 0)");
		expect_call(&e, kcall(SYS_io_uring_register, -1, 34, region, 1),
			"io_uring_register(-1, IORING_REGISTER_MEM_REGION, {region_uptr=0x7000, "
			"flags=IORING_MEM_REGION_REG_WAIT_ARG}, 1)");
		expect_call(&e, kcall(SYS_io_uring_register, -1, 1u << 31 | 2, fds, 1),
			"io_uring_register(4294967295, IORING_REGISTER_FILES|"
			"IORING_REGISTER_USE_REGISTERED_RING, [0], 1)");
	}
	expect_call(&e, kcall(SYS_io_uring_register, -1, 999, fds, 3),
		"io_uring_register(-1, 0x3e7 /* IORING_REGISTER_??? */, %p, 3)", (void *)fds);
}

static void keys(void)
{
	expect_call(&e, kcall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, 0x7fffffff, 0),
		"keyctl(KEYCTL_GET_KEYRING_ID, 2147483647, 0)");
	expect_call(&e, kcall(SYS_keyctl, KEYCTL_UPDATE, 0x7fffffff, "load", 4),
		"keyctl(KEYCTL_UPDATE, 2147483647, \"load\", 4)");
	expect_call(&e, kcall(SYS_keyctl, KEYCTL_DESCRIBE, 0x7fffffff, edge, 9),
		"keyctl(KEYCTL_DESCRIBE, 2147483647, %p, 9)", (void *)edge);
	expect_call(&e, kcall(SYS_keyctl, KEYCTL_SETPERM, 0x7fffffff, 0x01010000),
		"keyctl(KEYCTL_SETPERM, 2147483647, KEY_POS_VIEW|KEY_USR_VIEW)");
	expect_call(&e,
		kcall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", "no key like it",
			0),
		"keyctl(KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, \"user\", \"no key like it\", 0)");
	expect_call(&e, kcall(SYS_keyctl, KEYCTL_SET_REQKEY_KEYRING, 99),
		"keyctl(KEYCTL_SET_REQKEY_KEYRING, 99 /* KEY_REQKEY_DEFL_??? */)");
	expect_call(&e, kcall(SYS_keyctl, 999, 1, 2, 3, 4),
		"keyctl(0x3e7 /* KEYCTL_??? */, 0x1, 0x2, 0x3, 0x4)");
	expect_call(&e, kcall(SYS_add_key, "no type", "no name", edge, 3, 0),
		"add_key(\"no type\", \"no name\", %p, 3, 0)", (void *)edge);
	expect_call(&e, kcall(SYS_request_key, "no type", "no name", NULL, KEY_SPEC_USER_KEYRING),
		"request_key(\"no type\", \"no name\", NULL, KEY_SPEC_USER_KEYRING)");
}

static void permissions(void)
{
	const struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {1, (struct sock_filter *)code};
	uint32_t action = SECCOMP_RET_TRAP, *unreadable = (uint32_t *)edge;
	struct __user_cap_header_struct header = {0x19980330, 0x7fffffff};
	uint64_t ruleset = LANDLOCK_ACCESS_FS_EXECUTE | 1ull << 60;
	struct landlock_path_beneath_attr beneath = {LANDLOCK_ACCESS_FS_MAKE_DIR, -1};
	gid_t groups[] = {0};

	expect_call(&e, kcall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x4000, &program),
		"seccomp(SECCOMP_SET_MODE_FILTER, 0x4000 /* SECCOMP_FILTER_FLAG_??? */, {len=1, "
		"filter=%p})",
		(void *)code);
	expect_call(&e, kcall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action),
		"seccomp(SECCOMP_GET_ACTION_AVAIL, 0, [SECCOMP_RET_TRAP])");
	expect_call(&e, kcall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, unreadable),
		"seccomp(SECCOMP_GET_ACTION_AVAIL, 0, %p)", (void *)unreadable);
	expect_call(&e, kcall(SYS_capget, &header, edge),
		"capget({version=_LINUX_CAPABILITY_VERSION_1, pid=2147483647}, %p)", (void *)edge);
	expect_call(&e, kcall(SYS_setresuid, -1, -1, -1), "setresuid(-1, -1, -1)");
	expect_call(&e, kcall(SYS_setgid, -1), "setgid(-1)");
	expect_call(
		&e, kcall(SYS_setgroups, 70000, groups), "setgroups(70000, %p)", (void *)groups);
	expect_call(&e, kcall(SYS_landlock_create_ruleset, &ruleset, 8, 0),
		"landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|"
		"0x1000000000000000}, 8, 0)");
	expect_call(&e, kcall(SYS_landlock_add_rule, -1, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0),
		"landlock_add_rule(-1, LANDLOCK_RULE_PATH_BENEATH, "
		"{allowed_access=LANDLOCK_ACCESS_FS_MAKE_DIR, parent_fd=-1}, 0)");
	if (!expect_old()) {
		const uint64_t port[] = {2, 80}, context[] = {101, 0, 32, 0};
		uint32_t room = 5;

		expect_call(&e, kcall(SYS_landlock_add_rule, -1, 2, port, 0),
			"landlock_add_rule(-1, LANDLOCK_RULE_NET_PORT, "
			"{allowed_access=LANDLOCK_ACCESS_NET_CONNECT_TCP, port=80}, 0)");
		expect_call(&e, kcall(SYS_landlock_restrict_self, -1, 1),
			"landlock_restrict_self(-1, LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF)");
		expect_call(&e, kcall(SYS_lsm_get_self_attr, 100, edge, &room, 8),
			"lsm_get_self_attr(LSM_ATTR_CURRENT, %p, [5], 0x8 /* LSM_FLAG_??? */)",
			(void *)edge);
		expect_call(&e, kcall(SYS_lsm_set_self_attr, 100, context, 32, 1),
			"lsm_set_self_attr(LSM_ATTR_CURRENT, {id=LSM_ID_SELINUX, flags=0, len=32, "
			"ctx_len=0}, 32, 0x1)");
		expect_call(&e, kcall(SYS_lsm_list_modules, edge, &room, 1),
			"lsm_list_modules(%p, [5], 0x1)", (void *)edge);
	}
}

static void machine(void)
{
	const uint64_t segments[] = {0x10, 1, 0x20, 2};
	struct utsname names;
	char host[65] = "";

	expect_call(&e, kcall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, 0x1234, "x"),
		"reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, 0x1234 /* "
		"LINUX_REBOOT_CMD_??? */)");
	if (!expect_old())
		expect_call(&e,
			kcall(SYS_reboot, LINUX_REBOOT_MAGIC1, 1, LINUX_REBOOT_CMD_RESTART2, "x"),
			"reboot(LINUX_REBOOT_MAGIC1, 0x1 /* LINUX_REBOOT_MAGIC2??? */, "
			"LINUX_REBOOT_CMD_RESTART2, \"x\")");
	expect_call(&e, kcall(SYS_kexec_load, 0, 17, segments, 0x3e0000),
		"kexec_load(NULL, 17, %p, KEXEC_ARCH_X86_64)", (void *)segments);
	expect_call(&e, kcall(SYS_kexec_file_load, -1, -1, 0, NULL, 1 << 20),
		"kexec_file_load(-1, -1, 0, NULL, 0x100000 /* KEXEC_FILE_??? */)");
	expect_call(&e, kcall(SYS_init_module, edge, 1, "debug=1"),
		"init_module(%p, 1, \"debug=1\")", (void *)edge);
	expect_call(&e, kcall(SYS_finit_module, -1, "debug=1", 1),
		"finit_module(-1, \"debug=1\", MODULE_INIT_IGNORE_MODVERSIONS)");
	expect_call(&e, kcall(SYS_delete_module, "no_such_module", O_NONBLOCK),
		"delete_module(\"no_such_module\", O_NONBLOCK)");
	expect_call(
		&e, kcall(SYS_syslog, 99, NULL, 3), "syslog(99 /* SYSLOG_ACTION_??? */, NULL, 3)");
	expect_call(&e, kcall(SYS_sethostname, host, sizeof(host)), "sethostname(%p, 65)",
		(void *)host);
	expect_call(&e, kcall(SYS_acct, "/nowhere/at/all"), "acct(\"/nowhere/at/all\")");
	expect_call(&e, kcall(SYS_iopl, 4), "iopl(4)");
	expect_call(&e, kcall(SYS_ioperm, 0x10000, 2, 1), "ioperm(0x10000, 0x2, 1)");
	expect_call(&e, kcall(SYS_getrandom, edge, 8, 0x100),
		"getrandom(%p, 8, 0x100 /* GRND_??? */)", (void *)edge);
	kcall(SYS_uname, &names);
	expect(&e, "uname({sysname=\"%s\", nodename=\"%s\", ...}) = 0", names.sysname,
		names.nodename);
}

int main(void)
{
	edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(edge, 'x', 4096);
	edge += 4096;
	munmap(edge, 4096);
	expect_begin(&e);
	bpf_maps();
	bpf_programs();
	counters();
	rings();
	keys();
	permissions();
	machine();
	expect_end(&e);
	return 0;
}

/* The machine as a whole, modules, tracing and io_uring; and numbers that lead nowhere any more. */
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "util/arena.h"

SHAPE(utsname, struct utsname)
{
	ADD_TEXT(sysname);
	ADD_TEXT(nodename);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_TEXT(release);
	ADD_TEXT(version);
	ADD_TEXT(machine);
	ADD_TEXT(domainname);
}

SYSCALL(uname, 0, RET_INT, ARG(buf, OUT, utsname));

SHAPE(sysinfo, struct sysinfo)
{
	struct value *loads;

	ADD_INT(uptime);
	loads = list_add(d, ret, "loads");
	list_init(loads, VALUE_ARRAY);
	for (size_t i = 0; i < ARRAY_SIZE(from->loads); i++)
		value_set_uint(list_add(d, loads, NULL), from->loads[i]);
	ADD_UINT(totalram);
	ADD_UINT(freeram);
	ADD_UINT(sharedram);
	ADD_UINT(bufferram);
	ADD_UINT(totalswap);
	ADD_UINT(freeswap);
	ADD_UINT(procs);
	ADD_UINT(totalhigh);
	ADD_UINT(freehigh);
	ADD_UINT(mem_unit);
}

SYSCALL(sysinfo, 0, RET_INT, ARG(info, OUT, sysinfo));
static void decode_getrandom(struct decoder *d)
{
	if (d->out->args[0].kind == VALUE_DATA)
		d->out->args[0].flags |= VALUE_BINARY;
}

SYSCALL_ODD(getrandom, 0, RET_INT, decode_getrandom, ARG(buf, BUF_OUT), ARG(buflen, SIZE),
	ARG(flags, FLAGS, getrandom));
/* The action is a plain number to its callers: the name stands beside it. */
static void decode_syslog(struct decoder *d)
{
	const char *name = flag_set_exact(&flags_syslog, arg_u32(d, 0));

	d->out->args[0].comment = name ? name : flags_syslog.unknown;
	switch (arg_u32(d, 0)) {
	case 0: /* close, open, clear, console off and on, size unread, size of the buffer */
	case 1:
	case 5:
	case 6:
	case 7:
	case 9:
	case 10: decoder_keep_args(d, 1); break;
	case 2: /* read, read all, read and clear */
	case 3:
	case 4: break;
	default: value_set_addr(decoder_arg(d, 1), d->args[1]); break;
	}
}

SYSCALL_ODD(syslog, 0, RET_INT, decode_syslog, ARG(type, INT), ARG(bufp, BUF_OUT), ARG(len, INT));
SYSCALL(sethostname, 0, RET_INT, ARG(name, BUF_IN, 1), ARG(len, UINT));
SYSCALL(setdomainname, 0, RET_INT, ARG(name, BUF_IN, 1), ARG(len, UINT));
static void decode_reboot(struct decoder *d)
{
	if (arg_u32(d, 2) != LINUX_REBOOT_CMD_RESTART2)
		decoder_keep_args(d, 3);
}

SYSCALL_ODD(reboot, 0, RET_INT, decode_reboot, ARG(magic, ENUM, reboot_magic),
	ARG(magic2, ENUM, reboot_magic), ARG(op, ENUM, reboot_cmd), ARG(arg, PATH));
SYSCALL(iopl, 0, RET_INT, ARG(level, INT));
SYSCALL(ioperm, 0, RET_INT, ARG(from, HEX), ARG(num, HEX), ARG(turn_on, INT));
SYSCALL(vhangup, 0, RET_INT);
SYSCALL(init_module, 0, RET_INT, ARG(module_image, ADDR), ARG(len, SIZE), ARG(param_values, PATH));
SYSCALL(finit_module, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(param_values, PATH),
	ARG(flags, FLAGS, module_init));
SYSCALL(delete_module, 0, RET_INT, ARG(name, PATH), ARG(flags, FLAGS, module_delete));
SYSCALL(kexec_load, 0, RET_INT, ARG(entry, ADDR), ARG(nr_segments, SIZE), ARG(segments, ADDR),
	ARG(flags, FLAGS64, kexec_load));
SYSCALL(kexec_file_load, CLASS_DESC, RET_INT, ARG(kernel_fd, FD), ARG(initrd_fd, FD),
	ARG(cmdline_len, SIZE), ARG(cmdline, BUF_IN, 2), ARG(flags, FLAGS64, kexec_file));
SYSCALL(_sysctl, 0, RET_INT, ARG(args, ADDR));

/* bpf: programs pass the part of the union that their headers know */

static void add_bpf_name(struct decoder *d, struct value *ret, const char *name, const char *text)
{
	value_set_text(list_add(d, ret, name), text, BPF_OBJ_NAME_LEN);
}

static void show_bpf_map_create(struct decoder *d, const union bpf_attr *from, struct value *ret)
{
	ADD_ENUM(map_type, bpf_map_type);
	ADD_UINT(key_size);
	ADD_UINT(value_size);
	ADD_UINT(max_entries);
	ADD_FLAGS(map_flags, bpf_map_flags);
	ADD_FD(inner_map_fd);
	add_bpf_name(d, ret, "map_name", from->map_name);
	ADD_UINT(map_ifindex);
	ADD_FD(btf_fd);
	ADD_UINT(btf_key_type_id);
	ADD_UINT(btf_value_type_id);
	ADD_UINT(btf_vmlinux_value_type_id);
}

static void show_bpf_elem(struct decoder *d, const union bpf_attr *from, struct value *ret)
{
	ADD_FD(map_fd);
	ADD_ADDR(key);
	ADD_ADDR(value);
	ADD_FLAGS(flags, bpf_elem_flags);
}

static void show_bpf_prog_load(struct decoder *d, const union bpf_attr *from, struct value *ret)
{
	ADD_ENUM(prog_type, bpf_prog_type);
	ADD_UINT(insn_cnt);
	ADD_ADDR(insns);
	ADD_ADDR(license);
	ADD_UINT(log_level);
	ADD_UINT(log_size);
	ADD_ADDR(log_buf);
	ADD_UINT(kern_version);
	ADD_FLAGS(prog_flags, bpf_prog_flags);
	add_bpf_name(d, ret, "prog_name", from->prog_name);
}

/* A word of the attributes that the call may write. */
static void add_bpf_word(
	struct decoder *d, struct value *ret, const char *name, uint32_t before, size_t offset)
{
	struct value *item = list_add(d, ret, name);
	const uint32_t *after =
		d->done ? decoder_bytes(d, d->args[1] + offset, sizeof(*after), CAPTURE_AT_EXIT)
			: NULL;

	if (after && *after != before) {
		list_init(item, VALUE_CHANGE);
		value_set_uint(list_add(d, item, NULL), before);
		value_set_uint(list_add(d, item, NULL), *after);
	} else {
		value_set_uint(item, before);
	}
}

/* `name`: what the id is of. The one that follows it is written when asked for. */
static void show_bpf_id(
	struct decoder *d, const union bpf_attr *from, const char *name, struct value *ret)
{
	value_set_uint(list_add(d, ret, name), from->start_id);
	add_bpf_word(d, ret, "next_id", from->next_id, offsetof(union bpf_attr, next_id));
	ADD_HEX(open_flags);
}

static void show_bpf_info(struct decoder *d, const union bpf_attr *from, struct value *ret)
{
	struct value *info = list_add(d, ret, "info");

	value_set_fd(list_add(d, info, "bpf_fd"), (int)from->info.bpf_fd);
	add_bpf_word(
		d, info, "info_len", from->info.info_len, offsetof(union bpf_attr, info.info_len));
	value_set_addr(list_add(d, info, "info"), from->info.info);
}

static void decode_bpf(struct decoder *d)
{
	const struct capture *chunk = decoder_chunk(d, d->args[1], CAPTURE_AT_ENTER);
	struct value *ret = decoder_arg(d, 1);
	union bpf_attr *from;

	if (d->done && d->call->ret > 0)
		switch (arg_u32(d, 0)) {
		case BPF_MAP_CREATE:
		case BPF_PROG_LOAD:
		case BPF_OBJ_GET:
		case BPF_BTF_LOAD:
		case BPF_LINK_CREATE:
		case BPF_RAW_TRACEPOINT_OPEN:
		case BPF_PROG_GET_FD_BY_ID:
		case BPF_MAP_GET_FD_BY_ID:
		case BPF_BTF_GET_FD_BY_ID: value_set_fd(&d->out->ret, (int)d->call->ret); break;
		default: break;
		}
	value_set_addr(ret, d->args[1]);
	if (!chunk)
		return;
	from = arena_calloc(d->arena, 1, sizeof(*from));
	memcpy(from, chunk->bytes, MIN((size_t)chunk->len, sizeof(*from)));
	switch (arg_u32(d, 0)) {
	case BPF_MAP_CREATE: show_bpf_map_create(d, from, ret); break;
	case BPF_MAP_LOOKUP_ELEM:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_GET_NEXT_KEY:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM: show_bpf_elem(d, from, ret); return;
	case BPF_PROG_LOAD: show_bpf_prog_load(d, from, ret); break;
	case BPF_PROG_GET_NEXT_ID:
	case BPF_MAP_GET_NEXT_ID:
	case BPF_BTF_GET_NEXT_ID:
	case BPF_LINK_GET_NEXT_ID: show_bpf_id(d, from, "start_id", ret); return;
	case BPF_OBJ_PIN:
	case BPF_OBJ_GET:
		ADD_ADDR(pathname);
		ADD_FD(bpf_fd);
		break;
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
		ADD_FD(target_fd);
		ADD_FD(attach_bpf_fd);
		ADD_UINT(attach_type);
		ADD_HEX(attach_flags);
		break;
	case BPF_PROG_GET_FD_BY_ID: show_bpf_id(d, from, "prog_id", ret); return;
	case BPF_MAP_GET_FD_BY_ID: show_bpf_id(d, from, "map_id", ret); return;
	case BPF_BTF_GET_FD_BY_ID: value_set_uint(list_add(d, ret, "btf_id"), from->btf_id); return;
	case BPF_LINK_GET_FD_BY_ID:
		value_set_uint(list_add(d, ret, "link_id"), from->link_id);
		return;
	case BPF_OBJ_GET_INFO_BY_FD: show_bpf_info(d, from, ret); return;
	default: return;
	}
	ret->flags |= VALUE_ABBREV;
}

SYSCALL_ODD(bpf, CLASS_DESC, RET_INT, decode_bpf, ARG(cmd, ENUM, bpf_cmd),
	ARG(attr, RAW, ARRAY, BOTH, 2, 1), ARG(size, UINT));

struct perf_attr_head {
	uint32_t type;
	uint32_t size;
	uint64_t config;
	uint64_t sample_period;
	uint64_t sample_type;
	uint64_t read_format;
	uint64_t bits;
	uint32_t wakeup_events;
	uint32_t bp_type;
	uint64_t config1;
};

_Static_assert(sizeof(struct perf_attr_head) == PERF_ATTR_SIZE_VER0, "the oldest attributes");

SHAPE(perf_attr, struct perf_attr_head)
{
	static const char *const bits[] = {"disabled", "inherit", "pinned", "exclusive",
		"exclude_user", "exclude_kernel", "exclude_hv", "exclude_idle", "mmap", "comm",
		"freq", "inherit_stat", "enable_on_exec", "task", "watermark"};
	static const char *const skids[] = {
		"arbitrary skid", "constant skid", "requested to have 0 skid", "must have 0 skid"};
	struct value *config, *precise;

	ADD_ENUM(type, perf_type);
	ADD_ENUM(size, perf_size);
	config = list_add(d, ret, "config");
	if (from->type == PERF_TYPE_HARDWARE)
		value_set_enum(config, from->config, &flags_perf_hardware);
	else if (from->type == PERF_TYPE_SOFTWARE)
		value_set_enum(config, from->config, &flags_perf_software);
	else
		value_set_hex(config, from->config);
	ADD_UINT(sample_period);
	ADD_FLAGS(sample_type, perf_sample);
	ADD_FLAGS(read_format, perf_read);
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if (from->bits >> i & 1)
			value_set_uint(list_add(d, ret, bits[i]), 1);
	precise = list_add(d, ret, "precise_ip");
	value_set_uint(precise, from->bits >> ARRAY_SIZE(bits) & 3);
	precise->comment = skids[precise->num];
	ret->flags |= VALUE_ABBREV;
}

SYSCALL(perf_event_open, CLASS_DESC, RET_FD, ARG(attr, IN, perf_attr), ARG(pid, PID), ARG(cpu, INT),
	ARG(group_fd, FD), ARG(flags, FLAGS64, perf_open));
SYSCALL(uretprobe, 0, RET_INT);
SYSCALL(uprobe, 0, RET_INT);

/* io_uring */
SHAPE(uring_params, struct io_uring_params)
{
	ADD_FLAGS(flags, io_uring_setup);
	ADD_HEX(sq_thread_cpu);
	ADD_UINT(sq_thread_idle);
}

/* What the kernel adds on success. */
SHAPE(uring_params_out, struct io_uring_params)
{
	fill_uring_params(d, from, ret);
	ADD_UINT(sq_entries);
	ADD_UINT(cq_entries);
	ADD_FLAGS(features, io_uring_features);
	ret->flags |= VALUE_ABBREV;
}

static void decode_io_uring_setup(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 1);

	if (d->done)
		decoder_show_shape(d, d->args[1], &shape_uring_params_out, CAPTURE_AT_EXIT, ret);
	else
		decoder_show_shape(d, d->args[1], &shape_uring_params, CAPTURE_AT_ENTER, ret);
}

SYSCALL_ODD(io_uring_setup, CLASS_DESC | CLASS_IO_URING, RET_FD, decode_io_uring_setup,
	ARG(entries, UINT), ARG(params, RAW_BOTH, SIZE_uring_params));
SYSCALL(io_uring_enter, CLASS_DESC | CLASS_SIGNAL | CLASS_IO_URING, RET_INT, ARG(fd, FD),
	ARG(to_submit, UINT), ARG(min_complete, UINT), ARG(flags, FLAGS, io_uring_enter),
	ARG(sig, SIGSET_IN, 5), ARG(sigsz, SIZE));
SYSCALL(io_uring_register, CLASS_DESC | CLASS_MEMORY | CLASS_IO_URING, RET_INT, ARG(fd, FD),
	ARG(opcode, FLAGS, io_uring_register), ARG(arg, ADDR), ARG(nr_args, UINT));

/* reserved or long gone: the kernel answers ENOSYS */
#define WORDS_3 ARG(arg1, HEX), ARG(arg2, HEX), ARG(arg3, HEX)
#define WORDS_5 WORDS_3, ARG(arg4, HEX), ARG(arg5, HEX)
SYSCALL(create_module, 0, RET_INT, ARG(name, HEX), ARG(size, HEX));
SYSCALL(get_kernel_syms, 0, RET_INT, ARG(table, HEX));
SYSCALL(query_module, 0, RET_INT, WORDS_5);
SYSCALL(nfsservctl, 0, RET_INT, WORDS_3);
SYSCALL(getpmsg, CLASS_NETWORK, RET_INT, WORDS_5);
SYSCALL(putpmsg, CLASS_NETWORK, RET_INT, WORDS_5);
SYSCALL(afs_syscall, 0, RET_INT, WORDS_5);
SYSCALL(tuxcall, 0, RET_INT, WORDS_3);
SYSCALL(security, 0, RET_INT, WORDS_3);
SYSCALL(vserver, 0, RET_INT, WORDS_5);

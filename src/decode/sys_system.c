/* The machine as a whole, modules, tracing and io_uring; and numbers that lead nowhere any more. */
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
/* Of the console: from where on messages are kept off it, so there is one more than levels. */
static void show_log_level(struct decoder *d)
{
	static const char *const names[] = {"LOGLEVEL_EMERG", "LOGLEVEL_ALERT", "LOGLEVEL_CRIT",
		"LOGLEVEL_ERR", "LOGLEVEL_WARNING", "LOGLEVEL_NOTICE", "LOGLEVEL_INFO",
		"LOGLEVEL_DEBUG", "LOGLEVEL_DEBUG+1"};
	uint32_t level = arg_u32(d, 2);

	value_set_addr(decoder_arg(d, 1), d->args[1]);
	d->out->args[2].comment = level < ARRAY_SIZE(names) ? names[level] : "LOGLEVEL_???";
}

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
	case 8: show_log_level(d); break;
	default: value_set_addr(decoder_arg(d, 1), d->args[1]); break;
	}
}

SYSCALL_ODD(syslog, 0, RET_INT, decode_syslog, ARG(type, INT), ARG(bufp, BUF_OUT), ARG(len, INT));
/* Longer ones the kernel does not look at. */
static void decode_name(struct decoder *d)
{
	enum { NAME_MAX_BYTES = 64 };

	if (arg_int(d, 1) < 0 || arg_int(d, 1) > NAME_MAX_BYTES)
		value_set_addr(decoder_arg(d, 0), d->args[0]);
}

SYSCALL_ODD(sethostname, 0, RET_INT, decode_name, ARG(name, BUF_IN, 1), ARG(len, INT));
SYSCALL_ODD(setdomainname, 0, RET_INT, decode_name, ARG(name, BUF_IN, 1), ARG(len, INT));
static void decode_reboot(struct decoder *d)
{
	if (arg_u32(d, 2) != LINUX_REBOOT_CMD_RESTART2)
		decoder_keep_args(d, 3);
}

SYSCALL_ODD(reboot, 0, RET_INT, decode_reboot, ARG(magic, ENUM, reboot_magic),
	ARG(magic2, ENUM, reboot_magic2), ARG(op, ENUM, reboot_cmd), ARG(arg, TEXT));
SYSCALL(iopl, 0, RET_INT, ARG(level, INT));
SYSCALL(ioperm, 0, RET_INT, ARG(from, HEX), ARG(num, HEX), ARG(turn_on, INT));
SYSCALL(vhangup, 0, RET_INT);
SYSCALL(init_module, 0, RET_INT, ARG(module_image, ADDR), ARG(len, SIZE), ARG(param_values, TEXT));
SYSCALL(finit_module, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(param_values, TEXT),
	ARG(flags, FLAGS, module_init));
SYSCALL(delete_module, 0, RET_INT, ARG(name, TEXT), ARG(flags, FLAGS, module_delete));
struct kexec_segment {
	uint64_t buf, bufsz, mem, memsz;
};

SHAPE(kexec_segment, struct kexec_segment)
{
	ADD_ADDR(buf);
	ADD_UINT(bufsz);
	ADD_ADDR(mem);
	ADD_UINT(memsz);
}

static void decode_kexec_load(struct decoder *d)
{
	enum { ARCH_MASK = 0xffff0000, SEGMENTS_MAX = 16 };
	struct value *flags = decoder_arg(d, 3);
	uint64_t arch = d->args[3] & ARCH_MASK, rest = d->args[3] & ~(uint64_t)ARCH_MASK;

	value_set_enum(flags, arch, &flags_kexec_arch);
	if (rest) {
		list_init(flags, VALUE_OR);
		if (arch)
			value_set_enum(list_add(d, flags, NULL), arch, &flags_kexec_arch);
		value_set_flags(list_add(d, flags, NULL), rest, &flags_kexec_load);
	}
	if (d->args[1] > SEGMENTS_MAX)
		value_set_addr(decoder_arg(d, 2), d->args[2]);
}

SYSCALL_ODD(kexec_load, 0, RET_INT, decode_kexec_load, ARG(entry, ADDR), ARG(nr_segments, SIZE),
	ARG(segments, ARRAY_IN, kexec_segment, 1), ARG(flags, HEX));
SYSCALL(kexec_file_load, CLASS_DESC, RET_INT, ARG(kernel_fd, FD), ARG(initrd_fd, FD),
	ARG(cmdline_len, SIZE), ARG(cmdline, BUF_IN, 2), ARG(flags, FLAGS64, kexec_file));

struct sysctl_args {
	uint64_t name;
	int32_t nlen;
	uint64_t oldval, oldlenp, newval, newlen, unused[4];
};

SHAPE(sysctl_args, struct sysctl_args)
{
	ADD_ADDR(name);
	ADD_INT(nlen);
	ADD_ADDR(oldval);
	ADD_ADDR(oldlenp);
	ADD_ADDR(newval);
	ADD_UINT(newlen);
}

SYSCALL(_sysctl, 0, RET_INT, ARG(args, IN, sysctl_args));

SYSCALL(uretprobe, 0, RET_INT);
SYSCALL(uprobe, 0, RET_INT);

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

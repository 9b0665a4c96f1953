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

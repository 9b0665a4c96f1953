/* ioctl: names of requests, and the arguments of the common ones. */
#include <asm/termbits.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <linux/termios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

SHAPE(termios, struct termios)
{
	ADD_FLAGS(c_iflag, term_iflag);
	ADD_FLAGS(c_oflag, term_oflag);
	ADD_FLAGS(c_cflag, term_cflag);
	ADD_FLAGS(c_lflag, term_lflag);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(c_line);
	value_set_data(
		list_add(d, ret, "c_cc"), from->c_cc, sizeof(from->c_cc), sizeof(from->c_cc));
}

SHAPE(winsize, struct winsize)
{
	ADD_UINT(ws_row);
	ADD_UINT(ws_col);
	ADD_UINT(ws_xpixel);
	ADD_UINT(ws_ypixel);
}

SHAPE(modem_lines, uint32_t)
{
	value_set_flags(ret, *from, &flags_term_modem);
}

SHAPE(inode_flags, uint32_t)
{
	value_set_flags(ret, *from, &flags_inode_flags);
}

SHAPE(clone_range, struct file_clone_range)
{
	ADD_FD(src_fd);
	ADD_UINT(src_offset);
	ADD_UINT(src_length);
	ADD_UINT(dest_offset);
}

/* Where a file's data lies: what was asked for, and how many pieces were found. */
SHAPE(fiemap, struct fiemap)
{
	ADD_UINT(fm_start);
	ADD_UINT(fm_length);
	ADD_FLAGS(fm_flags, fiemap);
	ADD_UINT(fm_extent_count);
}

SHAPE(fiemap_found, struct fiemap)
{
	ADD_FLAGS(fm_flags, fiemap);
	ADD_UINT(fm_mapped_extents);
	ret->flags |= VALUE_ABBREV; /* the pieces lie behind what the number encodes as its size */
}

SHAPE(interface_index, struct ifreq)
{
	value_set_text(list_add(d, ret, "ifr_name"), from->ifr_name, sizeof(from->ifr_name));
	value_set_int(list_add(d, ret, "ifr_ifindex"), from->ifr_ifindex);
}

SHAPE(interface_mtu, struct ifreq)
{
	value_set_text(list_add(d, ret, "ifr_name"), from->ifr_name, sizeof(from->ifr_name));
	value_set_int(list_add(d, ret, "ifr_mtu"), from->ifr_mtu);
}

SHAPE(interface_flags, struct ifreq)
{
	value_set_text(list_add(d, ret, "ifr_name"), from->ifr_name, sizeof(from->ifr_name));
	value_set_flags(list_add(d, ret, "ifr_flags"), (uint16_t)from->ifr_flags, &flags_if_flags);
}

SHAPE(interface_addr, struct ifreq)
{
	value_set_text(list_add(d, ret, "ifr_name"), from->ifr_name, sizeof(from->ifr_name));
	value_set_sockaddr(
		d, list_add(d, ret, "ifr_addr"), &from->ifr_addr, sizeof(from->ifr_addr));
}

enum ioctl_arg {
	IOCTL_IN,
	IOCTL_OUT,
	IOCTL_CHANGE, /* in and out, shown each in its own way */
	IOCTL_NUMBER, /* the argument is no pointer */
	IOCTL_SET,    /* the same, of a set of names */
	IOCTL_NONE,   /* the argument is not looked at */
};

/* What is known of a request's argument beyond what its number says. */
static const struct ioctl_row {
	uint32_t request;
	uint8_t arg; /* enum ioctl_arg */
	const struct shape *shape;
	const struct flag_set *set;
	const struct shape *after; /* IOCTL_CHANGE */
} ioctls[] = {
	{TCGETS, IOCTL_OUT, &shape_termios},
	{TCSETS, IOCTL_IN, &shape_termios},
	{TCSETSW, IOCTL_IN, &shape_termios},
	{TCSETSF, IOCTL_IN, &shape_termios},
	{TIOCGWINSZ, IOCTL_OUT, &shape_winsize},
	{TIOCSWINSZ, IOCTL_IN, &shape_winsize},
	{TIOCGPGRP, IOCTL_OUT, &shape_int},
	{TIOCSPGRP, IOCTL_IN, &shape_int},
	{TIOCGSID, IOCTL_OUT, &shape_int},
	{TIOCGETD, IOCTL_OUT, &shape_int},
	{TIOCSETD, IOCTL_IN, &shape_int},
	{TIOCOUTQ, IOCTL_OUT, &shape_int},
	{TIOCGPTN, IOCTL_OUT, &shape_uint},
	{TIOCSPTLCK, IOCTL_IN, &shape_int},
	{TIOCPKT, IOCTL_IN, &shape_int},
	{TIOCGPTPEER, IOCTL_SET, NULL, &flags_open},
	{TIOCMGET, IOCTL_OUT, &shape_modem_lines},
	{TIOCMSET, IOCTL_IN, &shape_modem_lines},
	{TIOCMBIS, IOCTL_IN, &shape_modem_lines},
	{TIOCMBIC, IOCTL_IN, &shape_modem_lines},
	{TIOCSCTTY, IOCTL_NUMBER},
	{TIOCNOTTY, IOCTL_NONE},
	{TIOCEXCL, IOCTL_NONE},
	{TIOCNXCL, IOCTL_NONE},
	{TCSBRK, IOCTL_NUMBER},
	{TCSBRKP, IOCTL_NUMBER},
	{TCFLSH, IOCTL_SET, NULL, &flags_term_flush},
	{TCXONC, IOCTL_SET, NULL, &flags_term_flow},
	{FIONREAD, IOCTL_OUT, &shape_int},
	{FIONBIO, IOCTL_IN, &shape_int},
	{FIOASYNC, IOCTL_IN, &shape_int},
	{FIOCLEX, IOCTL_NONE},
	{FIONCLEX, IOCTL_NONE},
	{FIOQSIZE, IOCTL_OUT, &shape_s64},
	{FICLONE, IOCTL_NUMBER},
	{FICLONERANGE, IOCTL_IN, &shape_clone_range},
	{FIGETBSZ, IOCTL_OUT, &shape_int},
	{FS_IOC_FIEMAP, IOCTL_CHANGE, &shape_fiemap, NULL, &shape_fiemap_found},
	{FS_IOC_GETFLAGS, IOCTL_OUT, &shape_inode_flags},
	{FS_IOC_SETFLAGS, IOCTL_IN, &shape_inode_flags},
	{BLKGETSIZE64, IOCTL_OUT, &shape_u64},
	{BLKGETSIZE, IOCTL_OUT, &shape_u64},
	{BLKSSZGET, IOCTL_OUT, &shape_int},
	{BLKPBSZGET, IOCTL_OUT, &shape_uint},
	{BLKROGET, IOCTL_OUT, &shape_int},
	{BLKFLSBUF, IOCTL_NONE},
	{BLKRRPART, IOCTL_NONE},
	{NS_GET_USERNS, IOCTL_NONE},
	{NS_GET_PARENT, IOCTL_NONE},
	{NS_GET_NSTYPE, IOCTL_NONE},
	{NS_GET_OWNER_UID, IOCTL_OUT, &shape_id},
	{SIOCGIFINDEX, IOCTL_OUT, &shape_interface_index},
	{SIOCGIFNAME, IOCTL_OUT, &shape_interface_index},
	{SIOCGIFFLAGS, IOCTL_OUT, &shape_interface_flags},
	{SIOCSIFFLAGS, IOCTL_IN, &shape_interface_flags},
	{SIOCGIFADDR, IOCTL_OUT, &shape_interface_addr},
	{SIOCGIFMTU, IOCTL_OUT, &shape_interface_mtu},
	{SIOCGIFHWADDR, IOCTL_OUT, &shape_interface_addr},
};

/* The name's set decides between equal numbers of different subsystems: the earlier one wins. */
static const struct flag_set *const ioctl_names[] = {
	&flags_ioctl_tty,
	&flags_ioctl_file,
	&flags_ioctl_socket,
	&flags_ioctl_kernel,
	&flags_ioctl_block,
	&flags_ioctl_device,
	&flags_ioctl_net,
	&flags_ioctl_console,
	&flags_ioctl_input,
	&flags_ioctl_fb,
	&flags_ioctl_drm,
	&flags_ioctl_kvm,
	&flags_ioctl_video,
	&flags_ioctl_btrfs,
	&flags_ioctl_scsi,
};

static void show_request(struct decoder *d, uint32_t request, struct value *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(ioctl_names); i++) {
		if (!flag_set_exact(ioctl_names[i], request))
			continue;
		value_set_enum(ret, request, ioctl_names[i]);
		return;
	}
	macro_init(ret, "_IOC");
	value_set_flags(list_add(d, ret, NULL), _IOC_DIR(request), &flags_ioc_dir);
	value_set_hex(list_add(d, ret, NULL), _IOC_TYPE(request));
	value_set_hex(list_add(d, ret, NULL), _IOC_NR(request));
	value_set_hex(list_add(d, ret, NULL), _IOC_SIZE(request));
}

static void show_ioctl_change(struct decoder *d, const struct ioctl_row *row, struct value *ret)
{
	struct value *asked = ret;
	bool changed = d->done && decoder_bytes(d, d->args[2], row->after->size, CAPTURE_AT_EXIT);

	if (changed) {
		list_init(ret, VALUE_CHANGE);
		asked = list_add(d, ret, NULL);
	}
	decoder_show_shape(d, d->args[2], row->shape, CAPTURE_AT_ENTER, asked);
	if (changed)
		decoder_show_shape(
			d, d->args[2], row->after, CAPTURE_AT_EXIT, list_add(d, ret, NULL));
}

static void show_ioctl_arg(struct decoder *d, const struct ioctl_row *row)
{
	struct value *ret = decoder_arg(d, 2);

	if (row->arg == IOCTL_NUMBER)
		value_set_int(ret, arg_int(d, 2));
	else if (row->arg == IOCTL_SET)
		value_set_flags(ret, arg_u32(d, 2), row->set);
	else if (row->arg == IOCTL_NONE)
		decoder_keep_args(d, 2);
	else if (row->arg == IOCTL_CHANGE)
		show_ioctl_change(d, row, ret);
	else if (row->arg == IOCTL_OUT && !d->done)
		value_set_addr(ret, d->args[2]);
	else
		decoder_show_shape(d, d->args[2], row->shape,
			row->arg == IOCTL_OUT ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER, ret);
}

static void decode_ioctl(struct decoder *d)
{
	uint32_t request = arg_u32(d, 1);

	show_request(d, request, decoder_arg(d, 1));
	if (d->call->abi != ABI_X86_64)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++) {
		if (ioctls[i].request == request) {
			show_ioctl_arg(d, &ioctls[i]);
			return;
		}
	}
}

SYSCALL_ODD(ioctl, CLASS_DESC, RET_INT, decode_ioctl, ARG(fd, FD), ARG(request, HEX32),
	ARG(argp, IOCTL));

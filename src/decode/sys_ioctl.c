/* ioctl: which request it is, and what its argument points to. */
#include <asm/ioctl.h>
#include <errno.h>
#include <linux/blkpg.h>
#include <linux/blkzoned.h>
#include <linux/bsg.h>
#include <linux/dm-ioctl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/hdreg.h>
#include <linux/kd.h>
#include <linux/kvm.h>
#include <linux/loop.h>
#include <linux/nsfs.h>
#include <linux/perf_event.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/sockios.h>
#include <linux/tee.h>
#include <linux/udmabuf.h>
#include <linux/vt.h>
#include <mtd/ubi-user.h>
#include <net/if.h>
#include <scsi/sg.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "util/arena.h"

#define TABLE_OF(id) &ioctl_##id,
static const struct ioctl_table *const tables[] = {IOCTL_TABLES(TABLE_OF)};

#define NAMES_MAX 12 /* of one number; ten drivers have one in common */

struct request_names {
	const char *names[NAMES_MAX];
	size_t nr;
};

static void add_name(struct request_names *found, const char *name)
{
	if (found->nr < NAMES_MAX)
		found->names[found->nr++] = name;
}

/* The names of a number lie side by side. */
static void find_names(uint32_t request, struct request_names *found)
{
	const struct flag_set *set = &flags_ioctl;

	for (size_t i = flag_set_find(set, request);
		i < set->nr_names && set->names[i].value == request; i++)
		add_name(found, set->names[i].name);
}

/*
 * The sound sequencer's numbers are those of the terminal's calls; only a terminal takes them with
 * this structure.
 */
static bool is_terminal(const struct decoder *d)
{
	return d->out->error != EBADF && d->out->error != ENOTTY;
}

static void show_names(struct decoder *d, const struct request_names *found, struct value *ret)
{
	const char *text = found->names[0];

	if (found->nr == 1 && text == flag_set_exact(&flags_ioctl, arg_u32(d, 1))) {
		value_set_enum(ret, arg_u32(d, 1), &flags_ioctl);
		return;
	}
	for (size_t i = 1; i < found->nr; i++)
		text = arena_printf(d->arena, "%s or %s", text, found->names[i]);
	value_set_name(ret, text);
}

/* The mixer's numbers hold which of its channels is meant. */
static void find_mixer_name(struct decoder *d, uint32_t request, struct request_names *found)
{
	uint32_t dir = _IOC_DIR(request);

	if (_IOC_TYPE(request) == 'M' && (dir == _IOC_READ || dir == _IOC_WRITE))
		add_name(found, arena_printf(d->arena, "MIXER_%s(%u)",
					dir == _IOC_READ ? "READ" : "WRITE", _IOC_NR(request)));
}

static void show_request(struct decoder *d, uint32_t request, struct value *ret)
{
	struct request_names found = {.nr = 0};

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (tables[i]->name && tables[i]->name(d, request, ret))
			return;
	find_mixer_name(d, request, &found);
	find_names(request, &found);
	if (found.nr > 1 && !strncmp(found.names[0], "SNDCTL_TMR_", 11) && is_terminal(d)) {
		found.names[0] = found.names[1];
		found.nr = 1;
	}
	if (found.nr) {
		show_names(d, &found, ret);
		return;
	}
	macro_init(ret, "_IOC");
	value_set_flags(list_add(d, ret, NULL), _IOC_DIR(request), &flags_ioc_dir);
	value_set_hex(list_add(d, ret, NULL), _IOC_TYPE(request));
	value_set_hex(list_add(d, ret, NULL), _IOC_NR(request));
	value_set_hex(list_add(d, ret, NULL), _IOC_SIZE(request));
}

void ioctl_show_array(struct decoder *d, uint64_t addr, uint64_t nr, const struct shape *shape,
	unsigned when, struct value *ret)
{
	const void *item = addr ? decoder_bytes(d, addr, shape->size, when) : NULL;

	if (!addr || (nr && !item)) {
		value_set_addr(ret, addr);
		return;
	}
	list_init(ret, VALUE_ARRAY);
	for (uint64_t i = 0; i < nr; i++) {
		if (i)
			item = decoder_bytes(d, addr + i * shape->size, shape->size, when);
		if (!item) {
			ret->flags |= VALUE_CUT;
			return;
		}
		shape->show(d, item, list_add(d, ret, NULL));
	}
}

const uint8_t *ioctl_bytes_from(
	const struct decoder *d, uint64_t addr, unsigned when, size_t *ret_len)
{
	const uint8_t *found = NULL;

	for (unsigned i = 0; i < d->call->nr_captures; i++) {
		const struct capture *c = &d->call->captures[i];
		uint64_t skip = addr - c->addr;

		if (c->when != when || c->flags & CAPTURE_FAULT || addr < c->addr ||
			skip >= c->len || (found && c->len - skip <= *ret_len))
			continue;
		found = c->bytes + skip;
		*ret_len = c->len - skip;
	}
	return found;
}

void ioctl_show_data(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret)
{
	size_t at_hand = 0;
	const uint8_t *bytes = addr && len ? ioctl_bytes_from(d, addr, when, &at_hand) : NULL;

	if (bytes)
		value_set_data(ret, bytes, MIN(at_hand, len), len);
	else if (addr && !len)
		value_set_data(ret, "", 0, 0);
	else
		value_set_addr(ret, addr);
}

/* Before and after the call, where that differs. */
static void show_change(struct decoder *d, const struct ioctl_row *row, struct value *ret)
{
	const struct shape *after = row->after ? row->after : row->shape;
	const void *before_bytes = decoder_bytes(d, d->args[2], row->shape->size, CAPTURE_AT_ENTER);
	const void *after_bytes =
		d->done ? decoder_bytes(d, d->args[2], after->size, CAPTURE_AT_EXIT) : NULL;

	if (!before_bytes || !after_bytes ||
		(after == row->shape && !memcmp(before_bytes, after_bytes, after->size))) {
		decoder_show_shape(d, d->args[2], before_bytes ? row->shape : after,
			before_bytes ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT, ret);
		return;
	}
	list_init(ret, VALUE_CHANGE);
	decoder_show_shape(d, d->args[2], row->shape, CAPTURE_AT_ENTER, list_add(d, ret, NULL));
	decoder_show_shape(d, d->args[2], after, CAPTURE_AT_EXIT, list_add(d, ret, NULL));
}

static void show_row(struct decoder *d, const struct ioctl_row *row)
{
	struct value *ret = decoder_arg(d, 2);
	uint64_t word = d->args[2];

	switch ((enum ioctl_arg)row->arg) {
	case IOCTL_IN: decoder_show_shape(d, word, row->shape, CAPTURE_AT_ENTER, ret); break;
	case IOCTL_OUT:
		if (d->done)
			decoder_show_shape(d, word, row->shape, CAPTURE_AT_EXIT, ret);
		else
			value_set_addr(ret, word);
		break;
	case IOCTL_FILL:
		decoder_show_shape(
			d, word, row->shape, d->done ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER, ret);
		break;
	case IOCTL_CHANGE: show_change(d, row, ret); break;
	case IOCTL_INT: value_set_int(ret, (int32_t)word); break;
	case IOCTL_UINT: value_set_uint(ret, (uint32_t)word); break;
	case IOCTL_LONG: value_set_uint(ret, word); break;
	case IOCTL_HEX: value_set_hex(ret, word); break;
	case IOCTL_ADDR: value_set_addr(ret, word); break;
	case IOCTL_FD: value_set_fd(ret, (int32_t)word); break;
	case IOCTL_FLAGS: value_set_flags(ret, word, row->set); break;
	case IOCTL_FLAGS32: value_set_flags(ret, (uint32_t)word, row->set); break;
	case IOCTL_ENUM: value_set_enum(ret, word, row->set); break;
	case IOCTL_TEXT: decoder_show_string(d, word, CAPTURE_AT_ENTER, ret); break;
	case IOCTL_NONE: decoder_keep_args(d, 2); break;
	case IOCTL_ODD: row->odd(d, ret); break;
	}
}

#define PIDFS_TYPE 0xff

/* Bytes as they are, of a structure that nothing is known of. */
static void show_bytes(struct decoder *d, unsigned when, struct value *ret)
{
	ioctl_show_data(d, d->args[2], _IOC_SIZE(arg_u32(d, 1)), when, ret);
	if (ret->kind == VALUE_DATA)
		ret->flags |= VALUE_BINARY;
}

/* Numbers of a subsystem that is known otherwise are more likely mistakes than structures. */
static bool is_known_type(uint32_t request)
{
	unsigned type = _IOC_TYPE(request);

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (size_t row = 0; row < tables[i]->nr; row++)
			if (_IOC_TYPE(tables[i]->rows[row].request) == type)
				return true;
	return type == DM_IOCTL || type == PIDFS_TYPE;
}

static void show_unknown(struct decoder *d, struct value *ret)
{
	bool changes = _IOC_DIR(arg_u32(d, 1)) != _IOC_WRITE;
	struct value *change = ret;

	if (changes && d->done) {
		if (_IOC_DIR(arg_u32(d, 1)) == _IOC_READ) {
			show_bytes(d, CAPTURE_AT_EXIT, ret);
			return;
		}
		list_init(change, VALUE_CHANGE);
		ret = list_add(d, change, NULL);
	}
	show_bytes(d, CAPTURE_AT_ENTER, ret);
	if (changes && d->done)
		show_bytes(d, CAPTURE_AT_EXIT, list_add(d, change, NULL));
}

static void decode_ioctl(struct decoder *d)
{
	uint32_t request = arg_u32(d, 1);

	show_request(d, request, decoder_arg(d, 1));
	d->arg = 2;
	if (d->call->abi != ABI_X86_64)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct ioctl_table *table = tables[i];

		for (size_t row = 0; row < table->nr; row++) {
			if (table->rows[row].request == request) {
				show_row(d, &table->rows[row]);
				return;
			}
		}
		if (table->show && table->show(d, request, &d->out->args[2]))
			return;
	}
	if (d->opts->verbose && _IOC_SIZE(request) && d->args[2] && !is_known_type(request))
		show_unknown(d, decoder_arg(d, 2));
}

/*
 * What is to be copied beyond the size that a number encodes: all of it for the old numbers, which
 * encode none, and what lies behind a structure or where its pointers lead.
 */
#define READS(request, type) STEP_ARG(request, ENTER, 2, BYTES, LEN_NONE, sizeof(type))
#define FILLS(request, type) STEP_ARG(request, EXIT, 2, BYTES, LEN_NONE, sizeof(type))
#define BEHIND(request, when, type, count, element)                                                \
	STEP_BEHIND(request, when, 2, type, ARRAY, LEN_AT(type, count), sizeof(element))
#define BUFFER(request, when, type, pointer, len)                                                  \
	STEP_AT(request, when, 2, type, pointer, BUFFER, LEN_AT(type, len), 0)

#define DEVICE_MAPPER(request)                                                                     \
	STEP_ARG(request, BOTH, 2, ARRAY, LEN_AT(struct dm_ioctl, data_size), 1)

#define TRUSTED(request)                                                                           \
	STEP_AT(request, BOTH, 2, struct tee_ioctl_buf_data, buf_ptr, ARRAY,                       \
		LEN_AT(struct tee_ioctl_buf_data, buf_len), 1)

static const struct capture_step ioctl_steps[] = {
	STEP_ARG(FIBMAP, BOTH, 2, BYTES, LEN_NONE, sizeof(int)),
	FILLS(FIGETBSZ, int),
	BEHIND(FIDEDUPERANGE, BOTH, struct file_dedupe_range, dest_count,
		struct file_dedupe_range_info),
	BEHIND(FS_IOC_FIEMAP, EXIT, struct fiemap, fm_mapped_extents, struct fiemap_extent),
	BEHIND(FS_IOC_MEASURE_VERITY, EXIT, struct fsverity_digest, digest_size, char),

	FILLS(BLKROGET, int),
	READS(BLKROSET, int),
	FILLS(BLKGETSIZE, long),
	FILLS(BLKRAGET, long),
	FILLS(BLKFRAGET, long),
	FILLS(BLKSECTGET, short),
	FILLS(BLKSSZGET, int),
	FILLS(BLKIOMIN, int),
	FILLS(BLKIOOPT, int),
	FILLS(BLKALIGNOFF, int),
	FILLS(BLKPBSZGET, int),
	FILLS(BLKDISCARDZEROES, int),
	FILLS(BLKROTATIONAL, short),
	READS(BLKDISCARD, uint64_t[2]),
	READS(BLKSECDISCARD, uint64_t[2]),
	READS(BLKZEROOUT, uint64_t[2]),
	READS(BLKPG, struct blkpg_ioctl_arg),
	STEP_AT(BLKPG, ENTER, 2, struct blkpg_ioctl_arg, data, BYTES, LEN_NONE,
		sizeof(struct blkpg_partition)),
	BEHIND(BLKREPORTZONE, EXIT, struct blk_zone_report, nr_zones, struct blk_zone),
	FILLS(HDIO_GETGEO, struct hd_geometry),
	FILLS(HDIO_GET_UNMASKINTR, long),
	FILLS(HDIO_GET_MULTCOUNT, long),
	FILLS(HDIO_GET_KEEPSETTINGS, long),
	FILLS(HDIO_GET_32BIT, long),
	FILLS(HDIO_GET_NOWERR, long),
	FILLS(HDIO_GET_DMA, long),
	FILLS(HDIO_GET_WCACHE, long),
	FILLS(HDIO_GET_ACOUSTIC, long),
	FILLS(HDIO_GET_ADDRESS, long),
	FILLS(HDIO_GET_NICE, long),
	FILLS(HDIO_GET_BUSSTATE, long),
	FILLS(HDIO_GET_IDENTITY, char[512]),
	FILLS(HDIO_OBSOLETE_IDENTITY, char[142]),
	STEP_ARG(HDIO_DRIVE_CMD, BOTH, 2, BYTES, LEN_NONE, HDIO_DRIVE_CMD_HDR_SIZE),
	STEP_BEHIND(HDIO_DRIVE_CMD, EXIT, 2, char[HDIO_DRIVE_CMD_HDR_SIZE], BYTES, LEN_NONE, 512),
	READS(HDIO_DRIVE_RESET, int[3]),
	READS(HDIO_SCAN_HWIF, int[3]),
	READS(LOOP_SET_STATUS, struct loop_info),
	FILLS(LOOP_GET_STATUS, struct loop_info),
	READS(LOOP_SET_STATUS64, struct loop_info64),
	FILLS(LOOP_GET_STATUS64, struct loop_info64),
	READS(LOOP_CONFIGURE, struct loop_config),

	FILLS(NS_GET_OWNER_UID, uid_t),
	READS(SIOCGIFCONF, struct ifconf), /* exactly: what comes after may not be there */
	STEP_ARG(SG_IO, BOTH, 2, BYTES, LEN_NONE, sizeof(struct sg_io_hdr)),
	STEP_ARG(SG_IO, BOTH, 2, BYTES, LEN_NONE, sizeof(struct sg_io_v4)),
	BUFFER(SG_IO, ENTER, struct sg_io_hdr, cmdp, cmd_len),
	BUFFER(SG_IO, BOTH, struct sg_io_hdr, dxferp, dxfer_len),
	STEP_AT(SG_IO, BOTH, 2, struct sg_io_hdr, dxferp, IOVEC,
		LEN_AT(struct sg_io_hdr, iovec_count), 0),
	BUFFER(SG_IO, EXIT, struct sg_io_hdr, sbp, sb_len_wr),
	BUFFER(SG_IO, ENTER, struct sg_io_v4, request, request_len),
	BUFFER(SG_IO, ENTER, struct sg_io_v4, dout_xferp, dout_xfer_len),
	STEP_AT(SG_IO, ENTER, 2, struct sg_io_v4, dout_xferp, IOVEC,
		LEN_AT(struct sg_io_v4, dout_iovec_count), 0),
	BUFFER(SG_IO, EXIT, struct sg_io_v4, response, response_len),
	BUFFER(SG_IO, EXIT, struct sg_io_v4, din_xferp, din_xfer_len),
	STEP_AT(SG_IO, EXIT, 2, struct sg_io_v4, din_xferp, IOVEC,
		LEN_AT(struct sg_io_v4, din_iovec_count), 0),
	READS(SG_SET_TIMEOUT, int),
	FILLS(SG_EMULATED_HOST, int),
	FILLS(SG_GET_TRANSFORM, int),
	READS(SG_SET_RESERVED_SIZE, int),
	FILLS(SG_GET_RESERVED_SIZE, int),
	READS(SG_SET_FORCE_LOW_DMA, int),
	FILLS(SG_GET_LOW_DMA, int),
	READS(SG_SET_FORCE_PACK_ID, int),
	FILLS(SG_GET_PACK_ID, int),
	FILLS(SG_GET_NUM_WAITING, int),
	FILLS(SG_GET_SG_TABLESIZE, int),
	FILLS(SG_GET_VERSION_NUM, int),
	READS(SG_SCSI_RESET, int),
	READS(SG_SET_KEEP_ORPHAN, int),
	FILLS(SG_GET_KEEP_ORPHAN, int),
	FILLS(SG_GET_ACCESS_COUNT, int),
	FILLS(SG_GET_COMMAND_Q, int),
	READS(SG_SET_COMMAND_Q, int),
	READS(SG_SET_DEBUG, int),
	READS(SG_NEXT_CMD_LEN, int),
	FILLS(KDGETLED, char),
	FILLS(KDGKBLED, char),
	FILLS(KDGKBTYPE, char),
	FILLS(KDGETMODE, int),
	FILLS(KDGKBMODE, int),
	FILLS(KDGKBMETA, int),
	FILLS(GIO_SCRNMAP, char[E_TABSZ]),
	READS(PIO_SCRNMAP, char[E_TABSZ]),
	FILLS(GIO_UNISCRNMAP, short[E_TABSZ]),
	READS(PIO_UNISCRNMAP, short[E_TABSZ]),
	STEP_ARG(KDGKBENT, BOTH, 2, BYTES, LEN_NONE, sizeof(struct kbentry)),
	READS(KDSKBENT, struct kbentry),
	STEP_ARG(KDGKBSENT, BOTH, 2, BYTES, LEN_NONE, 1),
	STEP_BEHIND(KDGKBSENT, EXIT, 2, char, STRING, LEN_NONE, 0),
	READS(KDSKBSENT, char),
	STEP_BEHIND(KDSKBSENT, ENTER, 2, char, STRING, LEN_NONE, 0),
	FILLS(KDGKBDIACR, int),
	BEHIND(KDGKBDIACR, EXIT, struct accents, count, struct kbdiacr),
	READS(KDSKBDIACR, int),
	BEHIND(KDSKBDIACR, ENTER, struct accents, count, struct kbdiacr),
	FILLS(KDGKBDIACRUC, int),
	BEHIND(KDGKBDIACRUC, EXIT, struct accents, count, struct kbdiacruc),
	READS(KDSKBDIACRUC, int),
	BEHIND(KDSKBDIACRUC, ENTER, struct accents, count, struct kbdiacruc),
	STEP_ARG(KDGETKEYCODE, BOTH, 2, BYTES, LEN_NONE, sizeof(struct kbkeycode)),
	READS(KDSETKEYCODE, struct kbkeycode),
	STEP_ARG(KDKBDREP, BOTH, 2, BYTES, LEN_NONE, sizeof(struct kbd_repeat)),
	FILLS(GIO_FONT, char[4096]),
	READS(PIO_FONT, char[4096]),
	STEP_ARG(GIO_FONTX, BOTH, 2, BYTES, LEN_NONE, sizeof(struct consolefontdesc)),
	STEP_AT(GIO_FONTX, EXIT, 2, struct consolefontdesc, chardata, ARRAY,
		LEN_AT(struct consolefontdesc, charcount), 32),
	READS(PIO_FONTX, struct consolefontdesc),
	STEP_AT(PIO_FONTX, ENTER, 2, struct consolefontdesc, chardata, ARRAY,
		LEN_AT(struct consolefontdesc, charcount), 32),
	STEP_ARG(KDFONTOP, BOTH, 2, BYTES, LEN_NONE, sizeof(struct console_font_op)),
	STEP_AT(KDFONTOP, BOTH, 2, struct console_font_op, data, ARRAY,
		LEN_AT(struct console_font_op, charcount), 32),
	FILLS(GIO_CMAP, char[48]),
	READS(PIO_CMAP, char[48]),
	STEP_ARG(GIO_UNIMAP, BOTH, 2, BYTES, LEN_NONE, sizeof(struct unimapdesc)),
	STEP_AT(GIO_UNIMAP, EXIT, 2, struct unimapdesc, entries, ARRAY,
		LEN_AT(struct unimapdesc, entry_ct), sizeof(struct unipair)),
	READS(PIO_UNIMAP, struct unimapdesc),
	STEP_AT(PIO_UNIMAP, ENTER, 2, struct unimapdesc, entries, ARRAY,
		LEN_AT(struct unimapdesc, entry_ct), sizeof(struct unipair)),
	READS(PIO_UNIMAPCLR, struct unimapinit),
	FILLS(VT_OPENQRY, int),
	FILLS(VT_GETMODE, struct vt_mode),
	READS(VT_SETMODE, struct vt_mode),
	FILLS(VT_GETSTATE, struct vt_stat),
	READS(VT_RESIZE, struct vt_sizes),
	TRUSTED(TEE_IOC_OPEN_SESSION),
	TRUSTED(TEE_IOC_INVOKE),
	TRUSTED(TEE_IOC_SUPPL_RECV),
	TRUSTED(TEE_IOC_SUPPL_SEND),
	DEVICE_MAPPER(DM_VERSION),
	DEVICE_MAPPER(DM_LIST_DEVICES),
	DEVICE_MAPPER(DM_DEV_RENAME),
	DEVICE_MAPPER(DM_DEV_WAIT),
	DEVICE_MAPPER(DM_TABLE_LOAD),
	DEVICE_MAPPER(DM_TABLE_DEPS),
	DEVICE_MAPPER(DM_TABLE_STATUS),
	DEVICE_MAPPER(DM_LIST_VERSIONS),
	DEVICE_MAPPER(DM_TARGET_MSG),
	DEVICE_MAPPER(DM_DEV_SET_GEOMETRY),
	DEVICE_MAPPER(DM_GET_TARGET_VERSION),
	READS(UBI_IOCEBCH, struct ubi_leb_change_req),

	STEP_AT(SIOCGIFCONF, EXIT, 2, struct ifconf, ifc_buf, ARRAY, LEN_AT(struct ifconf, ifc_len),
		1),

	STEP_ARG(PERF_EVENT_IOC_SET_FILTER, ENTER, 2, STRING, LEN_NONE, 0),
	READS(PERF_EVENT_IOC_MODIFY_ATTRIBUTES, char[PERF_ATTR_SIZE_VER0]),
	READS(PERF_EVENT_IOC_MODIFY_ATTRIBUTES, struct perf_event_attr),
	STEP_ARG(PERF_EVENT_IOC_MODIFY_ATTRIBUTES, ENTER, 2, ARRAY,
		LEN_AT(struct perf_event_attr, size), 1),
	BEHIND(PERF_EVENT_IOC_QUERY_BPF, EXIT, struct perf_programs, prog_cnt, uint32_t),
	STEP_BEHIND(RNDADDENTROPY, ENTER, 2, struct entropy, BUFFER,
		LEN_AT(struct entropy, buf_size), 0),
	BEHIND(UDMABUF_CREATE_LIST, ENTER, struct udmabuf_create_list, count,
		struct udmabuf_create_item),
	STEP_ARG(RTC_PARAM_GET, EXIT, 2, BYTES, LEN_NONE, sizeof(struct rtc_param)),
	BEHIND(KVM_GET_SUPPORTED_CPUID, EXIT, struct kvm_cpuid2, nent, struct kvm_cpuid_entry2),
	BEHIND(KVM_GET_EMULATED_CPUID, EXIT, struct kvm_cpuid2, nent, struct kvm_cpuid_entry2),
	BEHIND(KVM_SET_CPUID2, ENTER, struct kvm_cpuid2, nent, struct kvm_cpuid_entry2),
};

SYSCALL_STEPS(ioctl, CLASS_DESC, RET_INT, decode_ioctl, PICK_ARG(1), ioctl_steps, ARG(fd, FD),
	ARG(request, HEX32), ARG(argp, IOCTL));

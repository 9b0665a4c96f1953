/* ioctl: block devices, loop devices, and network block devices. */
#include <linux/blkpg.h>
#include <linux/blktrace_api.h>
#include <linux/blkzoned.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/loop.h>
#include <linux/nbd.h>
#include <stddef.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

#define GET_DISKSEQ _IOR(0x12, 128, uint64_t)

struct sector_range {
	uint64_t words[2];
};

SHAPE(sector_range, struct sector_range)
{
	list_init(ret, VALUE_ARRAY);
	for (int i = 0; i < 2; i++)
		value_set_uint(list_add(d, ret, NULL), from->words[i]);
}

SHAPE(ushort, uint16_t)
{
	value_set_uint(ret, *from);
}

SHAPE(partition, struct blkpg_partition)
{
	ADD_INT(start);
	ADD_INT(length);
	ADD_INT(pno);
	ADD_TEXT(devname);
	ADD_TEXT(volname);
}

SHAPE(partition_change, struct blkpg_ioctl_arg)
{
	ADD_ENUM(op, block_part);
	ADD_INT(flags);
	ADD_INT(datalen);
	decoder_show_shape(d, (uint64_t)(uintptr_t)from->data, &shape_partition, CAPTURE_AT_ENTER,
		list_add(d, ret, "data"));
}

SHAPE(trace_setup, struct blk_user_trace_setup)
{
	ADD_UINT(act_mask);
	ADD_UINT(buf_size);
	ADD_UINT(buf_nr);
	ADD_UINT(start_lba);
	ADD_UINT(end_lba);
	ADD_PID(pid);
}

SHAPE(trace_name, struct blk_user_trace_setup)
{
	ADD_TEXT(name);
}

SHAPE(zone_range, struct blk_zone_range)
{
	ADD_UINT(sector);
	ADD_UINT(nr_sectors);
}

SHAPE(zone, struct blk_zone)
{
	ADD_UINT(start);
	ADD_UINT(len);
	ADD_UINT(wp);
	ADD_ENUM(type, block_zone);
	ADD_ENUM(cond, block_zone_cond);
	ADD_UINT(capacity);
}

SHAPE(zone_report, struct blk_zone_report)
{
	ADD_UINT(sector);
	ADD_UINT(nr_zones);
}

SHAPE(zones_found, struct blk_zone_report)
{
	ADD_UINT(nr_zones);
	ADD_HEX(flags);
	ioctl_show_array(d, d->args[2] + sizeof(*from), from->nr_zones, &shape_zone,
		CAPTURE_AT_EXIT, list_add(d, ret, "zones"));
}

SHAPE(geometry, struct hd_geometry)
{
	ADD_UINT(heads);
	ADD_UINT(sectors);
	ADD_UINT(cylinders);
	ADD_UINT(start);
}

struct drive_address {
	uint32_t words[3];
};

SHAPE(drive_address, struct drive_address)
{
	list_init(ret, VALUE_ARRAY);
	for (int i = 0; i < 3; i++)
		value_set_hex(list_add(d, ret, NULL), from->words[i]);
}

struct drive_identity {
	uint8_t bytes[512];
};

SHAPE(drive_identity, struct drive_identity)
{
	value_set_data(ret, from->bytes, sizeof(*from), sizeof(*from));
}

struct drive_old_identity {
	uint8_t bytes[142];
};

SHAPE(drive_old_identity, struct drive_old_identity)
{
	value_set_data(ret, from->bytes, sizeof(*from), sizeof(*from));
}

SHAPE(drive_nice, uint64_t)
{
	value_set_flags(ret, *from, &flags_hd_nice);
}

SHAPE(bus_state, uint64_t)
{
	value_set_enum(ret, *from, &flags_hd_busstate);
}

#define DRIVE_SECTOR 512

/* Four bytes of a command, which become its results; sectors follow. */
static void show_drive_command(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2], sectors = addr + HDIO_DRIVE_CMD_HDR_SIZE;
	const uint8_t *from = decoder_bytes(d, addr, HDIO_DRIVE_CMD_HDR_SIZE, CAPTURE_AT_ENTER);
	const uint8_t *after =
		d->done ? decoder_bytes(d, addr, HDIO_DRIVE_CMD_HDR_SIZE, CAPTURE_AT_EXIT) : NULL;
	struct value *asked = ret, *found;
	size_t len;

	if (!from) {
		value_set_addr(ret, addr);
		return;
	}
	if (after) {
		list_init(ret, VALUE_CHANGE);
		asked = list_add(d, ret, NULL);
	}
	value_set_enum(list_add(d, asked, "command"), from[0], &flags_ata_cmd);
	value_set_uint(list_add(d, asked, "sector_number"), from[1]);
	value_set_uint(list_add(d, asked, "feature"), from[2]);
	value_set_uint(list_add(d, asked, "sector_count"), from[3]);
	if (!after)
		return;
	found = list_add(d, ret, NULL);
	value_set_hex(list_add(d, found, "status"), after[0]);
	value_set_uint(list_add(d, found, "error"), after[1]);
	value_set_uint(list_add(d, found, "nsector"), after[2]);
	len = (size_t)from[3] * DRIVE_SECTOR;
	if (len)
		ioctl_show_data(d, sectors, len, CAPTURE_AT_EXIT, list_add(d, found, "buf"));
}

static void add_words(
	struct decoder *d, struct value *ret, const char *name, const uint64_t *words, size_t nr)
{
	struct value *list = list_add(d, ret, name);

	list_init(list, VALUE_ARRAY);
	for (size_t i = 0; i < nr; i++)
		value_set_hex(list_add(d, list, NULL), words[i]);
}

#define ADD_KEY(m, len)                                                                            \
	value_set_data(list_add(d, ret, #m), from->m, MIN((uint32_t)(len), sizeof(from->m)),       \
		MIN((uint32_t)(len), sizeof(from->m)))

SHAPE(loop_info, struct loop_info)
{
	uint64_t init[] = {from->lo_init[0], from->lo_init[1]};
	bool verbose = d->opts->verbose;
	struct value *reserved;

	ADD_INT(lo_number);
	if (verbose) {
		ADD_DEV(lo_device);
		ADD_UINT(lo_inode);
		ADD_DEV(lo_rdevice);
	}
	value_set_hex(list_add(d, ret, "lo_offset"), (uint32_t)from->lo_offset);
	if (verbose || from->lo_encrypt_type != LO_CRYPT_NONE) {
		value_set_enum(list_add(d, ret, "lo_encrypt_type"), (uint32_t)from->lo_encrypt_type,
			&flags_loop_crypt);
		value_set_uint(list_add(d, ret, "lo_encrypt_key_size"),
			(uint32_t)from->lo_encrypt_key_size);
	}
	value_set_flags(list_add(d, ret, "lo_flags"), (uint32_t)from->lo_flags, &flags_loop_flags);
	ADD_TEXT(lo_name);
	if (verbose || from->lo_encrypt_type != LO_CRYPT_NONE)
		ADD_KEY(lo_encrypt_key, from->lo_encrypt_key_size);
	if (!verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	add_words(d, ret, "lo_init", init, ARRAY_SIZE(init));
	reserved = list_add(d, ret, "reserved");
	list_init(reserved, VALUE_ARRAY);
	for (size_t i = 0; i < sizeof(from->reserved); i++)
		value_set_hex(list_add(d, reserved, NULL), (uint8_t)from->reserved[i]);
}

SHAPE(loop_info64, struct loop_info64)
{
	uint64_t init[] = {from->lo_init[0], from->lo_init[1]};
	bool verbose = d->opts->verbose;
	bool crypt = verbose || from->lo_encrypt_type != LO_CRYPT_NONE;

	if (verbose) {
		ADD_DEV(lo_device);
		ADD_UINT(lo_inode);
		ADD_DEV(lo_rdevice);
	}
	ADD_HEX(lo_offset);
	if (verbose)
		ADD_UINT(lo_sizelimit);
	ADD_UINT(lo_number);
	if (crypt) {
		ADD_ENUM(lo_encrypt_type, loop_crypt);
		ADD_UINT(lo_encrypt_key_size);
	}
	ADD_FLAGS(lo_flags, loop_flags);
	ADD_TEXT(lo_file_name);
	if (crypt) {
		ADD_TEXT(lo_crypt_name);
		ADD_KEY(lo_encrypt_key, from->lo_encrypt_key_size);
	}
	if (verbose)
		add_words(d, ret, "lo_init", init, ARRAY_SIZE(init));
	else
		ret->flags |= VALUE_ABBREV;
}

SHAPE(loop_config, struct loop_config)
{
	uint64_t reserved[ARRAY_SIZE(from->__reserved)], any = 0;

	memcpy(reserved, from->__reserved, sizeof(reserved));
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		any |= reserved[i];
	value_set_fd(list_add(d, ret, "fd"), (int32_t)from->fd);
	ADD_UINT(block_size);
	ADD_SHAPE(info, loop_info64);
	if (any)
		add_words(d, ret, "__reserved", reserved, ARRAY_SIZE(reserved));
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(BLKGETSIZE64, u64),
	REQUEST_OUT(BLKGETSIZE, u64),
	REQUEST_OUT(BLKSSZGET, int),
	REQUEST_OUT(BLKPBSZGET, uint),
	REQUEST_OUT(BLKBSZGET, int),
	REQUEST_IN(BLKBSZSET, int),
	REQUEST_OUT(BLKIOMIN, uint),
	REQUEST_OUT(BLKIOOPT, uint),
	REQUEST_OUT(BLKALIGNOFF, int),
	REQUEST_OUT(BLKDISCARDZEROES, uint),
	REQUEST_OUT(BLKROGET, int),
	REQUEST_IN(BLKROSET, int),
	REQUEST_OUT(BLKROTATIONAL, ushort),
	REQUEST_OUT(BLKSECTGET, ushort),
	REQUEST_OUT(BLKRAGET, u64),
	REQUEST_OUT(BLKFRAGET, u64),
	REQUEST(BLKRASET, LONG),
	REQUEST(BLKFRASET, LONG),
	REQUEST(BLKFLSBUF, NONE),
	REQUEST(BLKRRPART, NONE),
	REQUEST(BLKTRACESTART, NONE),
	REQUEST(BLKTRACESTOP, NONE),
	REQUEST(BLKTRACETEARDOWN, NONE),
	REQUEST_CHANGE(BLKTRACESETUP, trace_setup, trace_name),
	REQUEST_IN(BLKDISCARD, sector_range),
	REQUEST_IN(BLKSECDISCARD, sector_range),
	REQUEST_IN(BLKZEROOUT, sector_range),
	REQUEST_OUT(GET_DISKSEQ, u64),
	REQUEST_IN(BLKPG, partition_change),
	REQUEST_CHANGE(BLKREPORTZONE, zone_report, zones_found),
	REQUEST_IN(BLKRESETZONE, zone_range),
	REQUEST_IN(BLKOPENZONE, zone_range),
	REQUEST_IN(BLKCLOSEZONE, zone_range),
	REQUEST_IN(BLKFINISHZONE, zone_range),
	REQUEST_OUT(BLKGETZONESZ, uint),
	REQUEST_OUT(BLKGETNRZONES, uint),

	REQUEST_OUT(HDIO_GETGEO, geometry),
	REQUEST_OUT(HDIO_GET_UNMASKINTR, u64),
	REQUEST_OUT(HDIO_GET_MULTCOUNT, u64),
	REQUEST_OUT(HDIO_GET_KEEPSETTINGS, u64),
	REQUEST_OUT(HDIO_GET_32BIT, u64),
	REQUEST_OUT(HDIO_GET_NOWERR, u64),
	REQUEST_OUT(HDIO_GET_DMA, u64),
	REQUEST_OUT(HDIO_GET_WCACHE, u64),
	REQUEST_OUT(HDIO_GET_ACOUSTIC, u64),
	REQUEST_OUT(HDIO_GET_ADDRESS, u64),
	REQUEST_OUT(HDIO_GET_NICE, drive_nice),
	REQUEST_OUT(HDIO_GET_BUSSTATE, bus_state),
	REQUEST_OUT(HDIO_GET_IDENTITY, drive_identity),
	REQUEST_OUT(HDIO_OBSOLETE_IDENTITY, drive_old_identity),
	REQUEST_ODD(HDIO_DRIVE_CMD, show_drive_command),
	REQUEST_IN(HDIO_DRIVE_RESET, drive_address),
	REQUEST_IN(HDIO_SCAN_HWIF, drive_address),
	REQUEST(HDIO_SET_MULTCOUNT, LONG),
	REQUEST(HDIO_SET_UNMASKINTR, LONG),
	REQUEST(HDIO_SET_KEEPSETTINGS, LONG),
	REQUEST(HDIO_SET_32BIT, LONG),
	REQUEST(HDIO_SET_NOWERR, LONG),
	REQUEST(HDIO_SET_DMA, LONG),
	REQUEST(HDIO_SET_PIO_MODE, LONG),
	REQUEST(HDIO_UNREGISTER_HWIF, LONG),
	REQUEST(HDIO_SET_WCACHE, LONG),
	REQUEST(HDIO_SET_ACOUSTIC, LONG),
	REQUEST(HDIO_SET_ADDRESS, LONG),
	REQUEST_FLAGS(HDIO_SET_NICE, hd_nice),
	REQUEST_ENUM(HDIO_SET_BUSSTATE, hd_busstate),

	REQUEST(LOOP_SET_FD, FD),
	REQUEST(LOOP_CHANGE_FD, FD),
	REQUEST(LOOP_CLR_FD, NONE),
	REQUEST(LOOP_SET_CAPACITY, NONE),
	REQUEST_IN(LOOP_SET_STATUS, loop_info),
	REQUEST_OUT(LOOP_GET_STATUS, loop_info),
	REQUEST_IN(LOOP_SET_STATUS64, loop_info64),
	REQUEST_OUT(LOOP_GET_STATUS64, loop_info64),
	REQUEST_IN(LOOP_CONFIGURE, loop_config),
	REQUEST(LOOP_SET_DIRECT_IO, LONG),
	REQUEST(LOOP_SET_BLOCK_SIZE, LONG),
	REQUEST(LOOP_CTL_ADD, INT),
	REQUEST(LOOP_CTL_REMOVE, INT),
	REQUEST(LOOP_CTL_GET_FREE, NONE),

	REQUEST(NBD_SET_SOCK, FD),
	REQUEST(NBD_SET_BLKSIZE, LONG),
	REQUEST(NBD_SET_SIZE, LONG),
	REQUEST(NBD_SET_SIZE_BLOCKS, LONG),
	REQUEST(NBD_SET_TIMEOUT, LONG),
	REQUEST_FLAGS(NBD_SET_FLAGS, nbd_flags),
	REQUEST(NBD_DO_IT, NONE),
	REQUEST(NBD_CLEAR_SOCK, NONE),
	REQUEST(NBD_CLEAR_QUE, NONE),
	REQUEST(NBD_PRINT_DEBUG, NONE),
	REQUEST(NBD_DISCONNECT, NONE),
};

IOCTL_TABLE(block);

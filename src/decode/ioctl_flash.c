/* ioctl: flash memory, and volumes on it. */
#include <linux/ioctl.h>
#include <mtd/mtd-abi.h>
#include <mtd/ubi-user.h>
#include <stddef.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* --- the chips --- */

SHAPE(mtd_info, struct mtd_info_user)
{
	ADD_ENUM(type, mtd_type);
	ADD_FLAGS(flags, mtd_flags);
	ADD_HEX(size);
	ADD_HEX(erasesize);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_HEX(writesize);
	ADD_HEX(oobsize);
	ADD_HEX(padding);
}

SHAPE(mtd_range, struct erase_info_user)
{
	ADD_HEX(start);
	ADD_HEX(length);
}

SHAPE(mtd_range64, struct erase_info_user64)
{
	ADD_HEX(start);
	ADD_HEX(length);
}

SHAPE(mtd_spare, struct mtd_oob_buf)
{
	ADD_HEX(start);
	ADD_HEX(length);
	ADD_ADDR(ptr);
}

SHAPE(mtd_spare64, struct mtd_oob_buf64)
{
	ADD_HEX(start);
	ADD_HEX(length);
	ADD_ADDR(usr_ptr);
}

SHAPE(mtd_otp, struct otp_info)
{
	ADD_HEX(start);
	ADD_HEX(length);
	ADD_UINT(locked);
}

SHAPE(mtd_write, struct mtd_write_req)
{
	ADD_HEX(start);
	ADD_HEX(len);
	ADD_HEX(ooblen);
	ADD_ADDR(usr_data);
	ADD_ADDR(usr_oob);
	ADD_ENUM(mode, mtd_ops);
}

SHAPE(mtd_region, struct region_info_user)
{
	ADD_HEX(regionindex);
	if (!d->done)
		return;
	ADD_HEX(offset);
	ADD_HEX(erasesize);
	ADD_HEX(numblocks);
}

SHAPE(mtd_spare_layout, struct nand_oobinfo)
{
	ADD_ENUM(useecc, mtd_nandecc);
	ADD_HEX(eccbytes);
	ret->flags |= VALUE_ABBREV;
}

SHAPE(mtd_check_layout, struct nand_ecclayout_user)
{
	ADD_HEX(eccbytes);
	ret->flags |= VALUE_ABBREV;
}

SHAPE(mtd_statistics, struct mtd_ecc_stats)
{
	ADD_HEX(corrected);
	ADD_HEX(failed);
	ADD_HEX(badblocks);
	ADD_HEX(bbtblocks);
}

SHAPE(mtd_mode, uint32_t)
{
	value_set_enum(ret, *from, &flags_mtd_mode);
}

/* --- volumes --- */

/* newer than some headers */
struct ubi_attach {
	int32_t ubi_num;
	int32_t mtd_num;
	int32_t vid_hdr_offset;
	int16_t max_beb_per1024;
	int8_t disable_fm;
	int8_t need_resv_pool;
	int8_t padding[8];
};

#define UBI_ATTACH _IOW(UBI_CTRL_IOC_MAGIC, 64, struct ubi_attach)

SHAPE(ubi_attach, struct ubi_attach)
{
	ADD_INT(ubi_num);
	ADD_INT(mtd_num);
	ADD_INT(vid_hdr_offset);
	ADD_INT(max_beb_per1024);
	ADD_INT(disable_fm);
	ADD_INT(need_resv_pool);
}

/* A name that says its own length, and ends at a NUL all the same. */
static void add_ubi_name(
	struct decoder *d, const char *name, int len, size_t room, struct value *ret)
{
	size_t max = MIN((size_t)MAX(len, 0), room - 1), shown = strnlen(name, max);

	ret = list_add(d, ret, "name");
	value_set_string(ret, name, shown);
	if (shown == max && name[shown])
		ret->flags |= VALUE_CUT;
}

SHAPE(ubi_volume, struct ubi_mkvol_req)
{
	ADD_INT(vol_id);
	ADD_INT(alignment);
	ADD_INT(bytes);
	value_set_enum(list_add(d, ret, "vol_type"), (uint8_t)from->vol_type, &flags_ubi_volume);
	ADD_FLAGS(flags, ubi_flags);
	ADD_INT(name_len);
	add_ubi_name(d, from->name, from->name_len, sizeof(from->name), ret);
}

SHAPE(ubi_resize, struct ubi_rsvol_req)
{
	ADD_INT(bytes);
	ADD_INT(vol_id);
}

struct ubi_rename_entry {
	int32_t vol_id;
	int16_t name_len;
	int8_t padding[2];
	char name[UBI_MAX_VOLUME_NAME + 1];
};

SHAPE(ubi_rename_entry, struct ubi_rename_entry)
{
	ADD_INT(vol_id);
	ADD_INT(name_len);
	add_ubi_name(d, from->name, from->name_len, sizeof(from->name), ret);
}

/* The whole structure is longer than what is ever captured. */
static void show_ubi_rename(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2];
	const int32_t *count = decoder_bytes(d, addr, sizeof(*count), CAPTURE_AT_ENTER);
	struct value *ents;

	if (!count) {
		value_set_addr(ret, addr);
		return;
	}
	value_set_int(list_add(d, ret, "count"), *count);
	ents = list_add(d, ret, "ents");
	ioctl_show_array(d, addr + offsetof(struct ubi_rnvol_req, ents),
		(uint64_t)MIN(MAX(*count, 0), UBI_MAX_RNVOL), &shape_ubi_rename_entry,
		CAPTURE_AT_ENTER, ents);
	if (*count > UBI_MAX_RNVOL)
		ents->flags |= VALUE_CUT;
}

SHAPE(ubi_change, struct ubi_leb_change_req)
{
	ADD_INT(lnum);
	ADD_INT(bytes);
	value_set_enum(list_add(d, ret, "dtype"), (uint8_t)from->dtype, &flags_ubi_dtype);
}

SHAPE(ubi_map, struct ubi_map_req)
{
	ADD_INT(lnum);
	value_set_enum(list_add(d, ret, "dtype"), (uint8_t)from->dtype, &flags_ubi_dtype);
}

SHAPE(ubi_property, struct ubi_set_vol_prop_req)
{
	ADD_ENUM(property, ubi_prop);
	ADD_HEX(value);
}

/* What is made, and in its place the number that it got. */
static void show_ubi_made(struct decoder *d, const struct shape *shape, struct value *ret)
{
	struct value *change = ret;

	if (d->done) {
		list_init(change, VALUE_CHANGE);
		ret = list_add(d, change, NULL);
	}
	decoder_show_shape(d, d->args[2], shape, CAPTURE_AT_ENTER, ret);
	if (d->done)
		decoder_show_shape(
			d, d->args[2], &shape_int, CAPTURE_AT_EXIT, list_add(d, change, NULL));
}

static void show_attaching(struct decoder *d, struct value *ret)
{
	show_ubi_made(d, &shape_ubi_attach, ret);
}

static void show_making(struct decoder *d, struct value *ret)
{
	show_ubi_made(d, &shape_ubi_volume, ret);
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(MEMGETINFO, mtd_info),
	REQUEST_IN(MEMERASE, mtd_range),
	REQUEST_IN(MEMLOCK, mtd_range),
	REQUEST_IN(MEMUNLOCK, mtd_range),
	REQUEST_IN(MEMISLOCKED, mtd_range),
	REQUEST_IN(MEMERASE64, mtd_range64),
	REQUEST_IN(MEMWRITEOOB, mtd_spare),
	REQUEST_IN(MEMREADOOB, mtd_spare),
	REQUEST_IN(MEMWRITEOOB64, mtd_spare64),
	REQUEST_IN(MEMREADOOB64, mtd_spare64),
	REQUEST_IN(MEMWRITE, mtd_write),
	REQUEST_IN(OTPLOCK, mtd_otp),
	REQUEST_IN(OTPERASE, mtd_otp),
	REQUEST_OUT(OTPGETREGIONINFO, mtd_otp),
	REQUEST_OUT(OTPGETREGIONCOUNT, uint),
	REQUEST_IN(OTPSELECT, mtd_mode),
	REQUEST_ENUM(MTDFILEMODE, mtd_file),
	REQUEST_OUT(MEMGETREGIONCOUNT, int),
	REQUEST_FILL(MEMGETREGIONINFO, mtd_region),
	REQUEST_OUT(MEMGETOOBSEL, mtd_spare_layout),
	REQUEST_IN(MEMGETBADBLOCK, u64),
	REQUEST_IN(MEMSETBADBLOCK, u64),
	REQUEST_OUT(ECCGETLAYOUT, mtd_check_layout),
	REQUEST_OUT(ECCGETSTATS, mtd_statistics),

	REQUEST_ODD(UBI_ATTACH, show_attaching),
	REQUEST_ODD(UBI_IOCMKVOL, show_making),
	REQUEST_IN(UBI_IOCDET, int),
	REQUEST_IN(UBI_IOCRMVOL, int),
	REQUEST_IN(UBI_IOCRSVOL, ubi_resize),
	REQUEST_ODD(UBI_IOCRNVOL, show_ubi_rename),
	REQUEST_IN(UBI_IOCVOLUP, s64),
	REQUEST_IN(UBI_IOCEBER, int),
	REQUEST_IN(UBI_IOCEBCH, ubi_change),
	REQUEST_IN(UBI_IOCEBMAP, ubi_map),
	REQUEST_IN(UBI_IOCEBUNMAP, int),
	REQUEST_IN(UBI_IOCEBISMAP, int),
	REQUEST_IN(UBI_IOCSETVOLPROP, ubi_property),
	REQUEST_IN(_IOW(UBI_IOC_MAGIC, 4, int32_t), int), /* UBI_IOCRPEB */
	REQUEST_IN(_IOW(UBI_IOC_MAGIC, 5, int32_t), int), /* UBI_IOCSPEB */
	REQUEST(UBI_IOCVOLCRBLK, NONE),
	REQUEST(UBI_IOCVOLRMBLK, NONE),
};

IOCTL_TABLE(flash);

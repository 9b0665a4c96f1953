/* ioctl: files and file systems. */
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/msdos_fs.h>
#include <stddef.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* newer than some headers */
struct fs_uuid {
	uint8_t len;
	uint8_t uuid[16];
};

struct fs_sysfs_path {
	uint8_t len;
	uint8_t name[128];
};

struct fs_block_metadata {
	uint32_t lbmd_flags;
	uint16_t lbmd_interval;
	uint8_t lbmd_size;
	uint8_t lbmd_opaque_size;
	uint8_t lbmd_opaque_offset;
	uint8_t lbmd_pi_size;
	uint8_t lbmd_pi_offset;
	uint8_t lbmd_guard_tag_type;
	uint8_t lbmd_app_tag_size;
	uint8_t lbmd_ref_tag_size;
	uint8_t lbmd_storage_tag_size;
	uint8_t pad;
};

#define IOC_GETFSUUID      _IOR(0x15, 0, struct fs_uuid)
#define IOC_GETFSSYSFSPATH _IOR(0x15, 1, struct fs_sysfs_path)
#define IOC_GETLBMD_CAP    _IOWR(0x15, 2, struct fs_block_metadata)
#define IOC_SHUTDOWN       _IOR('X', 125, uint32_t)

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

SHAPE(dedupe_target, struct file_dedupe_range_info)
{
	ADD_FD(dest_fd);
	ADD_UINT(dest_offset);
}

SHAPE(dedupe_result, struct file_dedupe_range_info)
{
	ADD_UINT(bytes_deduped);
	if (from->status > 0)
		ADD_ENUM(status, dedupe_status);
	else
		ADD_INT(status);
}

#define TARGETS_SHOWN 2 /* without -v */

static void add_targets(
	struct decoder *d, uint32_t nr, const struct shape *shape, unsigned when, struct value *ret)
{
	bool all = d->opts->verbose || nr <= TARGETS_SHOWN;

	ret = list_add(d, ret, "info");
	ioctl_show_array(d, d->args[2] + sizeof(struct file_dedupe_range), all ? nr : TARGETS_SHOWN,
		shape, when, ret);
	if (!all && ret->kind == VALUE_ARRAY)
		ret->flags |= VALUE_ABBREV;
}

/* A source, and behind the structure where it may be found again. */
static void show_dedupe(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2];
	const struct file_dedupe_range *from =
		decoder_bytes(d, addr, sizeof(*from), CAPTURE_AT_ENTER);
	struct value *asked = ret;

	if (!from) {
		value_set_addr(ret, addr);
		return;
	}
	if (d->done) {
		list_init(ret, VALUE_CHANGE);
		asked = list_add(d, ret, NULL);
	}
	value_set_uint(list_add(d, asked, "src_offset"), from->src_offset);
	value_set_uint(list_add(d, asked, "src_length"), from->src_length);
	value_set_uint(list_add(d, asked, "dest_count"), from->dest_count);
	add_targets(d, from->dest_count, &shape_dedupe_target, CAPTURE_AT_ENTER, asked);
	if (d->done)
		add_targets(d, from->dest_count, &shape_dedupe_result, CAPTURE_AT_EXIT,
			list_add(d, ret, NULL));
}

SHAPE(extent, struct fiemap_extent)
{
	ADD_UINT(fe_logical);
	ADD_UINT(fe_physical);
	ADD_UINT(fe_length);
	ADD_FLAGS(fe_flags, fiemap_extent);
}

/* Where a file's data lies: what was asked for, and the pieces that were found. */
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
	if (d->opts->verbose)
		ioctl_show_array(d, d->args[2] + offsetof(struct fiemap, fm_extents),
			MIN(from->fm_mapped_extents, from->fm_extent_count), &shape_extent,
			CAPTURE_AT_EXIT, list_add(d, ret, "fm_extents"));
	else
		ret->flags |= VALUE_ABBREV;
}

SHAPE(trim_range, struct fstrim_range)
{
	ADD_HEX(start);
	ADD_UINT(len);
	ADD_UINT(minlen);
}

static void fill_xattr(struct decoder *d, const struct fsxattr *from, bool got, struct value *ret)
{
	ADD_FLAGS(fsx_xflags, fs_xflags);
	ADD_UINT(fsx_extsize);
	if (got)
		ADD_UINT(fsx_nextents);
	ADD_HEX(fsx_projid);
	ADD_UINT(fsx_cowextsize);
}

SHAPE(xattr_got, struct fsxattr)
{
	fill_xattr(d, from, true, ret);
}

SHAPE(xattr_set, struct fsxattr)
{
	fill_xattr(d, from, false, ret);
}

SHAPE(shutdown, uint32_t)
{
	value_set_enum(ret, *from, &flags_fs_shutdown);
}

SHAPE(uuid, struct fs_uuid)
{
	struct value *uuid;

	ADD_UINT(len);
	uuid = list_add(d, ret, "uuid");
	value_set_data(uuid, from->uuid, MIN(from->len, sizeof(from->uuid)),
		MIN(from->len, sizeof(from->uuid)));
	uuid->flags |= VALUE_BINARY;
}

SHAPE(sysfs_path, struct fs_sysfs_path)
{
	ADD_UINT(len);
	value_set_string(list_add(d, ret, "name"), from->name, MIN(from->len, sizeof(from->name)));
}

SHAPE(block_metadata, struct fs_block_metadata)
{
	ADD_FLAGS(lbmd_flags, fs_lbmd);
	ADD_UINT(lbmd_interval);
	ADD_UINT(lbmd_size);
	ADD_UINT(lbmd_opaque_size);
	ADD_UINT(lbmd_opaque_offset);
	ADD_UINT(lbmd_pi_size);
	ADD_UINT(lbmd_pi_offset);
	ADD_ENUM(lbmd_guard_tag_type, fs_lbmd_csum);
	ADD_UINT(lbmd_app_tag_size);
	ADD_UINT(lbmd_ref_tag_size);
	ADD_UINT(lbmd_storage_tag_size);
}

struct fs_label {
	char text[FSLABEL_MAX];
};

SHAPE(label, struct fs_label)
{
	value_set_text(ret, from->text, sizeof(from->text));
}

SHAPE(verity_enable, struct fsverity_enable_arg)
{
	ADD_UINT(version);
	ADD_ENUM(hash_algorithm, fsverity_hash);
	ADD_UINT(block_size);
	ADD_UINT(salt_size);
	ADD_ADDR(salt_ptr);
	ADD_UINT(sig_size);
	ADD_ADDR(sig_ptr);
}

static void show_verity_digest(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2];
	const struct fsverity_digest *from =
		d->done ? decoder_bytes(d, addr, sizeof(*from), CAPTURE_AT_EXIT) : NULL;
	const uint8_t *digest;

	if (!from) {
		value_set_addr(ret, addr);
		return;
	}
	ADD_ENUM(digest_algorithm, fsverity_hash);
	ADD_UINT(digest_size);
	digest = decoder_bytes(d, addr + sizeof(*from), from->digest_size, CAPTURE_AT_EXIT);
	if (digest) {
		struct value *shown = list_add(d, ret, "digest");

		value_set_data(shown, digest, from->digest_size, from->digest_size);
		shown->flags |= VALUE_BINARY;
	} else {
		ret->flags |= VALUE_CUT;
	}
}

static const struct ioctl_row rows[] = {
	REQUEST(FICLONE, FD),
	REQUEST_IN(FICLONERANGE, clone_range),
	REQUEST_ODD(FIDEDUPERANGE, show_dedupe),
	REQUEST_CHANGE(FS_IOC_FIEMAP, fiemap, fiemap_found),
	REQUEST_OUT(FS_IOC_GETFLAGS, inode_flags),
	REQUEST_IN(FS_IOC_SETFLAGS, inode_flags),
	REQUEST_OUT(FS_IOC32_GETFLAGS, inode_flags),
	REQUEST_IN(FS_IOC32_SETFLAGS, inode_flags),
	REQUEST_OUT(FS_IOC_GETVERSION, int),
	REQUEST_IN(FS_IOC_SETVERSION, int),
	REQUEST_OUT(FS_IOC_FSGETXATTR, xattr_got),
	REQUEST_IN(FS_IOC_FSSETXATTR, xattr_set),
	REQUEST_OUT(FS_IOC_GETFSLABEL, label),
	REQUEST_IN(FS_IOC_SETFSLABEL, label),
	REQUEST_OUT(IOC_GETFSUUID, uuid),
	REQUEST_OUT(IOC_GETFSSYSFSPATH, sysfs_path),
	REQUEST_OUT(IOC_GETLBMD_CAP, block_metadata),
	REQUEST_IN(IOC_SHUTDOWN, shutdown),
	REQUEST(FIFREEZE, NONE),
	REQUEST(FITHAW, NONE),
	REQUEST_IN_OUT(FITRIM, trim_range),
	REQUEST_IN_OUT(FIBMAP, int),
	REQUEST_OUT(FIGETBSZ, int),
	REQUEST_IN(FS_IOC_ENABLE_VERITY, verity_enable),
	REQUEST_ODD(FS_IOC_MEASURE_VERITY, show_verity_digest),
	REQUEST_OUT(FAT_IOCTL_GET_ATTRIBUTES, uint),
	REQUEST_IN(FAT_IOCTL_SET_ATTRIBUTES, uint),
};

IOCTL_TABLE(fs);

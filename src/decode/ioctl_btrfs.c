/* ioctl: the btrfs file system. */
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stddef.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* The ends of ranges are where they begin or the greatest number, as a rule. */
static void add_limit(struct decoder *d, const char *name, uint64_t number, struct value *ret)
{
	ret = list_add(d, ret, name);
	if (number == UINT64_MAX)
		value_set_name(ret, "UINT64_MAX");
	else
		value_set_uint(ret, number);
}

static void add_object(struct decoder *d, const char *name, uint64_t id, struct value *ret)
{
	ret = list_add(d, ret, name);
	if (flag_set_exact(&flags_btrfs_tree, id))
		value_set_enum(ret, id, &flags_btrfs_tree);
	else if (id == UINT64_MAX)
		value_set_name(ret, "UINT64_MAX");
	else
		value_set_uint(ret, id);
}

static void add_uuid(struct decoder *d, const uint8_t *u, struct value *ret)
{
	value_set_name(list_add(d, ret, "uuid"),
		decoder_printf(d,
			"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
			u[12], u[13], u[14], u[15]));
}

static void add_device(struct decoder *d, uint64_t id, struct value *ret)
{
	value_set_dev(d, list_add(d, ret, "devid"), id);
}

SHAPE(btrfs_volume, struct btrfs_ioctl_vol_args)
{
	ADD_FD(fd);
	ADD_TEXT(name);
}

SHAPE(btrfs_volume2, struct btrfs_ioctl_vol_args_v2)
{
	ADD_FD(fd);
	ADD_FLAGS(flags, btrfs_snap);
	if (from->flags & BTRFS_SUBVOL_QGROUP_INHERIT) {
		ADD_UINT(size);
		ADD_ADDR(qgroup_inherit);
	}
	if (from->flags & BTRFS_SUBVOL_SPEC_BY_ID)
		ADD_UINT(subvolid);
	else
		ADD_TEXT(name);
}

SHAPE(btrfs_snap_flags, uint64_t)
{
	value_set_flags(ret, *from, &flags_btrfs_snap);
}

SHAPE(btrfs_defrag, struct btrfs_ioctl_defrag_range_args)
{
	ADD_UINT(start);
	add_limit(d, "len", from->len, ret);
	ADD_FLAGS(flags, btrfs_defrag);
	ADD_UINT(extent_thresh);
	ADD_ENUM(compress_type, btrfs_compress);
}

static void fill_key(
	struct decoder *d, const struct btrfs_ioctl_search_key *from, struct value *ret)
{
	add_object(d, "tree_id", from->tree_id, ret);
	if (from->min_objectid != BTRFS_FIRST_FREE_OBJECTID || d->opts->verbose)
		add_object(d, "min_objectid", from->min_objectid, ret);
	if (from->max_objectid != BTRFS_LAST_FREE_OBJECTID || d->opts->verbose)
		add_object(d, "max_objectid", from->max_objectid, ret);
	add_limit(d, "min_offset", from->min_offset, ret);
	add_limit(d, "max_offset", from->max_offset, ret);
	add_limit(d, "min_transid", from->min_transid, ret);
	add_limit(d, "max_transid", from->max_transid, ret);
	ADD_UINT(min_type);
	if (from->max_type == UINT32_MAX)
		value_set_name(list_add(d, ret, "max_type"), "UINT32_MAX");
	else
		ADD_UINT(max_type);
	ADD_UINT(nr_items);
}

SHAPE(btrfs_search, struct btrfs_ioctl_search_key)
{
	fill_key(d, from, list_add(d, ret, "key"));
}

SHAPE(btrfs_found, struct btrfs_ioctl_search_key)
{
	value_set_uint(list_add(d, list_add(d, ret, "key"), "nr_items"), from->nr_items);
	ret->flags |= VALUE_ABBREV;
}

SHAPE(btrfs_search2, struct btrfs_ioctl_search_args_v2)
{
	fill_key(d, &from->key, list_add(d, ret, "key"));
	ADD_UINT(buf_size);
}

SHAPE(btrfs_found2, struct btrfs_ioctl_search_args_v2)
{
	value_set_uint(list_add(d, list_add(d, ret, "key"), "nr_items"), from->key.nr_items);
	ADD_UINT(buf_size);
	ret->flags |= VALUE_ABBREV;
}

SHAPE(btrfs_lookup, struct btrfs_ioctl_ino_lookup_args)
{
	add_object(d, "treeid", from->treeid, ret);
	add_object(d, "objectid", from->objectid, ret);
}

SHAPE(btrfs_looked_up, struct btrfs_ioctl_ino_lookup_args)
{
	ADD_TEXT(name);
}

SHAPE(btrfs_space, struct btrfs_ioctl_space_args)
{
	ADD_UINT(space_slots);
}

SHAPE(btrfs_spaces, struct btrfs_ioctl_space_args)
{
	ADD_UINT(total_spaces);
	ret->flags |= VALUE_ABBREV;
}

SHAPE(btrfs_scrub, struct btrfs_ioctl_scrub_args)
{
	add_device(d, from->devid, ret);
	if (arg_u32(d, 1) != BTRFS_IOC_SCRUB)
		return;
	ADD_UINT(start);
	add_limit(d, "end", from->end, ret);
	ADD_FLAGS(flags, btrfs_scrub);
}

SHAPE(btrfs_scrubbed, struct btrfs_ioctl_scrub_args)
{
	const struct btrfs_scrub_progress *progress = &from->progress;
	struct value *shown = list_add(d, ret, "progress");

	value_set_uint(
		list_add(d, shown, "data_extents_scrubbed"), progress->data_extents_scrubbed);
	value_set_uint(
		list_add(d, shown, "tree_extents_scrubbed"), progress->tree_extents_scrubbed);
	value_set_uint(list_add(d, shown, "data_bytes_scrubbed"), progress->data_bytes_scrubbed);
	value_set_uint(list_add(d, shown, "tree_bytes_scrubbed"), progress->tree_bytes_scrubbed);
	shown->flags |= VALUE_ABBREV;
}

SHAPE(btrfs_device, struct btrfs_ioctl_dev_info_args)
{
	uint8_t any = 0;

	add_device(d, from->devid, ret);
	for (size_t i = 0; i < sizeof(from->uuid); i++)
		any |= from->uuid[i];
	if (any)
		add_uuid(d, from->uuid, ret);
}

SHAPE(btrfs_device_found, struct btrfs_ioctl_dev_info_args)
{
	add_uuid(d, from->uuid, ret);
	ADD_UINT(bytes_used);
	ADD_UINT(total_bytes);
	ADD_TEXT(path);
}

SHAPE(btrfs_info, struct btrfs_ioctl_fs_info_args)
{
	ADD_UINT(max_id);
	ADD_UINT(num_devices);
	add_uuid(d, from->fsid, ret);
	ret->list.items[ret->list.nr - 1].name = "fsid";
	ADD_UINT(nodesize);
	ADD_UINT(sectorsize);
	ADD_UINT(clone_alignment);
}

SHAPE(btrfs_paths, struct btrfs_ioctl_ino_path_args)
{
	ADD_UINT(inum);
	ADD_UINT(size);
	ADD_ADDR(fspath);
}

SHAPE(btrfs_inodes, struct btrfs_ioctl_logical_ino_args)
{
	uint64_t any = from->reserved[0] | from->reserved[1] | from->reserved[2];

	ADD_UINT(logical);
	ADD_UINT(size);
	if (any) {
		struct value *reserved = list_add(d, ret, "reserved");

		list_init(reserved, VALUE_ARRAY);
		for (size_t i = 0; i < ARRAY_SIZE(from->reserved); i++)
			value_set_hex(list_add(d, reserved, NULL), from->reserved[i]);
	}
	ADD_FLAGS(flags, btrfs_logical);
	ADD_ADDR(inodes);
}

static void add_time(struct decoder *d, const char *name, const struct btrfs_ioctl_timespec *from,
	struct value *ret)
{
	ret = list_add(d, ret, name);
	ADD_UINT(sec);
	ADD_UINT(nsec);
	ret->comment = decoder_date(d, (int64_t)from->sec, from->nsec, 9);
}

SHAPE(btrfs_received, struct btrfs_ioctl_received_subvol_args)
{
	add_uuid(d, (const uint8_t *)from->uuid, ret);
	ADD_UINT(stransid);
	add_time(d, "stime", &from->stime, ret);
	ADD_UINT(flags);
}

SHAPE(btrfs_received_done, struct btrfs_ioctl_received_subvol_args)
{
	ADD_UINT(rtransid);
	add_time(d, "rtime", &from->rtime, ret);
}

SHAPE(btrfs_quota, struct btrfs_ioctl_quota_ctl_args)
{
	ADD_ENUM(cmd, btrfs_quota);
}

SHAPE(btrfs_assign, struct btrfs_ioctl_qgroup_assign_args)
{
	ADD_UINT(assign);
	ADD_UINT(src);
	ADD_UINT(dst);
}

SHAPE(btrfs_group, struct btrfs_ioctl_qgroup_create_args)
{
	ADD_UINT(create);
	ADD_UINT(qgroupid);
}

SHAPE(btrfs_rescan, struct btrfs_ioctl_quota_rescan_args)
{
	ADD_UINT(flags);
}

SHAPE(btrfs_rescan_state, struct btrfs_ioctl_quota_rescan_args)
{
	ADD_UINT(flags);
	ADD_UINT(progress);
}

SHAPE(btrfs_send, struct btrfs_ioctl_send_args)
{
	value_set_fd(list_add(d, ret, "send_fd"), (int32_t)from->send_fd);
	ADD_UINT(clone_sources_count);
	ADD_ADDR(clone_sources);
	add_object(d, "parent_root", from->parent_root, ret);
	ADD_FLAGS(flags, btrfs_send);
}

SHAPE(btrfs_statistics, struct btrfs_ioctl_get_dev_stats)
{
	add_device(d, from->devid, ret);
	ADD_UINT(nr_items);
	ADD_FLAGS(flags, btrfs_stats);
}

SHAPE(btrfs_feature_set, struct btrfs_ioctl_feature_flags)
{
	ADD_HEX(compat_flags);
	ADD_FLAGS(compat_ro_flags, btrfs_ro_features);
	ADD_FLAGS(incompat_flags, btrfs_features);
}

static const struct ioctl_row rows[] = {
	REQUEST(BTRFS_IOC_TRANS_START, NONE),
	REQUEST(BTRFS_IOC_TRANS_END, NONE),
	REQUEST(BTRFS_IOC_SYNC, NONE),
	REQUEST(BTRFS_IOC_SCRUB_CANCEL, NONE),
	REQUEST(BTRFS_IOC_QUOTA_RESCAN_WAIT, NONE),
	REQUEST(BTRFS_IOC_BALANCE, NONE),
	REQUEST(BTRFS_IOC_DEFRAG, NONE),
	REQUEST_IN(BTRFS_IOC_WAIT_SYNC, u64),
	REQUEST_OUT(BTRFS_IOC_START_SYNC, u64),
	REQUEST_IN(BTRFS_IOC_SNAP_CREATE, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_SUBVOL_CREATE, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_SNAP_DESTROY, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_RESIZE, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_SCAN_DEV, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_FORGET_DEV, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_ADD_DEV, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_RM_DEV, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_DEVICES_READY, btrfs_volume),
	REQUEST_IN(BTRFS_IOC_SNAP_CREATE_V2, btrfs_volume2),
	REQUEST_IN(BTRFS_IOC_SUBVOL_CREATE_V2, btrfs_volume2),
	REQUEST_IN(BTRFS_IOC_SNAP_DESTROY_V2, btrfs_volume2),
	REQUEST_IN(BTRFS_IOC_RM_DEV_V2, btrfs_volume2),
	REQUEST_IN(BTRFS_IOC_DEFAULT_SUBVOL, u64),
	REQUEST_OUT(BTRFS_IOC_SUBVOL_GETFLAGS, btrfs_snap_flags),
	REQUEST_IN(BTRFS_IOC_SUBVOL_SETFLAGS, btrfs_snap_flags),
	REQUEST_ENUM(BTRFS_IOC_BALANCE_CTL, btrfs_balance_ctl),
	REQUEST(BTRFS_IOC_BALANCE_V2, ADDR),
	REQUEST(BTRFS_IOC_BALANCE_PROGRESS, ADDR),
	REQUEST_IN(BTRFS_IOC_DEFRAG_RANGE, btrfs_defrag),
	REQUEST_CHANGE(BTRFS_IOC_TREE_SEARCH, btrfs_search, btrfs_found),
	REQUEST_CHANGE(BTRFS_IOC_TREE_SEARCH_V2, btrfs_search2, btrfs_found2),
	REQUEST_CHANGE(BTRFS_IOC_INO_LOOKUP, btrfs_lookup, btrfs_looked_up),
	REQUEST_CHANGE(BTRFS_IOC_SPACE_INFO, btrfs_space, btrfs_spaces),
	REQUEST_CHANGE(BTRFS_IOC_SCRUB, btrfs_scrub, btrfs_scrubbed),
	REQUEST_CHANGE(BTRFS_IOC_SCRUB_PROGRESS, btrfs_scrub, btrfs_scrubbed),
	REQUEST_CHANGE(BTRFS_IOC_DEV_INFO, btrfs_device, btrfs_device_found),
	REQUEST_OUT(BTRFS_IOC_FS_INFO, btrfs_info),
	REQUEST_IN(BTRFS_IOC_INO_PATHS, btrfs_paths),
	REQUEST_IN(BTRFS_IOC_LOGICAL_INO, btrfs_inodes),
	REQUEST_CHANGE(BTRFS_IOC_SET_RECEIVED_SUBVOL, btrfs_received, btrfs_received_done),
	REQUEST_IN(BTRFS_IOC_SEND, btrfs_send),
	REQUEST_IN(BTRFS_IOC_QUOTA_CTL, btrfs_quota),
	REQUEST_IN(BTRFS_IOC_QGROUP_ASSIGN, btrfs_assign),
	REQUEST_IN(BTRFS_IOC_QGROUP_CREATE, btrfs_group),
	REQUEST(BTRFS_IOC_QGROUP_LIMIT, ADDR),
	REQUEST_IN(BTRFS_IOC_QUOTA_RESCAN, btrfs_rescan),
	REQUEST_OUT(BTRFS_IOC_QUOTA_RESCAN_STATUS, btrfs_rescan_state),
	REQUEST_IN(BTRFS_IOC_GET_DEV_STATS, btrfs_statistics),
	REQUEST(BTRFS_IOC_DEV_REPLACE, ADDR),
	REQUEST_OUT(BTRFS_IOC_GET_FEATURES, btrfs_feature_set),
	REQUEST(BTRFS_IOC_SET_FEATURES, ADDR),
	REQUEST(BTRFS_IOC_GET_SUPPORTED_FEATURES, ADDR),
};

IOCTL_TABLE(btrfs);

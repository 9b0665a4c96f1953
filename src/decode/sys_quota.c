/* Disk quotas, of the generic kind and of XFS. */
#include <linux/quota.h>
#include <stdint.h>

#include <linux/dqblk_xfs.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

/* without the padding at its end, which no kernel writes to */
struct dqblk {
	uint64_t dqb_bhardlimit;
	uint64_t dqb_bsoftlimit;
	uint64_t dqb_curspace;
	uint64_t dqb_ihardlimit;
	uint64_t dqb_isoftlimit;
	uint64_t dqb_curinodes;
	uint64_t dqb_btime;
	uint64_t dqb_itime;
	uint32_t dqb_valid;
} __attribute__((packed));

struct nextdqblk {
	struct dqblk dqb;
	uint32_t dqb_id;
};

static void add_limits(struct decoder *d, struct value *ret, const struct dqblk *from)
{
	ADD_UINT(dqb_bhardlimit);
	ADD_UINT(dqb_bsoftlimit);
	ADD_UINT(dqb_curspace);
	ADD_UINT(dqb_ihardlimit);
	ADD_UINT(dqb_isoftlimit);
	ADD_UINT(dqb_curinodes);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(dqb_btime);
	ADD_UINT(dqb_itime);
	ADD_FLAGS(dqb_valid, quota_valid);
}

SHAPE(dqblk, struct dqblk)
{
	add_limits(d, ret, from);
}

SHAPE(nextdqblk, struct nextdqblk)
{
	add_limits(d, ret, &from->dqb);
	ADD_UINT(dqb_id);
}

struct dqinfo {
	uint64_t dqi_bgrace;
	uint64_t dqi_igrace;
	uint32_t dqi_flags;
	uint32_t dqi_valid;
};

SHAPE(dqinfo, struct dqinfo)
{
	ADD_UINT(dqi_bgrace);
	ADD_UINT(dqi_igrace);
	ADD_FLAGS(dqi_flags, quota_info_flags);
	ADD_FLAGS(dqi_valid, quota_info_valid);
}

SHAPE(quota_format, uint32_t)
{
	value_set_enum(ret, *from, &flags_quota_format);
}

SHAPE(xfs_quota_flags, uint32_t)
{
	value_set_flags(ret, *from, &flags_xfs_quota_flags);
}

SHAPE(xfs_quota_kinds, uint32_t)
{
	value_set_flags(ret, *from, &flags_xfs_quota_kind);
}

SHAPE(xfs_dqblk, struct fs_disk_quota)
{
	ADD_INT(d_version);
	value_set_flags(list_add(d, ret, "d_flags"), (uint8_t)from->d_flags, &flags_xfs_quota_kind);
	ADD_HEX(d_fieldmask);
	ADD_UINT(d_id);
	ADD_UINT(d_blk_hardlimit);
	ADD_UINT(d_blk_softlimit);
	ADD_UINT(d_ino_hardlimit);
	ADD_UINT(d_ino_softlimit);
	ADD_UINT(d_bcount);
	ADD_UINT(d_icount);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_INT(d_itimer);
	ADD_INT(d_btimer);
	ADD_UINT(d_iwarns);
	ADD_UINT(d_bwarns);
	ADD_UINT(d_rtb_hardlimit);
	ADD_UINT(d_rtb_softlimit);
	ADD_UINT(d_rtbcount);
	ADD_INT(d_rtbtimer);
	ADD_UINT(d_rtbwarns);
}

#define ADD_QUOTA_FILE(m)                                                                          \
	add_quota_file(                                                                            \
		d, list_add(d, ret, #m), from->m.qfs_ino, from->m.qfs_nblks, from->m.qfs_nextents)

static void add_quota_file(
	struct decoder *d, struct value *ret, uint64_t inode, uint64_t blocks, uint32_t extents)
{
	value_set_uint(list_add(d, ret, "qfs_ino"), inode);
	value_set_uint(list_add(d, ret, "qfs_nblks"), blocks);
	value_set_uint(list_add(d, ret, "qfs_nextents"), extents);
}

SHAPE(xfs_stat, struct fs_quota_stat)
{
	ADD_INT(qs_version);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_FLAGS(qs_flags, xfs_quota_flags);
	ADD_QUOTA_FILE(qs_uquota);
	ADD_QUOTA_FILE(qs_gquota);
	ADD_UINT(qs_incoredqs);
	ADD_INT(qs_btimelimit);
	ADD_INT(qs_itimelimit);
	ADD_INT(qs_rtbtimelimit);
	ADD_UINT(qs_bwarnlimit);
	ADD_UINT(qs_iwarnlimit);
}

SHAPE(xfs_statv, struct fs_quota_statv)
{
	ADD_INT(qs_version);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_FLAGS(qs_flags, xfs_quota_flags);
	ADD_UINT(qs_incoredqs);
	ADD_QUOTA_FILE(qs_uquota);
	ADD_QUOTA_FILE(qs_gquota);
	ADD_QUOTA_FILE(qs_pquota);
	ADD_INT(qs_btimelimit);
	ADD_INT(qs_itimelimit);
	ADD_INT(qs_rtbtimelimit);
	ADD_UINT(qs_bwarnlimit);
	ADD_UINT(qs_iwarnlimit);
}

/* What a command passes behind its name. */
static const struct quota_command {
	uint32_t command;
	bool has_id;
	const struct shape *shape; /* of what `addr` points to */
	bool out;
} quota_commands[] = {
	{Q_GETFMT, false, &shape_quota_format, true},
	{Q_GETINFO, false, &shape_dqinfo, true},
	{Q_SETINFO, false, &shape_dqinfo, false},
	{Q_GETQUOTA, true, &shape_dqblk, true},
	{Q_SETQUOTA, true, &shape_dqblk, false},
	{Q_GETNEXTQUOTA, true, &shape_nextdqblk, true},
	{Q_XQUOTAON, false, &shape_xfs_quota_flags, false},
	{Q_XQUOTAOFF, false, &shape_xfs_quota_flags, false},
	{Q_XQUOTARM, false, &shape_xfs_quota_kinds, false},
	{Q_XGETQUOTA, true, &shape_xfs_dqblk, true},
	{Q_XGETNEXTQUOTA, true, &shape_xfs_dqblk, true},
	{Q_XSETQLIM, true, &shape_xfs_dqblk, false},
	{Q_XGETQSTAT, false, &shape_xfs_stat, true},
	{Q_XGETQSTATV, false, &shape_xfs_statv, true},
};

/* the largest of them; the path of Q_QUOTAON is shown up to there */
#define QUOTA_BYTES sizeof(struct fs_quota_statv)

static void show_command_data(struct decoder *d, const struct quota_command *command)
{
	struct value *ret = decoder_arg(d, 3);

	if (command->out && !d->done)
		value_set_addr(ret, d->args[3]);
	else
		decoder_show_shape(d, d->args[3], command->shape,
			command->out ? CAPTURE_AT_EXIT : CAPTURE_AT_ENTER, ret);
	if (!command->has_id) {
		d->out->args[2] = *ret;
		decoder_keep_args(d, 3);
	}
}

static void decode_quotactl(struct decoder *d)
{
	struct value *cmd = decoder_arg(d, d->out->id == CALL_quotactl ? 0 : 1);
	uint32_t word = arg_u32(d, d->arg), command = word >> 8;

	macro_init(cmd, "QCMD");
	value_set_enum(list_add(d, cmd, NULL), command, &flags_quota_cmd);
	value_set_enum(list_add(d, cmd, NULL), word & 0xff, &flags_quota_type);
	switch (command) {
	case Q_SYNC:
	case Q_QUOTAOFF:
	case Q_XQUOTASYNC: decoder_keep_args(d, 2); return;
	case Q_QUOTAON:
		value_set_enum(decoder_arg(d, 2), arg_u32(d, 2), &flags_quota_format);
		decoder_show_name(d, d->args[3], CAPTURE_AT_ENTER, decoder_arg(d, 3));
		return;
	default: break;
	}
	for (size_t i = 0; i < ARRAY_SIZE(quota_commands); i++)
		if (quota_commands[i].command == command)
			show_command_data(d, &quota_commands[i]);
}

SYSCALL_ODD(quotactl, CLASS_FILE, RET_INT, decode_quotactl, ARG(cmd, HEX32), ARG(special, PATH),
	ARG(id, ID), ARG(addr, RAW_BOTH, QUOTA_BYTES));
SYSCALL_ODD(quotactl_fd, CLASS_DESC, RET_INT, decode_quotactl, ARG(fd, FD), ARG(cmd, HEX32),
	ARG(id, ID), ARG(addr, RAW_BOTH, QUOTA_BYTES));

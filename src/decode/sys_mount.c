/* Mounts: the old calls, the new ones, and swap. */
#include <linux/mount.h>
#include <stddef.h>
#include <string.h>
#include <sys/swap.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"
#include "util/arena.h"

#define FILE_DESC (CLASS_FILE | CLASS_DESC)

#define OLD_MAGIC      0xc0ed0000 /* what programs before Linux 2.4 had to pass along */
#define OLD_MAGIC_MASK 0xffff0000

/* A remount changes options only; binding and the like look at nothing but the paths. */
static void decode_mount(struct decoder *d)
{
	const uint64_t propagation = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
	uint64_t flags = d->args[3];
	bool magic = (flags & OLD_MAGIC_MASK) == OLD_MAGIC;
	bool paths_only;
	struct value *ret = decoder_arg(d, 3);

	if (magic) {
		flags &= ~(uint64_t)OLD_MAGIC_MASK;
		list_init(ret, VALUE_OR);
		value_set_name(list_add(d, ret, NULL), "MS_MGC_VAL");
		if (flags)
			value_set_flags(list_add(d, ret, NULL), flags, &flags_mount);
	} else {
		value_set_flags(ret, flags, &flags_mount);
	}
	paths_only = !(flags & MS_REMOUNT) && flags & (MS_BIND | MS_MOVE | propagation);
	if (paths_only || flags & MS_REMOUNT)
		value_set_addr(decoder_arg(d, 2), d->args[2]);
	if (paths_only)
		value_set_addr(decoder_arg(d, 4), d->args[4]);
}

SYSCALL_ODD(mount, CLASS_FILE, RET_INT, decode_mount, ARG(source, PATH), ARG(target, PATH),
	ARG(filesystemtype, TEXT), ARG(mountflags, FLAGS64, mount), ARG(data, TEXT));
SYSCALL(umount2, CLASS_FILE, RET_INT, ARG(target, PATH), ARG(flags, FLAGS, umount));
SYSCALL(pivot_root, CLASS_FILE, RET_INT, ARG(new_root, PATH), ARG(put_old, PATH));
SYSCALL(open_tree, FILE_DESC, RET_FD, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, open_tree));

#define MOUNT_ATTR_VER0 32

/* `userns_fd` is a descriptor only where a mapping of ids is asked for. */
SHAPE(mount_attr, struct mount_attr)
{
	ADD_FLAGS(attr_set, mount_attr);
	ADD_FLAGS(attr_clr, mount_attr);
	ADD_ENUM(propagation, mount_propagation);
	if (from->userns_fd <= INT32_MAX && (from->attr_set | from->attr_clr) & MOUNT_ATTR_IDMAP)
		ADD_FD(userns_fd);
	else
		ADD_UINT(userns_fd);
}

static void decode_mount_attr(struct decoder *d)
{
	decoder_show_extensible(d, d->args[3], d->args[4], MOUNT_ATTR_VER0, &shape_mount_attr,
		CAPTURE_AT_ENTER, decoder_arg(d, 3));
}

SYSCALL_ODD(open_tree_attr, FILE_DESC, RET_FD, decode_mount_attr, ARG(dirfd, DIRFD),
	ARG(pathname, PATH), ARG(flags, FLAGS, open_tree), ARG(attr, RAW, ARRAY, ENTER, 4, 1),
	ARG(size, SIZE));
SYSCALL_ODD(mount_setattr, FILE_DESC, RET_INT, decode_mount_attr, ARG(dirfd, DIRFD),
	ARG(pathname, PATH), ARG(flags, FLAGS, at_tree), ARG(attr, RAW, ARRAY, ENTER, 4, 1),
	ARG(size, SIZE));
SYSCALL(move_mount, FILE_DESC, RET_INT, ARG(from_dirfd, DIRFD), ARG(from_pathname, PATH),
	ARG(to_dirfd, DIRFD), ARG(to_pathname, PATH), ARG(flags, FLAGS, move_mount));
SYSCALL(fsopen, CLASS_DESC, RET_FD, ARG(fs_name, TEXT), ARG(flags, FLAGS, fsopen));
SYSCALL(fspick, FILE_DESC, RET_FD, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(flags, FLAGS, fspick));
SYSCALL(fsmount, CLASS_DESC, RET_FD, ARG(fs_fd, FD), ARG(flags, FLAGS, fsmount),
	ARG(attr_flags, FLAGS, mount_attr));

/* Which of key, value and aux mean anything depends on the command. */
#define PARAMETER_MAX 256 /* of keys and string values */
#define BLOB_MAX      (1 << 20)

enum setting {
	SET_FLAG,
	SET_STRING,
	SET_BINARY,
	SET_PATH,
	SET_PATH_EMPTY,
	SET_FD,
};

static const struct capture_step fsconfig_steps[] = {
	STEP_ARG(SET_STRING, ENTER, 3, BYTES, LEN_NONE, PARAMETER_MAX),
	STEP_ARG(SET_BINARY, ENTER, 3, BUFFER, LEN_ARG(4), 0),
	STEP_ARG(SET_PATH, ENTER, 3, STRING, LEN_NONE, 0),
	STEP_ARG(SET_PATH_EMPTY, ENTER, 3, STRING, LEN_NONE, 0),
};

static void decode_fsconfig(struct decoder *d)
{
	uint32_t command = arg_u32(d, 1);
	int aux = arg_int(d, 4);
	struct value *value = &d->out->args[3];

	if (command > SET_FD) {
		value_set_addr(decoder_arg(d, 2), d->args[2]);
		return;
	}
	decoder_arg(d, 3);
	switch (command) {
	case SET_STRING: decoder_show_name(d, d->args[3], CAPTURE_AT_ENTER, value); break;
	case SET_PATH:
	case SET_PATH_EMPTY:
		decoder_show_string(d, d->args[3], CAPTURE_AT_ENTER, value);
		value_set_dirfd(decoder_arg(d, 4), aux);
		break;
	case SET_BINARY:
		if (aux < 0 || aux > BLOB_MAX) {
			value_set_addr(value, d->args[3]);
			break;
		}
		decoder_show_data(d, d->args[3], (uint64_t)aux, CAPTURE_AT_ENTER, value);
		value->flags |= VALUE_BINARY;
		break;
	case SET_FD: value_set_fd(decoder_arg(d, 4), aux); /* fallthrough */
	default: value_set_addr(value, d->args[3]); break;
	}
}

SYSCALL_STEPS(fsconfig, FILE_DESC, RET_INT, decode_fsconfig, PICK_ARG(1), fsconfig_steps,
	ARG(fs_fd, FD), ARG(cmd, ENUM, fsconfig_cmd), ARG(key, NAME, PARAMETER_MAX),
	ARG(value, ADDR), ARG(aux, INT));

/* what the kernel tells about mounts */
struct mnt_id_req_arg {
	uint32_t size;
	uint32_t mnt_ns_fd;
	uint64_t mnt_id;
	uint64_t param;
	uint64_t mnt_ns_id;
};

#define REQUEST_VER0 24

static void add_mnt_id(struct decoder *d, struct value *ret, uint64_t id)
{
	struct value *item = list_add(d, ret, "mnt_id");

	if (id == UINT64_MAX)
		value_set_name(item, "LSMT_ROOT");
	else
		value_set_hex(item, id);
}

/* The structure begins with its size. `listing`: of listmount, which has no mask in it. */
static void show_mnt_id_req(struct decoder *d, bool listing)
{
	uint64_t addr = d->args[0];
	const uint32_t *size = decoder_bytes(d, addr, sizeof(*size), CAPTURE_AT_ENTER);
	struct mnt_id_req_arg req = {0}, *from = &req;
	const void *bytes;
	struct value *ret;
	size_t len;

	if (!addr || !size)
		return;
	ret = decoder_arg(d, 0);
	value_set_uint(list_add(d, ret, "size"), *size);
	if (*size < REQUEST_VER0)
		return;
	len = MIN((size_t)*size, sizeof(req));
	bytes = decoder_bytes(d, addr, len, CAPTURE_AT_ENTER);
	if (!bytes) {
		value_set_rest(list_add(d, ret, "rest"), NULL, 0, *size);
		return;
	}
	memcpy(&req, bytes, len);
	ADD_FD(mnt_ns_fd);
	if (listing) {
		add_mnt_id(d, ret, req.mnt_id);
		ADD_HEX(param);
	} else {
		ADD_HEX(mnt_id);
		ADD_FLAGS(param, statmount_mask);
	}
	if (*size >= sizeof(req))
		ADD_HEX(mnt_ns_id);
	decoder_add_rest(d, addr, sizeof(req), *size, CAPTURE_AT_ENTER, ret);
}

struct statmount_arg {
	uint32_t size;
	uint32_t mnt_opts;
	uint64_t mask;
	uint32_t sb_dev_major;
	uint32_t sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags;
	uint32_t fs_type;
	uint64_t mnt_id;
	uint64_t mnt_parent_id;
	uint32_t mnt_id_old;
	uint32_t mnt_parent_id_old;
	uint64_t mnt_attr;
	uint64_t mnt_propagation;
	uint64_t mnt_peer_group;
	uint64_t mnt_master;
	uint64_t propagate_from;
	uint32_t mnt_root;
	uint32_t mnt_point;
	uint64_t mnt_ns_id;
	uint32_t fs_subtype;
	uint32_t sb_source;
	uint32_t opt_num;
	uint32_t opt_array;
	uint32_t opt_sec_num;
	uint32_t opt_sec_array;
	uint64_t supported_mask;
	uint32_t mnt_uidmap_num;
	uint32_t mnt_uidmap;
	uint32_t mnt_gidmap_num;
	uint32_t mnt_gidmap;
	uint64_t spare[43];
};

_Static_assert(sizeof(struct statmount_arg) == 512, "as the kernel has it");

enum statmount_bit {
	HAS_SB_BASIC = 0x1,
	HAS_MNT_BASIC = 0x2,
	HAS_PROPAGATE_FROM = 0x4,
	HAS_MNT_ROOT = 0x8,
	HAS_MNT_POINT = 0x10,
	HAS_FS_TYPE = 0x20,
	HAS_MNT_NS_ID = 0x40,
	HAS_MNT_OPTS = 0x80,
	HAS_FS_SUBTYPE = 0x100,
	HAS_SB_SOURCE = 0x200,
	HAS_OPT_ARRAY = 0x400,
	HAS_OPT_SEC_ARRAY = 0x800,
	HAS_SUPPORTED_MASK = 0x1000,
	HAS_MNT_UIDMAP = 0x2000,
	HAS_MNT_GIDMAP = 0x4000,
};

/* The strings that follow the structure; members say where in there theirs begin. */
struct statmount_text {
	const char *bytes;
	size_t len;
};

static void set_text(struct value *ret, const char *bytes, size_t room)
{
	value_set_text(ret, bytes, room);
	if (ret->data.len == room)
		ret->flags |= VALUE_CUT;
}

static void add_text(struct decoder *d, struct value *ret, const char *name, uint32_t at,
	const struct statmount_text *text)
{
	struct value *item = list_add(d, ret, name);

	if (at < text->len)
		set_text(item, text->bytes + at, text->len - at);
	else
		value_set_hex(item, at);
}

static void add_texts(struct decoder *d, struct value *ret, const char *name, uint32_t at,
	uint32_t nr, const struct statmount_text *text)
{
	struct value *list = list_add(d, ret, name);
	uint32_t done = 0;

	if (at >= text->len) {
		value_set_hex(list, at);
		return;
	}
	decoder_array_init(d, list);
	for (; done < nr && at < text->len; done++) {
		set_text(list_add(d, list, NULL), text->bytes + at, text->len - at);
		at += strnlen(text->bytes + at, text->len - at) + 1;
	}
	if (done < nr)
		value_set_name(list_add(d, list, NULL), "???");
}

static void add_statmount_basic(
	struct decoder *d, struct value *ret, const struct statmount_arg *from)
{
	ADD_HEX(mnt_id);
	ADD_HEX(mnt_parent_id);
	ADD_HEX(mnt_id_old);
	ADD_HEX(mnt_parent_id_old);
	ADD_FLAGS(mnt_attr, mount_attr);
	ADD_FLAGS(mnt_propagation, mount_propagation);
	ADD_HEX(mnt_peer_group);
	ADD_HEX(mnt_master);
}

static void add_statmount_lists(struct decoder *d, struct value *ret,
	const struct statmount_arg *from, const struct statmount_text *text)
{
	if (from->mask & HAS_OPT_ARRAY) {
		ADD_UINT(opt_num);
		add_texts(d, ret, "opt_array", from->opt_array, from->opt_num, text);
	}
	if (from->mask & HAS_OPT_SEC_ARRAY) {
		ADD_UINT(opt_sec_num);
		add_texts(d, ret, "opt_sec_array", from->opt_sec_array, from->opt_sec_num, text);
	}
	if (from->mask & HAS_SUPPORTED_MASK)
		ADD_FLAGS(supported_mask, statmount_mask);
	if (from->mask & HAS_MNT_UIDMAP) {
		ADD_UINT(mnt_uidmap_num);
		add_texts(d, ret, "mnt_uidmap", from->mnt_uidmap, from->mnt_uidmap_num, text);
	}
	if (from->mask & HAS_MNT_GIDMAP) {
		ADD_UINT(mnt_gidmap_num);
		add_texts(d, ret, "mnt_gidmap", from->mnt_gidmap, from->mnt_gidmap_num, text);
	}
}

static void add_statmount(struct decoder *d, struct value *ret, const struct statmount_arg *from,
	const struct statmount_text *text)
{
	ADD_UINT(size);
	if (from->mask & HAS_MNT_OPTS)
		add_text(d, ret, "mnt_opts", from->mnt_opts, text);
	ADD_FLAGS(mask, statmount_mask);
	if (from->mask & HAS_SB_BASIC) {
		ADD_UINT(sb_dev_major);
		ADD_UINT(sb_dev_minor);
		ADD_ENUM(sb_magic, fs_type);
		ADD_FLAGS(sb_flags, mount);
	}
	if (from->mask & HAS_FS_TYPE)
		add_text(d, ret, "fs_type", from->fs_type, text);
	if (from->mask & HAS_MNT_BASIC)
		add_statmount_basic(d, ret, from);
	if (from->mask & HAS_PROPAGATE_FROM)
		ADD_HEX(propagate_from);
	if (from->mask & HAS_MNT_ROOT)
		add_text(d, ret, "mnt_root", from->mnt_root, text);
	if (from->mask & HAS_MNT_POINT)
		add_text(d, ret, "mnt_point", from->mnt_point, text);
	if (from->mask & HAS_MNT_NS_ID)
		ADD_HEX(mnt_ns_id);
	if (from->mask & HAS_FS_SUBTYPE)
		add_text(d, ret, "fs_subtype", from->fs_subtype, text);
	if (from->mask & HAS_SB_SOURCE)
		add_text(d, ret, "sb_source", from->sb_source, text);
	add_statmount_lists(d, ret, from, text);
}

static void decode_statmount(struct decoder *d)
{
	uint64_t addr = d->args[1], room = d->args[2];
	struct statmount_arg st = {0};
	struct statmount_text text = {0};
	const struct capture *chunk;

	show_mnt_id_req(d, false);
	d->arg = 1;
	chunk = d->done ? decoder_chunk(d, addr, CAPTURE_AT_EXIT) : NULL;
	if (!chunk || room < sizeof(st.size) || chunk->len < MIN(room, (uint64_t)sizeof(st)))
		return;
	memcpy(&st, chunk->bytes, MIN(room, (uint64_t)sizeof(st)));
	if (st.size > sizeof(st) && st.size <= room) {
		text.bytes = (const char *)chunk->bytes + sizeof(st);
		text.len = MIN((size_t)chunk->len, (size_t)st.size) - sizeof(st);
	}
	add_statmount(d, decoder_arg(d, 1), &st, &text);
}

static const struct capture_step statmount_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 0, ARRAY, LEN_AT(struct mnt_id_req_arg, size), 1),
	STEP_ARG(STEP_ALL, EXIT, 1, ARRAY, LEN_AT(struct statmount_arg, size), 1),
};

SYSCALL_STEPS(statmount, 0, RET_INT, decode_statmount, PICK_NOTHING, statmount_steps,
	ARG(req, RAW_IN, 4), ARG(buf, ADDR), ARG(bufsize, SIZE), ARG(flags, FLAGS, statmount));

SHAPE(mount_id, uint64_t)
{
	value_set_hex(ret, *from);
}

static void decode_listmount(struct decoder *d)
{
	struct value *ids;

	show_mnt_id_req(d, true);
	ids = decoder_arg(d, 1);
	if (!d->done && d->args[2])
		value_set_addr(ids, d->args[1]);
	else
		decoder_show_array(d, d->args[1], MIN(d->args[2], (uint64_t)d->call->ret),
			&shape_mount_id, CAPTURE_AT_EXIT, ids);
}

static const struct capture_step listmount_steps[] = {
	STEP_ARG(STEP_ALL, ENTER, 0, ARRAY, LEN_AT(struct mnt_id_req_arg, size), 1),
};

SYSCALL_STEPS(listmount, 0, RET_INT, decode_listmount, PICK_NOTHING, listmount_steps,
	ARG(req, RAW_IN, 4), ARG(mnt_ids, RAW, ARRAY, EXIT, CAPTURE_LEN_RESULT, 8),
	ARG(nr_mnt_ids, SIZE), ARG(flags, FLAGS, listmount));

/* SWAP_FLAG_PREFER|5: the low bits are a priority */
static void decode_swapon(struct decoder *d)
{
	uint32_t flags = arg_u32(d, 1);
	struct value *ret = decoder_arg(d, 1);

	list_init(ret, VALUE_OR);
	if (flags & ~SWAP_FLAG_PRIO_MASK)
		value_set_flags(list_add(d, ret, NULL), flags & ~SWAP_FLAG_PRIO_MASK, &flags_swap);
	value_set_uint(list_add(d, ret, NULL), flags & SWAP_FLAG_PRIO_MASK);
}

SYSCALL_ODD(swapon, CLASS_FILE, RET_INT, decode_swapon, ARG(path, PATH), ARG(swapflags, HEX32));
SYSCALL(swapoff, CLASS_FILE, RET_INT, ARG(path, PATH));

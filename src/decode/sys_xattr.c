/* Extended attributes. */
#include "decode/row_internal.h"
#include "decode/shapes.h"

#define FILE_DESC  (CLASS_FILE | CLASS_DESC)
#define XATTR_DESC (CLASS_DESC | CLASS_WIDE_FILE)

#define XATTR_SIZE_MAX 65536 /* the kernel refuses more unread */

/* Values are most often text with the NUL that ends it, which is left out then. */
static void show_xattr_value(
	struct decoder *d, uint64_t addr, uint64_t size, unsigned when, struct value *ret)
{
	if (size > XATTR_SIZE_MAX) {
		value_set_addr(ret, addr);
		return;
	}
	decoder_show_data(d, addr, size, when, ret);
	if (ret->kind == VALUE_DATA && ret->data.len && ret->data.len == ret->data.full_len &&
		!ret->data.bytes[ret->data.len - 1])
		value_set_data(ret, ret->data.bytes, ret->data.len - 1, ret->data.len - 1);
}

static void decode_setxattr(struct decoder *d)
{
	show_xattr_value(d, d->args[2], d->args[3], CAPTURE_AT_ENTER, decoder_arg(d, 2));
}

/* A size of 0 asks how much room is needed: nothing is written then. */
static void decode_getxattr(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 2);

	if (d->done && d->args[3])
		show_xattr_value(d, d->args[2], (uint64_t)d->call->ret, CAPTURE_AT_EXIT, ret);
	else
		value_set_addr(ret, d->args[2]);
}

static void decode_listxattr(struct decoder *d)
{
	unsigned size_at = d->out->nr_args - 1;

	if (d->done && !d->args[size_at])
		value_set_addr(decoder_arg(d, size_at - 1), d->args[size_at - 1]);
}

#define XATTR_SET  ARG(name, TEXT), ARG(value, BUF_IN, 3), ARG(size, SIZE), ARG(flags, FLAGS, xattr)
#define XATTR_GET  ARG(name, TEXT), ARG(value, BUF_OUT), ARG(size, SIZE)
#define XATTR_LIST ARG(list, BUF_OUT), ARG(size, SIZE)

SYSCALL_ODD(setxattr, CLASS_FILE, RET_INT, decode_setxattr, ARG(path, PATH), XATTR_SET);
SYSCALL_ODD(lsetxattr, CLASS_FILE, RET_INT, decode_setxattr, ARG(path, PATH), XATTR_SET);
SYSCALL_ODD(fsetxattr, XATTR_DESC, RET_INT, decode_setxattr, ARG(fd, FD), XATTR_SET);
SYSCALL_ODD(getxattr, CLASS_FILE, RET_INT, decode_getxattr, ARG(path, PATH), XATTR_GET);
SYSCALL_ODD(lgetxattr, CLASS_FILE, RET_INT, decode_getxattr, ARG(path, PATH), XATTR_GET);
SYSCALL_ODD(fgetxattr, XATTR_DESC, RET_INT, decode_getxattr, ARG(fd, FD), XATTR_GET);
SYSCALL_ODD(listxattr, CLASS_FILE, RET_INT, decode_listxattr, ARG(path, PATH), XATTR_LIST);
SYSCALL_ODD(llistxattr, CLASS_FILE, RET_INT, decode_listxattr, ARG(path, PATH), XATTR_LIST);
SYSCALL_ODD(flistxattr, XATTR_DESC, RET_INT, decode_listxattr, ARG(fd, FD), XATTR_LIST);
SYSCALL(removexattr, CLASS_FILE, RET_INT, ARG(path, PATH), ARG(name, TEXT));
SYSCALL(lremovexattr, CLASS_FILE, RET_INT, ARG(path, PATH), ARG(name, TEXT));
SYSCALL(fremovexattr, XATTR_DESC, RET_INT, ARG(fd, FD), ARG(name, TEXT));

/* the calls that take a directory; their value lies behind a structure */
struct xattr_args {
	uint64_t value;
	uint32_t size;
	uint32_t flags;
};

#define XATTR_ARGS_VER0 16

static void add_xattr_flags(struct decoder *d, struct value *ret, const struct xattr_args *from)
{
	ADD_UINT(size);
	ADD_FLAGS(flags, xattr);
}

SHAPE(xattr_args_set, struct xattr_args)
{
	show_xattr_value(d, from->value, from->size, CAPTURE_AT_ENTER, list_add(d, ret, "value"));
	add_xattr_flags(d, ret, from);
}

SHAPE(xattr_args_get, struct xattr_args)
{
	struct value *value = list_add(d, ret, "value");

	if (d->done && from->size)
		show_xattr_value(d, from->value, (uint64_t)d->call->ret, CAPTURE_AT_EXIT, value);
	else
		value_set_addr(value, from->value);
	add_xattr_flags(d, ret, from);
}

static void decode_setxattrat(struct decoder *d)
{
	decoder_show_extensible(d, d->args[4], d->args[5], XATTR_ARGS_VER0, &shape_xattr_args_set,
		CAPTURE_AT_ENTER, decoder_arg(d, 4));
}

static void decode_getxattrat(struct decoder *d)
{
	decoder_show_extensible(d, d->args[4], d->args[5], XATTR_ARGS_VER0, &shape_xattr_args_get,
		CAPTURE_AT_ENTER, decoder_arg(d, 4));
}

static const struct capture_step setxattrat_steps[] = {
	STEP_AT(STEP_ALL, ENTER, 4, struct xattr_args, value, BUFFER,
		LEN_AT(struct xattr_args, size), 0),
};

static const struct capture_step getxattrat_steps[] = {
	STEP_AT(STEP_ALL, EXIT, 4, struct xattr_args, value, BUFFER, LEN_RESULT, 0),
};

#define XATTR_PLACE ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(at_flags, FLAGS, at_path)
#define XATTR_ARGS  ARG(name, TEXT), ARG(args, RAW, ARRAY, ENTER, 5, 1), ARG(size, SIZE)

SYSCALL_STEPS(setxattrat, FILE_DESC, RET_INT, decode_setxattrat, PICK_NOTHING, setxattrat_steps,
	XATTR_PLACE, XATTR_ARGS);
SYSCALL_STEPS(getxattrat, FILE_DESC, RET_INT, decode_getxattrat, PICK_NOTHING, getxattrat_steps,
	XATTR_PLACE, XATTR_ARGS);
SYSCALL_ODD(listxattrat, FILE_DESC, RET_INT, decode_listxattr, XATTR_PLACE, XATTR_LIST);
SYSCALL(removexattrat, FILE_DESC, RET_INT, XATTR_PLACE, ARG(name, TEXT));

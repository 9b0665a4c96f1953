#pragma once
/*
 * How a row is written:
 *
 *	SYSCALL(read, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(buf, BUF_OUT), ARG(count, SIZE));
 *
 * One line says what each argument is called and which KIND_ it is; the kind says how it is shown
 * and what of the tracee's memory is copied for it. SYSCALL_ODD names a function on top, which runs
 * when the arguments have been shown and may change any of it: for arguments whose meaning hangs
 * on another one.
 */

#include <stddef.h>

#include "decode/decoder.h"
#include "decode/row.h"
#include "util/macros.h"

enum ret_kind {
	RET_INT = 0,
	RET_UINT,
	RET_HEX,
	RET_OCTAL,
	RET_ADDR,
	RET_FD,
	RET_PID,
	RET_ID,
};

struct arg_row {
	const char *name;
	void (*show)(struct decoder *d, const struct arg_row *row, struct value *ret);
	const struct flag_set *set;
	const struct shape *shape;
	uint8_t len_arg;
	bool is_path;
	uint8_t abi; /* enum arg_abi */
};

enum arg_abi {
	ANY_ABI,    /* the same bytes whatever the word size */
	NATIVE_ABI, /* only in programs of our own word size; else it is shown as a number */
};

struct syscall_row {
	uint16_t id; /* enum call_id */
	uint8_t ret; /* enum ret_kind */
	uint8_t nr_args;
	uint32_t classes;
	void (*refine)(struct decoder *d); /* NULL = nothing to add */
	struct arg_row args[CAPTURE_NR_ARGS];
	struct capture_recipe captures;
	struct capture_recipe captures_i386;
};

#define SYSCALL(name_, classes_, ret_, ...)                                                        \
	SYSCALL_ODD(name_, classes_, ret_, NULL __VA_OPT__(, ) __VA_ARGS__)

#define SYSCALL_ODD(name_, classes_, ret_, refine_, ...)                                           \
	SYSCALL_TAKING(name_, classes_, ret_, refine_, (.pick = CAPTURE_PICK_NOTHING), __VA_ARGS__)

/* With steps (event/capture.h), an array that PICK_ARG(n), PICK_OPTION or PICK_NOTHING chooses
 * from. */
#define SYSCALL_STEPS(name_, classes_, ret_, refine_, pick_, steps_, ...)                          \
	_Static_assert(ARRAY_SIZE(steps_) <= UINT16_MAX, "counted in 16 bits");                    \
	SYSCALL_TAKING(name_, classes_, ret_, refine_,                                             \
		(.steps = steps_, .nr_steps = ARRAY_SIZE(steps_), .pick = CAPTURE_##pick_),        \
		__VA_ARGS__)
#define CAPTURE_PICK_ARG(n) (CAPTURE_PICK_ARG + (n))

#define SYSCALL_TAKING(name_, classes_, ret_, refine_, steps_, ...)                                \
	extern const struct syscall_row row_##name_;                                               \
	const struct syscall_row row_##name_ = {                                                   \
		.id = CALL_##name_,                                                                \
		.ret = ret_,                                                                       \
		.nr_args = ROW_COUNT(__VA_ARGS__),                                                 \
		.classes = classes_,                                                               \
		.refine = refine_,                                                                 \
		.args = {ROW_EACH(ROW_SHOW, __VA_ARGS__)},                                         \
		.captures = {.args = {ROW_EACH(ROW_TAKE, __VA_ARGS__)}, ROW_BARE steps_},          \
		.captures_i386 = {.args = {ROW_EACH(ROW_TAKE_I386, __VA_ARGS__)},                  \
			.pick = CAPTURE_PICK_NOTHING},                                             \
	}

/* A step: argument `arg` is the pointer. */
#define STEP_ARG(pick_, when_, arg_, op_, len_, size_)                                             \
	{                                                                                          \
		.pick = pick_, .op = CAPTURE_##op_, .when = CAPTURE_AT_##when_, .arg = arg_,       \
		.at = CAPTURE_ITSELF, .size = size_, STEP_##len_                                   \
	}
/* The data lie behind the structure that argument `arg` points to. */
#define STEP_BEHIND(pick_, when_, arg_, type_, op_, len_, size_)                                   \
	{                                                                                          \
		.pick = pick_, .op = CAPTURE_##op_, .when = CAPTURE_AT_##when_, .arg = arg_,       \
		.at = CAPTURE_THERE | sizeof(type_), .size = size_, STEP_##len_                    \
	}
/* The pointer is a member of the structure that argument `arg` points to. */
#define STEP_AT(pick_, when_, arg_, type_, member_, op_, len_, size_)                              \
	{                                                                                          \
		.pick = pick_, .op = CAPTURE_##op_, .when = CAPTURE_AT_##when_, .arg = arg_,       \
		.at = offsetof(type_, member_), .size = size_, STEP_##len_                         \
	}
/* Picks: any value; a socket option of PICK_OPTION. */
#define STEP_ALL              CAPTURE_STEP_ALL
#define OPTION(level_, name_) ((uint32_t)(level_) << 16 | ((name_)&0xffff))
/* How many bytes or elements: not needed, an argument, the result, a member of the structure. */
#define STEP_LEN_NONE   .len = 0
#define STEP_LEN_ARG(n) .len = n
#define STEP_LEN_RESULT .len = CAPTURE_LEN_RESULT
#define STEP_LEN_AT(type_, member_)                                                                \
	.len = CAPTURE_LEN_FIELD + sizeof(((type_ *)0)->member_), .len_at = offsetof(type_, member_)

struct row_args {
	uint8_t nr;      /* of arguments in this ABI */
	uint8_t nr_same; /* the first ones, which mean what the row says; the others are numbers */
};

struct row_args row_args_in(enum abi abi, const struct syscall_row *row);

#define ARG(name_, ...) (#name_, __VA_ARGS__)

/*
 * A kind is three parts: how to show, what to capture, and whether that holds for every ABI.
 * Parameters: SET is a file of flags/, SHAPE a shape, LEN the argument that counts bytes or
 * elements.
 */
#define KIND_INT(pick)          pick((show_int), (), ANY_ABI)
#define KIND_UINT(pick)         pick((show_uint), (), ANY_ABI)
#define KIND_HEX32(pick)        pick((show_hex32), (), ANY_ABI)
#define KIND_LONG(pick)         pick((show_long), (), ANY_ABI)
#define KIND_SIZE(pick)         pick((show_size), (), ANY_ABI)
#define KIND_HEX(pick)          pick((show_hex), (), ANY_ABI)
#define KIND_ADDR(pick)         pick((show_addr), (), ANY_ABI)
#define KIND_FD(pick)           pick((show_fd), (), ANY_ABI)
#define KIND_DIRFD(pick)        pick((show_dirfd), (), ANY_ABI)
#define KIND_PID(pick)          pick((show_pid), (), ANY_ABI)
#define KIND_ID(pick)           pick((show_id), (), ANY_ABI)
#define KIND_SIGNAL(pick)       pick((show_signal), (), ANY_ABI)
#define KIND_MODE(pick)         pick((show_mode), (), ANY_ABI)
#define KIND_NODE(pick)         pick((show_node), (), ANY_ABI)
#define KIND_DEV(pick)          pick((show_dev), (), ANY_ABI)
#define KIND_FLAGS(pick, SET)   pick((show_flags, .set = &flags_##SET), (), ANY_ABI)
#define KIND_FLAGS64(pick, SET) pick((show_flags64, .set = &flags_##SET), (), ANY_ABI)
#define KIND_ENUM(pick, SET)    pick((show_enum, .set = &flags_##SET), (), ANY_ABI)

/* a string: the name of a file (against the DIRFD in front of it, else the working directory), or
 * another */
#define KIND_PATH(pick)                                                                            \
	pick((show_string_in, .is_path = true), (CAPTURE_STRING, CAPTURE_AT_ENTER), ANY_ABI)
#define KIND_TEXT(pick) pick((show_string_in), (CAPTURE_STRING, CAPTURE_AT_ENTER), ANY_ABI)
/* the same, of which the kernel reads MAX bytes at most */
#define KIND_NAME(pick, MAX)                                                                       \
	pick((show_name_in), (CAPTURE_BYTES, CAPTURE_AT_ENTER, 0, 0, MAX), ANY_ABI)
/* a string that the call wrote, of the length it returned */
#define KIND_PATH_OUT(pick)                                                                        \
	pick((show_string_out), (CAPTURE_ARRAY, CAPTURE_AT_EXIT, CAPTURE_LEN_RESULT, 0, 1), ANY_ABI)
/* bytes that move */
#define KIND_BUF_IN(pick, LEN)                                                                     \
	pick((show_buf_in, .len_arg = LEN), (CAPTURE_BUFFER, CAPTURE_AT_ENTER, LEN), ANY_ABI)
#define KIND_BUF_OUT(pick)                                                                         \
	pick((show_buf_out, .len_arg = CAPTURE_LEN_RESULT),                                        \
		(CAPTURE_BUFFER, CAPTURE_AT_EXIT, CAPTURE_LEN_RESULT), ANY_ABI)
#define KIND_BUF_OUT_ARG(pick, LEN)                                                                \
	pick((show_buf_out, .len_arg = LEN), (CAPTURE_BUFFER, CAPTURE_AT_EXIT, LEN), ANY_ABI)
/* the same of a datagram socket, whose peer argument 4 tells */
#define KIND_DATAGRAM_IN(pick, LEN)                                                                \
	pick((show_buf_in, .len_arg = LEN), (CAPTURE_DATAGRAM, CAPTURE_AT_ENTER, LEN), ANY_ABI)
#define KIND_DATAGRAM_OUT(pick)                                                                    \
	pick((show_buf_out, .len_arg = CAPTURE_LEN_RESULT),                                        \
		(CAPTURE_DATAGRAM, CAPTURE_AT_EXIT, CAPTURE_LEN_RESULT), ANY_ABI)
/* structures: given, filled in, or both */
#define KIND_IN(pick, SHAPE)                                                                       \
	pick((show_shape_in, .shape = &shape_##SHAPE),                                             \
		(CAPTURE_BYTES, CAPTURE_AT_ENTER, 0, 0, SIZE_##SHAPE), NATIVE_ABI)
#define KIND_OUT(pick, SHAPE)                                                                      \
	pick((show_shape_out, .shape = &shape_##SHAPE),                                            \
		(CAPTURE_BYTES, CAPTURE_AT_EXIT, 0, 0, SIZE_##SHAPE), NATIVE_ABI)
#define KIND_IN_OUT(pick, SHAPE)                                                                   \
	pick((show_shape_in_out, .shape = &shape_##SHAPE),                                         \
		(CAPTURE_BYTES, CAPTURE_AT_BOTH, 0, 0, SIZE_##SHAPE), NATIVE_ABI)
/* arrays of them */
#define KIND_ARRAY_IN(pick, SHAPE, LEN)                                                            \
	pick((show_array_in, .shape = &shape_##SHAPE, .len_arg = LEN),                             \
		(CAPTURE_ARRAY, CAPTURE_AT_ENTER, LEN, 0, SIZE_##SHAPE), NATIVE_ABI)
#define KIND_ARRAY_OUT(pick, SHAPE, LEN)                                                           \
	pick((show_array_out, .shape = &shape_##SHAPE, .len_arg = LEN),                            \
		(CAPTURE_ARRAY, CAPTURE_AT_EXIT, LEN, 0, SIZE_##SHAPE), NATIVE_ABI)
#define KIND_ARRAY_RESULT(pick, SHAPE) KIND_ARRAY_OUT(pick, SHAPE, CAPTURE_LEN_RESULT)
/* signal masks; LEN counts bytes */
#define KIND_SIGSET_IN(pick, LEN)                                                                  \
	pick((show_sigset_in, .len_arg = LEN), (CAPTURE_ARRAY, CAPTURE_AT_ENTER, LEN, 0, 1),       \
		NATIVE_ABI)
#define KIND_SIGSET_OUT(pick, LEN)                                                                 \
	pick((show_sigset_out, .len_arg = LEN), (CAPTURE_ARRAY, CAPTURE_AT_EXIT, LEN, 0, 1),       \
		NATIVE_ABI)
/* scatter lists */
#define KIND_IOVEC_IN(pick, LEN)                                                                   \
	pick((show_iovec_in, .len_arg = LEN), (CAPTURE_IOVEC, CAPTURE_AT_ENTER, LEN), NATIVE_ABI)
#define KIND_IOVEC_OUT(pick, LEN)                                                                  \
	pick((show_iovec_out, .len_arg = LEN), (CAPTURE_IOVEC, CAPTURE_AT_EXIT, LEN), NATIVE_ABI)
/* socket addresses, shown by the calls' own functions: they are the same bytes for every ABI */
#define KIND_SOCKADDR_IN(pick, LEN)                                                                \
	pick((show_addr), (CAPTURE_ARRAY, CAPTURE_AT_ENTER, LEN, 0, 1), ANY_ABI)
#define KIND_SOCKADDR_OUT(pick, LEN)                                                               \
	pick((show_addr), (CAPTURE_LENPTR, CAPTURE_AT_EXIT, LEN), ANY_ABI)
/* what a LENPTR points to, as it was before the call */
#define KIND_LENGTH(pick) pick((show_addr), (CAPTURE_BYTES, CAPTURE_AT_ENTER, 0, 0, 4), ANY_ABI)
/* argv */
#define KIND_STRINGS(pick) pick((show_strings), (CAPTURE_STRINGS, CAPTURE_AT_ENTER), NATIVE_ABI)
/* given, and written back with what is left of it */
#define KIND_IN_LEFT(pick, SHAPE)                                                                  \
	pick((show_shape_in, .shape = &shape_##SHAPE),                                             \
		(CAPTURE_BYTES, CAPTURE_AT_BOTH, 0, 0, SIZE_##SHAPE), NATIVE_ABI)
/* Memory that only a `refine` function understands: shown as an address until then. */
#define KIND_RAW_IN(pick, BYTES)                                                                   \
	pick((show_addr), (CAPTURE_BYTES, CAPTURE_AT_ENTER, 0, 0, BYTES), NATIVE_ABI)
#define KIND_RAW_OUT(pick, BYTES)                                                                  \
	pick((show_addr), (CAPTURE_BYTES, CAPTURE_AT_EXIT, 0, 0, BYTES), NATIVE_ABI)
#define KIND_RAW_BOTH(pick, BYTES)                                                                 \
	pick((show_addr), (CAPTURE_BYTES, CAPTURE_AT_BOTH, 0, 0, BYTES), NATIVE_ABI)
/* A word that is sometimes a pointer: a number until `refine` knows better. */
#define KIND_RAW_NUMBER(pick, WHEN, BYTES)                                                         \
	pick((show_hex), (CAPTURE_BYTES, CAPTURE_AT_##WHEN, 0, 0, BYTES), NATIVE_ABI)
#define KIND_RAW_STRING(pick) pick((show_hex), (CAPTURE_STRING, CAPTURE_AT_ENTER), NATIVE_ABI)
/* BYTES from the stack pointer on, in a call that has no arguments */
#define KIND_STACK(pick, BYTES)                                                                    \
	pick((show_addr), (CAPTURE_STACK, CAPTURE_AT_ENTER, 0, 0, BYTES), NATIVE_ABI)
#define KIND_IOCTL(pick) pick((show_hex), (CAPTURE_IOCTL, CAPTURE_AT_BOTH), NATIVE_ABI)
#define KIND_RAW(pick, OP, WHEN, LEN, BYTES)                                                       \
	pick((show_addr), (CAPTURE_##OP, CAPTURE_AT_##WHEN, LEN, 0, BYTES), NATIVE_ABI)

void show_int(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_uint(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_hex32(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_long(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_size(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_hex(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_addr(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_fd(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_dirfd(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_pid(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_id(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_signal(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_mode(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_node(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_dev(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_flags(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_flags64(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_enum(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_name_in(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_string_in(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_string_out(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_buf_in(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_buf_out(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_shape_in(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_shape_out(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_shape_in_out(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_array_in(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_array_out(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_sigset_in(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_sigset_out(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_iovec_in(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_iovec_out(struct decoder *d, const struct arg_row *row, struct value *ret);
void show_strings(struct decoder *d, const struct arg_row *row, struct value *ret);

/* The machinery: each ARG(...) is a parenthesised tuple that ROW_SHOW and its like unpack. */
#define ROW_COUNT(...)                          ROW_COUNT_(0 __VA_OPT__(, ) __VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define ROW_COUNT_(z, a, b, c, d, e, f, n, ...) n
#define ROW_EACH(fn, ...)                       ROW_EACH_(fn, ROW_COUNT(__VA_ARGS__), __VA_ARGS__)
#define ROW_EACH_(fn, n, ...)                   ROW_EACH__(fn, n, __VA_ARGS__)
#define ROW_EACH__(fn, n, ...)                  ROW_EACH_##n(fn, __VA_ARGS__)
#define ROW_EACH_0(fn, ...)                                                                        \
	{                                                                                          \
		0                                                                                  \
	}
#define ROW_EACH_1(fn, a)      fn a
#define ROW_EACH_2(fn, a, ...) fn a, ROW_EACH_1(fn, __VA_ARGS__)
#define ROW_EACH_3(fn, a, ...) fn a, ROW_EACH_2(fn, __VA_ARGS__)
#define ROW_EACH_4(fn, a, ...) fn a, ROW_EACH_3(fn, __VA_ARGS__)
#define ROW_EACH_5(fn, a, ...) fn a, ROW_EACH_4(fn, __VA_ARGS__)
#define ROW_EACH_6(fn, a, ...) fn a, ROW_EACH_5(fn, __VA_ARGS__)

#define ROW_SHOW(name_, kind, ...)                                                                 \
	{                                                                                          \
		name_, KIND_##kind(ROW_PICK_SHOW __VA_OPT__(, ) __VA_ARGS__)                       \
	}
#define ROW_TAKE(name_, kind, ...)        KIND_##kind(ROW_PICK_TAKE __VA_OPT__(, ) __VA_ARGS__)
#define ROW_TAKE_I386(name_, kind, ...)   KIND_##kind(ROW_PICK_I386 __VA_OPT__(, ) __VA_ARGS__)
#define ROW_BARE(...)                     __VA_ARGS__
#define ROW_PICK_SHOW(show_, take_, abi_) ROW_BARE show_, .abi = abi_
#define ROW_PICK_TAKE(show_, take_, abi_)                                                          \
	{                                                                                          \
		ROW_BARE take_                                                                     \
	}
#define ROW_PICK_I386(show_, take_, abi_) ROW_I386_##abi_(take_)
#define ROW_I386_ANY_ABI(take_)                                                                    \
	{                                                                                          \
		ROW_BARE take_                                                                     \
	}
#define ROW_I386_NATIVE_ABI(take_)                                                                 \
	{                                                                                          \
		0                                                                                  \
	}

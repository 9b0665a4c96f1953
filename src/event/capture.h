#pragma once
/*
 * What of a task's memory a system call needs copied, and the copies.
 *
 * A `capture_spec` per argument is the recipe; both engines execute the same recipes, the eBPF
 * engine inside the kernel. The result is a list of chunks, each "these bytes were at this
 * address". Nested data (the buffers behind an iovec, the strings behind argv) are further chunks
 * of the same list, found again by address, so a decoder walks pointers as the kernel would.
 *
 * This header is also compiled for BPF: fixed-width types, no project includes.
 */

#ifndef __bpf__
#include <stdint.h>
#define CAPTURE_U8  uint8_t
#define CAPTURE_U16 uint16_t
#define CAPTURE_U32 uint32_t
#else
#define CAPTURE_U8  __u8
#define CAPTURE_U16 __u16
#define CAPTURE_U32 __u32
#endif

enum capture_op {
	CAPTURE_NONE = 0,
	CAPTURE_STRING = 1,  /* NUL-terminated, whole up to CAPTURE_PATH_MAX; chunk holds the NUL */
	CAPTURE_BYTES = 2,   /* `size` bytes */
	CAPTURE_BUFFER = 3,  /* argument `len_arg` (or the result) says how many bytes; the first
				string_limit of them are taken */
	CAPTURE_ARRAY = 4,   /* argument `len_arg` (or the result) elements of `size` bytes */
	CAPTURE_LENPTR = 5,  /* a u32 where argument `len_arg` points says how many bytes (accept's
				address); that u32 becomes a chunk too */
	CAPTURE_STRINGS = 6, /* NULL-terminated vector of string pointers: argv, envp */
	CAPTURE_IOVEC = 7,   /* struct iovec[len_arg], then the first string_limit bytes of each
				buffer, as far as the result says that data moved (at exit) */
	CAPTURE_MSGHDR = 8,  /* struct msghdr, its name, control, iovec and buffers */
	CAPTURE_MMSGHDR = 9, /* struct mmsghdr[len_arg] (at exit: [result]), each as MSGHDR */
	CAPTURE_IOCTL = 10,  /* argument 1 is an ioctl number: its encoded size, or 64 bytes for the
				old terminal ('T') and socket (0x89) numbers, which encode none */
	CAPTURE_DATAGRAM = 11, /* like BUFFER; argument 4 points to the peer's address, which tells
				  a netlink message, as does its beginning where that is NULL */
	CAPTURE_WHOLE = 12, /* argument `len_arg` (or the result) bytes, CAPTURE_WHOLE_MAX of them
			       at most */
	CAPTURE_IOCBS = 13, /* `len_arg` pointers to struct iocb, these, and what they write */
	CAPTURE_STACK = 14, /* `size` bytes from the stack pointer on, which argument word 0, unused
			       by such a call, then holds */
	CAPTURE_LAST = CAPTURE_STACK
};

enum capture_when {
	CAPTURE_AT_ENTER = 1,
	CAPTURE_AT_EXIT = 2,
	CAPTURE_AT_BOTH = 3,
};

#define CAPTURE_LEN_RESULT 6 /* `len_arg`: the call's result, exit only */

struct capture_spec {
	CAPTURE_U8 op;      /* enum capture_op */
	CAPTURE_U8 when;    /* enum capture_when */
	CAPTURE_U8 len_arg; /* 0-5, or CAPTURE_LEN_RESULT */
	CAPTURE_U8 reserved;
	CAPTURE_U32 size; /* bytes: of the struct or of one element */
};

/* The kernel's results in [-4095, -1] are errors, addresses above are not. */
#define ERRNO_MAX            4095
#define RESULT_IS_ERROR(ret) ((ret) < 0 && (ret) >= -ERRNO_MAX)

/*
 * At exit nothing is taken when the call failed, whatever the recipe says, but with two errors: an
 * interrupted sleep (ERESTART_RESTARTBLOCK) tells what is left of it, and who passes more of a
 * structure than the kernel knows (E2BIG) may learn how much that is.
 */
#define CAPTURE_INTERRUPTED 516
#define CAPTURE_TOO_BIG     7
#define CAPTURE_WROTE_NOTHING(ret)                                                                 \
	(RESULT_IS_ERROR(ret) && (ret) != -CAPTURE_INTERRUPTED && (ret) != -CAPTURE_TOO_BIG)

/*
 * A step takes more than the recipes of the arguments can: what an argument means for one value of
 * another, and what a pointer inside a structure points to. It belongs to argument `arg` and runs
 * after its recipe. Steps exist for the native ABI only.
 */
struct capture_step {
	CAPTURE_U32 pick;   /* the value it is for, of what capture_recipe.pick names */
	CAPTURE_U8 op;      /* STRING, BYTES, BUFFER, ARRAY, STRINGS, IOVEC */
	CAPTURE_U8 when;    /* enum capture_when */
	CAPTURE_U8 arg;     /* 0-5 */
	CAPTURE_U8 len;     /* how many bytes or elements: 0-5 that argument, CAPTURE_LEN_RESULT, or
			       CAPTURE_LEN_FIELD + width: the structure has it at `len_at` */
	CAPTURE_U16 at;     /* where in the structure the pointer lies; CAPTURE_THERE | where: the
			       data themselves do */
	CAPTURE_U16 len_at; /* bytes from the start of the structure */
	CAPTURE_U32 size;   /* bytes: of the struct or of one element */
};

#define CAPTURE_THERE     0x8000
#define CAPTURE_ITSELF    CAPTURE_THERE /* the argument is the pointer */
#define CAPTURE_LEN_FIELD 8
#define CAPTURE_STEP_ALL  0xffffffffu /* `pick`: whatever the value */
#define CAPTURE_STEPS_MAX 12          /* that apply to one call */

/* What steps are chosen by. */
enum capture_pick {
	CAPTURE_PICK_ARG = 0,     /* + 0-5: that argument's lower 32 bits */
	CAPTURE_PICK_OPTION = 6,  /* argument 1 << 16 | argument 2 & 0xffff: a socket option */
	CAPTURE_PICK_NOTHING = 7, /* there are no steps, or all apply */
};

#define CAPTURE_NR_ARGS       6
#define CAPTURE_PATH_MAX      4096 /* longest string copied whole, NUL included */
#define CAPTURE_BYTES_MAX     4096 /* longest struct or array copied */
#define CAPTURE_IOV_MAX       64   /* elements of an iovec */
#define CAPTURE_STRINGS_MAX   512  /* strings of a vector */
#define CAPTURE_ARG_BYTES_MAX 4096 /* longest argv/envp string */
#define CAPTURE_MMSG_MAX      8    /* messages of an mmsghdr vector */
#define CAPTURE_CONTROL_MAX   512  /* bytes of msg_control */
#define CAPTURE_IOCBS_MAX     32   /* struct iocb of a vector */
#define CAPTURE_WHOLE_MAX     32768
#define CAPTURE_NETLINK_MAX   4096       /* bytes of a netlink message, whatever the string limit */
#define CAPTURE_NETLINK_MIN   16         /* its header, which begins with the length of all of it */
#define CAPTURE_UDEV          0x7562696c /* udev's messages begin with "libudev" instead */
#define CAPTURE_AF_NETLINK    16

enum capture_flag {
	CAPTURE_CUT = 1,   /* more was there than was taken */
	CAPTURE_FAULT = 2, /* could not be read (len 0): page not present or bad pointer */
	CAPTURE_SHORT = 4, /* with CUT: what comes behind could not be read */
};

#ifndef __bpf__
#include <stddef.h>

/* All that is to be copied for a call. */
struct capture_recipe {
	struct capture_spec args[CAPTURE_NR_ARGS];
	const struct capture_step *steps;
	uint16_t nr_steps;
	uint8_t pick; /* enum capture_pick */
};

/* The arguments, a bit for each, for which something is to be copied at `when`. */
uint32_t capture_recipe_args(const struct capture_recipe *recipe, enum capture_when when);

/* What steps are picked by, in a call with these argument words. */
uint32_t capture_recipe_pick(const struct capture_recipe *recipe, const uint64_t *args);

struct capture {
	uint64_t addr;        /* in the tracee */
	uint32_t len;         /* of `bytes` */
	uint8_t arg;          /* 0-5: argument whose recipe asked for it */
	uint8_t when;         /* CAPTURE_AT_ENTER or CAPTURE_AT_EXIT */
	uint8_t flags;        /* enum capture_flag */
	const uint8_t *bytes; /* borrowed; lives as long as the event */
};
#endif

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
#define CAPTURE_U32 uint32_t
#else
#define CAPTURE_U8  __u8
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
	CAPTURE_IOVEC = 7,   /* struct iovec[len_arg], then the first string_limit bytes of the
				buffers taken together (of the result's length at exit) */
	CAPTURE_MSGHDR = 8,  /* struct msghdr, its name, control, iovec and buffers */
	CAPTURE_MMSGHDR = 9, /* struct mmsghdr[len_arg] (at exit: [result]), each as MSGHDR */
	CAPTURE_IOCTL = 10,  /* argument 1 is an ioctl number: its encoded size, or 64 bytes for the
				old terminal ('T') and socket (0x89) numbers, which encode none */
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

/* At exit nothing is taken when the call failed, whatever the recipe says. */

#define CAPTURE_NR_ARGS       6
#define CAPTURE_PATH_MAX      4096 /* longest string copied whole, NUL included */
#define CAPTURE_BYTES_MAX     4096 /* longest struct or array copied */
#define CAPTURE_IOV_MAX       64   /* elements of an iovec */
#define CAPTURE_STRINGS_MAX   64   /* strings of a vector */
#define CAPTURE_ARG_BYTES_MAX 1024 /* longest argv/envp string */
#define CAPTURE_MMSG_MAX      8    /* messages of an mmsghdr vector */
#define CAPTURE_CONTROL_MAX   512  /* bytes of msg_control */

enum capture_flag {
	CAPTURE_CUT = 1,   /* more was there than was taken */
	CAPTURE_FAULT = 2, /* could not be read (len 0): page not present or bad pointer */
};

#ifndef __bpf__
#include <stddef.h>

struct capture {
	uint64_t addr;        /* in the tracee */
	uint32_t len;         /* of `bytes` */
	uint8_t arg;          /* 0-5: argument whose recipe asked for it */
	uint8_t when;         /* CAPTURE_AT_ENTER or CAPTURE_AT_EXIT */
	uint8_t flags;        /* enum capture_flag */
	const uint8_t *bytes; /* borrowed; lives as long as the event */
};
#endif

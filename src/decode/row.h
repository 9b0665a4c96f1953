#pragma once
/*
 * The syscall rows: one per call, beside its family's decoders (sys_*.c). A row says what each
 * argument is called, how it is shown and what of the tracee's memory must be copied for it; the
 * engines, the filters and the decoder all read the same row.
 */

#include <stdbool.h>
#include <stdint.h>

#include "event/calls.h"
#include "event/capture.h"

struct syscall_row;

/*
 * Classes for filters. The first block is exactly strace's (%name); the WIDE block is what the
 * bare names mean on top (SPEC: `file` also has every call on a descriptor's data, ...).
 */
enum call_class {
	CLASS_FILE = 1u << 0, /* takes a file name */
	CLASS_DESC = 1u << 1, /* takes or returns a descriptor */
	CLASS_NETWORK = 1u << 2,
	CLASS_PROCESS = 1u << 3,
	CLASS_MEMORY = 1u << 4,
	CLASS_SIGNAL = 1u << 5,
	CLASS_IPC = 1u << 6,
	CLASS_CREDS = 1u << 7,
	CLASS_CLOCK = 1u << 8,
	CLASS_STAT = 1u << 9, /* %stat: stat variants */
	CLASS_LSTAT = 1u << 10,
	CLASS_FSTAT = 1u << 11,
	CLASS_STATFS = 1u << 12,
	CLASS_FSTATFS = 1u << 13,
	CLASS_STATFS_LIKE = 1u << 14,
	CLASS_STAT_LIKE = 1u << 15, /* %%stat */
	CLASS_PURE = 1u << 16,      /* always succeeds, no arguments */
	CLASS_NEVER_FAILS = 1u << 17,
	CLASS_TIME = 1u << 18, /* ours: sleeps, timers, clocks */
	CLASS_IO_URING = 1u << 19,
	CLASS_WIDE_FILE = 1u << 20,    /* bare `file` beyond %file */
	CLASS_WIDE_NETWORK = 1u << 21, /* bare `network` beyond %network: on sockets only */
	CLASS_WIDE_PROCESS = 1u << 22,
	CLASS_WIDE_MEMORY = 1u << 23,
};

/* NULL when the id has no row (CALL_NONE). Every call of the x86-64 table has one. */
const struct syscall_row *syscall_row_of(enum call_id id);

uint32_t syscall_row_classes(const struct syscall_row *row);

/* How many argument words the call takes in this ABI; those of unknown calls are not known: 0. */
unsigned syscall_row_nr_args(enum abi abi, enum call_id id);

/* What of a call's arguments names files: bit per argument. */
struct syscall_row_files {
	uint8_t fds;    /* descriptors */
	uint8_t dirfds; /* of these, those that stand for a directory, or AT_FDCWD */
	uint8_t paths;  /* against the argument in front if that is in `dirfds`, else against the
			   working directory */
};
struct syscall_row_files syscall_row_files(enum abi abi, enum call_id id);

/*
 * The recipe of a call in this ABI, or NULL when nothing is to be copied. For ABI_I386 only recipes
 * that do not depend on the word size appear (strings, buffers), and none where the argument order
 * differs from the row's.
 */
const struct capture_recipe *syscall_row_captures(enum abi abi, enum call_id id);

/* How many argument words the call takes in this ABI; without a row it may be all of them. */
unsigned syscall_row_words(enum abi abi, enum call_id id);

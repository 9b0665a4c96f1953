#pragma once
/*
 * From a recorded call to values: a pure function of number, ABI, arguments, result and captured
 * bytes. All of these are hostile.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/row.h"
#include "decode/value.h"
#include "event/event.h"

struct arena;

enum decode_bpf {
	DECODE_BPF_UNKNOWN,
	DECODE_BPF_MAP,
	DECODE_BPF_PROG,
};

struct decode_options {
	bool verbose;        /* all struct fields, all of argv and envp */
	bool env_names_only; /* with verbose: not the values, which may be secrets */
	/* What only others can know of the call's process; each may be NULL. */
	void *asked; /* is passed on to them */
	/* The protocol of a netlink socket; negative: it is none, or that is not known. */
	int (*netlink_protocol)(void *asked, int fd);
	/* What a descriptor that bpf made is, see enum decode_bpf. */
	int (*bpf_object)(void *asked, int fd);
	/* In `a` or for good; NULL = not known. */
	const char *(*interface_name)(void *asked, struct arena *a, uint32_t index);
};

struct decoded_call {
	enum call_id id;  /* CALL_NONE: number in no table */
	const char *name; /* "openat", "syscall_0x1f4"; lives in the arena or for good */
	struct value args[CAPTURE_NR_ARGS];
	size_t nr_args;
	size_t nr_words;        /* argument words that the call takes, whatever is shown of them */
	struct value ret;       /* VALUE_NONE with CALL_UNFINISHED; also void when `error` */
	int error;              /* positive errno (or restart code, 512-516), 0 = none */
	const char *error_name; /* "ENOENT"; NULL without error */
	const char *error_text; /* "No such file or directory" */
	const char *ret_note; /* what the result says beyond its number, e.g. "Timeout"; or NULL */
	/* The same as values, behind the result in parentheses: "(flags O_RDWR)",
	 * "([{fd=3, revents=POLLIN}])", "(in [3], left {tv_sec=1, ...})": items by comma, the name
	 * of an item (where it has one) in front with a space. VALUE_NONE or VALUE_ARRAY. */
	struct value ret_detail;
};

/* Values point into `a` and into the event's captures. */
void decode_call(struct arena *a, const struct event_call *call, const struct decode_options *opts,
	struct decoded_call *ret);

/*
 * Of a call that has just been entered, decoded as one that never returned: how many of its
 * arguments, in the order shown, are as they will be when it returns. `ret_grows`: the last of
 * them gets something more behind it.
 */
size_t decode_nr_known(
	const struct event_call *call, const struct decoded_call *decoded, bool *ret_grows);

/* The siginfo as a VALUE_STRUCT, as strace names its fields. */
void decode_siginfo(struct arena *a, const struct event_signal *signal, struct value *ret);

/*
 * "SIGINT"; real-time ones as the kernel counts them, SIGRTMIN (32), SIGRT_1 (33)...; NULL when out
 * of range. In `a` or for good.
 */
const char *decode_signal_name(struct arena *a, int signo);

/* Positive errno or restart code to its name; NULL when it has none. */
const char *decode_errno_name(int error);
/* NULL for those that only drivers let out, such as ENOTSUPP. */
const char *decode_errno_text(int error);

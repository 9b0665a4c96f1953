#pragma once
/*
 * The event model: all that engines report and sinks consume.
 *
 * Kinds are numbered for good: trace files store them. Never reuse or renumber one; a new kind
 * gets the next number. A reader skips kinds it does not know.
 *
 * An event and everything it points to live until the sink returns. Keep one by copying
 * (event_copy).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/capture.h"

struct arena;

enum event_kind {
	EV_NONE = 0,
	EV_CALL_ENTER = 1,  /* engine -> stream: a call began (only sent when bytes were captured at
			       entry, or when the plan asks for entries) */
	EV_CALL_EXIT = 2,   /* engine -> stream: a call returned; complete but for entry captures */
	EV_CALL = 3,        /* stream -> sinks: the pair, in order of completion */
	EV_FORK = 4,        /* a task made another; pid/tid are the parent's */
	EV_EXEC = 5,        /* the process image was replaced (after success) */
	EV_EXIT = 6,        /* a task ended */
	EV_SIGNAL_SENT = 7, /* a signal was generated; pid/tid are the sender's */
	EV_SIGNAL = 8,      /* a signal was delivered to pid/tid */
	EV_WAKEUP = 9,      /* pid/tid ended somebody's wait */
	EV_SWITCH = 10,     /* context switch: pid/tid left or entered the CPU */
	EV_MAP = 11, /* mapping (state at attach; live ones follow from mmap calls); with length
			0: the heap ends there */
	EV_UNMAP = 12,
	EV_LOST = 13,   /* events are missing */
	EV_SAMPLE = 14, /* where a task was when a timer fired */
	EV_ATTACH = 15, /* a task came under observation without a fork we saw */
	EV_DETACH = 16, /* observation of a task ended, the task lives on */
	EV_FD = 17,     /* state at start: descriptor `fd` means `path` */
	EV_CWD = 18,    /* state at start: working directory */
	EV_STOP = 19,   /* the task's process was stopped by a signal (job control) */
	EV_ROOT = 20,   /* state at start: root directory, where it is not "/" */
	NR_EVENT_KINDS
};

#define EV_BIT(kind) (UINT64_C(1) << (kind))

/* Which table a call number belongs to. Stored in files: never renumber. */
enum abi {
	ABI_X86_64 = 0,
	ABI_I386 = 1, /* int 0x80 or a 32-bit program on an x86-64 kernel */
	NR_ABIS
};

enum call_flag {
	CALL_UNFINISHED = 1, /* never returned: the task ended or observation did; `ret` is void */
	CALL_NO_ENTER = 2,   /* the entry was not seen: `args` are unreliable, time is unknown */
	CALL_HIDDEN = 4,     /* recorded for the tracker only: the filter dropped it */
	CALL_DETACHED = 8,   /* with UNFINISHED: observation ended, not the task */
	CALL_UNTIMED = 16,   /* nobody asked for the time of entry: `enter_ns` is no such thing */
	CALL_INJECTED = 32,  /* it was not made: the result is one that was asked for */
	CALL_POKED = 64,     /* memory that its arguments point to was overwritten on request */
	CALL_DELAYED = 128,  /* it was held up on request, on entering or on leaving */
};

struct event_call {
	uint32_t nr; /* as the kernel saw it, in `abi`'s table */
	uint8_t abi; /* enum abi */
	uint8_t flags;
	uint16_t nr_captures;
	uint64_t enter_ns; /* 0 with CALL_NO_ENTER */
	uint64_t args[CAPTURE_NR_ARGS];
	int64_t ret;        /* negative errno on failure, kernel-internal restart codes included */
	uint64_t queued_ns; /* of its time, ready to run and waiting for a CPU; 0 = none, not known
			     */
	const struct capture *captures; /* borrowed */
};

enum fork_share {
	FORK_THREAD = 1, /* same thread group */
	FORK_SHARES_VM = 2,
	FORK_SHARES_FILES = 4,
	FORK_SHARES_FS = 8, /* working directory, root, umask */
	FORK_VFORK = 16,
};

struct event_fork {
	int32_t child_pid;
	int32_t child_tid;
	uint32_t share; /* enum fork_share */
};

struct event_exec {
	int32_t old_tid;  /* the thread that called exec; the event's tid is the leader's */
	const char *path; /* borrowed; NULL = not known; file as given to the kernel */
};

struct event_exit {
	int32_t status; /* as waitpid(2) encodes it */
	bool idle;      /* known to be in no call that was reported as entered */
};

struct event_signal {
	int32_t signo;
	int32_t peer_tid; /* SIGNAL_SENT: whom it went to; SIGNAL: 0 */
	/* first bytes of the kernel's siginfo_t in the native ABI; may be cut */
	const uint8_t *info; /* borrowed */
	uint32_t info_len;
};

struct event_wakeup {
	int32_t target_pid;
	int32_t target_tid;
	bool from_interrupt; /* pid/tid merely happened to be running */
};

enum switch_state {
	SWITCH_IN = 0,           /* got the CPU */
	SWITCH_OUT_RUNNABLE = 1, /* lost it, would run on */
	SWITCH_OUT_BLOCKED = 2,  /* waits */
};

struct event_switch {
	uint8_t state; /* enum switch_state */
};

struct event_map {
	uint64_t addr;
	uint64_t len; /* bytes */
	uint64_t offset;
	uint32_t prot;    /* PROT_* */
	uint32_t flags;   /* MAP_* */
	const char *path; /* borrowed; NULL = anonymous */
};

struct event_lost {
	uint64_t count;   /* events missing */
	uint64_t from_ns; /* they lie in [from_ns, time_ns] */
	int32_t cpu;      /* -1 = not tied to one */
};

struct event_sample {
	uint64_t ip;
	const uint64_t *stack; /* borrowed; innermost first; return addresses */
	uint32_t stack_len;
	uint64_t weight_ns; /* time it stands for */
};

/*
 * What is known of an open file description beyond its name, when a recording begins in the middle
 * of what was watched all along.
 */
struct event_file {
	uint64_t id;      /* unique; descriptors that say the same one share the description */
	uint64_t peer_id; /* of a pipe's or socket's other end; 0 = not known */
	uint8_t kind;     /* enum track_kind */
	bool deleted;     /* no name leads to it (any more) */
	bool connected;
	int32_t family, type, protocol; /* of a socket; -1 = not known */
	uint32_t type_mode, dev_major, dev_minor;
	int32_t target_pid;           /* of a pidfd; 0 = not known */
	const uint8_t *local, *peer;  /* borrowed; addresses of a socket */
	uint32_t local_len, peer_len; /* 0 = not known */
};

struct event_state {
	/* EV_FD: the descriptor; EV_ATTACH: a task with which it shares what `flags` say, 0 = none
	 */
	int32_t fd;
	/* EV_FD: open(2) flags, O_CLOEXEC included; EV_ATTACH with `fd`: enum fork_share */
	uint32_t flags;
	/* borrowed; EV_ATTACH: the command name; EV_FD: "" = none; EV_ROOT: NULL = not known */
	const char *path;
	const struct event_file *file; /* borrowed; EV_FD; NULL = no more is known */
};

struct event {
	uint64_t time_ns; /* CLOCK_MONOTONIC; of EV_CALL: when it returned */
	uint16_t kind;    /* enum event_kind */
	uint16_t cpu;
	int32_t pid; /* thread group */
	int32_t tid;
	union {
		struct event_call call;
		struct event_fork fork;
		struct event_exec exec;
		struct event_exit exit;
		struct event_signal signal;
		struct event_wakeup wakeup;
		struct event_switch sw;
		struct event_map map;
		struct event_lost lost;
		struct event_sample sample;
		struct event_state state; /* EV_FD, EV_CWD, EV_ROOT, EV_ATTACH */
		int32_t stop_signo;       /* EV_STOP */
	};
};

const char *event_kind_name(enum event_kind kind); /* "call", "fork"...; NULL = unknown */

/* Deep copy into `a`: event, captures, bytes, paths. */
struct event *event_copy(struct arena *a, const struct event *ev);

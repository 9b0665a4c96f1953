#pragma once
/*
 * What passes between the BPF programs and the engine: the records in the rings, the call table,
 * the per-CPU cells. Compiled on both sides: fixed-width types, explicit padding.
 */

#ifdef __bpf__
#define WIRE_ASSERT_SIZE(type, size)
#else
#include <assert.h>
#include <linux/types.h>
#define WIRE_ASSERT_SIZE(type, size) static_assert(sizeof(type) == (size), #type)
#endif

#include "event/call_bounds.h"
#include "event/capture.h"

#define WIRE_NR_ABIS     2
#define WIRE_NR_LIMIT    512 /* = CALL_NR_LIMIT */
#define WIRE_NR_RULES    (WIRE_NR_ABIS * WIRE_NR_LIMIT)
#define WIRE_RECORD_MAX  65536 /* a call's record with all its chunks */
#define WIRE_BUFFER_MAX  32768 /* one chunk */
#define WIRE_NR_BOUNDS   32    /* = ENGINE_BOUNDS_MAX */
#define WIRE_SIGINFO_LEN 48    /* what kernel_siginfo and siginfo_t have in common */

/* Kinds are those of enum event_kind. Records lie at multiples of 8 bytes. */
struct wire_head {
	__u64 time_ns;
	__u32 len; /* of the whole record; rounded up to 8 to the next */
	__u16 kind;
	__u16 cpu;
	__s32 pid;
	__s32 tid;
};
WIRE_ASSERT_SIZE(struct wire_head, 24);

/* EV_CALL_ENTER, EV_CALL_EXIT. Chunks follow. */
struct wire_call {
	struct wire_head head;
	__u32 nr;
	__u8 abi;
	__u8 flags; /* enum call_flag */
	__u16 nr_chunks;
	__u64 enter_ns;
	__s64 ret;
	__u64 queued_ns;
	__u64 args[CAPTURE_NR_ARGS];
};
WIRE_ASSERT_SIZE(struct wire_call, 104);

/* `len` bytes follow, padded to 8. */
struct wire_chunk {
	__u64 addr;
	__u32 len;
	__u8 arg;
	__u8 when;  /* enum capture_when */
	__u8 flags; /* enum capture_flag */
	__u8 reserved;
};
WIRE_ASSERT_SIZE(struct wire_chunk, 16);

struct wire_fork {
	struct wire_head head;
	__s32 child_pid;
	__s32 child_tid;
	__u32 share; /* enum fork_share */
	__u32 reserved;
};
WIRE_ASSERT_SIZE(struct wire_fork, 40);

/* The path follows, NUL-terminated. */
struct wire_exec {
	struct wire_head head;
	__s32 old_tid;
	__u32 path_len; /* with the NUL; 0 = not known */
};
WIRE_ASSERT_SIZE(struct wire_exec, 32);

struct wire_exit {
	struct wire_head head;
	__s32 status;
	__u32 idle; /* in no call whose entry is known */
};
WIRE_ASSERT_SIZE(struct wire_exit, 32);

/* EV_SIGNAL, EV_STOP. */
struct wire_signal {
	struct wire_head head;
	__s32 signo;
	__u32 info_len;
	__u8 info[WIRE_SIGINFO_LEN];
};
WIRE_ASSERT_SIZE(struct wire_signal, 80);

/* What is to be done about a call, by [abi][nr]. */
enum wire_rule {
	WIRE_RULE_ENTER_ARGS = 0x003f, /* bit per argument with something to copy at entry */
	WIRE_RULE_EXIT_ARGS = 0x0fc0,  /* ... at exit */
	WIRE_RULE_EXIT_SHIFT = 6,
	WIRE_RULE_WANTED = 0x1000,
	WIRE_RULE_SEND_ENTER = 0x2000,
	WIRE_RULE_EXEC = 0x4000,
	WIRE_RULE_STACK = 0x8000, /* argument word 0 is to be the stack pointer */
};

/* Whether a number has to be looked at, in whichever ABI. */
enum wire_look {
	WIRE_LOOK_ENTER = 1,
	WIRE_LOOK_EXIT = 2,
	WIRE_LOOK_EXEC = 4, /* may leave with another ABI than it came with */
};

/* Recipes of one call's arguments, by [abi][nr]. */
struct wire_recipe {
	struct capture_spec args[CAPTURE_NR_ARGS];
	__u32 nr_steps; /* 0 = none for any value */
	__u32 pick;     /* enum capture_pick */
};
WIRE_ASSERT_SIZE(struct wire_recipe, 56);

/* Which steps; `pick` CAPTURE_STEP_ALL has those for values that have none of their own. */
struct wire_steps_key {
	__u32 key; /* of the recipe */
	__u32 pick;
};
WIRE_ASSERT_SIZE(struct wire_steps_key, 8);

struct wire_steps {
	__u32 nr;
	__u32 reserved;
	struct capture_step steps[CAPTURE_STEPS_MAX];
};
WIRE_ASSERT_SIZE(struct wire_steps, 8 + 16 * CAPTURE_STEPS_MAX);

/*
 * The ring of a CPU: an element of a memory-mapped array, followed by its data. A record is put
 * together where it will be read and shows once `head` is moved past it. It never wraps: behind the
 * ring lies room for the longest one.
 */
struct wire_ring {
	/* written by the programs */
	__u64 open_ns;       /* a record of about this time is being made; 0 = none */
	__u64 head;          /* bytes ever written */
	__u64 lost;          /* records that found no room */
	__u64 lost_first_ns; /* the engine zeroes it */
	__u64 lost_last_ns;
	__u64 reserved1[3];
	/* written by the engine */
	__u64 tail; /* bytes ever read */
	__u64 reserved2[7];
	/* the record that is being made */
	__u32 used;   /* bytes of it */
	__u32 key;    /* of its recipe */
	__u32 faults; /* bit per argument that could not be read */
	__u16 nr_chunks;
	__u8 when; /* enum capture_when */
	__u8 arg;
	__u32 final; /* what cannot be read is said to be unreadable, not tried again */
	__u32 limit; /* bytes of data wanted of one buffer */
	__s64 ret;
	__u64 args[CAPTURE_NR_ARGS];
	__u32 message; /* the data may be netlink messages: no address says what it is */
	__u32 reserved3;
	__u64 reserved4[5];
};
WIRE_ASSERT_SIZE(struct wire_ring, 256);

/* The verifier adds up the bounds of offset and length of a chunk; hence the second term. */
#define WIRE_RING_TAIL (WIRE_RECORD_MAX + WIRE_BUFFER_MAX)

/* Beside the rings, in one small ring for all CPUs: EV_NONE wakes the engine, EV_SIGNAL. */

/* How a task is watched. */
enum wire_mark {
	WIRE_MARK_NONE = 0,  /* just made, not counted */
	WIRE_MARK_ARMED = 1, /* at the gate: nothing shows but its execve */
	WIRE_MARK_ACTIVE = 2,
	WIRE_MARK_GONE = 3, /* has ended */
};

enum wire_phase {
	WIRE_PHASE_NONE = 0,    /* in user mode, as far as is known */
	WIRE_PHASE_DROPPED = 1, /* in a call that is not wanted */
	WIRE_PHASE_WANTED = 2,  /* in a call that is */
	WIRE_PHASE_CHILD = 3,   /* new: its first exit is that of its parent's call */
};

enum wire_pending {
	WIRE_PENDING_NONE = 0,
	WIRE_PENDING_MADE = 1, /* is being written */
	WIRE_PENDING_FULL = 2,
};

/* Task storage: a traced task and the call it is in. */
struct wire_task {
	__u32 mark; /* enum wire_mark; changed atomically */
	__u8 phase; /* enum wire_phase */
	__u8 abi;
	__u8 retry; /* bit per argument that could not be read at entry */
	__u8 sent;  /* the entry has been sent */
	__s32 pid;
	__s32 tid;
	__u32 nr;
	__u32 rule;
	__u64 enter_ns;
	__u64 run_delay_ns; /* at entry: all that it ever waited for a CPU */
	__u64 queued_ns;    /* of the call; 0 until it returns */
	__u64 args[CAPTURE_NR_ARGS];
	/* A signal to be reported after the call. */
	__u32 pending; /* enum wire_pending; changed atomically */
	__s32 pending_signo;
	__u8 pending_info[WIRE_SIGINFO_LEN];
	/* Where time on the CPU is asked for. */
	__u64 off_ns;  /* when it left the CPU, in this call; 0 = it is on one */
	__u64 away_ns; /* how long it was off */
};
WIRE_ASSERT_SIZE(struct wire_task, 168);

/*
 * Where calls are only counted, the call in flight is noted per CPU and not in the task's storage,
 * which takes twice as long to reach; it moves there when the task leaves the CPU.
 */
struct wire_slot {
	__u64 regs;       /* place of its registers: stands for the task that made a call last */
	__u32 generation; /* of what is known of it; another one now: nothing is known */
	__u8 mark;        /* enum wire_mark; NONE = not traced */
	__u8 in_call;     /* the rest is of a call in flight */
	__u8 abi;         /* plus 1; 0 = the task still tells */
	__u8 reserved1;
	__u32 nr;
	__u32 reserved2;
	__u64 enter_ns;
	__u64 reserved3[4]; /* a cache line */
};
WIRE_ASSERT_SIZE(struct wire_slot, 64);

/* What util/histogram.h calls so. */
#define WIRE_SUB_BITS   6
#define WIRE_VALUE_BITS 48
#define WIRE_NR_BUCKETS ((WIRE_VALUE_BITS - WIRE_SUB_BITS + 1) << WIRE_SUB_BITS)

struct wire_histogram {
	__u64 buckets[WIRE_NR_BUCKETS];
};

/* The calls of one number that returned, on one CPU. */
struct wire_sum {
	__u64 calls, errors;
	__u64 moved; /* sum of the results above 0 */
	__u64 total_ns;
	__u64 least_ns_inverted; /* so that 0 is a beginning */
	__u64 most_ns;
	__u32 histogram; /* number of it, from 1; 0 = none yet */
	__u32 reserved1;
	__u64 reserved2;
};
WIRE_ASSERT_SIZE(struct wire_sum, 64);

/* A task that the iterator has marked. */
struct wire_attached {
	__s32 pid;
	__s32 tid;
};
WIRE_ASSERT_SIZE(struct wire_attached, 8);

#pragma once
/*
 * The numbers of the trace file (docs/trace-format.md): stored in files, so never reused and never
 * renumbered. A new chunk kind, column, fact or flag gets the next number; readers pass over those
 * they do not know. Only what changes the meaning of an existing number raises the major version.
 */

#define STORE_MAGIC       "renacer trace\r\n\032" /* 16 bytes, no NUL at the end */
#define STORE_MAGIC_BYTES 16
#define STORE_MAJOR       1
#define STORE_MINOR       1

#define STORE_HEADER_BYTES  24 /* magic, u32 major, u32 minor */
#define STORE_CHUNK_BYTES   16 /* u32 kind, u32 length of the body, u64 hash of the body */
#define STORE_TRAILER_BYTES 24 /* u64 offset of the index, u64 hash of these bytes, an end mark */
#define STORE_END_MARK      "rnc end\n"

/* What a reader takes at most; a writer stays far below. */
#define STORE_BODY_MAX (64u << 20) /* bytes of a chunk's body */
#define STORE_RAW_MAX  (64u << 20) /* bytes of all its columns, decompressed */
#define STORE_LIST_MAX (1u << 20)  /* calls, tasks, contents of a block */

/* When a writer ends a block. */
#define STORE_BLOCK_EVENTS 32768u
#define STORE_BLOCK_BYTES  (4u << 20)
#define STORE_EVENT_BYTES  (16u << 20) /* captured bytes kept of a single event */

enum store_chunk {
	STORE_FACTS = 1,  /* what was known at the start */
	STORE_EVENTS = 2, /* a block of events */
	STORE_END = 3,    /* what was known at the end; nothing is missing before it */
	STORE_INDEX = 4,  /* where the blocks are, and their zones */
};

enum store_codec {
	STORE_PLAIN = 0,
	STORE_ZSTD = 1,
};

/* Of STORE_FACTS, STORE_END, STORE_INDEX: all in one column. */
#define STORE_COLUMN_ONLY 1

/* Of STORE_EVENTS. */
enum store_column {
	STORE_ZONE = 1, /* one zone: also the block's lists of calls and tasks */
	/* one number per event */
	STORE_KIND = 2,
	STORE_TIME = 3,
	STORE_CPU = 4,
	STORE_TASK = 5,
	/* one number per call or entry */
	STORE_CALL = 6,
	STORE_FLAGS = 7,
	STORE_TOOK = 8,
	STORE_ARG0 = 9, /* to 14, the sixth */
	STORE_RET = 15,
	STORE_NR_CAPTURES = 16,
	/* one number per captured piece */
	STORE_WHERE = 17,
	STORE_ADDR = 18,
	STORE_CONTENT = 19,
	/* the different contents of the block's pieces */
	STORE_CONTENT_LEN = 20,
	STORE_CONTENT_BYTES = 21,
	/* one per event of any other kind */
	STORE_RECORD_LEN = 22,
	STORE_RECORD = 23,
	/* one number per call or entry; empty = all are 0 */
	STORE_QUEUED = 24,
	STORE_NR_COLUMNS
};

enum store_zone_flag {
	STORE_HAS_FAILED = 1,     /* a call that failed */
	STORE_HAS_UNFINISHED = 2, /* one that never returned */
	STORE_HAS_NO_ENTER = 4,   /* one whose entry was not seen */
	STORE_HAS_LOST = 8,       /* events are missing */
};

enum store_fact {
	STORE_FACT_WRITER = 1,          /* text: program and version */
	STORE_FACT_TRACE_ID = 2,        /* text: W3C trace parent */
	STORE_FACT_ENGINE = 3,          /* text */
	STORE_FACT_COMMAND = 4,         /* texts: argv; absent = attached */
	STORE_FACT_FOLDER = 5,          /* text: the working directory */
	STORE_FACT_REALTIME_OFFSET = 6, /* number: ns from monotonic to wall clock */
	STORE_FACT_START = 7,           /* number: monotonic ns */
	STORE_FACT_STRING_LIMIT = 8,    /* number: bytes taken of a buffer at most */
	STORE_FACT_OPTIONS = 9,         /* number: bits of enum store_option */
	STORE_FACT_FILTER = 10,         /* texts: the -e that were given; absent = everything */
	STORE_FACT_SYSTEM = 11,         /* texts: sysname, release, version, machine, node name */
	STORE_FACT_CPUS = 12,           /* number */
	STORE_FACT_PAGE_BYTES = 13,     /* number */
	STORE_FACT_ENVIRONMENT = 14,    /* texts: names, or NAME=VALUE on request */
	STORE_FACT_INTERFACES = 15, /* texts: index, name, index, name... of network interfaces */
	STORE_FACT_RING_BYTES =
		16, /* number: of the ring whose end this is; absent = all is here */
	STORE_FACT_NR_DROPPED = 17, /* number: events that the ring held before and dropped */
	/* of STORE_END */
	STORE_FACT_NR_EVENTS = 32,
	STORE_FACT_NR_CALLS = 33,
	STORE_FACT_NR_UNFINISHED = 34, /* of the calls */
	STORE_FACT_NR_LOST = 35,
	STORE_FACT_END = 36,     /* monotonic ns */
	STORE_FACT_BECAUSE = 37, /* text: what ended the recording; absent = the run did */
};

enum store_option {
	STORE_FOLLOWED = 1,   /* children were traced */
	STORE_ENTERS = 2,     /* entries were recorded apart */
	STORE_ENV_VALUES = 4, /* the values of environments were kept */
	STORE_QUEUES = 8,     /* STORE_QUEUED is known */
};

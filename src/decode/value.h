#pragma once
/*
 * Decoded values: what an argument, a result or a struct field means, before any form of output.
 * Built by decoders in an arena, drawn by renderers (text, JSON) and asked by filters. Never text
 * that a form of output would have to parse again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum value_kind {
	VALUE_NONE = 0,
	VALUE_INT,    /* num, signed */
	VALUE_UINT,   /* num */
	VALUE_HEX,    /* num, as bits */
	VALUE_OCTAL,  /* num: permission bits */
	VALUE_ADDR,   /* num: a pointer whose target is not shown; 0 is NULL */
	VALUE_FLAGS,  /* flags: OR of names */
	VALUE_ENUM,   /* flags: exactly one name */
	VALUE_FD,     /* num: descriptor (signed) */
	VALUE_PID,    /* num: task or process id (signed) */
	VALUE_STRING, /* data: path or name, NUL not included; never shortened */
	VALUE_DATA,   /* data: bytes that were moved; shortened when shown */
	VALUE_REST,   /* data: the last `len` of a structure's `full_len` bytes, behind those that
			 have names; bytes NULL: these cannot be read */
	VALUE_STRUCT, /* list: named items */
	VALUE_ARRAY,  /* list; a name of an item says its place: [VINTR] */
	VALUE_BITSET, /* list: ints or enums, e.g. a signal mask; VALUE_INVERTED: all but these */
	VALUE_NAME,   /* text: a symbol that stands for itself: AT_FDCWD, SIG_DFL */
	VALUE_MACRO,  /* text + list: makedev(8, 1), htons(80) */
	VALUE_CHANGE, /* list of two: value before => value after the call */
	VALUE_OR,     /* list: parts of one word, joined by |: S_IFREG|0644 */
	VALUE_SHIFT,  /* list of two: a part of a word and where it lies: 21<<MAP_HUGE_SHIFT */
	VALUE_STATUS, /* num: how a process ended or stopped, as waitpid(2) encodes it */
};

enum value_flag {
	VALUE_CUT = 1,       /* data: not all of it was captured; list: items are missing, as the
				comment tells */
	VALUE_INVERTED = 2,  /* bitset */
	VALUE_BY_REF = 4,    /* the argument was a pointer to this: shown as [x] for scalars */
	VALUE_ABBREV = 8,    /* list: fields left out on purpose (without -v) */
	VALUE_NAMED = 16,    /* argument: shown with its name (clone's are, as optional ones) */
	VALUE_ABSTRACT = 32, /* string: a name in the abstract socket namespace, shown @"..." */
	VALUE_BINARY = 64,   /* data, string: no text by nature: shown as \x escapes */
	VALUE_LONG = 128,    /* list: as text no longer than data, in items for bytes */
	VALUE_REMARK = 256,  /* flags, enum: the number, and the names as a remark */
	VALUE_BARE = 512,    /* field: as text without its name, which is in the value */
};

/*
 * Matches when (bits & mask) == value. Plain flags have mask == value; names of a multi-bit field
 * share the field's mask, and one of them may have the value 0 (O_RDONLY). Value and mask 0: the
 * name of "no bits at all" (PROT_NONE). As an enum only `value` counts.
 */
struct flag_name {
	uint64_t value;
	uint64_t mask; /* bits this name decides */
	const char *name;
};

/* A set of names, for flags and enums; generated from flags/<set>.in. */
struct flag_set {
	const char *unknown; /* comment for what has no name, e.g. "O_???" */
	const struct flag_name *names;
	size_t nr_names;
	bool sorted; /* by value, for large enumerations */
};

struct value {
	uint8_t kind;        /* enum value_kind */
	uint16_t flags;      /* enum value_flag */
	const char *name;    /* borrowed: of the argument or struct field; NULL in arrays */
	const char *comment; /* a remark, "23 vars", or NULL: behind it, and in a list that is
				VALUE_CUT at the place where it is cut */
	union {
		uint64_t num;
		const char *text; /* VALUE_NAME */
		struct {
			uint64_t bits;
			const struct flag_set *set;
		} bits;
		struct {
			const uint8_t *bytes;
			size_t len;      /* at hand */
			size_t full_len; /* in the tracee; >= len */
		} data;
		struct {
			struct value *items;
			size_t nr;
			const char *macro; /* VALUE_MACRO: its name */
		} list;
	};
};

/*
 * Whether a flag word shows this name, of a set gone through in order: `decided` are the mask bits
 * of the names shown so far.
 */
bool flag_name_matches(const struct flag_name *name, uint64_t bits, uint64_t decided);

/* The place of the first name that matches exactly, or nr_names. */
size_t flag_set_find(const struct flag_set *set, uint64_t value);

/* The name that matches exactly, or NULL. */
const char *flag_set_exact(const struct flag_set *set, uint64_t value);

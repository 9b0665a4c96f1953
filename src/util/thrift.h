#pragma once
/*
 * Writes Thrift's compact protocol into a buffer: structs of numbered fields, in the order of their
 * numbers. (Source: thrift-compact-protocol.md of Apache Thrift.)
 */

#include <stddef.h>
#include <stdint.h>

struct buf;

#define THRIFT_DEPTH_MAX 8

/* Types of list elements; fields choose theirs. */
enum thrift_type {
	THRIFT_I32 = 5,
	THRIFT_I64 = 6,
	THRIFT_BINARY = 8,
	THRIFT_LIST = 9,
	THRIFT_STRUCT = 12,
};

struct thrift {
	struct buf *out; /* borrowed */
	unsigned depth;
	int last[THRIFT_DEPTH_MAX]; /* number of the field before, in each open struct */
};

/* Elements of lists, and whole documents, are structs without a field number. */
void thrift_init(struct thrift *t, struct buf *out);
void thrift_struct_begin(struct thrift *t);
void thrift_struct_end(struct thrift *t);

void thrift_i32(struct thrift *t, int field, int32_t number);
void thrift_i64(struct thrift *t, int field, int64_t number);
void thrift_binary(struct thrift *t, int field, const void *bytes, size_t len);
void thrift_text(struct thrift *t, int field, const char *text);
void thrift_struct(struct thrift *t, int field); /* begins it */

/* `nr` elements of that type are to follow: structs, or by the functions below. */
void thrift_list(struct thrift *t, int field, enum thrift_type type, size_t nr);
void thrift_element_i32(struct thrift *t, int32_t number);
void thrift_element_text(struct thrift *t, const char *text);

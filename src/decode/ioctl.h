#pragma once
/*
 * What is known of ioctl's requests beyond what their numbers say: a table of rows for each
 * subsystem, in ioctl_<subsystem>.c. A row says what argument 2 is.
 */

#include "decode/decoder.h"

enum ioctl_arg {
	IOCTL_IN,     /* a structure that the call reads */
	IOCTL_OUT,    /* one that it fills in */
	IOCTL_CHANGE, /* both; shown before and after, each in its own way */
	IOCTL_FILL,   /* both; the shape adds what the call filled in when it is `done` */
	IOCTL_INT,
	IOCTL_UINT,
	IOCTL_LONG, /* unsigned, as wide as a word */
	IOCTL_HEX,
	IOCTL_ADDR,
	IOCTL_FD,
	IOCTL_FLAGS,   /* of `set` */
	IOCTL_FLAGS32, /* the lower half of the word */
	IOCTL_ENUM,
	IOCTL_TEXT, /* a string that the call reads */
	IOCTL_NONE, /* the argument is not looked at */
	IOCTL_ODD,  /* `odd` knows */
};

struct ioctl_row {
	uint32_t request;
	uint8_t arg; /* enum ioctl_arg */
	const struct shape *shape;
	const struct shape *after; /* CHANGE; NULL = as before the call */
	const struct flag_set *set;
	/* Shows argument 2, whose slot is empty; may change any other. */
	void (*odd)(struct decoder *d, struct value *ret);
};

#define REQUEST_IN(request, id)                                                                    \
	{                                                                                          \
		request, IOCTL_IN, .shape = &shape_##id                                            \
	}
#define REQUEST_OUT(request, id)                                                                   \
	{                                                                                          \
		request, IOCTL_OUT, .shape = &shape_##id                                           \
	}
#define REQUEST_IN_OUT(request, id)                                                                \
	{                                                                                          \
		request, IOCTL_CHANGE, .shape = &shape_##id                                        \
	}
#define REQUEST_FILL(request, id)                                                                  \
	{                                                                                          \
		request, IOCTL_FILL, .shape = &shape_##id                                          \
	}
#define REQUEST_CHANGE(request, before, id)                                                        \
	{                                                                                          \
		request, IOCTL_CHANGE, .shape = &shape_##before, .after = &shape_##id              \
	}
#define REQUEST_FLAGS(request, id)                                                                 \
	{                                                                                          \
		request, IOCTL_FLAGS, .set = &flags_##id                                           \
	}
#define REQUEST_FLAGS32(request, id)                                                               \
	{                                                                                          \
		request, IOCTL_FLAGS32, .set = &flags_##id                                         \
	}
#define REQUEST_ENUM(request, id)                                                                  \
	{                                                                                          \
		request, IOCTL_ENUM, .set = &flags_##id                                            \
	}
#define REQUEST_ODD(request, odd_)                                                                 \
	{                                                                                          \
		request, IOCTL_ODD, .odd = odd_                                                    \
	}
#define REQUEST(request, kind)                                                                     \
	{                                                                                          \
		request, IOCTL_##kind                                                              \
	}

struct ioctl_table {
	const struct ioctl_row *rows;
	size_t nr;
	/*
	 * For numbers that hold a parameter: says what the request is called, the parameters being
	 * items of the macro `ret`; false = not one of this subsystem. NULL = there are none.
	 */
	bool (*name)(struct decoder *d, uint32_t request, struct value *ret);
	/* Shows argument 2 of such a number; false = nothing known. */
	bool (*show)(struct decoder *d, uint32_t request, struct value *ret);
};

#define IOCTL_TABLE(id, ...)                                                                       \
	const struct ioctl_table ioctl_##id = {rows, ARRAY_SIZE(rows), ##__VA_ARGS__}

#define IOCTL_TABLES(X)                                                                            \
	X(tty)                                                                                     \
	X(fs)                                                                                      \
	X(block)                                                                                   \
	X(net)                                                                                     \
	X(kernel)                                                                                  \
	X(input)                                                                                   \
	X(device)                                                                                  \
	X(flash)                                                                                   \
	X(scsi)                                                                                    \
	X(dm)                                                                                      \
	X(console)                                                                                 \
	X(ptp)                                                                                     \
	X(video)                                                                                   \
	X(gpio)                                                                                    \
	X(tee)                                                                                     \
	X(btrfs)

#define IOCTL_DECLARE(id) extern const struct ioctl_table ioctl_##id;
IOCTL_TABLES(IOCTL_DECLARE)

#ifndef SG_GET_ACCESS_COUNT /* the C library's header lacks it */
#define SG_GET_ACCESS_COUNT 0x2289
#endif

/*
 * Heads of variable size, which no header has as structures: of PERF_EVENT_IOC_QUERY_BPF,
 * RNDADDENTROPY, and KDGKBDIACR.
 */
struct perf_programs {
	uint32_t ids_len;
	uint32_t prog_cnt;
};

struct accents {
	uint32_t count;
};

struct entropy {
	int32_t entropy_count;
	int32_t buf_size;
};

/*
 * What lies behind a structure or where one of its pointers leads; wherever it was captured, also
 * in the middle of a longer piece. An address when it was not.
 */
void ioctl_show_array(struct decoder *d, uint64_t addr, uint64_t nr, const struct shape *shape,
	unsigned when, struct value *ret);
/* What was captured from `addr` on, up to where the capture ends; NULL = nothing. Not aligned. */
const uint8_t *ioctl_bytes_from(
	const struct decoder *d, uint64_t addr, unsigned when, size_t *ret_len);
void ioctl_show_data(
	struct decoder *d, uint64_t addr, uint64_t len, unsigned when, struct value *ret);

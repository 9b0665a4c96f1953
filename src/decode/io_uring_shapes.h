#pragma once
/* Structures that io_uring's calls take, as of Linux 6.18: the system's headers are older. */

#include "decode/decoder.h"

struct uring_offsets {
	uint32_t words[7]; /* which ones differs between the two rings */
	uint32_t resv1;
	uint64_t user_addr;
};

struct uring_params {
	uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd;
	uint32_t resv[3];
	struct uring_offsets sq_off, cq_off;
};

/* An operation as a ring takes it, sent to another ring by hand. */
struct uring_sqe {
	uint8_t opcode, flags;
	uint16_t ioprio;
	int32_t fd;
	uint64_t off, addr;
	uint32_t len, rw_flags;
	uint64_t user_data;
	uint16_t buf_index, personality;
	uint32_t file_index;
	uint64_t optval, attr_type_mask;
};

/* What a kernel can do: a list of questions, of which the first is followed. */
struct uring_query {
	uint64_t next_entry, query_data;
	uint32_t query_op, size;
	int32_t result;
	uint32_t __resv[3];
};

SHAPE_DECLARE(uring_buffer_ring, 40)
SHAPE_DECLARE(uring_sync_cancel, 64)
SHAPE_DECLARE(uring_file_range, 16)
SHAPE_DECLARE(uring_buffer_status, 40)
SHAPE_DECLARE(uring_napi, 16)
SHAPE_DECLARE(uring_clock_choice, 16)
SHAPE_DECLARE(uring_clone_buffers, 32)
SHAPE_DECLARE(uring_mem_region, 32)
SHAPE_DECLARE(uring_resize, 120)
SHAPE_DECLARE(uring_sqe, 64)
SHAPE_DECLARE(uring_sqe_pi, 32)
SHAPE_DECLARE(uring_zcrx_ifq, 96)
SHAPE_DECLARE(uring_query, 40)
SHAPE_DECLARE(uring_zcrx_ctrl, 72)

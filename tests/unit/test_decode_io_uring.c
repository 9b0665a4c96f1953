#include "test.h"

#include <linux/io_uring.h>
#include <time.h>

#include "decode_build.h"

#define REGISTERED (1u << 31)

TEST(setting_up_and_entering)
{
	static const struct io_uring_params given = {
		.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 5, .resv = {0, 9, 0}};
	const struct timespec ts = {1, 2};
	static const struct io_uring_params made = {.sq_entries = 4,
		.cq_entries = 8,
		.flags = IORING_SETUP_SQPOLL,
		.features = IORING_FEAT_NODROP,
		.sq_off = {.tail = 64, .array = 320},
		.cq_off = {.cqes = 128}};
	static const uint64_t mask = 1 << 1;
	const uint64_t ext[] = {CHUNK_AT(2), 8, CHUNK_AT(3)};

	const struct recorded rows[] = {
		{"io_uring_setup", {4, 0x1000}, -EINVAL, {IN(1, given)},
			"io_uring_setup(4, {flags=IORING_SETUP_SQPOLL, sq_thread_cpu=0, "
			"sq_thread_idle=5, resv=[0, 0x9, 0]}) = EINVAL"},
		{"io_uring_setup", {4, 0x1000}, 3, {IN(1, made), OUT_OVER(1, 1, made)},
			"io_uring_setup(4, {flags=IORING_SETUP_SQPOLL, sq_thread_cpu=0, "
			"sq_thread_idle=0, sq_entries=4, cq_entries=8, features=IORING_FEAT_NODROP, "
			"sq_off={head=0, tail=64, ring_mask=0, ring_entries=0, flags=0, dropped=0, "
			"array=320, user_addr=0}, cq_off={head=0, tail=0, ring_mask=0, "
			"ring_entries=0, overflow=0, cqes=128, flags=0, user_addr=0}}) = 3"},
		{"io_uring_setup", {4, 0}, -EFAULT, {{0}}, "io_uring_setup(4, NULL) = EFAULT"},
		{"io_uring_enter", {3, 1, 0, 1 << 3, 0x1000, 24}, 1,
			{IN(4, ext), IN(4, mask), IN(4, ts)},
			"io_uring_enter(3, 1, 0, IORING_ENTER_EXT_ARG, {sigmask=[INT], sigmask_sz=8, "
			"min_wait_usec=0, ts={tv_sec=1, tv_nsec=2}}, 24) = 1"},
		{"io_uring_enter", {3, 1, 0, 1 << 6, 64, 24}, -EINVAL, {{0}},
			"io_uring_enter(3, 1, 0, IORING_ENTER_EXT_ARG_REG, 64, 24) = EINVAL"},
		{"io_uring_enter", {3, 0, 1, 1, 0x1000, 8}, 1, {IN(4, mask)},
			"io_uring_enter(3, 0, 1, IORING_ENTER_GETEVENTS, [INT], 8) = 1"},
	};

	CHECK(rows);
}

TEST(registering_lists)
{
	const struct {
		uint64_t base, len;
	} buffers[] = {{0x10, 20}, {0, 0}};
	static const int32_t fds[] = {3, -1, -2};
	const uint64_t update[] = {7, CHUNK_AT(2)};
	const uint64_t resources[] = {3, 0, CHUNK_AT(2), CHUNK_AT(3)};
	const uint64_t longer[] = {3, 0, CHUNK_AT(2), 0, 0, 0xff};
	static const uint64_t tags[] = {1, 2, 0xabc};
	static const uint8_t cpus[] = {5};
	static const uint32_t workers[] = {3, 4}, allowed[] = {1, 2};
	const struct recorded rows[] = {
		{"io_uring_register", {3, 0, 0x1000, 2}, 0, {IN(2, buffers)},
			"io_uring_register(3, IORING_REGISTER_BUFFERS, [{iov_base=0x10, iov_len=20}, "
			"{iov_base=NULL, iov_len=0}], 2) = 0"},
		{"io_uring_register", {3, 2, 0x1000, 3}, 0, {IN(2, fds)},
			"io_uring_register(3, IORING_REGISTER_FILES, [3, -1, -2], 3) = 0"},
		{"io_uring_register", {3, REGISTERED | 2, 0x1000, 3}, 0, {IN(2, fds)},
			"io_uring_register(3, IORING_REGISTER_FILES|"
			"IORING_REGISTER_USE_REGISTERED_RING, [3, -1, -2], 3) = 0"},
		{"io_uring_register", {3, 6, 0x1000, 3}, 3, {IN(2, update), IN(2, fds)},
			"io_uring_register(3, IORING_REGISTER_FILES_UPDATE, {offset=7, fds=[3, -1, "
			"IORING_REGISTER_FILES_SKIP]}, 3) = 3"},
		{"io_uring_register", {3, 13, 0x1000, 32}, 0,
			{IN(2, resources), IN(2, fds), IN(2, tags)},
			"io_uring_register(3, IORING_REGISTER_FILES2, {nr=3, flags=0, data=[3, -1, "
			"-2], tags=[0x1, 0x2, 0xabc]}, 32) = 0"},
		{"io_uring_register", {3, 13, 0x1000, 31}, -EINVAL, {IN(2, resources)},
			"io_uring_register(3, IORING_REGISTER_FILES2, 0x1000, 31) = EINVAL"},
		{"io_uring_register", {3, 13, 0x1000, 48}, -EINVAL, {IN(2, longer)},
			"io_uring_register(3, IORING_REGISTER_FILES2, {nr=3, flags=0, data=0x2000, "
			"tags=NULL, /* bytes 32..47 */ \"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xff"
			"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 48) = EINVAL"},
		{"io_uring_register", {3, 17, 0x1000, 1}, 0, {IN(2, cpus)},
			"io_uring_register(3, IORING_REGISTER_IOWQ_AFF, [0 2], 1) = 0"},
		{"io_uring_register", {3, 17, 0x1000, 5}, -EFAULT, {IN(2, cpus)},
			"io_uring_register(3, IORING_REGISTER_IOWQ_AFF, 0x1000, 5) = EFAULT"},
		{"io_uring_register", {3, 19, 0x1000, 2}, -EINVAL, {IN(2, workers)},
			"io_uring_register(3, IORING_REGISTER_IOWQ_MAX_WORKERS, [[IO_WQ_BOUND]=3, "
			"[IO_WQ_UNBOUND]=4], 2) = EINVAL"},
		{"io_uring_register", {3, 19, 0x1000, 2}, 0,
			{IN(2, workers), OUT_OVER(1, 2, allowed)},
			"io_uring_register(3, IORING_REGISTER_IOWQ_MAX_WORKERS, [[IO_WQ_BOUND]=3, "
			"[IO_WQ_UNBOUND]=4] => [[IO_WQ_BOUND]=1, [IO_WQ_UNBOUND]=2], 2) = 0"},
		{"io_uring_register", {3, 77, 0x1000, 1}, -EINVAL, {{0}},
			"io_uring_register(3, 0x4d /* IORING_REGISTER_??? */, 0x1000, 1) = EINVAL"},
	};

	CHECK(rows);
}

TEST(registering_structures)
{
	struct {
		uint8_t last_op, ops_len;
		uint16_t resv;
		uint32_t resv2[3];
		struct {
			uint8_t op, resv;
			uint16_t flags;
			uint32_t resv2;
		} ops[2];
	} zeros = {0}, probe = {2, 2, 0, {0}, {{0, 0, 1, 0}, {1, 0, 0, 0}}};
	static const struct {
		uint16_t opcode;
		uint8_t what, resv;
		uint32_t resv2[3];
	} limits[] = {{0, 9, 0, {0}}, {1, 3, 0, {0}}, {2, 4, 1, {0}}, {9, 7, 0, {0, 1, 0}}};
	static const uint64_t ring[] = {0x7000, 8 | 3ULL << 32, 0, 0, 0x100000000};
	static const uint64_t napi[] = {5 | 1ULL << 32, 1}, earlier[2];
	static const struct io_uring_sqe sqe = {.opcode = IORING_OP_MSG_RING,
		.flags = IOSQE_IO_LINK,
		.fd = 5,
		.off = 6,
		.addr = 7,
		.len = 8,
		.rw_flags = 1,
		.user_data = 9};
	static const uint64_t query[] = {0x9000, 0x2000, 2 | 16ULL << 32, 0, 0};
	static const uint64_t scq[] = {64, 128};
	const struct recorded rows[] = {
		{"io_uring_register", {3, 8, 0x1000, 2}, -EINVAL, {IN(2, zeros)},
			"io_uring_register(3, IORING_REGISTER_PROBE, 0x1000, 2) = EINVAL"},
		{"io_uring_register", {3, 8, 0x1000, 2}, 0, {OUT(2, probe)},
			"io_uring_register(3, IORING_REGISTER_PROBE, {last_op=IORING_OP_WRITEV, "
			"ops_len=2, ops=[{op=IORING_OP_NOP, flags=IO_URING_OP_SUPPORTED}, "
			"{op=IORING_OP_READV, flags=0}]}, 2) = 0"},
		{"io_uring_register", {3, 8, 0x1000, 300}, -EINVAL, {IN(2, probe)},
			"io_uring_register(3, IORING_REGISTER_PROBE, 0x1000, 300) = EINVAL"},
		{"io_uring_register", {3, 11, 0x1000, 4}, 0, {IN(2, limits)},
			"io_uring_register(3, IORING_REGISTER_RESTRICTIONS, ["
			"{opcode=IORING_RESTRICTION_REGISTER_OP, "
			"register_op=IORING_REGISTER_PERSONALITY}, "
			"{opcode=IORING_RESTRICTION_SQE_OP, sqe_op=IORING_OP_FSYNC}, "
			"{opcode=IORING_RESTRICTION_SQE_FLAGS_ALLOWED, sqe_flags=IOSQE_IO_LINK, "
			"resv=0x1}, {opcode=0x9 /* IORING_RESTRICTION_??? */ /* op: 0x7 */, "
			"resv2=[0, 0x1, 0]}], 4) = 0"},
		{"io_uring_register", {3, 22, 0x1000, 1}, 0, {IN(2, ring)},
			"io_uring_register(3, IORING_REGISTER_PBUF_RING, {ring_addr=0x7000, "
			"ring_entries=8, bgid=3, flags=0, min_left=0, resv=[0, 0, 0, 0, 0x1]}, 1) = 0"},
		{"io_uring_register", {3, 22, 0x1000, 2}, -EINVAL, {IN(2, ring)},
			"io_uring_register(3, IORING_REGISTER_PBUF_RING, 0x1000, 2) = EINVAL"},
		{"io_uring_register", {3, 28, 0x1000, 1}, 0, {OUT(2, napi)},
			"io_uring_register(3, IORING_UNREGISTER_NAPI, {busy_poll_to=0x5, "
			"prefer_busy_poll=0x1, opcode=IO_URING_NAPI_REGISTER_OP, "
			"op_param=IO_URING_NAPI_TRACKING_STATIC}, 1) = 0"},
		{"io_uring_register", {3, 27, 0x1000, 1}, 0, {IN(2, napi), OUT_OVER(1, 2, earlier)},
			"io_uring_register(3, IORING_REGISTER_NAPI, {busy_poll_to=0x5, "
			"prefer_busy_poll=0x1, opcode=IO_URING_NAPI_REGISTER_OP, "
			"op_param=IO_URING_NAPI_TRACKING_STATIC} => {busy_poll_to=0, "
			"prefer_busy_poll=0, opcode=IO_URING_NAPI_REGISTER_OP, "
			"op_param=IO_URING_NAPI_TRACKING_DYNAMIC}, 1) = 0"},
		{"io_uring_register", {3, 31, 0x1000, 1}, -EBADF, {IN(2, sqe)},
			"io_uring_register(3, IORING_REGISTER_SEND_MSG_RING, "
			"{opcode=IORING_OP_MSG_RING, flags=IOSQE_IO_LINK, ioprio=0, fd=5, off=0x6, "
			"addr=0x7, len=8, msg_ring_flags=IORING_MSG_RING_CQE_SKIP, user_data=0x9, "
			"buf_index=0, personality=0, file_index=0, optval=0}, 1) = EBADF"},
		{"io_uring_register", {-1, 35, 0x1000, 0}, 0, {IN(2, query), IN(2, scq)},
			"io_uring_register(-1, IORING_REGISTER_QUERY, {query_data=0x2000, "
			"query_op=IO_URING_QUERY_SCQ, size=16, result=0, query_data={hdr_size=64, "
			"hdr_alignment=128}, next_entry=0x9000}, 0) = 0"},
	};

	CHECK(rows);
}

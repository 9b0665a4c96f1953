#include "test.h"

#include <linux/kcmp.h>
#include <linux/sched.h>
#include <signal.h>

#include "decode_build.h"

TEST(clone3_as_it_grew)
{
	const struct clone_args args = {.flags = CLONE_PIDFD, .pidfd = 0x3000, .cgroup = 4},
				tids = {.set_tid = 0x2000, .set_tid_size = 3};
	const struct {
		struct clone_args known;
		uint64_t newer;
	} grown = {.newer = 1}, empty = {.newer = 0};
	static const uint32_t numbers[] = {1, 2, 3};
	const struct recorded rows[] = {
		{"clone3", {0x1000, 88}, 9, {IN(0, args), IN(0, numbers), OUT(0, numbers)},
			"clone3({flags=CLONE_PIDFD, pidfd=0x3000, exit_signal=0, stack=NULL, "
			"stack_size=0, cgroup=4} => {pidfd=[1]}, 88) = 9"},
		{"clone3", {0x1000, 88}, 9, {IN(0, args)},
			"clone3({flags=CLONE_PIDFD, pidfd=0x3000, exit_signal=0, stack=NULL, "
			"stack_size=0, cgroup=4} => {pidfd=0x3000}, 88) = 9"},
		{"clone3", {0x1000, 64}, -EINVAL, {IN(0, args)},
			"clone3({flags=CLONE_PIDFD, pidfd=0x3000, exit_signal=0, stack=NULL, "
			"stack_size=0}, 64) = EINVAL"},
		{"clone3", {0x1000, 88}, -EINVAL, {IN(0, tids), IN(0, numbers)},
			"clone3({flags=0, exit_signal=0, stack=NULL, stack_size=0, "
			"set_tid=[1, 2, 3], set_tid_size=3}, 88) = EINVAL"},
		{"clone3", {0x1000, 88}, -EINVAL, {IN(0, tids)},
			"clone3({flags=0, exit_signal=0, stack=NULL, stack_size=0, set_tid=0x2000, "
			"set_tid_size=3}, 88) = EINVAL"},
		{"clone3", {0x1000, 96}, -E2BIG, {IN(0, grown)},
			"clone3({flags=0, exit_signal=0, stack=NULL, stack_size=0, "
			"/* bytes 88..95 */ \"\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 96) = "
			"E2BIG"},
		{"clone3", {0x1000, 96}, -EINVAL, {IN(0, empty)},
			"clone3({flags=0, exit_signal=0, stack=NULL, stack_size=0}, 96) = EINVAL"},
		{"clone3", {0x1000, 96}, -EFAULT, {IN(0, args)},
			"clone3({flags=CLONE_PIDFD, pidfd=0x3000, exit_signal=0, stack=NULL, "
			"stack_size=0, cgroup=4, ???}, 96) = EFAULT"},
		{"clone3", {0x1000, 63}, -EINVAL, {IN(0, args)}, "clone3(0x1000, 63) = EINVAL"},
	};

	CHECK(rows);
}

TEST(rseq_areas)
{
	static const struct {
		uint32_t words[8];
		uint64_t more[4];
	} area = {{0, -1u, 0x2000, 0, 1, 2, 3, 0x40501}, {0}};
	static const struct {
		uint32_t version, flags;
		uint64_t ips[3];
	} section = {1, 4, {5, 6, 7}};
	const struct recorded rows[] = {
		/* what the kernel refuses, by its place and by its size, stays unread */
		{"rseq", {0x1000, 31, 0, 9}, -EINVAL, {IN(0, area)},
			"rseq(0x1000, 31, 0, 0x9) = EINVAL"},
		{"rseq", {0x1001, 32, 0, 9}, -EINVAL, {IN(0, area)},
			"rseq(0x1001, 32, 0, 0x9) = EINVAL"},
		{"rseq", {0x1000, 32, 0, 9}, 0, {IN(0, area), IN(0, section)},
			"rseq({cpu_id_start=0, cpu_id=RSEQ_CPU_ID_UNINITIALIZED, "
			"rseq_cs={version=1, flags=RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE, "
			"start_ip=0x5, post_commit_offset=0x6, abort_ip=0x7} /* 0x2000 */, "
			"flags=RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT, node_id=2, mm_cid=3, "
			"slice_ctrl={request=1, granted=5, __reserved=0x4}, __reserved=0}, 32, 0, "
			"0x9) = 0"},
		{"rseq", {0x1000, 64, 1, 9}, 0, {IN(0, area)},
			"rseq({cpu_id_start=0, cpu_id=RSEQ_CPU_ID_UNINITIALIZED, rseq_cs=0x2000, "
			"flags=RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT, node_id=2, mm_cid=3, "
			"slice_ctrl={request=1, granted=5, __reserved=0x4}, __reserved=0}, 64, "
			"RSEQ_FLAG_UNREGISTER, 0x9) = 0"},
		{"rseq", {0x1000, 64, 0, 9}, -EFAULT, {{0, CAPTURE_AT_ENTER, 40, &area}},
			"rseq(0x1000, 64, 0, 0x9) = EFAULT"},
	};

	CHECK(rows);
}

TEST(schedules)
{
	static const struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t times[3];
		uint32_t clamps[2];
		uint64_t newer;
	} attr = {56, 3, 0x60, -5, 1, {2, 3, 4}, {5, 6}, 0}, old = {48, 1, 0, 0, 9, {0}, {0}, 0},
	  keep = {0, 7, 0x18, 0, 0, {0}, {0}, 0}, large = {64, 0, 0, 0, 0, {0}, {0}, 1},
	  tiny = {1, 0, 0, 0, 0, {0}, {0}, 0};
	static const uint32_t known = 56;
	const struct recorded rows[] = {
		{"sched_setattr", {7, 0x1000, 1}, 0, {IN(1, attr)},
			"sched_setattr(7, {size=56, sched_policy=SCHED_BATCH, "
			"sched_flags=SCHED_FLAG_UTIL_CLAMP_MIN|SCHED_FLAG_UTIL_CLAMP_MAX, "
			"sched_nice=-5, sched_priority=1, sched_runtime=2, sched_deadline=3, "
			"sched_period=4, sched_util_min=5, sched_util_max=6}, 0x1) = 0"},
		{"sched_setattr", {7, 0x1000}, 0, {IN(1, old)},
			"sched_setattr(7, {size=48, sched_policy=SCHED_FIFO, sched_flags=0, "
			"sched_nice=0, sched_priority=9, sched_runtime=0, sched_deadline=0, "
			"sched_period=0}, 0) = 0"},
		{"sched_setattr", {7, 0x1000}, 0, {IN(1, keep)},
			"sched_setattr(7, {size=0, "
			"sched_flags=SCHED_FLAG_KEEP_POLICY|SCHED_FLAG_KEEP_PARAMS}, 0) = 0"},
		{"sched_setattr", {7, 0x1000}, -E2BIG, {IN(1, large)},
			"sched_setattr(7, {size=64, sched_policy=SCHED_OTHER, sched_flags=0, "
			"sched_nice=0, sched_priority=0, sched_runtime=0, sched_deadline=0, "
			"sched_period=0, sched_util_min=0, sched_util_max=0, ...}, 0) = E2BIG"},
		{"sched_setattr", {7, 0x1000}, -E2BIG, {IN(1, tiny)},
			"sched_setattr(7, {size=1}, 0) = E2BIG"},
		{"sched_setattr", {7, 0x1000}, -E2BIG, {IN(1, tiny), OUT_OVER(1, 1, known)},
			"sched_setattr(7, {size=1} => {size=56}, 0) = E2BIG"},
		{"sched_setattr", {7, 0x1000}, -EFAULT, {{1, CAPTURE_AT_ENTER, 40, &attr}},
			"sched_setattr(7, 0x1000, 0) = EFAULT"},
		{"sched_getattr", {7, 0x1000, 48, 1}, 0, {{1, CAPTURE_AT_EXIT, 48, &old}},
			"sched_getattr(7, {size=48, sched_policy=SCHED_FIFO, sched_flags=0, "
			"sched_nice=0, sched_priority=9, sched_runtime=0, sched_deadline=0, "
			"sched_period=0}, 48, SCHED_GETATTR_FLAG_DL_DYNAMIC) = 0"},
	};

	CHECK(rows);
}

TEST(what_is_compared_and_chosen)
{
	static const struct kcmp_epoll_slot slot = {3, 4, 5};
	const struct recorded rows[] = {
		{"kcmp", {1, 2, KCMP_EPOLL_TFD, 6, 0x1000}, 0, {IN(4, slot)},
			"kcmp(1, 2, KCMP_EPOLL_TFD, 6, {efd=3, tfd=4, toff=5}) = 0"},
		{"kcmp", {1, 2, KCMP_EPOLL_TFD, 6, 0x1000}, -EFAULT, {{0}},
			"kcmp(1, 2, KCMP_EPOLL_TFD, 6, 0x1000) = EFAULT"},
		{"kcmp", {1, 2, KCMP_FILE, 6, -1u}, 1, {{0}}, "kcmp(1, 2, KCMP_FILE, 6, -1) = 1"},
		{"personality", {0x1000008}, 0x40000, {{0}},
			"personality(PER_LINUX32|SHORT_INODE) = 0x40000  "
			"PER_LINUX|ADDR_NO_RANDOMIZE"},
		{"personality", {0xffffffff}, 0x1f, {{0}},
			"personality(0xffffffff) = 0x1f  0x1f /* PER_??? */"},
	};

	CHECK(rows);
}

TEST(masks_of_odd_sizes)
{
	static const uint64_t mask = 0x8000000000000102;
	const struct recorded rows[] = {
		{"rt_sigprocmask", {0, 0x1000, 0, 8}, 0, {IN(1, mask)},
			"rt_sigprocmask(SIG_BLOCK, [INT KILL RT_32], NULL, 8) = 0"},
		{"rt_sigprocmask", {0, 0x1000, 0, 4}, -EINVAL, {IN(1, mask)},
			"rt_sigprocmask(SIG_BLOCK, 0x1000, NULL, 4) = EINVAL"},
		{"rt_sigprocmask", {0, 0x1000, 0, 16}, -EINVAL, {IN(1, mask)},
			"rt_sigprocmask(SIG_BLOCK, 0x1000, NULL, 16) = EINVAL"},
		{"rt_sigpending", {0x1000, 1}, 0, {{0, CAPTURE_AT_EXIT, 1, &mask}},
			"rt_sigpending([INT], 1) = 0"},
		{"rt_sigpending", {0x1000, 0}, 0, {{0}}, "rt_sigpending(0x1000, 0) = 0"},
		{"rt_sigpending", {0x1000, 9}, -EINVAL, {{0}}, "rt_sigpending(0x1000, 9) = EINVAL"},
	};

	CHECK(rows);
}

TEST(sleeps_that_are_interrupted)
{
	static const int64_t wanted[] = {2, 0}, left[] = {1, 5};
	const struct recorded rows[] = {
		{"nanosleep", {0x1000, 0x2000}, -516, {IN(0, wanted), OUT(1, left)},
			"nanosleep({tv_sec=2, tv_nsec=0}, {tv_sec=1, tv_nsec=5}) = "
			"ERESTART_RESTARTBLOCK"},
		{"nanosleep", {0x1000, 0x2000}, -516, {IN(0, wanted)},
			"nanosleep({tv_sec=2, tv_nsec=0}, 0x2000) = ERESTART_RESTARTBLOCK"},
		{"clock_nanosleep", {0, 1, 0x1000, 0x2000}, -516, {IN(2, wanted), OUT(3, left)},
			"clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, {tv_sec=2, tv_nsec=0}, "
			"0x2000) = ERESTART_RESTARTBLOCK"},
	};

	CHECK(rows);
}

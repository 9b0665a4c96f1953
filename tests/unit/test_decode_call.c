#include "test.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "decode_build.h"

#define FDCWD (uint64_t)(int64_t) AT_FDCWD

TEST(files)
{
	static const struct stat regular = {.st_mode = S_IFREG | 0644, .st_size = 1234};
	const struct stat device = {.st_mode = S_IFCHR | S_ISVTX | 0666, .st_rdev = makedev(1, 3)};
	static const struct open_how how = {O_RDONLY | O_CLOEXEC, 0, RESOLVE_BENEATH};
	static const struct timespec times[2] = {{1700000000, 5}, {0, UTIME_OMIT}};
	const struct recorded rows[] = {
		{"openat", {FDCWD, 0x1000, O_RDONLY | O_CLOEXEC, 0644}, 3,
			{IN_TEXT(1, "/etc/passwd")},
			"openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3"},
		{"openat", {5, 0x1000, O_WRONLY | O_CREAT | O_TRUNC, 0640}, 3, {IN_TEXT(1, "x")},
			"openat(5, \"x\", O_WRONLY|O_CREAT|O_TRUNC, 0640) = 3"},
		{"open", {0x1000, O_TMPFILE | O_RDWR, 0600}, -ENOENT, {IN_TEXT(0, ".")},
			"open(\".\", O_RDWR|O_TMPFILE, 0600) = ENOENT"},
		/* nothing captured: the pointer; bytes that end without a NUL: cut */
		{"open", {0x5000, 0x40000000}, 3, {{0}}, "open(0x5000, O_RDONLY|0x40000000) = 3"},
		{"open", {0x1000, O_PATH}, 3, {IN_BYTES(0, "/lo")},
			"open(\"/lo\"..., O_RDONLY|O_PATH) = 3"},
		{"open", {0}, -EFAULT, {{0}}, "open(NULL, O_RDONLY) = EFAULT"},
		{"openat2", {FDCWD, 0x1000, 0x2000, 24}, 3, {IN_TEXT(1, "x"), IN(2, how)},
			"openat2(AT_FDCWD, \"x\", {flags=O_RDONLY|O_CLOEXEC, resolve=RESOLVE_BENEATH}, "
			"24) = 3"},
		{"stat", {0x1000, 0x2000}, 0, {IN_TEXT(0, "x"), OUT(1, regular)},
			"stat(\"x\", {st_mode=S_IFREG|0644, st_size=1234, ...}) = 0"},
		{"stat", {0x1000, 0x2000}, -ENOENT, {IN_TEXT(0, "x"), OUT(1, regular)},
			"stat(\"x\", 0x2000) = ENOENT"},
		{"fstat", {1, 0x1000}, 0, {OUT(1, device)},
			"fstat(1, {st_mode=S_IFCHR|S_ISVTX|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0"},
		{"readlink", {0x1000, 0x2000, 99}, 5, {IN_TEXT(0, "l"), OUT_BYTES(1, "there")},
			"readlink(\"l\", \"there\", 99) = 5"},
		{"getcwd", {0x1000, 99}, 5, {OUT_BYTES(0, "/tmp\0")}, "getcwd(\"/tmp\", 99) = 5"},
		{"access", {0x1000, F_OK}, 0, {IN_TEXT(0, "x")}, "access(\"x\", F_OK) = 0"},
		{"mknod", {0x1000, S_IFIFO | 0600, 7}, 0, {IN_TEXT(0, "x")},
			"mknod(\"x\", S_IFIFO|0600) = 0"},
		{"chown", {0x1000, 0, UINT32_MAX}, 0, {IN_TEXT(0, "x")}, "chown(\"x\", 0, -1) = 0"},
		{"umask", {022}, 077, {{0}}, "umask(022) = 077"},
		{"utimensat", {FDCWD, 0, 0x1000, 0}, 0, {IN(2, times)},
			"utimensat(AT_FDCWD, NULL, [{tv_sec=1700000000, tv_nsec=5} /* "
			"2023-11-14T22:13:20.000000005+0000 */, UTIME_OMIT], 0) = 0"},
	};

	CHECK(rows);
}

TEST(directory_entries_are_counted)
{
	/* d_ino, d_off, d_reclen, d_type, name */
	static const uint8_t entries[48] = {[16] = 24, [24 + 16] = 24};
	const struct recorded rows[] = {
		{"getdents64", {3, 0x1000, 32768}, 48, {OUT(1, entries)},
			"getdents64(3, 0x1000 /* 2 entries */, 32768) = 48"},
		/* more was written than captured */
		{"getdents64", {3, 0x1000, 32768}, 9000, {OUT(1, entries)},
			"getdents64(3, 0x1000 /* 2+ entries */, 32768) = 9000"},
		{"getdents64", {3, 0x1000, 32768}, 0, {{0}},
			"getdents64(3, 0x1000 /* 0 entries */, 32768) = 0"},
	};

	CHECK(rows);
}

TEST(data)
{
	static const struct iovec out[2] = {{(void *)0x2000, 3}, {(void *)0x3000, 5}};
	static const int64_t before = 0, after = 7;
	const struct recorded rows[] = {
		{"read", {3, 0x1000, 832}, 5, {OUT_BYTES(1, "hello")},
			"read(3, \"hello\", 832) = 5"},
		{"read", {3, 0x1000, 832}, 0, {{0}}, "read(3, \"\", 832) = 0"},
		{"read", {3, 0x1000, 832}, -EAGAIN, {OUT_BYTES(1, "hello")},
			"read(3, 0x1000, 832) = EAGAIN"},
		{"write", {1, 0x1000, 900}, 900, {IN_BYTES(1, "hi\n")},
			"write(1, \"hi\\n\"..., 900) = 900"},
		{"writev", {1, 0x1000, 2}, 8,
			{IN(1, out), IN_BYTES(1, "abc"), IN_BYTES(1, "defgh")},
			"writev(1, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"defgh\", iov_len=5}], 2) = 8"},
		/* only what was read is shown */
		{"readv", {1, 0x1000, 2}, 4,
			{OUT(1, out), OUT_BYTES(1, "abc"), OUT_BYTES(1, "defgh")},
			"readv(1, [{iov_base=\"abc\", iov_len=3}, {iov_base=\"d\", iov_len=5}], 2) = 4"},
		{"writev", {1, 0x1000, 70}, 8, {IN(1, out)},
			"writev(1, [{iov_base=0x2000, iov_len=3}, {iov_base=0x3000, iov_len=5}, ...], 70) = 8"},
		{"preadv2", {1, 0, 0, 9, 0, 8}, 0, {{0}}, "preadv2(1, NULL, 0, 9, RWF_NOWAIT) = 0"},
		{"sendfile", {1, 3, 0, 10}, 7, {{0}}, "sendfile(1, 3, NULL, 10) = 7"},
		{"copy_file_range", {3, 0x1000, 4, 0x2000, 10, 0}, 7, {IN(1, before), IN(3, after)},
			"copy_file_range(3, [0], 4, [7], 10, 0) = 7"},
		{"pipe2", {0x1000, O_CLOEXEC}, 0, {OUT(0, ((const int[2]){3, 4}))},
			"pipe2([3, 4], O_CLOEXEC) = 0"},
		{"lseek", {3, (uint64_t)-5, SEEK_END}, 95, {{0}}, "lseek(3, -5, SEEK_END) = 95"},
	};

	CHECK(rows);
}

TEST(fcntl_and_ioctl_by_command)
{
	static const struct flock lock = {.l_type = F_WRLCK, .l_len = 100, .l_pid = 42};
	static const struct winsize size = {24, 80, 0, 0};
	static const struct fiemap asked = {
		.fm_length = FIEMAP_MAX_OFFSET, .fm_flags = FIEMAP_FLAG_SYNC, .fm_extent_count = 1};
	const struct recorded rows[] = {
		{"fcntl", {3, F_GETFD, 99}, 1, {{0}}, "fcntl(3, F_GETFD) = 0x1 flags FD_CLOEXEC"},
		{"fcntl", {3, F_GETFD, 99}, 0, {{0}}, "fcntl(3, F_GETFD) = 0"},
		{"fcntl", {3, F_GETFL}, O_RDWR | O_APPEND, {{0}},
			"fcntl(3, F_GETFL) = 0x402 flags O_RDWR|O_APPEND"},
		{"fcntl", {3, F_SETLK, 0x1000}, 0, {IN(2, lock)},
			"fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=100}) = 0"},
		{"fcntl", {3, F_GETLK, 0x1000}, 0, {OUT(2, lock)},
			"fcntl(3, F_GETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=100, "
			"l_pid=42}) = 0"},
		{"fcntl", {3, 77, 0x1000}, -EINVAL, {{0}},
			"fcntl(3, 0x4d /* F_??? */, 0x1000) = EINVAL"},
		{"ioctl", {1, TIOCGWINSZ, 0x1000}, 0, {OUT(2, size)},
			"ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0"},
		{"ioctl", {1, TCGETS, 0x1000}, -ENOTTY, {OUT(2, size)},
			"ioctl(1, TCGETS, 0x1000) = ENOTTY"},
		{"ioctl", {1, FIOCLEX, 0}, 0, {{0}}, "ioctl(1, FIOCLEX) = 0"},
		{"ioctl", {1, NS_GET_USERNS, 0}, 7, {{0}}, "ioctl(1, NS_GET_USERNS) = 7"},
		{"ioctl", {1, FS_IOC_FIEMAP, 0x1000}, -ENOTSUP, {IN(2, asked)},
			"ioctl(1, FS_IOC_FIEMAP, {fm_start=0, fm_length=18446744073709551615, "
			"fm_flags=FIEMAP_FLAG_SYNC, fm_extent_count=1}) = EOPNOTSUPP"},
		{"ioctl", {1, _IOC(_IOC_READ | _IOC_WRITE, 0x99, 5, 64), 0x1000}, 0, {{0}},
			"ioctl(1, _IOC(_IOC_READ|_IOC_WRITE, 0x99, 0x5, 0x40), 0x1000) = 0"},
	};

	CHECK(rows);
}

TEST(waiting_for_descriptors)
{
	static const struct pollfd asked[2] = {{3, POLLIN, 0}, {-1, POLLOUT, 0}};
	static const struct pollfd told[2] = {{3, POLLIN, POLLIN | POLLHUP}, {-1, POLLOUT, 0}};
	static const uint8_t set[128] = {0x18};
	static const uint8_t ready[128] = {0x08};
	static const struct timeval left = {1, 5};
	static const struct epoll_event events[1] = {{EPOLLIN | EPOLLET, {.u64 = 7}}};
	const struct recorded rows[] = {
		{"poll", {0x1000, 2, 100}, 1, {IN(0, asked)},
			"poll([{fd=3, events=POLLIN}, {fd=-1}], 2, 100) = 1"},
		{"poll", {0x1000, 2, 100}, 0, {IN(0, asked)},
			"poll([{fd=3, events=POLLIN}, {fd=-1}], 2, 100) = 0 (Timeout)"},
		{"select", {5, 0x1000, 0, 0, 0}, 0, {IN(1, set)},
			"select(5, [3 4], NULL, NULL, NULL) = 0 (Timeout)"},
		{"select", {5, 0, 0, 0, 0x1000}, 1, {OUT(4, left)},
			"select(5, NULL, NULL, NULL, 0x1000) = 1 left {tv_sec=1, tv_usec=5}"},
		{"epoll_wait", {3, 0x1000, 8, (uint64_t)-1}, 1, {OUT(1, events)},
			"epoll_wait(3, [{events=EPOLLIN|EPOLLET, data={u32=7, u64=7}}], 8, -1) = 1"},
		{"epoll_wait", {3, 0x1000, 8, 0}, 0, {{0}}, "epoll_wait(3, [], 8, 0) = 0"},
		{"epoll_ctl", {3, EPOLL_CTL_MOD, 5, 0x1000}, 0, {IN(3, events)},
			"epoll_ctl(3, EPOLL_CTL_MOD, 5, {events=EPOLLIN|EPOLLET, data={u32=7, u64=7}}) = 0"},
		{"epoll_ctl", {3, EPOLL_CTL_DEL, 5, 0x1000}, 0, {IN(3, events)},
			"epoll_ctl(3, EPOLL_CTL_DEL, 5, 0x1000) = 0"},
	};

	CHECK(rows);

	/* what came out lies where what went in lay */
	struct capture chunks[] = {
		{0x1000, sizeof(asked), 0, CAPTURE_AT_ENTER, 0, (const uint8_t *)asked},
		{0x1000, sizeof(told), 0, CAPTURE_AT_EXIT, 0, (const uint8_t *)told},
	};
	struct capture sets[] = {
		{0x1000, sizeof(set), 1, CAPTURE_AT_ENTER, 0, set},
		{0x1000, sizeof(ready), 1, CAPTURE_AT_EXIT, 0, ready},
	};
	struct event_call poll_call = {.nr = (uint32_t)call_number(ABI_X86_64, CALL_poll),
		.args = {0x1000, 2},
		.ret = 1,
		.captures = chunks,
		.nr_captures = 2};
	struct event_call select_call = {.nr = (uint32_t)call_number(ABI_X86_64, CALL_select),
		.args = {5, 0x1000},
		.ret = 1,
		.captures = sets,
		.nr_captures = 2};
	struct decode_options opts = {0};
	struct arena arena = ARENA_INIT;
	struct decoded_call decoded;
	struct value *detail;

	decode_call(&arena, &poll_call, &opts, &decoded);
	assert_int_equal(decoded.ret_detail.list.nr, 1);
	detail = &decoded.ret_detail.list.items[0];
	assert_int_equal(detail->list.nr, 1);
	assert_string_equal(detail->list.items[0].list.items[1].name, "revents");
	assert_int_equal(detail->list.items[0].list.items[1].bits.bits, POLLIN | POLLHUP);
	assert_false(detail->flags & VALUE_CUT);
	/* of more descriptors than were captured */
	poll_call.ret = 10000;
	decode_call(&arena, &poll_call, &opts, &decoded);
	assert_true(decoded.ret_detail.list.items[0].flags & VALUE_CUT);

	decode_call(&arena, &select_call, &opts, &decoded);
	detail = &decoded.ret_detail.list.items[0];
	assert_string_equal(detail->name, "in");
	assert_int_equal(detail->list.nr, 1);
	assert_int_equal(detail->list.items[0].num, 3);
	arena_deinit(&arena);
}

/* What the call wrote lies where what it was given lay. */
TEST(given_and_written_back)
{
	static const struct fiemap asked = {.fm_length = 4096, .fm_extent_count = 1};
	static const struct fiemap found = {.fm_mapped_extents = 2};
	const struct {
		enum call_id id;
		uint64_t args[3];
		unsigned arg;
		struct chunk chunks[2];
		const char *expected;
	} rows[] = {
		{CALL_ioctl, {1, FS_IOC_FIEMAP, 0x1000}, 2, {IN(2, asked), OUT(2, found)},
			"{fm_start=0, fm_length=4096, fm_flags=0, fm_extent_count=1} => {fm_flags=0, "
			"fm_mapped_extents=2, ...}"},
	};
	const struct value_text how = {.string_limit = 64};
	const struct decode_options opts = {0};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture captures[2];
		struct event_call call = {.nr = (uint32_t)call_number(ABI_X86_64, rows[i].id),
			.captures = captures,
			.nr_captures = 2};
		struct decoded_call decoded;
		struct buf out = BUF_INIT;

		memcpy(call.args, rows[i].args, sizeof(rows[i].args));
		for (unsigned c = 0; c < 2; c++)
			captures[c] = (struct capture){.addr = 0x1000,
				.len = rows[i].chunks[c].len,
				.arg = rows[i].chunks[c].arg,
				.when = rows[i].chunks[c].when,
				.bytes = rows[i].chunks[c].bytes};
		decode_call(&arena, &call, &opts, &decoded);
		value_text_draw(&how, &out, &decoded.args[rows[i].arg], false);
		assert_string_equal(buf_cstr(&out), rows[i].expected);
		buf_deinit(&out);
	}
	arena_deinit(&arena);
}

TEST(groups_and_times)
{
	static const uint32_t groups[2] = {0, 27};
	static const struct tms tms = {.tms_utime = 150};
	const struct recorded rows[] = {
		{"getgroups", {2, 0x1000}, 2, {OUT(1, groups)}, "getgroups(2, [0, 27]) = 2"},
		{"getgroups", {0, 0x1000}, 2, {OUT(1, groups)}, "getgroups(0, []) = 2"},
		{"getgroups", {0, 0}, 2, {{0}}, "getgroups(0, NULL) = 2"},
		{"times", {0x1000}, 9, {OUT(0, tms)},
			"times({tms_utime=150 /* 1.50 s */, tms_stime=0, tms_cutime=0, "
			"tms_cstime=0}) = 9"},
	};

	CHECK(rows);
}

TEST(memory)
{
	const struct recorded rows[] = {
		{"brk", {0}, 0x555500000000, {{0}}, "brk(NULL) = 0x555500000000"},
		{"mmap",
			{0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1,
				0},
			0x7f0000000000, {{0}},
			"mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
			"0x7f0000000000"},
		{"mmap", {0, 0, PROT_NONE, MAP_SHARED, 3, 0x1000}, -EINVAL, {{0}},
			"mmap(NULL, 0, PROT_NONE, MAP_SHARED, 3, 0x1000) = EINVAL"},
		{"mremap", {0x1000, 1, 2, MREMAP_MAYMOVE, 9}, 0x2000, {{0}},
			"mremap(0x1000, 1, 2, MREMAP_MAYMOVE) = 0x2000"},
		{"madvise", {0x1000, 1, 4096}, -EINVAL, {{0}},
			"madvise(0x1000, 1, 0x1000 /* MADV_??? */) = EINVAL"},
	};

	CHECK(rows);
}

TEST(processes)
{
	static const uint64_t argv[3] = {0x3000, 0x4000, 0};
	static const uint64_t envp[2] = {0x6000, 0};
	static const uint64_t endless[2] = {0x2000, 0x3000};
	static const int32_t tid = 77, signaled = SIGSEGV | 0x80;
	static const struct rlimit limit = {8 << 20, RLIM_INFINITY};
	static const struct clone_args args = {
		.flags = CLONE_VM | CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = 5};
	static const struct clone_args thread = {
		.flags = CLONE_PARENT_SETTID, .parent_tid = 0x9000};
	const struct recorded rows[] = {
		{"execve", {0x1000, 0x2000, 0x5000}, 0,
			{IN_TEXT(0, "/bin/ls"), IN(1, argv), IN_TEXT(1, "ls"), IN_TEXT(1, "-l"),
				IN(2, envp), IN_TEXT(2, "A=b")},
			"execve(\"/bin/ls\", [\"ls\", \"-l\"], 0x5000 /* 1 var */) = 0"},
		{"execve", {0x1000, 0x2000, 0x5000}, 0,
			{IN_TEXT(0, "/bin/ls"), IN(1, argv), IN_TEXT(1, "ls"), IN_TEXT(1, "-l"),
				IN(2, envp), IN_TEXT(2, "A=b")},
			"execve(\"/bin/ls\", [\"ls\", \"-l\"], [\"A=b\"]) = 0", .verbose = true},
		{"execve", {0, 0, 0x1000}, -EFAULT, {IN(2, endless)},
			"execve(NULL, NULL, 0x1000 /* 2+ vars */) = EFAULT"},
		{"clone", {CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD, 0, 0, 0x9000}, 5,
			{{0}},
			"clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
			"child_tidptr=0x9000) = 5"},
		{"clone",
			{CLONE_VM | CLONE_PARENT_SETTID | CLONE_SETTLS, 0x8000, 0x1000, 0, 0x9000},
			77, {OUT(2, tid)},
			"clone(child_stack=0x8000, flags=CLONE_VM|CLONE_SETTLS|CLONE_PARENT_SETTID, "
			"parent_tid=[77], tls=0x9000) = 77"},
		{"clone3", {0x1000, 88}, 5, {IN(0, args)},
			"clone3({flags=CLONE_VM|CLONE_INTO_CGROUP, exit_signal=SIGCHLD, stack=NULL, "
			"stack_size=0, cgroup=5}, 88) = 5"},
		{"clone3", {0x1000, 88}, 77, {IN(0, thread)},
			"clone3({flags=CLONE_PARENT_SETTID, parent_tid=0x9000, exit_signal=0, "
			"stack=NULL, stack_size=0} => {parent_tid=[77]}, 88) = 77"},
		{"wait4", {(uint64_t)-1, 0x1000, WNOHANG, 0}, 77, {OUT(1, signaled)},
			"wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], WNOHANG, "
			"NULL) = 77"},
		{"wait4", {(uint64_t)-1, 0x1000, WNOHANG, 0}, 0, {OUT(1, signaled)},
			"wait4(-1, 0x1000, WNOHANG, NULL) = 0"},
		{"exit_group", {1}, 0, {{0}}, "exit_group(1) = ?", .flags = CALL_UNFINISHED},
		{"prlimit64", {0, RLIMIT_STACK, 0, 0x1000}, 0, {OUT(3, limit)},
			"prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, "
			"rlim_max=RLIM64_INFINITY}) = 0"},
		{"prctl", {PR_SET_NAME, 0x1000, 1, 2, 3}, 0,
			{IN_BYTES(1, "worker\0\0\0\0\0\0\0\0\0\0")},
			"prctl(PR_SET_NAME, \"worker\") = 0"},
		{"prctl", {PR_SET_PDEATHSIG, SIGTERM}, 0, {{0}},
			"prctl(PR_SET_PDEATHSIG, SIGTERM) = 0"},
		{"prctl", {9999, 1, 2, 3, 4}, -EINVAL, {{0}},
			"prctl(0x270f /* PR_??? */, 0x1, 0x2, 0x3, 0x4) = EINVAL"},
	};

	CHECK(rows);
}

TEST(futex_by_operation)
{
	static const struct timespec second = {1, 0};
	const struct recorded rows[] = {
		{"futex", {0x9000, FUTEX_WAIT_PRIVATE, 2, 0, 5, 6}, -EAGAIN, {{0}},
			"futex(0x9000, FUTEX_WAIT_PRIVATE, 2, NULL) = EAGAIN"},
		{"futex", {0x9000, FUTEX_WAKE_PRIVATE, INT32_MAX, 4, 5, 6}, 0, {{0}},
			"futex(0x9000, FUTEX_WAKE_PRIVATE, 2147483647) = 0"},
		{"futex",
			{0x9000, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, 0x1000, 0,
				UINT32_MAX},
			-ETIMEDOUT, {IN(3, second)},
			"futex(0x9000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, {tv_sec=1, "
			"tv_nsec=0}, FUTEX_BITSET_MATCH_ANY) = ETIMEDOUT"},
		{"futex", {0x9000, FUTEX_CMP_REQUEUE, 1, 2, 0xa000, 3}, 0, {{0}},
			"futex(0x9000, FUTEX_CMP_REQUEUE, 1, 2, 0xa000, 3) = 0"},
	};

	CHECK(rows);
}

TEST(other_word_sizes_are_never_guessed)
{
	static const struct stat st = {.st_mode = S_IFREG};
	const struct recorded rows[] = {
		{"open", {0x1000, 0, 0}, 3, {IN_TEXT(0, "x")}, "open(\"x\", O_RDONLY) = 3",
			.abi = ABI_I386},
		{"read", {3, 0x1000, 5}, 2, {OUT_BYTES(1, "ab")}, "read(3, \"ab\", 5) = 2",
			.abi = ABI_I386},
		{"stat", {0x1000, 0x2000}, 0, {IN_TEXT(0, "x"), OUT(1, st)},
			"stat(\"x\", 0x2000) = 0", .abi = ABI_I386},
		/* one pointer to six words */
		{"mmap", {0xffff0000, 1, 2, 3, 4, 5}, 0x9000, {{0}}, "mmap(0xffff0000) = 0x9000",
			.abi = ABI_I386},
		/* the position in two words */
		{"pread64", {3, 0x1000, 5, 7, 1}, 2, {OUT_BYTES(1, "ab")},
			"pread64(3, \"ab\", 5, 0x7, 0x1) = 2", .abi = ABI_I386},
		{"lseek", {3, 0xfffffffb, SEEK_END}, 95, {{0}}, "lseek(3, -5, SEEK_END) = 95",
			.abi = ABI_I386},
		{"stat64", {0x1000, 0x2000}, 0, {IN_TEXT(0, "x")}, "stat64(\"x\", 0x2000) = 0",
			.abi = ABI_I386},
	};

	CHECK(rows);
}

TEST(landlock)
{
	static const uint64_t handled = 1 << 2 | 1 << 15;
	static const struct __attribute__((packed)) {
		uint64_t access;
		int32_t fd;
	} rule = {1 << 3 | 1 << 20, 5};
	const struct recorded rows[] = {
		{"landlock_create_ruleset", {0x1000, 8, 0}, 3, {IN(0, handled)},
			"landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_READ_FILE|"
			"LANDLOCK_ACCESS_FS_IOCTL_DEV}, 8, 0) = 3"},
		{"landlock_create_ruleset", {0, 0, 1}, 4, {{0}},
			"landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) = 4"},
		{"landlock_add_rule", {3, 1, 0x1000, 0}, 0, {IN(2, rule)},
			"landlock_add_rule(3, LANDLOCK_RULE_PATH_BENEATH, "
			"{allowed_access=LANDLOCK_ACCESS_FS_READ_DIR|0x100000, parent_fd=5}, 0) = 0"},
		{"landlock_add_rule", {3, 2, 0x1000, 0}, 0, {IN(2, rule)},
			"landlock_add_rule(3, LANDLOCK_RULE_NET_PORT, 0x1000, 0) = 0"},
	};

	CHECK(rows);
}

TEST(unknown_numbers_are_words)
{
	struct event_call call = {.nr = 500, .args = {1, 2, 3, 4, 5, 6}, .ret = -ENOSYS};
	struct decode_options opts = {0};
	struct arena arena = ARENA_INIT;
	struct decoded_call decoded;

	decode_call(&arena, &call, &opts, &decoded);
	assert_int_equal(decoded.id, CALL_NONE);
	assert_string_equal(decoded.name, "syscall_0x1f4");
	assert_int_equal(decoded.nr_args, 6);
	assert_int_equal(decoded.args[5].kind, VALUE_HEX);
	assert_int_equal(decoded.error, ENOSYS);
	assert_int_equal(decoded.ret.kind, VALUE_NONE);

	call.nr = UINT32_MAX;
	call.ret = 0;
	decode_call(&arena, &call, &opts, &decoded);
	assert_string_equal(decoded.name, "syscall_0xffffffff");
	arena_deinit(&arena);
}

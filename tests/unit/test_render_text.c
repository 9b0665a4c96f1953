#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "decode/decode.h"
#include "render/renderer.h"
#include "report/event_view.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/out.h"

extern const struct renderer renderer_text;

/* The lines of these events, calls decoded as the live sink does. */
static void check_lines(const struct event *events, size_t nr, const char *expected)
{
	struct render_options options = {.string_limit = 64, .unfinished = true};
	struct decode_options how = {0};
	struct arena arena = ARENA_INIT;
	struct out out;
	void *document;

	out_init(&out, -1);
	document = renderer_text.begin(&out, &options);
	for (size_t i = 0; i < nr; i++) {
		struct event_view view = {.ev = &events[i]};
		struct event_call call = events[i].call;
		struct decoded_call decoded;

		if (events[i].kind == EV_CALL_ENTER)
			call.flags |= CALL_UNFINISHED;
		if (events[i].kind == EV_CALL || events[i].kind == EV_CALL_ENTER) {
			decode_call(&arena, &call, &how, &decoded);
			view.call = &decoded;
		}
		renderer_text.event(document, &view);
	}
	renderer_text.end(document);
	assert_string_equal(buf_cstr(&out.pending), expected);
	out_deinit(&out);
	arena_deinit(&arena);
}

#define CHECK_LINES(events, expected)                                                              \
	check_lines(events, sizeof(events) / sizeof((events)[0]), expected)

#define OF(tid_, kind_, name, ...)                                                                 \
	{                                                                                          \
		.kind = (kind_), .pid = 1, .tid = (tid_), .time_ns = 9, .call = {                  \
			.nr = (uint32_t)call_number(ABI_X86_64, CALL_##name),                      \
			.enter_ns = 5,                                                             \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ENTER(tid, name, ...) OF(tid, EV_CALL_ENTER, name, __VA_ARGS__)
#define CALL(tid, name, ...)  OF(tid, EV_CALL, name, __VA_ARGS__)
#define EXIT(tid_)                                                                                 \
	{                                                                                          \
		.kind = EV_EXIT, .pid = 1, .tid = (tid_), .exit = {.status = 0 }                   \
	}

TEST(what_nobody_interrupts_is_one_line)
{
	struct capture data = {0x1000, 2, 1, CAPTURE_AT_EXIT, 0, (const uint8_t *)"ab"};
	const struct event events[] = {
		ENTER(1, read, .args = {3, 0x1000, 10}),
		CALL(1, read, .args = {3, 0x1000, 10}, .ret = 2, .captures = &data,
			.nr_captures = 1),
		ENTER(1, getppid), CALL(1, getppid, .ret = 7),
		CALL(1, close, .args = {3}), /* its entry was lost */
	};

	CHECK_LINES(events, "read(3, \"ab\", 10) = 2\n"
			    "getppid() = 7\n"
			    "close(3) = 0\n");
}

TEST(what_was_done_to_calls_stands_behind_their_results)
{
	const struct event events[] = {
		CALL(1, close, .args = {3}, .ret = -EIO, .flags = CALL_INJECTED),
		CALL(1, close, .args = {3}, .flags = CALL_POKED),
		CALL(1, close, .args = {3}, .flags = CALL_POKED | CALL_INJECTED | CALL_DELAYED),
		CALL(1, close, .args = {3}, .flags = CALL_DELAYED),
		CALL(1, close, .args = {3}, .flags = CALL_DELAYED | CALL_UNFINISHED),
	};

	CHECK_LINES(events, "close(3) = -5 EIO (Input/output error) (INJECTED)\n"
			    "close(3) = 0 (INJECTED: args)\n"
			    "close(3) = 0 (INJECTED: args, retval) (DELAYED)\n"
			    "close(3) = 0 (DELAYED)\n"
			    "close(3) = ?\n");
}

TEST(errors_that_no_program_should_see)
{
	const struct event events[] = {
		CALL(1, close, .args = {3}, .ret = -EBADF),
		CALL(1, close, .args = {3}, .ret = -512),
		CALL(1, close, .args = {3}, .ret = -524),
	};

	CHECK_LINES(events, "close(3) = -9 EBADF (Bad file descriptor)\n"
			    "close(3) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)\n"
			    "close(3) = -524 ENOTSUPP (Unknown error 524)\n");
}

TEST(what_others_interrupt_is_two)
{
	struct capture data = {0x1000, 2, 1, CAPTURE_AT_EXIT, 0, (const uint8_t *)"ab"};
	const struct event events[] = {
		ENTER(1, read, .args = {3, 0x1000, 10}), ENTER(2, close, .args = {9}),
		ENTER(3, getppid), CALL(2, close, .args = {9}, .ret = -EBADF),
		CALL(1, read, .args = {3, 0x1000, 10}, .ret = 2, .captures = &data,
			.nr_captures = 1),
		CALL(3, getppid, .ret = 7), CALL(3, close, .args = {3}), /* its entry was lost */
	};

	CHECK_LINES(events, "read(3,  <unfinished ...>\n"
			    "[pid 2] close(9 <unfinished ...>\n"
			    "[pid 3] getppid( <unfinished ...>\n"
			    "[pid 2] <... close resumed>) = -9 EBADF (Bad file descriptor)\n"
			    "[pid 1] <... read resumed>\"ab\", 10) = 2\n"
			    "[pid 3] <... getppid resumed>) = 7\n"
			    "[pid 3] close(3) = 0\n");
}

TEST(what_never_returns)
{
	const struct event events[] = {
		ENTER(1, read, .args = {3, 0x1000, 10}), ENTER(2, exit, .args = {0}),
		CALL(1, read, .args = {3, 0x1000, 10}, .flags = CALL_UNFINISHED), EXIT(1),
		CALL(2, exit, .args = {0}, .flags = CALL_UNFINISHED), EXIT(2),
		ENTER(3, read, .args = {3, 0x1000, 10}),
		CALL(3, read, .args = {3, 0x1000, 10}, .flags = CALL_UNFINISHED),
		ENTER(4, exit, .args = {0}), /* and the output ends */
	};

	CHECK_LINES(events, "read(3,  <unfinished ...>\n"
			    "[pid 2] exit(0 <unfinished ...>\n"
			    "[pid 1] <... read resumed> <unfinished ...>) = ?\n"
			    "[pid 1] +++ exited with 0 +++\n"
			    "[pid 2] <... exit resumed>) = ?\n"
			    "[pid 2] +++ exited with 0 +++\n"
			    "[pid 3] read(3,  <unfinished ...>) = ?\n"
			    "[pid 4] exit(0 <unfinished ...>\n");
}

TEST(an_argument_that_is_read_later_comes_later)
{
	struct capture path = {0x1000, 3, 1, CAPTURE_AT_ENTER, 0, (const uint8_t *)"/x"};
	const struct event events[] = {
		ENTER(1, openat, .args = {(uint32_t)AT_FDCWD, 0x1000, O_RDONLY}),
		ENTER(2, openat, .args = {(uint32_t)AT_FDCWD, 0x1000, O_RDONLY}, .captures = &path,
			.nr_captures = 1),
		CALL(1, openat, .args = {(uint32_t)AT_FDCWD, 0x1000, O_RDONLY}, .ret = 4,
			.captures = &path, .nr_captures = 1),
		CALL(2, openat, .args = {(uint32_t)AT_FDCWD, 0x1000, O_RDONLY}, .ret = 5,
			.captures = &path, .nr_captures = 1),
	};

	CHECK_LINES(events, "openat(AT_FDCWD,  <unfinished ...>\n"
			    "[pid 2] openat(AT_FDCWD, \"/x\", O_RDONLY <unfinished ...>\n"
			    "[pid 1] <... openat resumed>\"/x\", O_RDONLY) = 4\n"
			    "[pid 2] <... openat resumed>) = 5\n");
}

TEST(an_argument_that_grows)
{
	const uint64_t args[11] = {CLONE_VM | CLONE_PARENT_SETTID, [3] = 0x77};
	struct capture in = {0x1000, sizeof(args), 0, CAPTURE_AT_ENTER, 0, (const uint8_t *)args};
	const struct event events[] = {
		ENTER(1, clone3, .args = {0x1000, 88}, .captures = &in, .nr_captures = 1),
		ENTER(2, getppid),
		CALL(1, clone3, .args = {0x1000, 88}, .ret = 2, .captures = &in, .nr_captures = 1),
	};

	CHECK_LINES(events,
		"clone3({flags=CLONE_VM|CLONE_PARENT_SETTID, parent_tid=0x77, exit_signal=0, "
		"stack=NULL, stack_size=0} <unfinished ...>\n"
		"[pid 2] getppid( <unfinished ...>\n"
		"[pid 1] <... clone3 resumed> => {parent_tid=[2]}, 88) = 2\n");
}

/* The entry is under the thread's id, the return under the leader's. */
TEST(an_exec_in_another_thread)
{
	struct event exec = {.kind = EV_EXEC, .pid = 1, .tid = 1, .exec = {.old_tid = 2}};
	const struct event events[] = {
		ENTER(1, pause),
		ENTER(2, execve),
		CALL(1, pause, .flags = CALL_UNFINISHED),
		exec,
		CALL(1, execve, .ret = 0),
	};

	CHECK_LINES(events, "pause( <unfinished ...>\n"
			    "[pid 2] execve(NULL, NULL, NULL <unfinished ...>\n"
			    "[pid 1] <... pause resumed>) = ?\n"
			    "[pid 1] <... execve resumed>) = 0\n");
}

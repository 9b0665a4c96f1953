#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_build.h"
#include "filter/filter.h"
#include "filter/inject.h"
#include "filter_build.h"
#include "track/track.h"
#include "util/err.h"

/* Of a call without arguments worth mention. */
static const struct inject_rule *rule_for(const struct filter *f, enum call_id id)
{
	return filter_injection(f, build_call(7, 7, id, 0, 0), NULL);
}

static const struct {
	const char *spec;
	struct inject_rule rule;
} good[] = {
	{"inject=chdir:error=ENOENT", {.what = INJECT_ERROR, .result = -ENOENT}},
	{"inject=chdir:error=enoent", {.what = INJECT_ERROR, .result = -ENOENT}},
	{"inject=chdir:error=2", {.what = INJECT_ERROR, .result = -2}},
	{"inject=chdir:error=4095", {.what = INJECT_ERROR, .result = -4095}},
	{"inject=chdir:error=ERESTARTSYS", {.what = INJECT_ERROR, .result = -512}},
	{"inject=chdir:retval=0", {.what = INJECT_RETVAL}},
	{"inject=chdir:retval=-1", {.what = INJECT_RETVAL, .result = -1}},
	{"inject=chdir:retval=0xff", {.what = INJECT_RETVAL, .result = 255}},
	{"inject=chdir:retval=010", {.what = INJECT_RETVAL, .result = 8}},
	{"inject=chdir:retval=18446744073709551615", {.what = INJECT_RETVAL, .result = -1}},
	{"inject=chdir:retval=-9223372036854775808", {.what = INJECT_RETVAL, .result = INT64_MIN}},
	{"inject=chdir:signal=SIGUSR1", {.what = INJECT_SIGNAL, .signo = SIGUSR1}},
	{"inject=chdir:signal=usr1", {.what = INJECT_SIGNAL, .signo = SIGUSR1}},
	{"inject=chdir:signal=64", {.what = INJECT_SIGNAL, .signo = 64}},
	{"inject=chdir:delay_enter=1ms", {.what = INJECT_DELAY_ENTER, .delay_enter_ns = 1000000}},
	{"inject=chdir:delay_exit=2", {.what = INJECT_DELAY_EXIT, .delay_exit_ns = 2000}},
	{"inject=chdir:error=EIO:syscall=getpid",
		{.what = INJECT_ERROR | INJECT_SYSCALL, .result = -EIO, .instead = CALL_getpid}},
	{"inject=chdir:signal=HUP:error=EIO:delay_enter=1",
		{.what = INJECT_SIGNAL | INJECT_ERROR | INJECT_DELAY_ENTER,
			.signo = SIGHUP,
			.result = -EIO,
			.delay_enter_ns = 1000}},
	{"fault=chdir", {.what = INJECT_ERROR, .result = -ENOSYS}},
	{"fault=chdir:syscall=getpid",
		{.what = INJECT_ERROR | INJECT_SYSCALL, .result = -ENOSYS, .instead = CALL_getpid}},
	{"fault=chdir:error=EIO", {.what = INJECT_ERROR, .result = -EIO}},
	/* empty parts say nothing */
	{"inject=chdir::error=EIO:", {.what = INJECT_ERROR, .result = -EIO}},
	{"fault=chdir:", {.what = INJECT_ERROR, .result = -ENOSYS}},
};

TEST(rules_are_as_written)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct filter *f = filter_of(good[i].spec);
		const struct inject_rule *got = rule_for(f, CALL_chdir), *wanted = &good[i].rule;

		if (!got)
			fail_msg("'%s': no rule", good[i].spec);
		if (got->what != wanted->what || got->result != wanted->result ||
			got->signo != wanted->signo || got->instead != wanted->instead ||
			got->delay_enter_ns != wanted->delay_enter_ns ||
			got->delay_exit_ns != wanted->delay_exit_ns)
			fail_msg("'%s': what %u, result %lld, signal %d, delays %llu and %llu",
				good[i].spec, got->what, (long long)got->result, got->signo,
				(unsigned long long)got->delay_enter_ns,
				(unsigned long long)got->delay_exit_ns);
		assert_null(rule_for(f, CALL_getpid));
		filter_destroy(f);
	}
	event_build_reset();
}

/* The calls, counted from 1, that are meant: by one bit each. */
static const struct {
	const char *when;
	uint32_t calls;
} whens[] = {
	{"1", 0x001},
	{"3", 0x004},
	{"3+", 0xffc},
	{"1+", 0xfff},
	{"2+3", 0x492},
	{"2..4", 0x00e},
	{"2..4+", 0x00e},
	{"2..8+3", 0x092},
	{"2..2", 0x002},
	{"12+65535", 0x800},
	{"65535", 0},
	{"1..65534+2", 0x555},
};

TEST(when_counts_calls)
{
	for (size_t i = 0; i < sizeof(whens) / sizeof(whens[0]); i++) {
		const struct inject_rule *rule;
		uint32_t calls = 0;
		struct filter *f;
		char spec[64];

		snprintf(spec, sizeof(spec), "fault=chdir:when=%s", whens[i].when);
		f = filter_of(spec);
		rule = rule_for(f, CALL_chdir);
		for (unsigned nth = 1; nth <= 12; nth++)
			calls |= (uint32_t)inject_is_due(rule, nth) << (nth - 1);
		if (calls != whens[i].calls)
			fail_msg("'%s': %#x", spec, calls);
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(when_goes_on_for_ever)
{
	struct filter *f = filter_of("fault=chdir:when=7+65535");
	const struct inject_rule *rule = rule_for(f, CALL_chdir);

	assert_true(inject_is_due(rule, 7 + UINT64_C(65535) * 1000000));
	assert_false(inject_is_due(rule, 8 + UINT64_C(65535) * 1000000));
	filter_destroy(f);
	f = filter_of("fault=chdir:when=5..65534+");
	rule = rule_for(f, CALL_chdir);
	assert_true(inject_is_due(rule, 65534));
	assert_false(inject_is_due(rule, 65535));
	filter_destroy(f);
	/* of several the last one wins */
	f = filter_of("fault=chdir:when=5:when=2");
	rule = rule_for(f, CALL_chdir);
	assert_true(inject_is_due(rule, 2));
	assert_false(inject_is_due(rule, 5));
	filter_destroy(f);
	event_build_reset();
}

TEST(pokes_are_bytes_for_arguments)
{
	static const uint8_t first[] = {0x00, 0xde, 0xAD}, second[] = {0xff}, third[] = {1, 2};
	struct filter *f = filter_of(
		"inject=read:poke_enter=@arg1=00DEad,@arg7=ff:poke_exit=@arg1=0102,:error=EIO");
	const struct inject_rule *rule = rule_for(f, CALL_read);

	assert_int_equal(rule->what, INJECT_POKE_ENTER | INJECT_POKE_EXIT | INJECT_ERROR);
	assert_int_equal(rule->nr_pokes, 3);
	assert_int_equal(rule->pokes[0].arg, 0);
	assert_int_equal(rule->pokes[0].what, INJECT_POKE_ENTER);
	assert_int_equal(rule->pokes[0].len, sizeof(first));
	assert_memory_equal(rule->pokes[0].bytes, first, sizeof(first));
	assert_int_equal(rule->pokes[1].arg, 6);
	assert_int_equal(rule->pokes[1].len, sizeof(second));
	assert_memory_equal(rule->pokes[1].bytes, second, sizeof(second));
	assert_int_equal(rule->pokes[2].arg, 0);
	assert_int_equal(rule->pokes[2].what, INJECT_POKE_EXIT);
	assert_int_equal(rule->pokes[2].len, sizeof(third));
	assert_memory_equal(rule->pokes[2].bytes, third, sizeof(third));
	filter_destroy(f);
	event_build_reset();
}

/* yes: calls that the set has, no: calls that it has not; both separated by blanks */
static const struct {
	const char *set, *yes, *no;
} sets[] = {
	{"open,openat", "open openat", "close"},
	{"%creds", "getuid", "getpid"},
	{"%file,!openat", "open", "openat read"},
	{"file", "open read", "getpid"},
	{"/^open", "open openat", "close reopen"},
	{"/^open/", "open openat", "close"},
	{"/^(?:open|close)$/", "open close", "openat"},
	{"/^open,close", "open openat close", "read"},
	{"!open", "close", "open"},
	{"?nothing_like_it,open", "open", "close"},
	{"(%file | %desc) & !close", "open read", "close"},
	{"all", "open getpid", ""},
	{"none", "", "open"},
};

static void check_names(const struct filter *f, const char *set, const char *names, bool there)
{
	for (const char *at = names; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		enum call_id id = call_id_by_name(at, len);
		int nr = call_number(ABI_X86_64, id);

		at += len;
		if (nr < 0)
			continue;
		if (filter_injects_number(f, ABI_X86_64, (uint32_t)nr) != there ||
			!!rule_for(f, id) != there)
			fail_msg("'%s' and %s", set, call_name(id));
	}
}

TEST(sets_are_those_of_trace)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct filter *f;
		char spec[128];

		snprintf(spec, sizeof(spec), "inject=%s:error=EIO", sets[i].set);
		f = filter_of(spec);
		check_names(f, sets[i].set, sets[i].yes, true);
		check_names(f, sets[i].set, sets[i].no, false);
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(numbers_in_no_table_are_left_alone)
{
	struct filter *f = filter_of("inject=all:error=EIO");
	struct event *ev = build_call(7, 7, CALL_read, 0, 0);

	assert_false(filter_injects_number(f, ABI_X86_64, 340));
	assert_false(filter_injects_number(f, ABI_X86_64, 100000));
	ev->call.nr = 340;
	assert_null(filter_injection(f, ev, NULL));
	ev->call.nr = 100000;
	assert_null(filter_injection(f, ev, NULL));
	filter_destroy(f);
	event_build_reset();
}

TEST(the_last_rule_for_a_call_holds)
{
	struct filter *f = filter_of("inject=open,close:error=EIO");

	add_to_filter(f, "fault=close:error=EPERM:when=3");
	assert_int_equal(rule_for(f, CALL_open)->result, -EIO);
	assert_int_equal(rule_for(f, CALL_close)->result, -EPERM);
	assert_int_equal(rule_for(f, CALL_close)->first, 3);
	assert_true(filter_injects(f, INJECT_ERROR));
	assert_false(filter_injects(f, INJECT_SIGNAL));
	filter_destroy(f);
	event_build_reset();
}

TEST(what_does_not_pass_is_left_alone)
{
	struct filter *f = filter_of("inject=%desc:error=EIO");
	int nr = call_number(ABI_X86_64, CALL_close);

	assert_true(filter_injects_number(f, ABI_X86_64, nr));
	add_to_filter(f, "trace=read");
	assert_false(filter_injects_number(f, ABI_X86_64, nr));
	assert_null(rule_for(f, CALL_close));
	assert_non_null(rule_for(f, CALL_read));
	/* how calls end is not known yet */
	add_to_filter(f, "status=successful");
	assert_non_null(rule_for(f, CALL_read));
	filter_destroy(f);
	event_build_reset();
}

TEST(a_set_may_ask_what_a_descriptor_is)
{
	struct filter *f = filter_of("inject=network:error=EIO");
	struct track *t = track_create();

	assert_true(filter_asks_track(f));
	track_sink.event(t, build_call(7, 7, CALL_socket, 3, 2, 1, 0), NULL);
	track_sink.event(t, build_string(build_call(7, 7, CALL_open, 4, 0, 0), 0, "/x"), NULL);
	track_sink.event(t, event_build(EV_CALL_ENTER, 7, 7), NULL);
	assert_non_null(filter_injection(f, build_call(7, 7, CALL_close, 0, 3), t));
	assert_null(filter_injection(f, build_call(7, 7, CALL_close, 0, 4), t));
	track_destroy(t);
	filter_destroy(f);
	event_build_reset();
}

static const struct {
	const char *spec, *reason;
} bad[] = {
	{"inject=chdir", "-e inject=: what is to be done to the calls? Say error=, retval=,"},
	{"inject=chdir:", "what is to be done to the calls?"},
	{"inject=chdir:when=2", "what is to be done to the calls?"},
	{"inject=", "-e inject=: expected a system call at the end"},
	{"inject=:error=EIO", "-e inject=: expected a system call, not ':'"},
	{"inject=chidr:error=EIO",
		"unknown system call 'chidr' in -e inject=; did you mean 'chdir'?"},
	{"fault=%fil", "unknown class '%fil' in -e fault=; did you mean '%file'?"},
	{"inject=/(/:error=EIO", "-e inject=: bad regular expression"},
	{"inject=chdir:eror=EIO", "-e inject=: 'eror' is nothing that can be asked for; did you "
				  "mean 'error='?"},
	{"inject=chdir:error", "'error' needs a value: error=..."},
	{"inject=chdir:error=ENOTN", "did you mean 'ENOTNAM'?"},
	{"inject=chdir:error=ENOENTT", "did you mean 'ENOENT'?"},
	{"inject=chdir:error=0", "neither an error's name nor a number from 1 to 4095"},
	{"inject=chdir:error=4096", "neither an error's name nor a number"},
	{"inject=chdir:error=99999999999999999999", "neither an error's name nor a number"},
	{"inject=chdir:error=0x2", "neither an error's name nor a number"},
	{"inject=chdir:error=", "neither an error's name nor a number"},
	{"inject=chdir:error=EIO:error=EIO", "error= is given twice"},
	{"inject=chdir:error=EIO:retval=1", "error= and retval= exclude each other"},
	{"inject=chdir:retval=1:error=EIO", "error= and retval= exclude each other"},
	{"inject=chdir:retval=", "no number of 64 bits"},
	{"inject=chdir:retval=--1", "no number of 64 bits"},
	{"inject=chdir:retval=1k", "no number of 64 bits"},
	{"inject=chdir:retval=18446744073709551616", "no number of 64 bits"},
	{"inject=chdir:retval=-9223372036854775809", "no number of 64 bits"},
	{"inject=chdir:signal=SIGTREM", "did you mean 'SIGTERM'?"},
	{"inject=chdir:signal=0", "neither a signal's name nor a number from 1 to 64"},
	{"inject=chdir:signal=65", "neither a signal's name nor a number from 1 to 64"},
	{"inject=chdir:signal=", "neither a signal's name nor a number from 1 to 64"},
	{"inject=chdir:error=EIO:syscall=getpdi", "did you mean 'getpid'?"},
	{"inject=chdir:error=EIO:syscall=open", "no call without effects"},
	{"inject=chdir:error=EIO:syscall=39", "no call without effects"},
	{"inject=chdir:syscall=getpid", "syscall= needs error= or retval= beside it"},
	{"inject=chdir:delay_enter=1:syscall=getpid", "syscall= needs error= or retval= beside it"},
	{"inject=chdir:delay_enter=1h", "delay_enter=1h is no time: a number with s, ms, us or ns"},
	{"inject=chdir:delay_exit=", "delay_exit= is no time"},
	{"inject=chdir:delay_exit=1e30", "delay_exit=1e30 is too long"},
	{"inject=chdir:delay_exit=1:delay_exit=1", "delay_exit= is given twice"},
	{"inject=chdir:poke_enter=@arg1", "poke_enter: expected @argN=HEX, N from 1 to 7"},
	{"inject=chdir:poke_enter=@arg1=0", "not '@arg1=0'"},
	{"inject=chdir:poke_enter=@arg1=0g", "expected @argN=HEX"},
	{"inject=chdir:poke_enter=@arg1=00x", "not 'x'"},
	{"inject=chdir:poke_enter=@arg0=00", "expected @argN=HEX"},
	{"inject=chdir:poke_enter=@arg8=00", "expected @argN=HEX"},
	{"inject=chdir:poke_exit=arg1=00", "poke_exit: expected @argN=HEX"},
	{"inject=chdir:poke_exit=", "poke_exit: expected @argN=HEX"},
	{"inject=chdir:poke_enter=@arg1=00,@arg1=11", "@arg1 is given twice"},
	{"inject=chdir:poke_enter=@arg1=00:poke_enter=@arg2=11", "poke_enter= is given twice"},
	{"fault=chdir:retval=1",
		"-e fault=: only error=, syscall= and when= belong here; retval= is one of"},
	{"fault=chdir:signal=HUP", "only error=, syscall= and when= belong here"},
	{"fault=chdir:whne=1", "did you mean 'when='?"},
	{"fault=chdir:when=", "when= is not FIRST[..LAST][+[STEP]]"},
	{"fault=chdir:when=0", "when=0 is not FIRST[..LAST][+[STEP]]"},
	{"fault=chdir:when=65536", "when=65536 is not"},
	{"fault=chdir:when=3..2", "when=3..2 is not"},
	{"fault=chdir:when=1..65535", "when=1..65535 is not"},
	{"fault=chdir:when=2..", "when=2.. is not"},
	{"fault=chdir:when=2..+", "when=2..+ is not"},
	{"fault=chdir:when=3+0", "when=3+0 is not"},
	{"fault=chdir:when=3+65536", "when=3+65536 is not"},
	{"fault=chdir:when=1+1+1", "when=1+1+1 is not"},
	{"fault=chdir:when=0x2", "when=0x2 is not"},
	{"fault=chdir:when=a", "when=a is not"},
	{"faults=chdir", "unknown key 'faults'"},
};

TEST(bad_rules_say_what_would_be_right)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct filter *f = filter_of("fault=close");

		check_refused(f, bad[i].spec, bad[i].reason);
		/* as before */
		assert_non_null(rule_for(f, CALL_close));
		assert_null(rule_for(f, CALL_chdir));
		filter_destroy(f);
	}
	event_build_reset();
}

TEST(hostile_text_is_refused_or_bounded)
{
	static const char start[] = "inject=chdir:poke_enter=@arg1=";
	size_t len = 60000;
	char *text = malloc(len + 1);
	struct filter *f = filter_create();

	memset(text, '0', len);
	text[len] = '\0';
	memcpy(text, start, strlen(start));
	add_to_filter(f, text);
	assert_int_equal(rule_for(f, CALL_chdir)->pokes[0].len, (len - strlen(start)) / 2);
	memset(text + strlen("inject=chdir"), ':', len - strlen("inject=chdir"));
	assert_true(filter_add(f, text, NULL) < 0);
	memset(text + strlen("inject=chdir:"), '9', len - strlen("inject=chdir:"));
	assert_true(filter_add(f, text, NULL) < 0);
	for (int i = 0; i < 255; i++)
		add_to_filter(f, "fault=chdir");
	assert_true(filter_add(f, "fault=chdir", NULL) < 0);
	filter_destroy(f);
	free(text);
	event_build_reset();
}

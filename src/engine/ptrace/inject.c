#include "engine/ptrace/inject.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <unistd.h>

#include "decode/row.h"
#include "engine/ptrace/tracer.h"
#include "filter/inject.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/vec.h"

#define NO_DELAY UINT64_MAX

void task_injection_deinit(struct task_injection *ti)
{
	for (int abi = 0; abi < NR_ABIS; abi++)
		free(ti->counts[abi]);
}

/* Which of its calls of this number that is, counted from 1. */
static uint64_t count_call(struct task *t)
{
	uint64_t **counts = &t->inject.counts[t->call.abi];

	if (!*counts)
		*counts = xcalloc(CALL_NR_LIMIT, sizeof(**counts));
	return ++(*counts)[t->call.nr];
}

/* Also where the task itself may not write; all of it or nothing. */
static bool write_memory(const struct task *t, uint64_t addr, const struct inject_poke *poke)
{
	CLEANUP_CLOSE int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", t->tid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && pwrite(fd, poke->bytes, poke->len, (off_t)addr) == (ssize_t)poke->len;
}

static void poke(struct task *t, uint32_t what)
{
	const struct inject_rule *rule = t->inject.rule;
	enum call_id id = call_id_of((enum abi)t->call.abi, t->call.nr);
	unsigned nr_args = syscall_row_nr_args((enum abi)t->call.abi, id);

	for (size_t i = 0; i < rule->nr_pokes; i++) {
		const struct inject_poke *p = &rule->pokes[i];

		if (p->what != what)
			continue;
		if (p->arg < nr_args && write_memory(t, t->call.args[p->arg], p))
			t->call.flags |= CALL_POKED;
		else
			log_debug("ptrace", "task %d: cannot poke what argument %d of %s points to",
				t->tid, p->arg + 1, call_name(id));
	}
}

/* As the program gets it: of 32 bits, and negative only if it is an error. */
static int64_t result_of(const struct task *t)
{
	int64_t result = t->inject.rule->result;
	int32_t low = (int32_t)result;

	if (t->call.abi != ABI_I386)
		return result;
	return low < 0 && low >= -4095 ? low : (int64_t)(uint32_t)low;
}

static bool set_word(const struct task *t, size_t at, int64_t value)
{
	return !ptrace(PTRACE_POKEUSER, t->tid, at, value);
}

static bool set_result(const struct task *t, int64_t result)
{
	return set_word(t, offsetof(struct user_regs_struct, rax), result);
}

/*
 * With number -1 the kernel leaves the result alone that is there on entry, so that the program
 * gets it even if we are gone by then.
 */
static void replace_call(struct task *t)
{
	const struct inject_rule *rule = t->inject.rule;
	int nr = -1;

	if (rule->what & INJECT_SYSCALL)
		nr = call_number((enum abi)t->call.abi, rule->instead);
	if (set_word(t, offsetof(struct user_regs_struct, orig_rax), nr) &&
		set_result(t, result_of(t)))
		t->call.flags |= CALL_INJECTED;
}

void inject_enter(struct engine *e, struct task *t, const struct capture_run *run)
{
	struct event ev = {.kind = EV_CALL_ENTER, .pid = t->pid, .tid = t->tid, .call = t->call};
	const struct inject_rule *rule;

	ev.call.captures = run->chunks.data;
	ev.call.nr_captures = (uint16_t)run->chunks.len;
	rule = e->injection(e->injector, &ev);
	if (!rule || !inject_is_due(rule, count_call(t)))
		return;
	t->inject.rule = rule;
	poke(t, INJECT_POKE_ENTER);
	if (rule->what & (INJECT_ERROR | INJECT_RETVAL))
		replace_call(t);
	if (rule->what & INJECT_SIGNAL)
		t->inject.signo = rule->signo;
	if (rule->what & INJECT_DELAY_ENTER) {
		t->call.flags |= CALL_DELAYED;
		t->inject.delay_ns = rule->delay_enter_ns;
	}
}

void inject_exit(struct task *t, int64_t *rval)
{
	const struct inject_rule *rule = t->inject.rule;

	if (!rule)
		return;
	if (t->call.flags & CALL_INJECTED) {
		int64_t result = result_of(t);

		/* it is another one where a call ran instead */
		if (*rval != result && set_result(t, result))
			*rval = result;
	}
	poke(t, INJECT_POKE_EXIT);
	if (rule->what & INJECT_DELAY_EXIT) {
		t->call.flags |= CALL_DELAYED;
		t->inject.delay_ns = rule->delay_exit_ns;
	}
	t->inject.rule = NULL;
}

bool inject_owes_result(const struct task *t)
{
	return t->inject.rule && t->in_call && t->call.flags & CALL_INJECTED;
}

bool inject_hold(struct engine *e, struct task *t, int signo)
{
	uint64_t delay_ns = t->inject.delay_ns;

	t->inject.delay_ns = 0;
	if (!delay_ns || e->detaching)
		return false;
	t->inject.signo = signo;
	t->inject.until_ns = clock_now_ns() + delay_ns;
	t->hold = HOLD_DELAYED;
	if (!e->nr_delayed++ || t->inject.until_ns < e->next_delay_ns)
		e->next_delay_ns = t->inject.until_ns;
	tracer_consume_stop(t->tid);
	return true;
}

void inject_release(struct engine *e, struct task *t)
{
	int signo = t->inject.signo;

	t->inject.signo = 0;
	t->hold = HOLD_NONE;
	e->nr_delayed--;
	tracer_resume(e, t, signo);
}

void inject_release_due(struct engine *e, uint64_t now_ns)
{
	VEC(struct task *) due = {0};
	struct map_slot *slot;
	struct task **t;

	e->next_delay_ns = NO_DELAY;
	for (size_t at = 0; (slot = map_next(&e->tasks, &at));) {
		struct task *found = slot->value;

		if (found->hold != HOLD_DELAYED)
			continue;
		if (found->inject.until_ns <= now_ns)
			VEC_PUSH(&due, found);
		else
			e->next_delay_ns = MIN(e->next_delay_ns, found->inject.until_ns);
	}
	VEC_FOREACH (t, &due)
		inject_release(e, *t);
	VEC_DEINIT(&due);
}

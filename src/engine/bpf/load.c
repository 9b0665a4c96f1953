#include "engine/bpf/load.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode/row.h"
#include "engine/bpf/kernel_btf.h"
#include "engine/engine.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/err.h"
#include "util/log.h"
#include "util/macros.h"
#include "util/thread.h"

#include "tracer.skel.h"

/* What tracer.bpf.c writes out because it cannot include event.h. */
static_assert(EV_CALL_ENTER == 1 && EV_CALL_EXIT == 2 && EV_FORK == 4 && EV_EXEC == 5 &&
		      EV_EXIT == 6 && EV_SIGNAL == 8 && EV_ATTACH == 15 && EV_DETACH == 16 &&
		      EV_STOP == 19 && CALL_NO_ENTER == 2 && CALL_UNTIMED == 16,
	"event kinds");
static_assert(FORK_THREAD == 1 && FORK_SHARES_VM == 2 && FORK_SHARES_FILES == 4 &&
		      FORK_SHARES_FS == 8 && FORK_VFORK == 16,
	"fork_share");
static_assert(WIRE_NR_ABIS == NR_ABIS && WIRE_NR_LIMIT == CALL_NR_LIMIT &&
		      WIRE_NR_BOUNDS == ENGINE_BOUNDS_MAX,
	"call table");

/*
 * 4 MiB hold 40,000 calls without captures: 10 ms of a task that does nothing else. Many CPUs
 * share what a tracer may take of memory.
 */
#define RING_BYTES_MAX   (UINT64_C(4) << 20)
#define RING_BYTES_MIN   (UINT64_C(256) << 10)
#define RING_BYTES_TOTAL (UINT64_C(128) << 20)

/* A ring takes a call with data as long as there is room for the largest; see ring_open. */
static_assert(ENGINE_BUFFER_MIN > WIRE_RECORD_MAX, "the smallest ring, rounded up");
/* The verifier lets nobody into a map's value beyond 512 MiB. */
static_assert(ENGINE_BUFFER_MAX <= UINT64_C(256) << 20, "a ring, and the room behind it");

/* The kernel's answers; programs without `needed` are left out where it lacks their hook. */
enum query {
	QUERY_TASK_FLAGS,
	QUERY_TASK_PID,
	QUERY_TASK_TGID,
	QUERY_TASK_EXIT_CODE,
	QUERY_TASK_THREAD_INFO,
	QUERY_THREAD_INFO_STATUS,
	QUERY_THREAD_INFO_FLAGS,
	QUERY_TASK_SCHED_INFO,
	QUERY_SCHED_INFO_RUN_DELAY, /* only where the scheduler keeps statistics */
	QUERY_TASK_SIGNAL,
	QUERY_SIGNAL_FLAGS,
	QUERY_SIGNAL_EXIT_CODE,
	QUERY_SIGNAL_EXEC_TASK, /* under another name before Linux 5.16 */
	QUERY_BPRM_FILENAME,
	QUERY_TASK_PT_REGS, /* a helper, since Linux 5.15 */
	QUERY_HOOKS,        /* first of the ids of what programs attach to */
};

enum hook_way { HOOK_TP_BTF, HOOK_RAW_TP, HOOK_ITER };

struct hook {
	const char *program; /* in tracer.bpf.c; of RAW_TP also the name of the tracepoint */
	enum hook_way way;
	const char *type; /* in the kernel's BTF */
	uint64_t kinds;   /* EV_BIT mask: needed only for one of these; 0 = always */
	bool optional;    /* younger than the rest */
};

static const struct hook hooks[] = {
	/* in the order of attaching: calls are seen only once all else is */
	{"task_newtask", HOOK_TP_BTF, "btf_trace_task_newtask"},
	{"sched_prepare_exec", HOOK_RAW_TP, "btf_trace_sched_prepare_exec", 0, true},
	{"sched_process_exec", HOOK_RAW_TP, "btf_trace_sched_process_exec"},
	{"sched_process_exit", HOOK_RAW_TP, "btf_trace_sched_process_exit"},
	{"signal_deliver", HOOK_RAW_TP, "btf_trace_signal_deliver",
		EV_BIT(EV_SIGNAL) | EV_BIT(EV_STOP)},
	{"signal_generate", HOOK_TP_BTF, "btf_trace_signal_generate", EV_BIT(EV_SIGNAL)},
	{"sum_switch", HOOK_TP_BTF, "btf_trace_sched_switch"},
	{"sum_exit", HOOK_TP_BTF, "btf_trace_sys_exit"},
	{"sum_enter", HOOK_TP_BTF, "btf_trace_sys_enter"},
	{"sys_exit", HOOK_TP_BTF, "btf_trace_sys_exit"},
	{"sys_enter", HOOK_TP_BTF, "btf_trace_sys_enter"},
	{"mark_threads", HOOK_ITER, "bpf_iter_task"},
};

static_assert(ARRAY_SIZE(hooks) <= LOAD_MAX_LINKS, "room for the links");

struct facts {
	struct kernel_btf_query queries[QUERY_HOOKS + ARRAY_SIZE(hooks)];
};

static bool is_optional(enum query query)
{
	switch (query) {
	case QUERY_SCHED_INFO_RUN_DELAY:
	case QUERY_SIGNAL_EXEC_TASK:
	case QUERY_TASK_PT_REGS: return true;
	default: return false;
	}
}

static int ask_kernel(struct facts *f, struct err *err)
{
	static const struct kernel_btf_query fields[QUERY_HOOKS] = {
		[QUERY_TASK_FLAGS] = {KERNEL_BTF_STRUCT, "task_struct", "flags"},
		[QUERY_TASK_PID] = {KERNEL_BTF_STRUCT, "task_struct", "pid"},
		[QUERY_TASK_TGID] = {KERNEL_BTF_STRUCT, "task_struct", "tgid"},
		[QUERY_TASK_EXIT_CODE] = {KERNEL_BTF_STRUCT, "task_struct", "exit_code"},
		[QUERY_TASK_THREAD_INFO] = {KERNEL_BTF_STRUCT, "task_struct", "thread_info"},
		[QUERY_THREAD_INFO_STATUS] = {KERNEL_BTF_STRUCT, "thread_info", "status"},
		[QUERY_THREAD_INFO_FLAGS] = {KERNEL_BTF_STRUCT, "thread_info", "flags"},
		[QUERY_TASK_SCHED_INFO] = {KERNEL_BTF_STRUCT, "task_struct", "sched_info"},
		[QUERY_SCHED_INFO_RUN_DELAY] = {KERNEL_BTF_STRUCT, "sched_info", "run_delay"},
		[QUERY_TASK_SIGNAL] = {KERNEL_BTF_STRUCT, "task_struct", "signal"},
		[QUERY_SIGNAL_FLAGS] = {KERNEL_BTF_STRUCT, "signal_struct", "flags"},
		[QUERY_SIGNAL_EXIT_CODE] = {KERNEL_BTF_STRUCT, "signal_struct", "group_exit_code"},
		[QUERY_SIGNAL_EXEC_TASK] = {KERNEL_BTF_STRUCT, "signal_struct", "group_exec_task"},
		[QUERY_BPRM_FILENAME] = {KERNEL_BTF_STRUCT, "linux_binprm", "filename"},
		[QUERY_TASK_PT_REGS] = {KERNEL_BTF_FUNC, "bpf_task_pt_regs"},
	};
	int rc;

	memcpy(f->queries, fields, sizeof(fields));
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		f->queries[QUERY_HOOKS + i] = (struct kernel_btf_query){
			hooks[i].way == HOOK_ITER ? KERNEL_BTF_FUNC : KERNEL_BTF_TYPEDEF,
			hooks[i].type};
	rc = kernel_btf_ask(f->queries, ARRAY_SIZE(f->queries), err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(f->queries); i++) {
		const struct kernel_btf_query *q = &f->queries[i];

		bool optional = i < QUERY_HOOKS ? is_optional((enum query)i)
						: hooks[i - QUERY_HOOKS].optional;

		if (!q->id && !optional)
			return err_set(err, -EOPNOTSUPP, "this kernel has no %s%s%s", q->type,
				q->member ? "." : "", q->member ? q->member : "");
	}
	return 0;
}

static int print_debug(enum libbpf_print_level level, const char *fmt, va_list args)
{
	CLEANUP_FREE char *text = NULL;

	if (!log_enabled() || level == LIBBPF_DEBUG || vasprintf(&text, fmt, args) < 0)
		return 0;
	/* the verifier's log comes as one message */
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (*line)
			log_debug("bpf", "%s", line);
	return 0;
}

static const struct hook *hook_of(const struct bpf_program *prog)
{
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(hooks[i].program, bpf_program__name(prog)))
			return &hooks[i];
	return NULL;
}

/* What the loading of a program needs to know. */
struct preparing {
	const struct facts *facts;
	struct parallel *parallel; /* NULL = libbpf loads them itself */
};

/*
 * libbpf would look up what a program attaches to in the kernel's BTF, and to do so parse all of
 * it, as soon as it meets a program of type TRACING. So the programs pass for raw tracepoints until
 * they go to the kernel, and take their target from what was asked before.
 */
static int prepare_program(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct preparing *p = (const struct preparing *)cookie;
	const struct hook *hook = hook_of(prog);
	enum bpf_prog_type type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	int rc;

	if (!hook)
		return -ENOENT;
	if (hook->way != HOOK_RAW_TP) {
		type = BPF_PROG_TYPE_TRACING;
		opts->attach_btf_id = p->facts->queries[QUERY_HOOKS + (hook - hooks)].id;
		opts->expected_attach_type =
			hook->way == HOOK_ITER ? BPF_TRACE_ITER : BPF_TRACE_RAW_TP;
	}
	if (!p->parallel)
		return bpf_program__set_type(prog, type);
	rc = parallel_take(p->parallel, prog, type, opts);
	opts->attach_btf_id = opts->expected_attach_type = 0;
	return rc;
}

static uint16_t rule_of(const struct engine_plan *plan, enum abi abi, uint32_t nr,
	const struct capture_recipe *recipe)
{
	enum call_id id = call_id_of(abi, nr);
	uint16_t rule = id == CALL_execve || id == CALL_execveat ? WIRE_RULE_EXEC : 0;

	if (!(id == CALL_NONE ? plan->want_unknown : plan->wanted[abi][nr]))
		return rule;
	rule |= WIRE_RULE_WANTED;
	if (plan->sums)
		return rule;
	if (recipe) {
		rule |= capture_recipe_args(recipe, CAPTURE_AT_ENTER);
		rule |= capture_recipe_args(recipe, CAPTURE_AT_EXIT) << WIRE_RULE_EXIT_SHIFT;
		rule |= recipe->args[0].op == CAPTURE_STACK ? WIRE_RULE_STACK : 0;
	}
	if (plan->want_enters || rule & WIRE_RULE_ENTER_ARGS)
		rule |= WIRE_RULE_SEND_ENTER;
	return rule;
}

static const struct capture_recipe *recipe_of(enum abi abi, uint32_t nr)
{
	enum call_id id = call_id_of(abi, nr);

	return id == CALL_NONE ? NULL : syscall_row_captures(abi, id);
}

static uint8_t looks_of(enum abi abi, uint32_t nr, uint16_t rule, bool untimed)
{
	uint16_t entry = untimed ? WIRE_RULE_ENTER_ARGS | WIRE_RULE_SEND_ENTER | WIRE_RULE_EXEC |
					   WIRE_RULE_STACK
				 : UINT16_MAX;
	uint8_t ret = 0;

	switch (call_id_of(abi, nr)) {
	case CALL_clone:
	case CALL_clone3:
	case CALL_fork:
	case CALL_vfork: ret |= WIRE_LOOK_EXIT; break; /* see WIRE_PHASE_CHILD */
	default: break;
	}
	if (rule & WIRE_RULE_WANTED && rule & entry)
		ret |= WIRE_LOOK_ENTER;
	if (rule & WIRE_RULE_EXEC)
		ret |= WIRE_LOOK_EXEC;
	return ret | (rule ? WIRE_LOOK_EXIT : 0);
}

static void set_rodata(struct load *l, const struct engine_plan *plan, const struct facts *f)
{
	const struct kernel_btf_query *q = f->queries;
	struct tracer__rodata *ro = l->skel->rodata;

	ro->off_task_flags = q[QUERY_TASK_FLAGS].offset;
	ro->off_task_pid = q[QUERY_TASK_PID].offset;
	ro->off_task_tgid = q[QUERY_TASK_TGID].offset;
	ro->off_task_exit_code = q[QUERY_TASK_EXIT_CODE].offset;
	ro->off_task_status = q[QUERY_TASK_THREAD_INFO].offset + q[QUERY_THREAD_INFO_STATUS].offset;
	ro->off_task_work = q[QUERY_TASK_THREAD_INFO].offset + q[QUERY_THREAD_INFO_FLAGS].offset;
	ro->off_signal_exec_task = q[QUERY_SIGNAL_EXEC_TASK].offset;
	ro->off_task_signal = q[QUERY_TASK_SIGNAL].offset;
	ro->off_signal_flags = q[QUERY_SIGNAL_FLAGS].offset;
	ro->off_signal_exit_code = q[QUERY_SIGNAL_EXIT_CODE].offset;
	ro->off_bprm_filename = q[QUERY_BPRM_FILENAME].offset;
	if (plan->want_queued && q[QUERY_SCHED_INFO_RUN_DELAY].id)
		ro->off_task_run_delay =
			q[QUERY_TASK_SCHED_INFO].offset + q[QUERY_SCHED_INFO_RUN_DELAY].offset;
	ro->follow = plan->follow;
	ro->by_cgroup = plan->cgroup;
	ro->own_pid = getpid();
	ro->untimed = !plan->want_times && !plan->want_enters && q[QUERY_TASK_PT_REGS].id;
	ro->string_limit = plan->string_limit;
	ro->summing = plan->sums;
	ro->cpu_times = plan->cpu_times;
	ro->nr_histograms = sums_nr_histograms(l->nr_rings);
	for (unsigned i = 2; i < ARRAY_SIZE(ro->log2_of); i++)
		ro->log2_of[i] = ro->log2_of[i / 2] + 1;
	ro->ring_bytes = l->ring_bytes;
	ro->ring_mask = l->ring_bytes - 1;
	ro->wake_bytes = l->ring_bytes / 4;
	ro->unknown_rule = plan->want_unknown ? WIRE_RULE_WANTED : 0;
	if (plan->want_unknown && plan->want_enters)
		ro->unknown_rule |= WIRE_RULE_SEND_ENTER;
	ro->unwanted_signals = plan->unwanted_signals;
	ro->bounded = plan->nr_bounds;
	memcpy((void *)ro->bounds, plan->bounds, sizeof(ro->bounds));
	memcpy((void *)ro->bounds_of, plan->bounds_of, sizeof(ro->bounds_of));
	for (enum abi abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
			uint16_t rule = rule_of(plan, abi, nr, recipe_of(abi, nr));

			ro->rules[abi * CALL_NR_LIMIT + nr] = rule;
			ro->looks[nr] |= looks_of(abi, nr, rule, ro->untimed);
		}
	}
}

/* Those of a recipe that apply to one value, all together. */
static void pick_steps(const struct capture_recipe *recipe, uint32_t pick, struct wire_steps *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (uint16_t i = 0; i < recipe->nr_steps; i++) {
		const struct capture_step *step = &recipe->steps[i];

		if ((step->pick == pick || step->pick == CAPTURE_STEP_ALL) &&
			ret->nr < CAPTURE_STEPS_MAX)
			ret->steps[ret->nr++] = *step;
	}
}

/* How many entries the map of steps will have at most. */
static uint32_t count_steps(const struct engine_plan *plan)
{
	uint32_t nr_steps = 0;

	for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
		const struct capture_recipe *recipe = recipe_of(ABI_X86_64, nr);

		if (recipe && recipe->nr_steps && plan->wanted[ABI_X86_64][nr])
			nr_steps += recipe->nr_steps + 1;
	}
	return nr_steps;
}

static int set_steps(struct load *l, const struct engine_plan *plan, struct err *err)
{
	uint32_t cap = count_steps(plan), nr_keys = 0;
	CLEANUP_FREE struct wire_steps_key *keys = xcalloc(cap + 1, sizeof(*keys));
	CLEANUP_FREE struct wire_steps *values = xcalloc(cap + 1, sizeof(*values));
	int rc;

	for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
		const struct capture_recipe *recipe = recipe_of(ABI_X86_64, nr);

		if (!recipe || !recipe->nr_steps || !plan->wanted[ABI_X86_64][nr])
			continue;
		/* once more for a value that is named again: the same entry */
		for (uint32_t i = 0; i <= recipe->nr_steps; i++) {
			uint32_t pick =
				i < recipe->nr_steps ? recipe->steps[i].pick : CAPTURE_STEP_ALL;

			pick_steps(recipe, pick, &values[nr_keys]);
			keys[nr_keys++] =
				(struct wire_steps_key){ABI_X86_64 * WIRE_NR_LIMIT + nr, pick};
		}
	}
	if (!nr_keys)
		return 0;
	rc = bpf_map_update_batch(bpf_map__fd(l->skel->maps.steps), keys, values, &nr_keys, NULL);
	return rc < 0 ? err_sys(err, rc, "cannot set what is to be copied") : 0;
}

static int set_recipes(struct load *l, struct err *err)
{
	const size_t len = WIRE_NR_RULES * sizeof(struct wire_recipe);
	struct wire_recipe *recipes = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
		bpf_map__fd(l->skel->maps.recipes), 0);

	if (recipes == MAP_FAILED)
		return err_sys(err, -errno, "cannot map the recipes");
	for (enum abi abi = 0; abi < NR_ABIS; abi++) {
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
			const struct capture_recipe *recipe = recipe_of(abi, nr);
			struct wire_recipe *ret = &recipes[abi * WIRE_NR_LIMIT + nr];

			if (!recipe)
				continue;
			memcpy(ret->args, recipe->args, sizeof(ret->args));
			ret->nr_steps = recipe->nr_steps;
			ret->pick = recipe->pick;
		}
	}
	munmap(recipes, len);
	return 0;
}

static size_t rings_len(const struct load *l)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (l->ring_stride * l->nr_rings + page - 1) / page * page;
}

static uint64_t choose_ring_bytes(const struct engine_plan *plan, size_t nr_rings)
{
	uint64_t bytes = plan->sums ? RING_BYTES_MIN : RING_BYTES_MAX;

	if (plan->buffer_bytes)
		for (bytes = WIRE_RECORD_MAX; bytes < plan->buffer_bytes; bytes *= 2)
			;
	else
		while (bytes * nr_rings > RING_BYTES_TOTAL && bytes > RING_BYTES_MIN)
			bytes /= 2;
	return bytes;
}

/* The map is made here and not by libbpf: clearing its memory takes long enough to be done beside.
 */
static int make_rings(struct load *l, const struct engine_plan *plan, struct err *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int nr_cpus = libbpf_num_possible_cpus();
	void *rings;

	if (nr_cpus < 0)
		return err_sys(err, nr_cpus, "cannot count the CPUs");
	l->nr_rings = nr_cpus;
	l->ring_bytes = choose_ring_bytes(plan, l->nr_rings);
	l->ring_stride = sizeof(struct wire_ring) + l->ring_bytes + WIRE_RING_TAIL;
	l->rings_fd = bpf_map_create(
		BPF_MAP_TYPE_ARRAY, "rings", sizeof(uint32_t), l->ring_stride, l->nr_rings, &opts);
	if (l->rings_fd < 0)
		return err_sys(err, l->rings_fd, "cannot make %zu rings of %llu KiB", l->nr_rings,
			(unsigned long long)l->ring_bytes >> 10);
	rings = mmap(NULL, rings_len(l), PROT_READ | PROT_WRITE, MAP_SHARED, l->rings_fd, 0);
	if (rings == MAP_FAILED)
		return err_sys(err, -errno, "cannot map the rings");
	/* the command is forked with all of this in place */
	madvise(rings, rings_len(l), MADV_DONTFORK);
	l->rings = rings;
	return 0;
}

/* Whether some call's entry is looked at. */
static bool looks_at_entries(const struct load *l)
{
	for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
		if (l->skel->rodata->looks[nr] & WIRE_LOOK_ENTER)
			return true;
	return l->skel->rodata->unknown_rule;
}

static bool wants_exec(const struct engine_plan *plan)
{
	for (enum abi abi = 0; abi < NR_ABIS; abi++)
		for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++)
			if (plan->wanted[abi][nr] && (call_id_of(abi, nr) == CALL_execve ||
							     call_id_of(abi, nr) == CALL_execveat))
				return true;
	return false;
}

/* What is not needed costs calls and the start nothing. After set_rodata. */
static void choose_programs(struct load *l, const struct engine_plan *plan, const struct facts *f)
{
	struct bpf_program *prog;

	if (plan->sums || !looks_at_entries(l))
		bpf_program__set_autoload(l->skel->progs.sys_enter, false);
	if (plan->sums || !wants_exec(plan))
		bpf_program__set_autoload(l->skel->progs.sched_prepare_exec, false);
	bpf_program__set_autoload(l->skel->progs.sys_exit, !plan->sums);
	bpf_program__set_autoload(l->skel->progs.sum_enter, plan->sums);
	bpf_program__set_autoload(l->skel->progs.sum_exit, plan->sums);
	bpf_program__set_autoload(l->skel->progs.sum_switch, plan->sums);

	bpf_object__for_each_program(prog, l->skel->obj)
	{
		const struct hook *hook = hook_of(prog);

		if (!f->queries[QUERY_HOOKS + (hook - hooks)].id ||
			(hook->kinds && !(hook->kinds & plan->kinds)))
			bpf_program__set_autoload(prog, false);
	}
}

/* With the handlers of `preparing` registered. */
static int open_and_load(struct load *l, const struct engine_plan *plan,
	const struct preparing *preparing, struct err *err)
{
	int rc;

	l->skel = tracer__open();
	if (!l->skel)
		return err_sys(err, -errno, "cannot open the BPF programs");
	rc = bpf_map__reuse_fd(l->skel->maps.rings, l->rings_fd);
	if (!rc)
		rc = bpf_map__set_max_entries(l->skel->maps.steps, count_steps(plan) + 1);
	if (!rc && plan->sums)
		rc = bpf_map__set_max_entries(l->skel->maps.sums, l->nr_rings * WIRE_NR_RULES);
	if (!rc && plan->sums)
		rc = bpf_map__set_max_entries(l->skel->maps.slots, l->nr_rings);
	if (!rc && plan->sums)
		rc = bpf_map__set_max_entries(
			l->skel->maps.histograms, sums_nr_histograms(l->nr_rings));
	if (rc)
		return err_sys(err, rc, "cannot size the maps");
	set_rodata(l, plan, preparing->facts);
	choose_programs(l, plan, preparing->facts);
	rc = tracer__load(l->skel);
	if (!rc && preparing->parallel)
		rc = parallel_load(preparing->parallel);
	return rc < 0 ? err_sys(err, rc, "the kernel does not take the BPF programs") : 0;
}

static int load_programs(struct load *l, const struct engine_plan *plan, const struct facts *f,
	bool at_once, struct err *err)
{
	static const char *const sections[] = {"tp_btf+", "raw_tp+", "iter+"};
	struct preparing preparing = {.facts = f, .parallel = at_once ? &l->programs : NULL};
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)&preparing,
		.prog_prepare_load_fn = prepare_program);
	int handlers[ARRAY_SIZE(sections)];
	int rc;

	/*
	 * Some libbpf (1.1) keeps a pointer to its freed list when the last handler goes, and
	 * writes there when another one comes: with the next attempt below, or the next run. One
	 * that concerns no program stays.
	 */
	libbpf_register_prog_handler("renacer_keeps", BPF_PROG_TYPE_UNSPEC, 0, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		handlers[i] = libbpf_register_prog_handler(
			sections[i], BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &opts);
	rc = open_and_load(l, plan, &preparing, err);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		libbpf_unregister_prog_handler(handlers[i]);
	if (rc < 0 && at_once) {
		/* libbpf knows what to do about old kernels, and why they refuse */
		log_debug("bpf", "loading the programs one by one: %s", strerror(-rc));
		parallel_free(&l->programs);
		tracer__destroy(l->skel);
		l->skel = NULL;
		return load_programs(l, plan, f, false, err);
	}
	return rc;
}

struct asking {
	struct facts facts;
	struct err err;
	int rc;
};

static void *ask(void *arg)
{
	struct asking *a = arg;

	a->rc = ask_kernel(&a->facts, &a->err);
	return NULL;
}

/* What the kernel tells of itself, and the rings' memory: each takes long, so beside each other. */
static int prepare(
	struct load *l, const struct engine_plan *plan, struct facts *ret, struct err *err)
{
	struct asking a = {0};
	pthread_t thread;
	bool beside = parallel_pays() && thread_start(&thread, NULL, ask, &a) == 0;
	int rc = make_rings(l, plan, err);

	if (beside)
		pthread_join(thread, NULL);
	else
		ask(&a);
	*ret = a.facts;
	if (a.rc < 0)
		*err = a.err;
	return a.rc < 0 ? a.rc : rc;
}

int load_open(struct load *l, const struct engine_plan *plan, struct err *err)
{
	struct facts f;
	int rc;

	l->stats = l->rings_fd = -1;
	rc = prepare(l, plan, &f, err);
	if (rc < 0)
		return rc;
	if (plan->measure)
		l->stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	libbpf_set_print(print_debug);
	rc = load_programs(l, plan, &f, parallel_pays(), err);
	if (rc < 0)
		return rc;
	if (plan->sums)
		return sums_open(&l->sums, l->nr_rings, bpf_map__fd(l->skel->maps.sums),
			bpf_map__fd(l->skel->maps.histograms), err);
	rc = set_recipes(l, err);
	return rc < 0 ? rc : set_steps(l, plan, err);
}

/* Of a program once it is loaded. */
static int program_fd(const struct load *l, const struct bpf_program *prog)
{
	int fd = parallel_fd(&l->programs, prog);

	return fd == -ENOENT ? bpf_program__fd(prog) : fd;
}

void load_close(struct load *l)
{
	load_detach(l);
	if (l->rings)
		munmap(l->rings, rings_len(l));
	if (l->rings_fd >= 0)
		close(l->rings_fd);
	sums_close(&l->sums);
	parallel_free(&l->programs);
	tracer__destroy(l->skel);
	if (l->stats >= 0)
		close(l->stats);
	memset(l, 0, sizeof(*l));
	l->stats = l->rings_fd = -1;
}

void load_cost(const struct load *l, uint64_t *ret_runs, uint64_t *ret_ns)
{
	struct bpf_program *prog;

	*ret_runs = *ret_ns = 0;
	if (l->stats < 0)
		return;
	bpf_object__for_each_program(prog, l->skel->obj)
	{
		struct bpf_prog_info info = {0};
		uint32_t len = sizeof(info);

		int fd = program_fd(l, prog);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
			continue;
		*ret_runs += info.run_cnt;
		*ret_ns += info.run_time_ns;
	}
}

int load_attach(struct load *l, struct err *err)
{
	struct bpf_program *prog;

	if (l->nr_links)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		int fd;

		prog = bpf_object__find_program_by_name(l->skel->obj, hooks[i].program);
		if (!bpf_program__autoload(prog) || hooks[i].way == HOOK_ITER)
			continue;
		fd = bpf_raw_tracepoint_open(
			hooks[i].way == HOOK_RAW_TP ? hooks[i].program : NULL, program_fd(l, prog));
		if (fd < 0)
			return err_sys(err, fd, "cannot attach to %s", hooks[i].program);
		l->links[l->nr_links++] = fd;
	}
	return 0;
}

void load_detach(struct load *l)
{
	/* calls first, as they were attached last */
	while (l->nr_links)
		close(l->links[--l->nr_links]);
}

int64_t load_nr_live(const struct load *l)
{
	return __atomic_load_n(&l->skel->bss->nr_live, __ATOMIC_ACQUIRE);
}

int load_mark_launched(struct load *l, int pidfd, pid_t pid, struct err *err)
{
	struct wire_task task = {.mark = WIRE_MARK_ARMED, .pid = pid, .tid = pid};
	int rc;

	/* counted first: its exit may count it out right after */
	__atomic_add_fetch(&l->skel->bss->nr_live, 1, __ATOMIC_SEQ_CST);
	rc = bpf_map_update_elem(bpf_map__fd(l->skel->maps.tasks), &pidfd, &task, BPF_NOEXIST);
	return rc < 0 ? err_sys(err, rc, "cannot mark the command") : 0;
}

/* One pass over all tasks; returns the number newly marked. */
static int mark_pass(int link,
	int (*found)(void *self, const struct wire_attached *task, struct err *err), void *self,
	struct err *err)
{
	CLEANUP_CLOSE int iter = bpf_iter_create(link);
	struct wire_attached tasks[128];
	int nr_found = 0;
	ssize_t len;

	if (iter < 0)
		return err_sys(err, iter, "cannot list the tasks");
	/* whole records: the kernel's buffer holds a multiple of them, and so does ours */
	while ((len = read(iter, tasks, sizeof(tasks))) > 0) {
		for (size_t i = 0; i < len / sizeof(*tasks); i++, nr_found++) {
			int rc = found(self, &tasks[i], err);

			if (rc < 0)
				return rc;
		}
	}
	return len < 0 ? err_sys(err, -errno, "cannot list the tasks") : nr_found;
}

int load_mark_process(struct load *l, pid_t pid,
	int (*found)(void *self, const struct wire_attached *task, struct err *err), void *self,
	struct err *err)
{
	CLEANUP_CLOSE int link = bpf_link_create(
		program_fd(l, l->skel->progs.mark_threads), 0, BPF_TRACE_ITER, NULL);
	int total = 0, rc;

	if (link < 0)
		return err_sys(err, link, "cannot list the tasks");
	l->skel->bss->attach_pid = pid;
	/* a thread made by one that was not marked yet is found by the next pass */
	do {
		rc = mark_pass(link, found, self, err);
		if (rc < 0)
			return rc;
		total += rc;
	} while (rc);
	return total;
}

int load_watch_cgroup(struct load *l, int folder, const char *path, struct err *err)
{
	uint32_t at = 0;
	int rc = bpf_map_update_elem(bpf_map__fd(l->skel->maps.cgroups), &at, &folder, BPF_ANY);

	return rc < 0 ? err_set(err, rc, "--cgroup: '%s' is no folder of a cgroup v2 file system",
				path)
		      : 0;
}

int load_side_fd(const struct load *l)
{
	return bpf_map__fd(l->skel->maps.side);
}

#include "decode/decode.h"

#include <string.h>

#include "decode/row_internal.h"
#include "util/arena.h"

bool flag_name_matches(const struct flag_name *name, uint64_t bits, uint64_t decided)
{
	if (!name->value && !name->mask)
		return !bits;
	return (bits & name->mask) == name->value && !(name->mask & decided);
}

static size_t find_sorted(const struct flag_set *set, uint64_t value)
{
	size_t from = 0, to = set->nr_names;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (set->names[middle].value < value)
			from = middle + 1;
		else
			to = middle;
	}
	return from < set->nr_names && set->names[from].value == value ? from : set->nr_names;
}

size_t flag_set_find(const struct flag_set *set, uint64_t value)
{
	if (set->sorted)
		return find_sorted(set, value);
	for (size_t i = 0; i < set->nr_names; i++)
		if (set->names[i].value == value)
			return i;
	return set->nr_names;
}

const char *flag_set_exact(const struct flag_set *set, uint64_t value)
{
	size_t at = flag_set_find(set, value);

	return at < set->nr_names ? set->names[at].name : NULL;
}

const char *decode_errno_name(int error)
{
	return flag_set_exact(&flags_errno, (uint32_t)error);
}

const char *decode_errno_text(int error)
{
	switch (error) {
	/* how an interrupted call goes on; never seen by the program itself */
	case 512: return "To be restarted if SA_RESTART is set";
	case 513: return "To be restarted";
	case 514: return "To be restarted if no handler";
	case 515: return "No ioctl command";
	case 516: return "Interrupted by signal";
	default: return strerrordesc_np(error);
	}
}

const char *decode_signal_name(struct arena *a, int signo)
{
	return flag_set_exact(&flags_signal, (uint32_t)signo);
}

static void decode_result(struct decoder *d, enum ret_kind kind)
{
	struct decoded_call *out = d->out;
	int64_t ret = d->call->ret;

	if (out->ret.kind != VALUE_NONE)
		return; /* a refine function knew better */
	if (d->call->abi == ABI_I386 && kind != RET_INT)
		ret = (uint32_t)ret;
	switch (kind) {
	case RET_INT: value_set_int(&out->ret, ret); break;
	case RET_UINT: value_set_uint(&out->ret, (uint64_t)ret); break;
	case RET_HEX: value_set_hex(&out->ret, (uint64_t)ret); break;
	case RET_OCTAL: value_set_octal(&out->ret, (uint64_t)ret); break;
	case RET_ADDR:
		if (ret)
			value_set_addr(&out->ret, (uint64_t)ret);
		else
			value_set_int(&out->ret, 0); /* a result that was made up: no pointer */
		break;
	case RET_FD: value_set_fd(&out->ret, (int)ret); break;
	case RET_PID: value_set_pid(&out->ret, (int)ret); break;
	case RET_ID: value_set_id(&out->ret, (uint32_t)ret); break;
	}
}

static void decode_args(struct decoder *d, const struct syscall_row *row)
{
	struct row_args args = row_args_in(d->call->abi, row);
	struct decoded_call *out = d->out;

	out->nr_args = out->nr_words = args.nr;
	for (unsigned i = 0; i < args.nr; i++) {
		const struct arg_row *arg = &row->args[i];

		d->arg = i;
		out->args[i].name = i < args.nr_same ? arg->name : NULL;
		if (i >= args.nr_same)
			value_set_hex(&out->args[i], d->args[i]);
		else if (arg->abi == NATIVE_ABI && d->call->abi != ABI_X86_64)
			value_set_addr(&out->args[i], d->args[i]);
		else
			arg->show(d, arg, &out->args[i]);
	}
	/* what refines looks at all arguments */
	if (row->refine && args.nr_same >= row->nr_args)
		row->refine(d);
}

void decode_call(struct arena *a, const struct event_call *call, const struct decode_options *opts,
	struct decoded_call *ret)
{
	enum call_id id = call_id_of(call->abi, call->nr);
	const struct syscall_row *row = syscall_row_of(id);
	bool finished = !(call->flags & CALL_UNFINISHED);
	struct decoder d = {.arena = a, .call = call, .opts = opts, .out = ret, .row = row};

	memset(ret, 0, sizeof(*ret));
	ret->id = id;
	for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
		d.args[i] = call->abi == ABI_I386 ? (uint32_t)call->args[i] : call->args[i];
	if (finished && RESULT_IS_ERROR(call->ret)) {
		ret->error = (int)-call->ret;
		ret->error_name = decode_errno_name(ret->error);
		ret->error_text = decode_errno_text(ret->error);
	}
	d.done = finished && !ret->error;
	if (row) {
		ret->name = call_name(id);
		decode_args(&d, row);
	} else {
		ret->name = arena_printf(a, "syscall_0x%x", call->nr);
		ret->nr_args = ret->nr_words = CAPTURE_NR_ARGS;
		for (unsigned i = 0; i < CAPTURE_NR_ARGS; i++)
			value_set_hex(&ret->args[i], d.args[i]);
	}
	if (d.done)
		decode_result(&d, row ? row->ret : RET_HEX);
}

/* What these calls give back is shown behind the result. */
static bool shows_results_apart(enum call_id id)
{
	switch (id) {
	case CALL_poll:
	case CALL_ppoll:
	case CALL_select:
	case CALL_pselect6: return true;
	default: return false;
	}
}

static bool has_chunk(const struct event_call *call, unsigned arg)
{
	for (size_t i = 0; i < call->nr_captures; i++)
		if (call->captures[i].arg == arg)
			return true;
	return false;
}

static bool is_known(const struct event_call *call, const struct capture_recipe *recipe,
	enum call_id id, unsigned arg)
{
	const struct capture_spec *spec = &recipe->args[arg];

	if (spec->when & CAPTURE_AT_EXIT && !shows_results_apart(id))
		return false;
	for (unsigned i = 0; i < recipe->nr_steps; i++) {
		const struct capture_step *step = &recipe->steps[i];

		if (step->arg == arg && step->when & CAPTURE_AT_EXIT &&
			(step->pick == CAPTURE_STEP_ALL ||
				step->pick == capture_recipe_pick(recipe, call->args)))
			return false;
	}
	/* what could not be read yet may be read when the call returns */
	return spec->op == CAPTURE_NONE || !(spec->when & CAPTURE_AT_ENTER) || !call->args[arg] ||
	       has_chunk(call, arg);
}

/* Which argument word is shown there. */
static unsigned place_of(
	const struct syscall_row *row, const struct decoded_call *decoded, unsigned shown)
{
	const char *name = decoded->args[shown].name;

	/* the order shown is not always that of the words */
	for (unsigned arg = 0; name && arg < row->nr_args; arg++)
		if (!strcmp(row->args[arg].name, name))
			return arg;
	return shown; /* where the meaning hangs on another argument, so does the name */
}

size_t decode_nr_known(
	const struct event_call *call, const struct decoded_call *decoded, bool *ret_grows)
{
	const struct syscall_row *row = syscall_row_of(decoded->id);
	const struct capture_recipe *recipe =
		row ? syscall_row_captures(call->abi, decoded->id) : NULL;
	size_t nr = 0;

	*ret_grows = false;
	if (!recipe)
		return decoded->nr_args;
	/* what it gives back stands behind what it was given */
	if (decoded->id == CALL_clone3 && has_chunk(call, 0)) {
		*ret_grows = true;
		return 1;
	}
	for (; nr < decoded->nr_args; nr++)
		if (!is_known(call, recipe, decoded->id, place_of(row, decoded, (unsigned)nr)))
			return nr;
	return nr;
}

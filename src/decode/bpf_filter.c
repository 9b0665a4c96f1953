#include "decode/bpf_filter.h"

#include <linux/bpf.h>
#include <linux/seccomp.h>

#include "decode/row_internal.h"

/* A part of the code: every value has a place of its own, also 0. */
static void add_code_part(
	struct decoder *d, struct value *ret, uint32_t bits, const struct flag_set *set)
{
	value_set_enum(list_add(d, ret, NULL), bits, set);
}

static void add_code_rest(struct decoder *d, struct value *ret, uint32_t bits)
{
	struct value *rest;

	if (!bits)
		return;
	rest = list_add(d, ret, NULL);
	value_set_hex(rest, bits);
	rest->comment = flags_bpf_class.unknown;
}

static void add_operation(
	struct decoder *d, struct value *ret, uint32_t code, const struct flag_set *operations)
{
	add_code_part(d, ret, BPF_SRC(code), &flags_bpf_src);
	add_code_part(d, ret, BPF_OP(code), operations);
}

static void add_access(struct decoder *d, struct value *ret, uint32_t code, bool extended)
{
	add_code_part(d, ret, BPF_SIZE(code), &flags_bpf_size);
	add_code_part(d, ret, BPF_MODE(code), extended ? &flags_ebpf_mode : &flags_bpf_mode);
}

static void add_extended_code(struct decoder *d, struct value *ret, uint32_t code)
{
	add_code_part(d, ret, BPF_CLASS(code), &flags_ebpf_class);
	switch (BPF_CLASS(code)) {
	case BPF_ALU:
	case BPF_ALU64: add_operation(d, ret, code, &flags_bpf_op_alu); break;
	case BPF_JMP:
	case BPF_JMP32: add_operation(d, ret, code, &flags_bpf_op_jmp); break;
	default: add_access(d, ret, code, true); break;
	}
}

static void add_classic_code(struct decoder *d, struct value *ret, uint32_t code)
{
	uint32_t rest = code & ~BPF_CLASS(code);

	add_code_part(d, ret, BPF_CLASS(code), &flags_bpf_class);
	switch (BPF_CLASS(code)) {
	case BPF_ALU: add_operation(d, ret, code, &flags_bpf_op_alu); break;
	case BPF_JMP: add_operation(d, ret, code, &flags_bpf_op_jmp); break;
	case BPF_LD:
	case BPF_LDX: add_access(d, ret, code, false); break;
	case BPF_RET:
		add_code_part(d, ret, BPF_RVAL(code), &flags_bpf_rval);
		add_code_rest(d, ret, rest & ~BPF_RVAL(code));
		break;
	case BPF_MISC:
		add_code_part(d, ret, BPF_MISCOP(code), &flags_bpf_misc);
		add_code_rest(d, ret, rest & ~BPF_MISCOP(code));
		break;
	default: add_code_rest(d, ret, rest); break;
	}
}

void value_set_bpf_code(struct decoder *d, struct value *ret, uint32_t code, bool extended)
{
	list_init(ret, VALUE_OR);
	if (extended)
		add_extended_code(d, ret, code);
	else
		add_classic_code(d, ret, code);
}

/* What a filter returns to seccomp: an action, and data for it. */
static void show_action(struct decoder *d, uint32_t k, struct value *ret)
{
	uint32_t data = k & SECCOMP_RET_DATA;

	if (!data) {
		value_set_enum(ret, k, &flags_seccomp_action);
		return;
	}
	list_init(ret, VALUE_OR);
	value_set_enum(list_add(d, ret, NULL), k & ~data, &flags_seccomp_action);
	value_set_hex(list_add(d, ret, NULL), data);
}

/* Loads from the top of the address space reach what is no part of the packet. */
static void show_socket_offset(struct decoder *d, uint32_t k, struct value *ret)
{
	static const struct {
		uint32_t from;
		const char *name;
	} areas[] = {{(uint32_t)SKF_NET_OFF, "SKF_NET_OFF"}, {(uint32_t)SKF_LL_OFF, "SKF_LL_OFF"}};
	uint32_t extra = k - (uint32_t)SKF_AD_OFF;

	if (k >= (uint32_t)SKF_AD_OFF) {
		const char *name = flag_set_exact(&flags_skf_ad, extra);

		value_set_name(ret, name ? decoder_printf(d, "SKF_AD_OFF+%s", name)
					 : decoder_printf(d, "SKF_AD_OFF+%#x", extra));
		if (!name)
			ret->comment = flags_skf_ad.unknown;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		if (k >= areas[i].from) {
			value_set_name(
				ret, decoder_printf(d, "%s+%u", areas[i].name, k - areas[i].from));
			return;
		}
	value_set_hex(ret, k);
}

static void show_instruction(
	struct decoder *d, const struct sock_filter *from, enum filter_use use, struct value *ret)
{
	bool jump = from->jt || from->jf;
	struct value *k;

	macro_init(ret, jump ? "BPF_JUMP" : "BPF_STMT");
	value_set_bpf_code(d, list_add(d, ret, NULL), from->code, false);
	k = list_add(d, ret, NULL);
	if (!jump && use == FILTER_OF_SECCOMP && BPF_CLASS(from->code) == BPF_RET)
		show_action(d, from->k, k);
	else if (!jump && use == FILTER_OF_SOCKET && BPF_CLASS(from->code) == BPF_LD &&
		 BPF_MODE(from->code) == BPF_ABS)
		show_socket_offset(d, from->k, k);
	else
		value_set_hex(k, from->k);
	if (jump) {
		value_set_hex(list_add(d, ret, NULL), from->jt);
		value_set_hex(list_add(d, ret, NULL), from->jf);
	}
}

SHAPE(seccomp_instruction, struct sock_filter)
{
	show_instruction(d, from, FILTER_OF_SECCOMP, ret);
}

SHAPE(socket_instruction, struct sock_filter)
{
	show_instruction(d, from, FILTER_OF_SOCKET, ret);
}

const struct shape *decoder_filter_shape(enum filter_use use)
{
	return use == FILTER_OF_SECCOMP ? &shape_seccomp_instruction : &shape_socket_instruction;
}

void decoder_show_filter(struct decoder *d, uint64_t addr, uint64_t nr, unsigned when,
	enum filter_use use, struct value *ret)
{
	if (!d->opts->verbose)
		value_set_addr(ret, addr);
	else
		decoder_show_array(d, addr, nr, decoder_filter_shape(use), when, ret);
}

void decoder_show_filter_program(
	struct decoder *d, uint64_t addr, unsigned when, enum filter_use use, struct value *ret)
{
	const struct sock_fprog *from = addr ? decoder_bytes(d, addr, sizeof(*from), when) : NULL;

	if (!from) {
		value_set_addr(ret, addr);
		return;
	}
	ADD_UINT(len);
	decoder_show_filter(
		d, (uintptr_t)from->filter, from->len, when, use, list_add(d, ret, "filter"));
	ret->flags |= VALUE_BY_REF;
}

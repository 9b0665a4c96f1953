#pragma once
/* What bpf(2) tells of a map or a program. */

#include "decode/fields.h"

/* Field `info` of a struct bpf_info: a structure with -v, where the descriptor's kind is known. */
void field_bpf_info(
	struct decoder *d, const struct field *field, const void *from, struct value *ret);

#pragma once
/* What bpf(2) attaches programs to, and the links that this makes. */

#include "decode/fields.h"

/* target_fd or target_ifindex, relative_fd or relative_id: sets the name, too. */
void bpf_set_target(struct decoder *d, struct value *ret, uint32_t target, uint32_t attach_type);
void bpf_set_relative(struct value *ret, uint32_t relative, uint32_t flags);

#define BPF_LINK_FIELDS 4
extern const struct field bpf_link_fields[BPF_LINK_FIELDS];

/* The rest of a struct bpf_link_create of `size` bytes; returns the end of what is known of it. */
size_t bpf_show_link(struct decoder *d, const void *from, size_t size, struct value *ret);

#pragma once
/* What is known of a call's surroundings, for those who decode it. */

#include <stdint.h>

struct track;

/* The protocol of a netlink socket; negative: it is none, or that is not known. */
int known_netlink_protocol(const struct track *t, int32_t pid, int fd);

/* What a descriptor that bpf made is: enum decode_bpf. */
int known_bpf_object(const struct track *t, int32_t pid, int fd);

/* Of a list of index, name, index, name...; NULL = it is not there. */
const char *known_interface(char *const *interfaces, uint32_t index);

#include "report/known.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "decode/decode.h"
#include "track/track.h"

int known_netlink_protocol(const struct track *t, int32_t pid, int fd)
{
	const struct track_file *file = track_fd(t, pid, fd, TRACK_BEFORE);

	return file && file->kind == TRACK_SOCKET && file->family == AF_NETLINK ? file->protocol
										: -1;
}

int known_bpf_object(const struct track *t, int32_t pid, int fd)
{
	const struct track_file *file = track_fd(t, pid, fd, TRACK_BEFORE);

	if (!file || !file->path)
		return DECODE_BPF_UNKNOWN;
	return !strcmp(file->path, "anon_inode:bpf-map")    ? DECODE_BPF_MAP
	       : !strcmp(file->path, "anon_inode:bpf-prog") ? DECODE_BPF_PROG
							    : DECODE_BPF_UNKNOWN;
}

const char *known_interface(char *const *interfaces, uint32_t index)
{
	for (; interfaces[0] && interfaces[1]; interfaces += 2)
		if (strtoul(interfaces[0], NULL, 10) == index)
			return interfaces[1];
	return NULL;
}

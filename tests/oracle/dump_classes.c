/* The rows' classes, one call of the x86-64 table per line: number name class... */

#include <stdio.h>

#include "decode/row.h"

static const struct {
	const char *name; /* as strace spells it behind the % */
	uint32_t bit;
} classes[] = {
	{"file", CLASS_FILE},
	{"desc", CLASS_DESC},
	{"network", CLASS_NETWORK},
	{"process", CLASS_PROCESS},
	{"memory", CLASS_MEMORY},
	{"signal", CLASS_SIGNAL},
	{"ipc", CLASS_IPC},
	{"creds", CLASS_CREDS},
	{"clock", CLASS_CLOCK},
	{"stat", CLASS_STAT},
	{"lstat", CLASS_LSTAT},
	{"fstat", CLASS_FSTAT},
	{"statfs", CLASS_STATFS},
	{"fstatfs", CLASS_FSTATFS},
	{"%stat", CLASS_STAT_LIKE},
	{"%statfs", CLASS_STATFS_LIKE},
	{"pure", CLASS_PURE},
};

int main(void)
{
	for (uint32_t nr = 0; nr < CALL_NR_LIMIT; nr++) {
		enum call_id id = call_id_of(ABI_X86_64, nr);

		if (id == CALL_NONE)
			continue;
		printf("%u %s", nr, call_name(id));
		for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
			if (syscall_row_classes(syscall_row_of(id)) & classes[i].bit)
				printf(" %s", classes[i].name);
		printf("\n");
	}
	return 0;
}

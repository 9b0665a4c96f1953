/* Set-user-ID root: whose rights has it, and do they stay given up? `exec` does it once more. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uid_t real, effective, saved;

	getresuid(&real, &effective, &saved);
	printf("%d %d %d secure %lu dumpable %d\n", real, effective, saved, getauxval(AT_SECURE),
		prctl(PR_GET_DUMPABLE));
	if (argc > 1 && !strcmp(argv[1], "exec")) {
		fflush(stdout);
		execv("/proc/self/exe", (char *[]){argv[0], NULL});
		return 1;
	}
	printf("drop %d\n", setresuid(real, real, real));
	printf("regain %d\n", seteuid(0));
	return 0;
}

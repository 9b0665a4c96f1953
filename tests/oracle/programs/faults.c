/* Handlers that repair what faulted, and traps that the program sets for itself. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static char *page;
static sigjmp_buf out;
static volatile sig_atomic_t repaired, traps, codes;

static void repair(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	if ((char *)info->si_addr < page || (char *)info->si_addr >= page + 4096)
		siglongjmp(out, info->si_code);
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
	repaired++;
}

static void trap(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	traps++;
	codes = codes * 10 + (info->si_code < 0 ? 9 : info->si_code & 7);
}

static void skip(int signo, siginfo_t *info, void *context)
{
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2; /* ud2, or div %ecx */
	traps += signo == SIGILL ? 10 : 100;                      /* both are 2 bytes long */
}

static void handle(int signo, void (*f)(int, siginfo_t *, void *))
{
	struct sigaction sa = {.sa_sigaction = f, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaction(signo, &sa, NULL);
}

static void own_traps(void)
{
	__asm__ volatile("int3");
	raise(SIGTRAP);
	kill(getpid(), SIGTRAP);
	__asm__ volatile("ud2");
	__asm__ volatile("div %%ecx" : : "a"(1), "d"(0), "c"(0));
	printf("traps %d codes %d\n", traps, codes);
}

static void single_step(void)
{
	traps = codes = 0;
	__asm__ volatile("sub $128, %%rsp\n"
			 "pushf\n orl $0x100, (%%rsp)\n popf\n nop\n nop\n"
			 "pushf\n andl $~0x100, (%%rsp)\n popf\n"
			 "add $128, %%rsp" ::
				 : "memory", "cc");
	printf("steps %d\n", traps);
}

int main(void)
{
	stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};
	int code;

	sigaltstack(&other, NULL);
	handle(SIGSEGV, repair);
	handle(SIGTRAP, trap);
	handle(SIGILL, skip);
	handle(SIGFPE, skip);
	page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < 100; i++) {
		page[i] = (char)i;
		mprotect(page, 4096, PROT_NONE);
	}
	printf("repaired %d\n", repaired);
	code = sigsetjmp(out, 1);
	if (code == 0)
		*(volatile int *)8 = 1;
	printf("far fault %d\n", code);
	own_traps();
	single_step();
	return 0;
}

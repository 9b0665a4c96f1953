/* Memory, its policies, and what processes share: System V IPC and message queues. */
#include <linux/mempolicy.h>
#include <mqueue.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <time.h>

#include "expect.h"

static struct expect e;
static int uid, gid;
static char *page; /* what follows cannot be read */
static void *const bad = (void *)0xdead0000;

/* An object that ends where memory does. */
static void *at_end(size_t len)
{
	return page + 4096 - len;
}

static void mappings(void)
{
	unsigned char *there = at_end(1);

	/* a length that overflows */
	expect_call(&e, kcall(SYS_mmap, NULL, -1L, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		"mmap(NULL, 18446744073709551615, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)");
	expect_call(&e,
		kcall(SYS_mmap, NULL, 0, PROT_NONE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | 21 << MAP_HUGE_SHIFT, -1, 0),
		"mmap(NULL, 0, PROT_NONE, MAP_SHARED|MAP_ANONYMOUS|MAP_HUGETLB|"
		"21<<MAP_HUGE_SHIFT, -1, 0)");
	expect_call(
		&e, kcall(SYS_mincore, page, 4096, there), "mincore(%p, 4096, [1])", (void *)page);
	expect_call(&e, kcall(SYS_mincore, page, 4096, bad), "mincore(%p, 4096, %p)", (void *)page,
		bad);
	expect_call(&e, kcall(SYS_madvise, page, 4096, 999),
		"madvise(%p, 4096, 0x3e7 /* MADV_??? */)", (void *)page);
	expect_call(&e, kcall(SYS_msync, page, 4096, MS_ASYNC | MS_SYNC),
		"msync(%p, 4096, MS_SYNC|MS_ASYNC)", (void *)page);
	expect_call(&e, kcall(SYS_mlock2, page, 4096, 0x10),
		"mlock2(%p, 4096, 0x10 /* MLOCK_??? */)", (void *)page);
	expect_call(&e, kcall(SYS_munlockall), "munlockall()");
}

static void policies(void)
{
	uint64_t nodes[2] = {1, 1ul << 63}, *torn = at_end(8);
	void *pages[2] = {page, bad};
	int wanted[2] = {99, 98};

	*torn = 3;
	if (!expect_old()) { /* which shows masks in another form */
		expect_call(&e, kcall(SYS_mbind, page, 4096, 77, nodes, 129, 0),
			"mbind(%p, 4096, 0x4d /* MPOL_??? */, [0000000000000001, 8000000000000000], 129, "
			"0)",
			(void *)page);
		expect_call(&e, kcall(SYS_set_mempolicy, 77, torn, 64),
			"set_mempolicy(0x4d /* MPOL_??? */, [0000000000000003], 64)");
	}
	expect_call(&e, kcall(SYS_set_mempolicy, 77, bad, 64),
		"set_mempolicy(0x4d /* MPOL_??? */, %p, 64)", bad);
	expect_call(&e, kcall(SYS_move_pages, 0x7fffffff, 2, pages, wanted, NULL, 2),
		"move_pages(%d, 2, [%p, %p], [99, 98], NULL, MPOL_MF_MOVE)", 0x7fffffff,
		(void *)page, bad);
}

static void others(void)
{
	char data[4] = "data";
	struct iovec here = {data, 4}, there = {bad, 4};

	expect_call(&e, kcall(SYS_process_vm_readv, 0x7fffffff, &here, 1, &there, 1, 0),
		"process_vm_readv(%d, [{iov_base=%p, iov_len=4}], 1, [{iov_base=%p, iov_len=4}], "
		"1, 0)",
		0x7fffffff, (void *)data, bad);
	expect_call(&e, kcall(SYS_process_vm_writev, 0x7fffffff, &here, 1, &there, 1, 0),
		"process_vm_writev(%d, [{iov_base=\"data\", iov_len=4}], 1, [{iov_base=%p, "
		"iov_len=4}], 1, 0)",
		0x7fffffff, bad);
	expect_call(&e, kcall(SYS_process_madvise, -1, &there, 1, MADV_COLD, 0),
		"process_madvise(-1, [{iov_base=%p, iov_len=4}], 1, MADV_COLD, 0)", bad);
}

static void system_v(void)
{
	struct {
		long type;
		char text[4];
	} message = {7, "one"};
	struct shmid_ds segment;
	struct msqid_ds queue = {.msg_perm.uid = 5};
	struct sembuf ops[2] = {{0, 1, SEM_UNDO}, {1, -1, IPC_NOWAIT}};
	long id;

	id = expect_call(&e, kcall(SYS_shmget, IPC_PRIVATE, 100, IPC_CREAT | 0600),
		"shmget(IPC_PRIVATE, 100, IPC_CREAT|0600)");
	if (id >= 0) {
		memset(&segment, 0, sizeof(segment));
		expect_call(&e, kcall(SYS_shmctl, id, IPC_STAT, &segment),
			"shmctl(%ld, IPC_STAT, {shm_perm={uid=%d, gid=%d, mode=0600, key=0, "
			"cuid=%d, cgid=%d}, shm_segsz=100, shm_cpid=%d, shm_lpid=0, shm_nattch=0, "
			"shm_atime=0, shm_dtime=0, shm_ctime=<*>})",
			id, uid, gid, uid, gid, e.tid);
		expect_call(&e, kcall(SYS_shmctl, id, IPC_RMID, NULL),
			"shmctl(%ld, IPC_RMID, NULL)", id);
	}
	id = expect_call(&e, kcall(SYS_msgget, IPC_PRIVATE, 0600), "msgget(IPC_PRIVATE, 0600)");
	if (id >= 0) {
		expect_call(&e, kcall(SYS_msgsnd, id, &message, 3, 0),
			"msgsnd(%ld, {mtype=7, mtext=\"one\"}, 3, 0)", id);
		expect_call(&e, kcall(SYS_msgrcv, id, &message, 3, 7, IPC_NOWAIT),
			"msgrcv(%ld, {mtype=7, mtext=\"one\"}, 3, 7, IPC_NOWAIT)", id);
		expect_call(&e, kcall(SYS_msgctl, id, IPC_RMID, NULL),
			"msgctl(%ld, IPC_RMID, NULL)", id);
	}
	expect_call(&e, kcall(SYS_msgctl, -1, IPC_SET, &queue),
		"msgctl(-1, IPC_SET, {msg_perm={uid=5, gid=0, mode=000}, msg_qbytes=0})");
	expect_call(&e, kcall(SYS_msgctl, -1, 55, bad), "msgctl(-1, 0x37 /* MSG_??? */, %p)", bad);
	expect_call(&e, kcall(SYS_semop, -1, ops, 2),
		"semop(-1, [{sem_num=0, sem_op=1, sem_flg=SEM_UNDO}, {sem_num=1, sem_op=-1, "
		"sem_flg=IPC_NOWAIT}], 2)");
	expect_call(&e, kcall(SYS_semop, -1, bad, 2), "semop(-1, %p, 2)", bad);
	expect_call(
		&e, kcall(SYS_semctl, -1, 0, IPC_STAT, bad), "semctl(-1, 0, IPC_STAT, %p)", bad);
}

static void queues(void)
{
	struct mq_attr attr = {.mq_maxmsg = -1, .mq_msgsize = 8};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct timespec when = {1, 2};

	event.sigev_value.sival_ptr = (void *)0x55;
	expect_call(&e, kcall(SYS_mq_open, "gone", O_RDONLY | O_CREAT, 0600, &attr),
		"mq_open(\"gone\", O_RDONLY|O_CREAT, 0600, {mq_flags=0, mq_maxmsg=-1, "
		"mq_msgsize=8, mq_curmsgs=0})");
	expect_call(&e, kcall(SYS_mq_open, bad, O_RDONLY), "mq_open(%p, O_RDONLY)", bad);
	expect_call(&e, kcall(SYS_mq_timedsend, -1, "text", 4, 3, &when),
		"mq_timedsend(-1, \"text\", 4, 3, {tv_sec=1, tv_nsec=2})");
	expect_call(&e, kcall(SYS_mq_timedreceive, -1, bad, 4, NULL, NULL),
		"mq_timedreceive(-1, %p, 4, NULL, NULL)", bad);
	expect_call(&e, kcall(SYS_mq_notify, -1, &event),
		"mq_notify(-1, {sigev_value={sival_int=85, sival_ptr=0x55}, sigev_signo=SIGUSR1, "
		"sigev_notify=SIGEV_SIGNAL})");
	attr.mq_flags = O_NONBLOCK;
	expect_call(&e, kcall(SYS_mq_getsetattr, -1, &attr, bad),
		"mq_getsetattr(-1, {mq_flags=O_NONBLOCK, mq_maxmsg=-1, mq_msgsize=8, "
		"mq_curmsgs=0}, %p)",
		bad);
}

int main(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(page + 4096, 4096, PROT_NONE);
	memset(page, 1, 4096); /* present */
	uid = getuid();
	gid = getgid();
	expect_begin(&e);
	mappings();
	policies();
	others();
	system_v();
	queues();
	expect_end(&e);
	return 0;
}
